#!/usr/bin/env bash
# dtaidistance 2.5.1: with inner_dist="euclidean" the C code squares the penalty, and Python does not.
#
# Guess before it was run: one option means one thing, whether a distance is computed in C or in Python,
# for one pair or for a matrix.
# Seen: with the penalty p for a step that stretches, distance, distance_matrix and warping_paths add p,
# as a plain recursion in numpy does; distance_fast and distance_matrix_fast add p squared, though
# warping_paths_fast, which is in C too, adds p. A penalty of 0.5 counts as 0.25, one of 3 as 9. With
# squared distances, the default, all agree. Fails when C and Python agree.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet dtaidistance==2.5.1 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PYTHON'
import numpy as np
from dtaidistance import dtw


def recursion(first, second, penalty):
    table = np.full((len(first) + 1, len(second) + 1), np.inf)
    table[0, 0] = 0
    for i, x in enumerate(first):
        for j, y in enumerate(second):
            stretched = min(table[i, j + 1], table[i + 1, j]) + penalty
            table[i + 1, j + 1] = abs(x - y) + min(table[i, j], stretched)
    return table[-1, -1]


def pair_of(matrix):
    return lambda x, y, **options: matrix([x, y], **options)[0, 1]


def last_of(paths):
    return lambda x, y, **options: paths(x, y, **options)[0]


ways = {
    "distance": dtw.distance,
    "distance_matrix": pair_of(dtw.distance_matrix),
    "warping_paths": last_of(dtw.warping_paths),
    "warping_paths_fast": last_of(dtw.warping_paths_fast),
    "distance_fast": lambda x, y, **options: dtw.distance_fast(x, y, use_pruning=False, **options),
    "distance_matrix_fast": pair_of(dtw.distance_matrix_fast),
}
random = np.random.default_rng(0)
pairs = [(random.normal(size=12), random.normal(size=15)) for _ in range(100)]
told = {name: set() for name in ways}
for first, second in pairs:
    for penalty in (0.5, 3.0):
        plain, squared = (recursion(first, second, value) for value in (penalty, penalty**2))
        for name, way in ways.items():
            value = way(first, second, inner_dist="euclidean", penalty=penalty)
            told[name].add("p" if np.isclose(value, plain) else "p squared" if np.isclose(value, squared) else "?")
        default = [way(first, second, penalty=penalty) for way in ways.values()]
        assert np.allclose(default, default[0])
print(told)
squaring = {name for name, seen in told.items() if seen == {"p squared"}}
assert all(seen == {"p"} for name, seen in told.items() if name not in squaring)
assert squaring == {"distance_fast", "distance_matrix_fast"}
PYTHON
