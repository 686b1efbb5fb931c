#!/usr/bin/env bash
# dtaidistance 2.5.1: dtw.distance_fast gives infinity for a quarter of the pairs that are most alike.
#
# Guess before it was run: distance_fast, the version in C, gives what distance, the version in Python,
# gives, with every argument left as it is; a distance without a bound or a window is finite.
# Seen: of contours of 50 points and copies of them with a little noise, about a quarter are infinitely
# far apart, always the same ones; distance, distance_matrix_fast and a plain recursion in numpy are
# finite and agree. distance_fast alone prunes by default, and its bound is the cost of the diagonal:
# where the diagonal is the best path, rounding decides whether it may be taken. distance does the same
# when use_pruning is set. Exact copies are spared, and so are pairs that are far apart. A search for
# the nearest token loses the nearest. Fails when near copies are finite.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet dtaidistance==2.5.1 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PYTHON'
import numpy as np
from dtaidistance import dtw


def recursion(first, second):
    table = np.full((len(first) + 1, len(second) + 1), np.inf)
    table[0, 0] = 0
    for i, x in enumerate(first):
        for j, y in enumerate(second):
            table[i + 1, j + 1] = (x - y) ** 2 + min(table[i, j], table[i, j + 1], table[i + 1, j])
    return np.sqrt(table[-1, -1])


random = np.random.default_rng(0)
lost = {}
for noise in (0, 0.001, 0.01, 0.1, 1):
    infinite = []
    for _ in range(200):
        contour = np.cumsum(random.normal(size=50))
        copy = contour + noise * random.normal(size=50)
        slow, fast = dtw.distance(contour, copy), dtw.distance_fast(contour, copy)
        assert np.isclose(slow, recursion(contour, copy))
        assert np.isclose(slow, dtw.distance_matrix_fast([contour, copy])[0, 1])
        assert np.isclose(slow, dtw.distance_fast(contour, copy, use_pruning=False))
        assert np.isinf(fast) or np.isclose(slow, fast)
        assert np.isinf(fast) == np.isinf(dtw.distance(contour, copy, use_pruning=True))
        infinite.append(bool(np.isinf(fast)))
    lost[noise] = float(np.mean(infinite))
print("share of infinite distances by noise:", lost)
assert lost[0] == lost[1] == 0
assert lost[0.001] > 0.1 and lost[0.01] > 0.1

# Queries against a gallery that holds a copy of each: the nearest is not found.
gallery = np.cumsum(random.normal(size=(40, 50)), axis=1)
queries = gallery + 0.01 * random.normal(size=gallery.shape)
found = {
    name: sum(int(np.argmin([away(query, other) for other in gallery])) == n for n, query in enumerate(queries))
    for name, away in (("distance", dtw.distance), ("distance_fast", dtw.distance_fast))
}
print("copies found of 40:", found)
assert found["distance"] == 40 > 36 > found["distance_fast"]
PYTHON
