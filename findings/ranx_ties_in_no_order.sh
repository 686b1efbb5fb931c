#!/usr/bin/env bash
# ranx ranks documents of equal score in an order that is neither that of their ids nor of the run.
# ranx 0.3.21. All documents of a query have the score 1, as from a model whose vectors have
# collapsed; one is relevant. It stands at another place of the run each time, with the same id.
#
# Guess before it was run: ties by document id, as trec_eval breaks them, or by place in the run, so
# that the reciprocal rank is always the same, or 1 / place.
# Seen: 1 / place with 3 documents. With 40, the first of the run has rank 21, the one in the middle
# rank 9 and the last rank 40: what an unstable sort makes of them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
"env/bin/pip" install --quiet ranx==0.3.21 numba==0.68.1 numpy==2.4.6
cat > rank.py <<'PY'
import warnings
from importlib.metadata import version

from ranx import Qrels, Run, evaluate

warnings.simplefilter("ignore")


def ranks(count):
    """The rank of the relevant document, first, in the middle and last in the run."""
    found = []
    for place in (0, count // 2, count - 1):
        ids = [f"d{number:02}" for number in range(count)]
        ids.insert(place, ids.pop(count // 2))
        run = Run({"q": dict.fromkeys(ids, 1.0)})
        relevant = Qrels({"q": {f"d{count // 2:02}": 1}})
        found.append(round(1 / evaluate(relevant, run, "mrr")))
    return found


few, many = ranks(3), ranks(40)
print(f"ranx {version('ranx')}: ranks of the first, middle and last of 3 {few}, of 40 {many}")
assert few == [1, 2, 3]
assert many == [21, 9, 40]
PY
env/bin/python rank.py
