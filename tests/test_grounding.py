"""Grounding: boxes worked by hand, and a naive loop over the tables."""

import numpy as np
import pandas as pd
import pytest

from seesay.schemas.scoring import GROUNDING
from seesay.schemas.vision import REGIONS, THINGS_TABLE
from seesay.scoring.grounding import ground, iou, pointing
from seesay.scoring.metrics import measure
from seesay.settings.metrics import MetricsSettings
from seesay.shared import tables
from seesay.shared.errors import InputError
from support.evaluation import Corpus, cosine, run_script

SPLITS = {"A": "test", "B": "test", "C": "train"}
FRAGMENTS = {"A#0": (1, 1), "A#1": (0, 1), "A#2": (0, 2), "B#0": (1, 0), "B#3": (0, 1)}
TOKENS = {"a1": (0, 1), "a2": (1, 0), "b1": (0, 0), "c1": (1, 0)}
USES = [("A", 0, "a1", "cat"), ("A", 1, "a2", "dog"), ("B", 0, "b1", "cat"), ("C", 0, "c1", "cat")]
BOXES = {
    "A#0": (0, 0, 10, 10),
    "A#1": (0, 0, 4, 4),
    "A#2": (4, 4, 10, 8),
    "B#0": (0, 0, 10, 10),
    "B#3": (6, 6, 10, 10),
}
# Thing 1 of A is another cat; the dog is nowhere.
THINGS = {
    ("A", 0): ("cat", 0, 0, 4, 8),
    ("A", 1): ("cat", 4, 0, 10, 4),
    ("B", 0): ("cat", 4, 4, 8, 8),
}


@pytest.fixture
def corpus(tmp_path):
    corpus = Corpus(tmp_path, SPLITS, FRAGMENTS, TOKENS, USES)
    keys = [key.split("#") for key in BOXES]
    columns = {"image_id": [k[0] for k in keys], "region": [int(k[1]) for k in keys]}
    corners = dict(zip(("x0", "y0", "x1", "y1"), zip(*BOXES.values(), strict=True), strict=True))
    tables.write(REGIONS, tmp_path / "regions.parquet", {**columns, **corners})
    rows = [(*key, *thing) for key, thing in THINGS.items()]
    frame = pd.DataFrame(rows, columns=[column.name for column in THINGS_TABLE.columns])
    tables.write(THINGS_TABLE, tmp_path / "things.parquet", frame)
    return corpus


def grounded(corpus, folder, system="model", seed=1):
    out = folder / f"{system}{seed}.parquet"
    ground(
        *corpus.paths.values(), folder / "things.parquet", [folder / "regions.parquet"], out,
        "paper", system, seed,
    )  # fmt: skip
    return out


def test_boxes_by_hand():
    boxes = np.array([[0, 0, 4, 4], [2, 2, 6, 6], [6, 6, 8, 8]])
    truth = np.array([[0, 0, 4, 4], [5, 4, 7, 6]])
    # The middle (4, 4) of the second is on the right edge of the first thing: outside.
    assert pointing(boxes, truth).tolist() == [1, 0, 0]
    assert iou(boxes, truth) == pytest.approx([1, 4 / 28, 0])
    assert iou(boxes[1:], truth[1:]) == pytest.approx([2 / 18, 0])


def test_grounding_worked_by_hand(corpus, tmp_path):
    found = tables.read(GROUNDING, grounded(corpus, tmp_path)).set_index(["task", "query"])
    columns = ["gallery_size", "pointing", "iou", "pointing_chance", "iou_chance"]
    rows = {key: row.to_list() for key, row in found[columns].T.items()}
    # a1 is equally near to A#1 and A#2. A#1 has half of the left cat, and its middle in it. A#2
    # touches the right cat alone, and its middle (7, 6) is in none.
    # The whole picture A#0 has its middle (5, 5) in neither, and holds 32 of 100 px.
    # b1 is nowhere: all tied. B#3 has its middle on the cat's edge, and 4 of 28 px.
    whole = [3, 0.5, 0.25, 1 / 3, (0.5 + 0 + 0.32) / 3]
    parts, tied = [2, 0.5, 0.25, 0.5, 0.25], (0.16 + 4 / 28) / 2
    assert rows == {
        ("grounding", "A|a1"): pytest.approx(whole),
        ("grounding_parts", "A|a1"): pytest.approx(parts),
        ("grounding", "B|b1"): pytest.approx([2, 0.5, tied, 0.5, tied]),
        ("grounding_parts", "B|b1"): pytest.approx([1, 0, 4 / 28, 0, 4 / 28]),
    }


@pytest.mark.parametrize("seed", range(3))
def test_grounding_equals_a_loop_over_the_tables(tmp_path, seed):
    rng = np.random.default_rng(seed)
    splits = {f"picture{i}": ("test", "train")[i % 2] for i in range(8)}
    boxes, things, uses, tokens = {}, {}, [], {}
    for image in splits:
        for region in (0, 2, 3, 7):
            low = rng.integers(0, 8, 2)
            boxes[f"{image}#{region}"] = (*low.tolist(), *(low + rng.integers(1, 9, 2)).tolist())
        for thing in range(3):
            low = rng.integers(0, 8, 2)
            high = low + rng.integers(1, 9, 2)
            things[image, thing] = (f"word{rng.integers(4)}", *low.tolist(), *high.tolist())
        for _ in range(4):
            tokens[f"t{len(tokens)}"] = rng.integers(0, 3, 3).tolist()
            uses.append((image, 0, f"t{len(tokens) - 1}", f"word{rng.integers(4)}"))
    fragments = {key: rng.integers(0, 3, 3).tolist() for key in boxes}
    corpus = Corpus(tmp_path, splits, fragments, tokens, uses)
    keys = [key.split("#") for key in boxes]
    columns = {"image_id": [k[0] for k in keys], "region": [int(k[1]) for k in keys]}
    corners = dict(zip(("x0", "y0", "x1", "y1"), zip(*boxes.values(), strict=True), strict=True))
    tables.write(REGIONS, tmp_path / "regions.parquet", {**columns, **corners})
    frame = pd.DataFrame(
        [(*key, *thing) for key, thing in things.items()],
        columns=[column.name for column in THINGS_TABLE.columns],
    )
    tables.write(THINGS_TABLE, tmp_path / "things.parquet", frame)
    rows = {}
    for image, _, token, word in uses:
        truths = [
            thing[1:] for key, thing in things.items() if key[0] == image and thing[0] == word
        ]
        for task in ("grounding", "grounding_parts") if truths and splits[image] == "test" else ():
            scores = []
            for key, (x0, y0, x1, y1) in boxes.items():
                if not key.startswith(f"{image}#") or (task != "grounding" and key.endswith("#0")):
                    continue
                x, y = (x0 + x1) / 2, (y0 + y1) / 2
                hit = any(a <= x < c and b <= y < d for a, b, c, d in truths)
                pixels = {(i, j) for i in range(x0, x1) for j in range(y0, y1)}
                overlap = 0
                for a, b, c, d in truths:
                    other = {(i, j) for i in range(a, c) for j in range(b, d)}
                    overlap = max(overlap, len(pixels & other) / len(pixels | other))
                scores.append((cosine(tokens[token], fragments[key]), hit, overlap))
            best = [score for score in scores if score[0] == max(scores)[0]]
            means = [np.mean(part, axis=0)[1:].tolist() for part in (best, scores)]
            rows[task, f"{image}|{token}"] = pytest.approx([len(scores), *means[0], *means[1]])
    found = tables.read(GROUNDING, grounded(corpus, tmp_path)).set_index(["task", "query"])
    columns = ["gallery_size", "pointing", "iou", "pointing_chance", "iou_chance"]
    assert rows == {key: row.to_list() for key, row in found[columns].T.items()}


def test_grounding_has_its_rows_in_the_metrics(corpus, tmp_path):
    paths = [grounded(corpus, tmp_path, system) for system in ("model", "untrained")]
    for name in ("model", "untrained"):
        corpus.ranks(galleries=("test",), system=name)
        corpus.paths["images"].with_name("ranks.parquet").rename(tmp_path / f"ranks_{name}.parquet")
    ranks = [tmp_path / f"ranks_{name}.parquet" for name in ("model", "untrained")]
    settings = MetricsSettings(resamples=50, seed=0)
    measure(ranks, *(tmp_path / name for name in ("m.tsv", "d.tsv", "e.tsv")), settings, paths)
    found = pd.read_csv(tmp_path / "m.tsv", sep="\t")
    part = found[(found["task"] == "grounding") & (found["system"] == "model")]
    part = part[part["seed"] == "mean"].set_index("metric")
    # The mean of the two tokens worked above.
    assert part["value"].to_dict() == pytest.approx(
        {"pointing": 50, "iou": 50 * (0.25 + (0.16 + 4 / 28) / 2)}, abs=1e-3
    )
    chance = 50 * (0.82 / 3 + (0.16 + 4 / 28) / 2)
    assert part["chance"].to_dict() == pytest.approx({"pointing": 125 / 3, "iou": chance}, abs=1e-3)
    assert part["ci_low"].isna().all()  # of two pictures
    assert set(part["units"]) == {2}
    pairs = pd.read_csv(tmp_path / "d.tsv", sep="\t").query("task == 'grounding_parts'")
    assert (pairs["difference"] == 0).all()
    assert set(pairs["metric"]) == {"pointing", "iou"}


def test_a_run_in_which_nothing_names_a_thing_has_no_grounding(tmp_path, corpus, capsys):
    frame = tables.read(THINGS_TABLE, tmp_path / "things.parquet").assign(word="bird")
    tables.write(THINGS_TABLE, tmp_path / "things.parquet", frame)
    found = grounded(corpus, tmp_path)
    assert tables.read(GROUNDING, found).empty
    assert "note: grounding: no spoken caption of a test picture names" in capsys.readouterr().err
    paths = [tmp_path / f"{name}.tsv" for name in "mdx"]
    measure([], *paths, MetricsSettings(resamples=50, seed=0), [found])
    assert [len(pd.read_csv(path, sep="\t")) for path in paths] == [0, 0, 0]


def test_a_fragment_without_box_ends_in_one_line(tmp_path, corpus):
    frame = tables.read(REGIONS, tmp_path / "regions.parquet")
    tables.write(REGIONS, tmp_path / "regions.parquet", frame[frame["region"] != 2])
    with pytest.raises(InputError, match=r"no box of the fragment 'A#2'; make regions and fc7"):
        grounded(corpus, tmp_path)


def test_the_script(corpus, tmp_path):
    out = tmp_path / "script" / "grounding.parquet"
    run_script(
        "grounding", **corpus.paths, things=tmp_path / "things.parquet",
        regions=[tmp_path / "regions.parquet"], grounding=out, experiment="paper",
        system="model", seed=1, threads=1,
    )  # fmt: skip
    expected = tables.read(GROUNDING, grounded(corpus, tmp_path))
    assert tables.read(GROUNDING, out).equals(expected)
