#!/usr/bin/env bash
# zerospeech-tde 2.0.3 (package tde): the grouping score hardly sees which fragments share a class.
#
# Guess before it was run: grouping counts pairs of fragments. Seven tokens of one type in classes of 4
# and 3 have a recall of (6 + 3) / 21 = 0.43, and all tokens of four types in one class have the
# precision of a random pair, 0.23.
# Seen: both are 1.0. A token counts as soon as one other of its type is in its class, and then all of
# its pairs do. 40 tokens dealt at random to 4 classes of 10 have precision and recall of 0.8 and more,
# where the share of pairs is about 0.2; one class of everything is as good as the truth, 1.0 and 1.0.
# Only the normalised edit distance tells them apart. Fails when grouping counts pairs.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet zerospeech-tde==2.0.3 pandas==3.1.1 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PYTHON'
import contextlib
import io
import random
from itertools import combinations
from pathlib import Path

from tde.measures.grouping import Grouping
from tde.measures.ned import Ned
from tde.readers.disc_reader import Disc
from tde.readers.gold_reader import Gold

SPOKEN = {"cat": "k ae t", "dog": "d ao g", "fish": "f ih sh", "bird": "b er d"}


def scores(words, classes):
    """Grouping precision and recall, the same over pairs, and NED; a word takes 0.3 s, a phone 0.1 s."""
    phones = [phone for word in words for phone in SPOKEN[word].split()]
    Path("phones").write_text(
        "".join(f"talk {n / 10:.1f} {(n + 1) / 10:.1f} {phone}\n" for n, phone in enumerate(phones))
    )
    Path("words").write_text(
        "".join(f"talk {n * 0.3:.1f} {n * 0.3 + 0.3:.1f} {word}\n" for n, word in enumerate(words))
    )
    listed = ""
    for number, members in enumerate(classes):
        listed += f"Class {number}\n"
        listed += "".join(f"talk {n * 0.3:.1f} {n * 0.3 + 0.3:.1f}\n" for n in members) + "\n"
    Path("classes").write_text(listed)
    with contextlib.redirect_stdout(io.StringIO()):
        found = Disc("classes", Gold(wrd_path="words", phn_path="phones"))
        grouping, ned = Grouping(found, ".", 1), Ned(found, ".")
        grouping.compute_grouping()
        ned.compute_ned()
    together = [pair for members in classes for pair in combinations(members, 2)]
    alike = sum(words[a] == words[b] for a, b in together)
    tokens = [n for members in classes for n in members]
    gold = sum(words[a] == words[b] for a, b in combinations(tokens, 2))
    pairs = alike / len(together), alike / gold
    return tuple(float(value) for value in (grouping.precision, grouping.recall, *pairs, ned.ned))


forty = list(SPOKEN) * 10
dealt = random.Random(1).sample(range(40), 40)
seen = {
    "truth": scores(forty, [list(range(kind, 40, 4)) for kind in range(4)]),
    "one type in two classes": scores(["cat"] * 7, [[0, 1, 2, 3], [4, 5, 6]]),
    "all in one class": scores(forty, [list(range(40))]),
    "dealt at random": scores(forty, [dealt[k::4] for k in range(4)]),
}
print("grouping precision, recall; pair precision, recall; NED")
for name, values in seen.items():
    print(f"{name:25}", *(f"{value:.2f}" for value in values))
assert seen["truth"] == (1, 1, 1, 1, 0)
assert seen["one type in two classes"][:2] == seen["all in one class"][:2] == (1, 1)
assert seen["one type in two classes"][3] < 0.5 and seen["all in one class"][2] < 0.25
assert min(seen["dealt at random"][:2]) > 0.8 and max(seen["dealt at random"][2:4]) < 0.25
assert seen["dealt at random"][4] > 0.7
PYTHON
