#!/usr/bin/env bash
# pyarrow's ParquetFile.iter_batches keeps every byte that it has read until the iteration ends.
# pyarrow 26.0.1. A table of feature vectors in 40 row groups of 2 MB is read batch by batch, a row
# group a batch, and each batch is dropped before the next.
#
# Guess before it was run: what Arrow holds stays at a row group or two, which is why one iterates.
# Seen: it begins at some 37 MB and grows with what has been read to 85 MB, more than the file
# itself, since `pre_buffer` is True by default and what was buffered is let go with the reader.
# With pre_buffer=False it stays at three row groups.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
"env/bin/pip" install --quiet pyarrow==26.0.1 numpy==2.4.6
cat > read.py <<'PY'
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

GROUPS, ROWS, SIZE = 40, 500, 1000
rng = np.random.default_rng(0)
kind = pa.list_(pa.float32(), SIZE)
with pq.ParquetWriter("t.parquet", pa.schema([("feature", kind)]), use_dictionary=False) as out:
    for _ in range(GROUPS):
        values = pa.array(rng.random(ROWS * SIZE, np.float32))
        vectors = pa.FixedSizeListArray.from_arrays(values, type=kind)
        out.write_batch(pa.record_batch([vectors], ["feature"]))


def held(**how):
    """MB that Arrow holds after each batch, above what it held before."""
    before, found = pa.total_allocated_bytes(), []
    with pq.ParquetFile("t.parquet", **how) as file:
        for batch in file.iter_batches(batch_size=ROWS):
            del batch
            found.append((pa.total_allocated_bytes() - before) / 1e6)
    return found


usual, spare = held(), held(pre_buffer=False)
print(f"pyarrow {pa.__version__}: default {usual[1]:.0f} MB after 2 row groups, {usual[19]:.0f} after 20,"
      f" {usual[-2]:.0f} after 39; pre_buffer=False at most {max(spare):.0f}")
assert usual[-2] > usual[19] + 10 > usual[1] + 30 and usual[-2] > 70
assert max(spare) < 8
PY
env/bin/python read.py
