#!/usr/bin/env bash
# Selective search of opencv-contrib-python-headless 5.0.0.93: "fast" has three scales of first segments.
#
# Guess before it was run: switchToSelectiveSearchFast(base_k, inc_k) has two, base_k and base_k + inc_k,
# as R-CNN's fast mode has k = 50 and 100, and as the names of the two arguments suggest.
# Seen: it has base_k, base_k + inc_k and base_k + 2 inc_k. On a picture of noise and discs its boxes
# are those of three graph segmentations with k = 150, 300 and 450 (sigma 0.8, least size 100), set by hand;
# those of two are a true part of them. So R-CNN's scales cannot be had from this call. Fails when the
# boxes are those of two, or of other scales.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet opencv-contrib-python-headless==5.0.0.93 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import cv2
import numpy as np

cv2.setNumThreads(1)
rng = np.random.default_rng(1)
picture = rng.integers(90, 150, (120, 160, 3), dtype=np.uint8)
for _ in range(14):
    middle = (int(rng.integers(160)), int(rng.integers(120)))
    colour = rng.integers(0, 256, 3).tolist()
    cv2.circle(picture, middle, int(rng.integers(8, 30)), colour, -1)
picture = cv2.GaussianBlur(picture, (3, 3), 0)
segmentation = cv2.ximgproc.segmentation


def boxes(scales):
    search = segmentation.createSelectiveSearchSegmentation()
    search.setBaseImage(picture)
    search.switchToSelectiveSearchFast(150, 150, 0.8)
    if scales:
        search.clearGraphSegmentations()
        for k in scales:
            search.addGraphSegmentation(segmentation.createGraphSegmentation(0.8, float(k), 100))
    return {tuple(box) for box in search.process().tolist()}


fast, two, three = boxes(()), boxes((150, 300)), boxes((150, 300, 450))
print(len(fast), "boxes of fast,", len(two), "of two scales,", len(three), "of three")
assert fast == three, "not the scales that were seen"
assert two < fast, "the third scale adds nothing here"
PYTHON
