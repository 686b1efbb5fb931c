#!/usr/bin/env bash
# usearch 2.26.6: by cosine, a zero vector is as near to another zero vector as can be.
#
# Guess before it was run: a vector without a direction has the cosine 0 to every vector, so the
# distance 1, as in voyager 2.2.3; an embedding whose units are all dead finds nothing better than
# chance.
# Seen: usearch gives two zero vectors the distance 0, as if they were equal, and 1 to all others. So a
# dead query ranks the dead items first. voyager gives 1 throughout. Fails when it is 1 in both.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet usearch==2.26.6 voyager==2.2.3 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PYTHON'
import numpy as np
import voyager
from usearch.index import Index

items = np.array([[1, 0, 0], [0, 0, 0], [-1, 0, 0]], np.float32)
nothing = np.zeros(3, np.float32)
found = Index(ndim=3, metric="cos", dtype="f32")
found.add(np.arange(3), items)
matches = found.search(nothing, 3)
usearch = {int(key): float(far) for key, far in zip(matches.keys, matches.distances)}
other = voyager.Index(voyager.Space.Cosine, num_dimensions=3)
other.add_items(items)
voyagers = {int(key): float(far) for key, far in zip(*other.query(nothing, 3))}
print("distances of a zero query to 1 0 0, 0 0 0 and -1 0 0: usearch", usearch, "voyager", voyagers)
assert voyagers == {0: 1, 1: 1, 2: 1}
assert usearch == {0: 1, 1: 0, 2: 1}
first = found.search(items[0], 3)
assert dict(zip(map(int, first.keys), map(float, first.distances))) == {0: 0, 1: 1, 2: 2}
PYTHON
