#!/usr/bin/env bash
# h5features 1.4.1: read from a time on over several items, frames go to the item before.
#
# Guess before it was run: from_time cuts the first item and to_time the last one, as the docstring of
# Reader.read says, and every frame stays with its item.
# Seen: the frames that from_time leaves out are made up for by the next item's first ones: of items a
# and b with 5 frames each at 0 to 40 ms, read from 20 ms of a to 30 ms of b, a has its last three and
# the first two of b. No error. Read without times, or one by one, all frames are right.
# Fails when a has its own three frames alone.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet h5features==1.4.1 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PYTHON'
import h5features
import numpy as np

times = np.arange(5) / 100
own = {"a": np.full((5, 2), 1.0), "b": np.full((5, 2), 2.0)}
h5features.Writer("frames.h5").write(
    h5features.Data(list(own), [times, times], list(own.values())), "frames"
)
reader = h5features.Reader("frames.h5", "frames")


def read(*items, **span):
    return {item: rows[:, 0].tolist() for item, rows in reader.read(*items, **span).dict_features().items()}


whole, alone = read("a", "b"), read("a", "a", from_time=0.02, to_time=0.04)
cut = read("a", "b", from_time=0.02, to_time=0.03)
print("whole:", whole)
print("a alone, from 20 ms:", alone)
print("from 20 ms of a to 30 ms of b:", cut)
assert whole == {"a": [1.0] * 5, "b": [2.0] * 5}
assert alone == {"a": [1.0] * 3}
assert cut == {"a": [1.0, 1.0, 1.0, 2.0, 2.0], "b": [2.0, 2.0]}
PYTHON
