"""A made-up run for the tests of the report: every table that it reads, of any size."""

from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw

from seesay.reporting import sections
from seesay.reporting.report import Outputs
from seesay.reporting.runs import Files
from seesay.schemas.audio import HUMAN_WORDS, LOGMEL, RECORDINGS, SPOKEN_WORDS
from seesay.schemas.captions import (
    DURATIONS,
    POS,
    REPLACEMENTS,
    SPOKEN_CAPTIONS,
    SPOKEN_TYPES,
    STEPS,
    TALKER_WORDS,
    UNSAYABLE,
)
from seesay.schemas.learning import HISTORY
from seesay.schemas.scoring import GROUPS, WORDS
from seesay.schemas.vision import CAPTIONS, COPIES, FC7, IMAGES, REGIONS
from seesay.shared import tables
from seesay.shared.columns import sized

TASKS = ["word_similarity", "word_token_by_image", "word_type_by_image", "image_token_by_word"]
METRICS = ["median_rank", "mean_rank", "r1", "r5", "r10", "r25"]
GALLERIES = {"test": 0.1, "all": 1.0}
# R@10 in percent by task: chance, random projection, untrained, shuffled, model.
R10 = [
    (10.2, 26.4, 24.9, 21.3, 31.2),
    (10.3, 9.1, 9.6, 9.9, 23.6),
    (64.1, 57.2, 55.8, 60.4, 66.3),
    (9.8, 9.4, 8.7, 10.1, 13.4),
]
RANKS = [(70, 35, 38, 45, 34), (69, 74, 73, 71, 35), (7, 8, 8, 7.5, 5), (68, 96, 99, 80, 61)]
SYSTEMS = ["random_projection", "untrained", "shuffled", "model"]
# A talker of this name is in the breakdown.
HUMAN_OVER = ("words x talkers", "12 x 9")
OVER = {"over": "pictures x seeds", "units": "100 x 3"}  # of the intervals
NASTY = '<script>alert("talker")</script> & עברית 🐕'
CONFIG = {
    "results": "results",
    "shards": 2,
    "seeds": [1, 2, 3],
    "experiments": {"paper": {"training": {}}},
    "scenes": {"pictures": 400, "side": 256},
    "pictures": {"corpora": [], "split": {"method": "hash"}},
    "regions": {"proposals": "selective_search"},
    "fc7": {"network": "efficientnet_lite0", "weights": "DEFAULT", "size": 128},
    "synthesis": {"talkers": 40},
    "speech": {"corpora": []},
    "matching": {"speakers": "balanced"},
    "logmel": {"frames": 71, "hop": 0.01, "filters": 40},
    "training": {
        "image_layers": [],
        "speech_layers": [1024, 1024, 1024],
        "embedding": 200,
        "relu_cap": 6.0,
        "patience": 10,
        "max_epochs": 30,
        "criterion": "loss",
    },
}
STAGES = {
    "scenes": [],
    "pictures": ["scenes"],
    "regions": ["pictures"],
    "fc7": ["pictures", "regions"],
    "matching": ["pictures"],
    "training": ["pictures", "matching", "fc7"],
    "report": ["training"],
}


def outputs(folder: Path) -> Outputs:
    """Where a made-up run's page and what goes with it are written."""
    names = ("report.html", "summary.md", "answer.svg", "train.svg", "where.svg", "stages.svg")
    return Outputs(*(folder / name for name in names), record=folder / "run.json")


def make(
    folder: Path,
    pictures: int = 20,
    tokens: int = 60,
    learned: bool = True,
    caption: str = "a red car stands behind a small dog on the grass",
    epochs: int = 12,
) -> dict[str, Path | list[Path]]:
    """Write every table below `folder`; `caption` is the text of each picture's first caption."""
    rng = np.random.default_rng(5)
    ids = [f"scene_{i:04d}" for i in range(pictures)]
    splits = ["train"] * (pictures * 8 // 10) + ["validation"] * (pictures // 10)
    splits += ["test"] * (pictures - len(splits))
    lists = [name for name, place in sections.inputs().items() if place is None]
    path = {name: folder / f"{name}.parquet" for name in sections.inputs()}
    boxes = [_picture(folder / f"{i}.jpg", rng) for i in ids]
    images = pd.DataFrame({"image_id": ids, "split": splits, "digest": ids})
    images["path"] = [str(folder / f"{i}.jpg") for i in ids]
    tables.write(IMAGES, path["images"], images.assign(width=240, height=180))
    tables.write(COPIES, path["copies"], pd.DataFrame(columns=COPIES.schema.names))
    texts = [caption, "a dog and a car", "the crimson automobile is parked", "some dog", "a car"]
    rows = [(i, k, text) for i in ids for k, text in enumerate(texts)]
    captions = pd.DataFrame(rows, columns=["image_id", "caption", "text"])
    tables.write(CAPTIONS, path["captions"], captions)
    _write_regions(path, ids, boxes, rng)
    _write_speech(path, ids, tokens, rng)
    reasons = [
        ("matching", f"{i}#2", "no spoken word stands for a word of it: parked") for i in ids[::3]
    ]
    reasons += [
        ("speech", f"talker_07@{n}.100", f"offset {n}.0 s <= onset {n}.1 s; correct the row")
        for n in range(4)
    ]
    tables.write(tables.REJECTS, path["rejects"], tables.rejects(reasons))
    tables.write(HISTORY, path["histories"], history(epochs, learned))
    path["metrics"], path["differences"] = folder / "metrics.tsv", folder / "differences.tsv"
    path["experiments"] = folder / "experiments.tsv"
    path["experiments"].write_text(
        "experiment\tother\ttask\tgallery\tmetric\tdifference\tci_low\tci_high\tover\tunits\tp"
        "\tp_holm\n"
    )
    _write_numbers(path["metrics"], path["differences"], learned)
    _write_breakdown(path["groups"], path["words"])
    _write_benchmarks(folder / "benchmarks")
    path["experiment_fc7"] = path["fc7"]
    # A section whose files are not written here is left out of the page.
    written = {name: file for name, file in path.items() if file.exists()}
    return {name: [] for name in lists} | {
        name: [file] if name in lists else file for name, file in written.items()
    }


def _picture(path: Path, rng: np.random.Generator) -> list[tuple[int, int, int, int]]:
    """A picture of 240 x 180 px with a few shapes; returns where they are."""
    picture = Image.new("RGB", (240, 180), tuple(int(c) for c in rng.integers(120, 240, 3)))
    draw, boxes = ImageDraw.Draw(picture), []
    for _ in range(4):
        x, y, size = (int(v) for v in rng.integers([5, 5, 40], [150, 90, 80]))
        colour = tuple(int(c) for c in rng.integers(0, 255, 3))
        shape = draw.ellipse if rng.random() < 0.5 else draw.rectangle
        shape((x, y, x + size, y + size), fill=colour)
        boxes.append((x, y, x + size, y + size))
    picture.save(path, quality=90)
    return boxes


def _write_regions(path: dict, ids: list, boxes: list, rng: np.random.Generator) -> None:
    whole = [(0, 0, 240, 180)]
    rows = [
        (i, n, *box) for i, own in zip(ids, boxes, strict=True) for n, box in enumerate(whole + own)
    ]
    regions = pd.DataFrame(rows, columns=["image_id", "region", "x0", "y0", "x1", "y1"])
    tables.write(REGIONS, path["regions"], regions)
    # The last candidate of each picture is not kept.
    kept = regions[regions["region"] < 4]
    score = rng.random(len(kept)).astype(np.float32)
    with tables.Writer(sized(FC7, feature=3), path["fc7"]) as writer:
        writer.write(
            {
                "image_id": kept["image_id"].to_numpy(),
                "region": kept["region"].to_numpy(),
                "score": score,
                "feature": np.zeros((len(kept), 3), dtype=np.float32),
            }
        )


def _write_speech(path: dict, ids: list, tokens: int, rng: np.random.Generator) -> None:
    talkers = [f"talker_{n:02d}" for n in range(4)]
    recordings = pd.DataFrame({"recording_id": talkers, "talker": talkers})
    recordings["path"] = recordings["talker"] + ".wav"
    recordings = recordings.assign(digest="0", channel=0, sample_rate=16000, duration=900.0)
    tables.write(RECORDINGS, path["recordings"], recordings)
    names = [f"{talkers[n % 4]}@{n}.000" for n in range(tokens)]
    words = ["car", "dog", "red", "bureau"]
    spoken = pd.DataFrame({"token_id": names, "recording_id": talkers * (tokens // 4)})
    spoken["talker"], spoken["word"] = spoken["recording_id"], words * (tokens // 4)
    spoken = spoken.assign(onset=np.arange(tokens) * 1.0, offset=np.arange(tokens) + 0.4)
    tables.write(SPOKEN_WORDS, path["spoken_words"], spoken)
    types = pd.DataFrame({"word": words, "lemma": words, "pos": ["NOUN", "NOUN", "ADJ", "NOUN"]})
    tables.write(SPOKEN_TYPES, path["spoken_types"], types.assign(count=tokens // 4))
    replacements = pd.DataFrame(
        [
            ("car", "NOUN", "car", 3, 1, "as itself"),
            ("dog", "NOUN", "dog", 3, 2, "as itself"),
            ("red", "ADJ", "red", 3, 1, "as itself"),
            ("grass", "NOUN", "bureau", 5, 9, "matched"),
            ("parked", "VERB", "", 6, 12, "no candidate"),
        ],
        columns=[c.name for c in REPLACEMENTS.columns],
    )
    tables.write(REPLACEMENTS, path["replacements"], replacements)
    said = [("red", "red"), ("car", "car"), ("grass", "bureau")]
    rows = []
    for n, image_id in enumerate(ids):
        for k in (0, 1):
            for position, (word, other) in enumerate(said):
                token = names[(n * 6 + k * 3 + position) % tokens]
                rows.append((image_id, k, talkers[n % 4], position, word, other, token))
    columns = [c.name for c in SPOKEN_CAPTIONS.columns]
    tables.write(SPOKEN_CAPTIONS, path["spoken_captions"], pd.DataFrame(rows, columns=columns))
    _write_quality(path, ids, talkers, tokens)
    padded = np.zeros(tokens, dtype=np.int16)
    padded[:3] = 4
    table = LOGMEL if LOGMEL.columns[-1].type.list_size else sized(LOGMEL, feature=2840)
    with tables.Writer(table, path["logmel"]) as writer:
        feature = np.zeros((tokens, 2840), dtype=np.float32)
        writer.write({"token_id": names, "padded_frames": padded, "feature": feature})


def _write_quality(path: dict, ids: list, talkers: list, tokens: int) -> None:
    rows = [("as itself", 3, 300), ("matched", 1, 90), ("no candidate", 1, 10)]
    tables.write(
        STEPS,
        path["steps"],
        pd.DataFrame(rows, columns=["step", "words", "tokens"]),
    )
    rows = [("captions", "NOUN", 290, 3), ("captions", "ADJ", 110, 2), ("speech", "NOUN", 45, 3)]
    rows += [("speech", "ADJ", 15, 1), ("speech", "other", 7, 2)]
    columns = ["source", "pos", "tokens", "types"]
    tables.write(POS, path["pos"], pd.DataFrame(rows, columns=columns))
    rows = [("car", talker, 5, 4) for talker in talkers] + [("bureau", talkers[0], 3, 1)]
    columns = ["word", "talker", "tokens", "used"]
    table = pd.DataFrame(rows, columns=columns)
    tables.write(TALKER_WORDS, path["talker_words"], table)
    rows = [(0.3, 0.35, 0), (0.35, 0.4, 2), (0.4, 0.45, tokens)]
    table = pd.DataFrame(rows, columns=["low", "high", "tokens"])
    tables.write(DURATIONS, path["durations"], table)
    rows = [(i, 2, "parked", "", "no candidate", "") for i in ids[::3]]
    rows += [(i, 4, "car", "car", "used up", talkers[1]) for i in ids[:2]]
    columns = [c.name for c in UNSAYABLE.columns]
    tables.write(UNSAYABLE, path["unsayable"], pd.DataFrame(rows, columns=columns))


def history(epochs: int, learned: bool) -> pd.DataFrame:
    rows = []
    for system in ("model", "shuffled"):
        for seed in (1, 2, 3):
            rng = np.random.default_rng(seed)
            best = epochs - 4
            for epoch in range(epochs + 1):
                for split in ("train", "validation"):
                    gain = 1 - np.exp(-max(epoch - 1, 0) / 4)
                    gain *= 1.0 if learned and system == "model" else 0.08
                    gain *= 1.0 if split == "train" else 0.7
                    same = 0.25 + 0.35 * gain + rng.normal(0, 0.006)
                    different = 0.25 - 0.12 * gain + rng.normal(0, 0.006)
                    loss = ((1 - same) / 2 + different**2) / 2
                    dead = 0.05 + 0.2 * gain
                    row = (
                        system,
                        seed,
                        epoch,
                        split,
                        loss,
                        same,
                        different,
                        0.05,
                        dead,
                        dead * 0.6,
                    )
                    rows.append((*row, 0.02 + 0.03 * gain, 0.01, 4.0, epoch == best))
    columns = [c.name for c in HISTORY.columns if c.name not in ("experiment", "r10", "part")]
    return pd.DataFrame(rows, columns=columns).assign(experiment="paper", r10=np.nan, part=1)


def _write_numbers(metrics: Path, differences: Path, learned: bool) -> None:
    """Numbers as the stage metrics writes them; without learning the model is the projection."""
    rows, pairs = [], []
    for t, task in enumerate(TASKS):
        for gallery, share in GALLERIES.items():
            size = round(28190 * share) if task != "image_token_by_word" else round(20000 * share)
            far = 1.0 if gallery == "test" else 10.0
            recall = dict(zip(["chance", *SYSTEMS], R10[t], strict=True))
            rank = dict(zip(["chance", *SYSTEMS], RANKS[t], strict=True))
            if not learned:
                recall["model"] = recall["random_projection"] + 0.2
                rank["model"] = rank["random_projection"] - 1
            for metric in METRICS:
                scale = {"r1": 0.1, "r5": 0.55, "r10": 1.0, "r25": 1.45, "mean_rank": 1.6}
                factor = scale.get(metric, 1.0) * (far if metric.endswith("rank") else 1.0)
                table = rank if metric.endswith("rank") else recall
                ends = 4.0 * factor if metric.endswith("rank") else 1.9 * factor
                chance = table["chance"] * factor
                for system in SYSTEMS:
                    value = table[system] * factor
                    for shift, seed in ((-0.02, "1"), (0.0, "2"), (0.02, "3"), (0.0, "mean")):
                        one = value * (1 + shift)
                        where = ("paper", system, seed, task, gallery, size, 2000, metric)
                        rows.append((*where, one, one - ends, one + ends, chance))
                    if system != "model":
                        gap = table["model"] * factor - value
                        pairs.append(
                            ("paper", system, task, gallery, metric, gap, gap - ends, gap + ends)
                        )
    names = "experiment system seed task gallery gallery_size queries metric value ci_low ci_high"
    frame = pd.DataFrame(rows, columns=[*names.split(), "chance"]).assign(**OVER)
    frame.to_csv(metrics, sep="\t", index=False, float_format="%.4f")
    names = "experiment system task gallery metric difference ci_low ci_high"
    frame = pd.DataFrame(pairs, columns=names.split()).assign(**OVER, p=0.001, p_holm=0.004)
    frame.to_csv(differences, sep="\t", index=False, float_format="%.4f")


def _write_benchmarks(folder: Path) -> None:
    header = "s\th:m:s\tmax_rss\tmax_vms\n"
    (folder / "regions").mkdir(parents=True)
    for shard, seconds in enumerate((61.5, 65.0)):
        row = f"{seconds}\t0:01:01\t{310 + shard}.5\t900\n"
        (folder / "regions" / f"{shard}.tsv").write_text(header + row)
    (folder / "metrics.tsv").write_text(header + "2.25\t0:00:02\tNA\tNA\n")
    (folder / "report.tsv").write_text(header + "99\t0:01:39\t1\t1\n")


def _write_breakdown(groups: Path, words: Path) -> None:
    """Nouns of four are found, verbs are not; a talker's name is of the worst kind."""
    kinds = {
        "part of speech": [("NOUN", 40.0, 31.0, 49.0, 400), ("VERB", 9.0, 5.0, 12.0, 80)],
        "talker": [(NASTY, 30.0, None, None, 12), ("talker_01", 21.0, 15.0, 27.0, 300)],
        "training pairs": [("10–19", 12.0, 8.0, 16.0, 90), ("50–99", 33.0, 28.0, 38.0, 200)],
    }
    rows = []
    for system, shift in (("model", 0.0), ("random_projection", -6.0)):
        for task in ("image_token_by_word", "word_similarity"):
            for name, parts in kinds.items():
                for nth, (group, r10, low, high, queries) in enumerate(parts):
                    ends = (None, None) if low is None else (low + shift, high + shift)
                    gap = (-shift, None, None) if low is None else (-shift, -shift - 1, -shift + 1)
                    units = f"{3 if low is None else 30} x 3"
                    counts = (nth, queries, "pictures x seeds", units)
                    where = ("paper", system, task, "test", name, group, *counts)
                    rows.append((*where, r10 + shift, *ends, 10.0, *gap, 20.0, 68.0))
    columns = [c.name for c in GROUPS.columns]
    tables.write(GROUPS, groups, pd.DataFrame(rows, columns=columns))
    rows = [
        ("paper", system, "image_token_by_word", "test", word, said, "NOUN", pairs, 12, 25.0, rank)
        for system in ("model", "random_projection")
        for word, said, pairs, rank in (("boat", "boat", 12, 20.0), ("cloud", "desk", 60, 3.5))
    ]
    tables.write(WORDS, words, pd.DataFrame(rows, columns=[c.name for c in WORDS.columns]))


def with_human(folder: Path, inputs: Files) -> Files:
    """The same run with human words of two sources: `isle` knows its talkers, `shore` does not.

    Its model recognises words of `isle`, and finds no picture by them.
    """
    numbers = pd.read_csv(inputs["metrics"], sep="\t")
    # By task: chance, shuffled, model, model on its own voices; R@10.
    recalls = {
        "human_recognition": (2.0, 3.0, 40.0, 97.0),
        "picture_by_human_word": (22.0, 21.0, 20.0, 77.0),
        "human_word_by_picture": (12.0, 11.0, 30.0, 60.0),
    }
    rows = []
    for (task, (chance, shuffled, model, own)), size in zip(
        recalls.items(), (1505, 100, 40), strict=True
    ):
        for source, queries in (("isle", 40), ("shore", 9)):
            values = [("shuffled", source, shuffled), ("model", source, model)]
            values += [("text", source, 99.0), ("model", f"{source}~synthetic", own)]
            for system, gallery, value in values:
                for metric in METRICS:
                    share = 0.25 if metric == "r1" else 1.0
                    one, luck = value * share, chance * share
                    where = ("paper", system, "mean", task, gallery, size, queries, metric)
                    rows.append((*where, one, one - 4 * share, one + 4 * share, luck, *HUMAN_OVER))
    added = pd.DataFrame(rows, columns=numbers.columns)
    numbers = pd.concat([numbers, added], ignore_index=True)
    numbers.to_csv(inputs["metrics"], sep="\t", index=False, float_format="%.4f")
    path = {name: folder / f"{name}.parquet" for name in ("human_words", "human_groups")}
    words = pd.DataFrame({"token_id": [f"h{n:02d}" for n in range(52)]})
    words["source"] = ["isle"] * 43 + ["shore"] * 9
    words["talker"] = [f"isle/{NASTY}" if n % 4 else "isle/b" for n in range(43)] + [""] * 9
    words["spoken_word"] = [("car", "dog", "red")[n % 3] for n in range(52)]
    words["image_id"] = ["scene_0000" if n % 10 == 0 else "" for n in range(52)]
    words["use"] = ["test"] * 40 + ["train"] * 3 + ["test"] * 9
    words = words.assign(recording_id="r", word="car", pos="NOUN", onset=0.1, offset=0.4)
    tables.write(HUMAN_WORDS, path["human_words"], words)
    _write_human_groups(path["human_groups"])
    refused = [("human", "isle/unicorn", "no spoken caption says it; 3 times in the corpus")]
    refused += [("human", "isle/c", "this talker says captions; 7 words left out")]
    tables.write(tables.REJECTS, folder / "human_rejects.parquet", tables.rejects(refused))
    more = {name: [file] for name, file in path.items()}
    rejects = [*inputs["rejects"], folder / "human_rejects.parquet"]
    return {**inputs, "rejects": rejects, **more}


def _write_human_groups(path: Path) -> None:
    """Recognition by talker and by pairs; `isle~synthetic` is what the same words get."""
    kinds = {
        "talker": [(f"isle/{NASTY}", 35.0), ("isle/b", 55.0)],
        "training pairs": [("0", 5.0), ("10–19", 48.0)],
    }
    rows = []
    for gallery, more in (("isle", 0.0), ("isle~synthetic", 30.0)):
        for name, parts in kinds.items():
            for nth, (group, r10) in enumerate(parts):
                value = r10 + more
                where = (
                    "paper",
                    "model",
                    "human_recognition",
                    gallery,
                    name,
                    group,
                    nth,
                    20,
                    *HUMAN_OVER,
                )
                rows.append((*where, value, value - 9, value + 9, 2.0, 0.0, None, None, 8.0, 700.0))
    tables.write(GROUPS, path, pd.DataFrame(rows, columns=[c.name for c in GROUPS.columns]))
