#!/usr/bin/env bash
# torchvision 0.29.1: batched_nms adds its labels to the boxes, so that large ones change the result.
#
# Guess before it was run: labels only say which boxes belong together (a class, or a picture), so
# boxes that all have one label leave the same ones as nms without labels, whatever the label is.
# Seen: up to 1,000 boxes are moved apart by label times the largest coordinate, in single floats.
# With 581929 as label, as COCO numbers its pictures, 164 of 1,000 boxes are kept instead of removed,
# or the other way round; with 100000 still 58. 1,001 boxes go through a loop, and none differs.
# Labels from 0 on, without gaps, are safe: with 0 none differs. Fails when 581929 changes nothing.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.14.1 torchvision==0.29.1 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PYTHON'
import torch
from torchvision.ops import batched_nms, nms

numbers = torch.Generator().manual_seed(0)


def differ(count):
    corner = torch.rand(count, 2, generator=numbers) * 600
    size = torch.rand(count, 2, generator=numbers) * 80 + 5
    boxes, scores = torch.cat([corner, corner + size], 1), torch.rand(count, generator=numbers)
    kept = set(nms(boxes, scores, 0.5).tolist())
    found = {}
    for label in (0, 100_000, 581_929):
        labels = torch.full((count,), label)
        found[label] = len(kept ^ set(batched_nms(boxes, scores, labels, 0.5).tolist()))
    return found


seen = {count: differ(count) for count in (200, 1000, 1001)}
print("boxes: by label, how many are kept or removed otherwise than by nms", seen)
assert seen[1000][0] == 0 and seen[1000][100_000] > 20 and seen[1000][581_929] > 100
assert seen[200][581_929] > 0
assert not any(seen[1001].values())
PYTHON
