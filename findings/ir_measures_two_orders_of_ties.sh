#!/usr/bin/env bash
# ir_measures 0.4.3 (with pytrec_eval-terrier 0.5.11): RR@10 breaks ties the other way round than RR
# and P@1, in one call.
#
# Guess before it was run: a cutoff only cuts, so RR@10 equals RR where the relevant item is among the
# first ten, and P@1 is 1 if and only if RR@10 is 1, whatever the order of ties is.
# Seen: of six items with one score, "d00" as the relevant one has RR 0.17, P@1 0 and RR@10 1; "d05" has
# RR 1, P@1 1 and RR@10 0.17. RR, P and AP come from pytrec_eval, which puts the later name first, and
# RR@10 from a provider of its own, which puts the earlier name first; the order of the run counts for
# neither. A difference smaller than a single float keeps is such a tie in RR and none in RR@10.
# Fails when RR and RR@10 agree.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet ir-measures==0.4.3 pytrec_eval-terrier==0.5.11 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PYTHON'
import ir_measures
from ir_measures import RR, P

ITEMS = [f"d{place:02}" for place in range(6)]


def measured(relevant, scores):
    qrels = [ir_measures.Qrel("q", item, int(item == relevant)) for item in ITEMS]
    run = [ir_measures.ScoredDoc("q", item, score) for item, score in scores.items()]
    values = ir_measures.calc_aggregate([RR, RR @ 10, P @ 1], qrels, run)
    return {str(measure): round(value, 2) for measure, value in sorted(values.items(), key=str)}


ties = {item: 0.5 for item in ITEMS}
backwards = dict(reversed(ties.items()))
near = {item: 0.5 + 1e-9 * place for place, item in enumerate(reversed(ITEMS))}
apart = {item: 0.5 + 1e-3 * place for place, item in enumerate(reversed(ITEMS))}
for relevant in ("d00", "d03", "d05"):
    print(relevant, "is relevant, all scores equal:", measured(relevant, ties))
    assert measured(relevant, ties) == measured(relevant, backwards)
print("d00 is relevant and 1e-9 ahead:", measured("d00", near), "1e-3 ahead:", measured("d00", apart))
assert measured("d00", ties) == {"RR": 0.17, "RR@10": 1, "P@1": 0}
assert measured("d03", ties) == {"RR": 0.33, "RR@10": 0.25, "P@1": 0}
assert measured("d05", ties) == {"RR": 1, "RR@10": 0.17, "P@1": 1}
assert measured("d00", near) == {"RR": 0.17, "RR@10": 1, "P@1": 0}
assert measured("d00", apart) == {"RR": 1, "RR@10": 1, "P@1": 1}
PYTHON
