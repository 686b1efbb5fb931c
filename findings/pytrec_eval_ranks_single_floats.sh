#!/usr/bin/env bash
# pytrec_eval-terrier 0.5.11: scores become single floats, and the ties that arise go by name.
#
# Guess before it was run: the item with the higher Python float comes first, as in ranx 0.3.21.
# Seen: of two cosines near 0.5 that differ by 1e-8, the item whose name comes later in the alphabet
# is first: the same two scores give a reciprocal rank of 1 or 0.5 by the relevant item's name. A
# difference of 1e-7 still counts. ranx ranks all of them by score.
# Fails when differences of 1e-8 decide.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pytrec_eval-terrier==0.5.11 ranx==0.3.21 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PYTHON'
import pytrec_eval
from ranx import Qrels, Run, evaluate


def trec(relevant, run):
    judge = pytrec_eval.RelevanceEvaluator({"q": {relevant: 1}}, {"recip_rank"})
    return judge.evaluate({"q": run})["q"]["recip_rank"]


seen = {}
for gap in (1e-6, 1e-7, 1e-8, 1e-9):
    for relevant, other in (("a", "b"), ("b", "a")):
        run = {other: 0.5, relevant: 0.5 + gap}
        assert run[relevant] > run[other]
        seen[gap, relevant] = trec(relevant, run)
        assert evaluate(Qrels({"q": {relevant: 1}}), Run({"q": run}), "mrr") == 1
print("reciprocal rank, by the difference and the name of the better item:", seen)
assert all(seen[gap, name] == 1 for gap in (1e-6, 1e-7) for name in "ab")
assert all((seen[gap, "a"], seen[gap, "b"]) == (0.5, 1) for gap in (1e-8, 1e-9))
PYTHON
