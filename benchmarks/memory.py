"""Peak memory of stages on a corpus of random features, and on one ten times as large.

`python benchmarks/memory.py [PICTURES]`: the smaller corpus has so many pictures (500), each with
20 fragments of 1,280 numbers and 25 tokens of 1,600; a tenth of either is for validation, and 50
for the test. Prints for each stage the greatest anonymous resident memory, which no page cache can
give back, and the time, at both sizes.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from seesay.planning.config import load
from seesay.planning.config_file import read
from seesay.schemas.audio import LOGMEL
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.vision import FC7, IMAGES
from seesay.settings.augmentation import Frames
from seesay.shared import tables
from seesay.shared.columns import sized

ROOT = Path(__file__).parents[1]
FRAGMENTS, WIDTH, TOKENS, FRAMES, TYPES, TEST = 20, 1280, 25, 40, 500, 50
BLOCK = 100  # pictures generated at once
Paths = dict[str, str | Path]


def corpus(folder: Path, pictures: int) -> None:
    """The tables in which training meets the stages before it, with random features."""
    rng, ids = np.random.default_rng(0), [f"p{number:06}" for number in range(pictures)]
    split = np.full(pictures, "train", object)
    split[::10], split[1 : 10 * TEST : 10] = "validation", "test"
    size = {"path": "", "digest": "", "width": 9, "height": 9}
    tables.write(IMAGES, folder / "images", {"image_id": ids, "split": split, **size})
    rows = [
        (p, 0, f"t{n % 7}", n, word, word, f"{p}@{n:02}")
        for p in ids
        for n, word in enumerate(f"w{k}" for k in rng.integers(TYPES, size=TOKENS))
    ]
    spoken = pd.DataFrame(rows, columns=[column.name for column in SPOKEN_CAPTIONS.columns])
    tables.write(SPOKEN_CAPTIONS, folder / "spoken", spoken)
    names = spoken["token_id"].to_numpy()
    with (
        tables.Writer(sized(FC7, feature=WIDTH), folder / "fc7") as shown,
        tables.Writer(sized(LOGMEL, feature=FRAMES * 40), folder / "logmel") as heard,
    ):
        for start in range(0, pictures, BLOCK):
            some = ids[start : start + BLOCK]
            count = len(some) * FRAGMENTS
            shown.write(
                {
                    "image_id": np.repeat(some, FRAGMENTS),
                    "region": np.tile(np.arange(FRAGMENTS), len(some)),
                    "score": np.zeros(count),
                    "feature": rng.random((count, WIDTH), np.float32),
                }
            )
            own = names[start * TOKENS : (start + BLOCK) * TOKENS]
            heard.write(
                {
                    "token_id": own,
                    "padded_frames": np.zeros(len(own), int),
                    "feature": rng.random((len(own), FRAMES * 40), np.float32),
                }
            )


def stages(folder: Path) -> dict[str, Paths]:
    """The stages in their order, with their arguments."""
    config = load(read(ROOT / "config" / "config.yaml"))
    best = config.section_of("best", "training").model_copy(update={"max_epochs": 1})
    frames = config.section_of("best", "logmel").model_dump_json(include=set(Frames.model_fields))
    features = {name: folder / file for name, file in (("fc7", "fc7"), ("logmel", "logmel"))}
    whose: Paths = {"experiment": "best", "seed": "1", "systems": "model"}
    spoken: Paths = {"images": folder / "images", "spoken-captions": folder / "spoken"}
    model = folder / "best" / "model" / "1" / "model.safetensors"
    vectors = {name: folder / name for name in ("image-embeddings", "word-embeddings")}
    evaluation = config.evaluation.model_copy(update={"tasks": config.evaluation.tasks[:4]})
    return {
        "training": {
            **spoken, **features, "text": features["logmel"], "models": model, "frames": frames,
            "human-words": "", "spoken-words": "", "checkpoints": folder / "states",
            "experiment": "best", "seed": "1",
            "settings": best.compared(),
        },
        "embedding": {
            **spoken, **features, "text": features["logmel"], "models": model, **vectors,
            "recipes": folder / "recipe.json", "features": json.dumps({}),
        },
        "evaluation": {
            "images": vectors["image-embeddings"], "words": vectors["word-embeddings"],
            "spoken-captions": folder / "spoken", "pictures": folder / "images", **whose,
            "spoken-words": folder / "spoken", "ranks": folder / "ranks", "abx": folder / "abx",
            "threads": "1", "settings": evaluation.compared(),
        },
        "metrics": {
            "ranks": folder / "ranks", "grounding": "", "human": "", "abx": "",
            "order": "best", "settings": config.metrics.compared(),
            **{name: folder / name for name in ("metrics", "differences", "experiments")},
        },
    }  # fmt: skip


def peak(script: str, arguments: Paths) -> tuple[float, float]:
    """Run a stage's script; its greatest anonymous resident memory in MB, and seconds."""
    command = [sys.executable, str(ROOT / "workflow" / "scripts" / f"{script}.py")]
    for name, value in arguments.items():
        command += [f"--{name}", *([str(value)] if value != "" else [])]
    began, most = time.perf_counter(), 0
    with tempfile.TemporaryFile("w+") as said:
        with subprocess.Popen(command, stderr=said, stdout=said) as child:
            while child.poll() is None:
                status = Path(f"/proc/{child.pid}/status").read_text()
                if "RssAnon:" in status:  # not of one that has just ended
                    most = max(most, int(status.partition("RssAnon:")[2].split()[0]))
                time.sleep(0.02)
        if child.returncode:
            said.seek(0)
            sys.exit(said.read())
    return most / 1024, time.perf_counter() - began


def main() -> None:
    pictures = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    found: dict[str, list[tuple[float, float]]] = {}
    for size in (pictures, 10 * pictures):
        with tempfile.TemporaryDirectory() as folder:
            corpus(Path(folder), size)
            for script, arguments in stages(Path(folder)).items():
                found.setdefault(script, []).append(peak(script, arguments))
    print(f"| stage | MB, {pictures:,} pictures | MB, {10 * pictures:,} | ratio | s | s |")
    print("|---|---|---|---|---|---|")
    for script, ((small, short), (large, long)) in found.items():
        print(
            f"| {script} | {small:,.0f} | {large:,.0f} | {large / small:.2f} | {short:.0f}"
            f" | {long:.0f} |"
        )


if __name__ == "__main__":
    main()
