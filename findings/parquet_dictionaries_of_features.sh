#!/usr/bin/env bash
# pyarrow's Parquet writer keeps a dictionary of float features that never repeat, and the file is
# larger than without compression. pyarrow 26.0.1. Vectors of 1,600 random float32 numbers are
# written with the default options and zstd, 50 vectors a row group (320 kB), as a stage does that
# writes what one recording gave.
#
# Guess before it was run: the writer sees that a dictionary does not pay, and falls back to plain
# values, so that the file has about the bytes of the numbers.
# Seen: it falls back only when a row group's dictionary exceeds 1 MB, so each small row group
# stores every number in its dictionary and an index for each besides. The file has almost half as
# many bytes more than the numbers; without dictionaries fewer than they, and with BYTE_STREAM_SPLIT
# fewer still. In row groups of 32 MB only the first MB of each is so stored.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
"env/bin/pip" install --quiet pyarrow==26.0.1 numpy==2.4.6
cat > write.py <<'PY'
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROWS, SIZE = 5000, 1600
numbers = np.random.default_rng(0).normal(size=ROWS * SIZE).astype(np.float32)
kind = pa.list_(pa.float32(), SIZE)
table = pa.table({"feature": pa.FixedSizeListArray.from_arrays(pa.array(numbers), type=kind)})


def share(rows, **how):
    """Bytes of the file over bytes of the numbers, and the encodings of the first row group."""
    pq.write_table(table, "t.parquet", row_group_size=rows, compression="zstd", **how)
    column = pq.ParquetFile("t.parquet").metadata.row_group(0).column(0)
    return Path("t.parquet").stat().st_size / numbers.nbytes, set(column.encodings)


small, encodings = share(50)
large, _ = share(5000)
plain, _ = share(50, use_dictionary=False)
split, _ = share(50, use_dictionary=False, use_byte_stream_split=["feature.list.element"])
print(f"pyarrow {pa.__version__}: default {small:.2f} in small row groups, {large:.2f} in one;"
      f" no dictionary {plain:.2f}; byte stream split {split:.2f}")
assert "RLE_DICTIONARY" in encodings
assert small > 1.25
assert 0.85 < large < 1.05 and 0.85 < plain < 1.0 and split < plain
PY
env/bin/python write.py
