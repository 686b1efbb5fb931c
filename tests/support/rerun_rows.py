"""What reruns after which change: the rows that test_reruns.py checks and docs/reruns.md shows."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import soundfile
import yaml
from PIL import Image

from seesay.planning.config import load

NUMBERS = {"metrics": 1, "breakdown": 1}
# What the first model finds is heard and seen.
SHOWN = {"listen": 1, "map": 1}
SYSTEMS = {"embedding": 1, "evaluation_ranks": 1}
TRAINED = {"training": 1, **SYSTEMS, **NUMBERS, "report": 1}
# A seed more, with its prior; an experiment more, with its words to read.
ANOTHER = {**TRAINED, "frequency": 1}
NEW = {**ANOTHER, "text": 1}
# The networks alone; with the prior, which takes the keys of features; with the words to read.
LEARNT = {**TRAINED, **SHOWN}
ASKED = {**ANOTHER, **SHOWN}
AFTER = {**NEW, **SHOWN}
MATCHED = {"matching_fold": 1, "matching_quality": 1, **AFTER}
FEATURES = {"regions": 2, "fc7": 2}
SPOKEN = {"speech": 1, "spoken_types": 1, "logmel_shard": 2}
OWN = {"pictures": 1, "words": 1, **FEATURES, **SPOKEN, **MATCHED}
GROUNDED = {"grounding": 1}
HUMAN = {"human": 1, "human_logmel": 1, "human_embedding": 1, "human_ranks": 1}
HUMAN |= {"human_breakdown": 1}
GENERATED = {"scenes": 1, "synthesis": 1, **OWN, **GROUNDED}
REPORT = {"report": 1}
# Segments stand for the words of the speech in all that follows.
SCORED = {"segmentation_controls": 1, "segmentation_scores": 1}
FOUND = {"segmentation": 1, "spoken_types": 1, "logmel_shard": 2}
SEGMENTED = FOUND | SCORED
# Three folds more, and the numbers of all.
FOLDS = dict.fromkeys(("text", "training", *SYSTEMS, "frequency"), 3) | NUMBERS | REPORT
# The files that the lists of the corpora end in, and those just before the training.
LISTS = ["results/pictures/images.parquet", "results/speech/recordings.parquet"]
FRONT = [
    "results/matching/quality/steps.parquet",
    *[f"results/{stage}/shards/{n}.parquet" for stage in ("fc7", "logmel") for n in (0, 1)],
]
# Shares that part these pictures as the exact counts do, and leave them there when more come.
SPLIT = {"method": "hash", "train": 0.47, "validation": 0.28, "test": 0.25, "folds": 4, "fold": 0}
PICTURES = Path("results/scenes/pictures")
SPEECH = Path("results/synthesis/speech")


@dataclass
class Run:
    """A finished run that a row may change: its folder, and a copy of the repository."""

    folder: Path
    root: Path

    def set(self, section: str, value: object) -> None:
        """Change the config: a section's keys, or all of it where the value is no dict."""
        path = self.folder / "config.yaml"
        values = yaml.safe_load(path.read_text())
        values[section] = values[section] | value if isinstance(value, dict) else value
        path.write_text(yaml.safe_dump(values))

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace a text, which must be there, in a file of the repository."""
        file = self.root / path
        text = file.read_text()
        assert old in text, (path, old)
        file.write_text(text.replace(old, new, 1))


@dataclass(frozen=True)
class Row:
    """A change and what it reruns: a rule's name and its number of jobs.

    `first` are the files that are made for real before the rest is planned; without any, all is.
    `base` is the run that changes: with corpora of one's own, with generated ones, with speech
    that is aligned and ready-made fragments, or with found segments.
    """

    change: str
    make: Callable[[Run], None]
    reruns: dict[str, int]
    arguments: tuple[str, ...] = ()
    base: str = "own"
    first: list[str] = field(default_factory=list)


def setting(section: str, reruns: dict[str, int], value: object, **more: object) -> Row:
    """A row of the config."""
    shown = next(iter(value)) if isinstance(value, dict) else ""
    name = f"{section}.{shown}".rstrip(".")
    return Row(f"`{name}`", lambda run: run.set(section, value), reruns, **more)  # type: ignore


def edit(change: str, path: str, old: str, new: str, reruns: dict[str, int], **more: object) -> Row:
    """A row of the code."""
    return Row(change, lambda run: run.edit(path, old, new), reruns, **more)  # type: ignore


def nothing(run: Run) -> None:
    """No change: the row is in how the workflow is called."""


def touch(run: Run) -> None:
    """Give every file of the corpora a new time."""
    for folder in (PICTURES, SPEECH):
        for path in (run.folder / folder).rglob("*"):
            os.utime(path)


def checkout(run: Run) -> None:
    """Give every file of the repository a new time, as a switch to a branch and back does."""
    for path in [*run.root.rglob("*"), run.folder / "config.yaml"]:
        os.utime(path)


def reorder(run: Run) -> None:
    """Write the config's keys in another order."""
    path = run.folder / "config.yaml"
    values = yaml.safe_load(path.read_text())
    values = {
        key: dict(reversed(value.items())) if isinstance(value, dict) else value
        for key, value in reversed(values.items())
    }
    path.write_text(yaml.safe_dump(values, sort_keys=False))


def leave_out_defaults(run: Run) -> None:
    """Leave out of the config each key that has its default."""
    path = run.folder / "config.yaml"
    values = yaml.safe_load(path.read_text())
    generated = {"results": "results", "scenes": {}, "synthesis": {}}
    defaults = load(generated).model_dump(mode="json")
    for section in values.keys() - {"experiments"}:
        if isinstance(values[section], dict):
            values[section] = {
                key: value
                for key, value in values[section].items()
                if key not in defaults[section] or value != defaults[section][key]
            }
    assert "sample_rate" not in values["logmel"]
    path.write_text(yaml.safe_dump(values))


def add_picture(run: Run) -> None:
    """Add one picture with its captions."""
    folder = run.folder / PICTURES
    pixels = np.random.default_rng(0).integers(0, 255, (96, 128, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(folder / "images" / "new.jpg")
    shutil.copy(folder / "sentence" / "scene_0001.txt", folder / "sentence" / "new.txt")


def replace_recording(run: Run) -> None:
    """Put another sound of the same length in the place of one recording."""
    path = run.folder / SPEECH / "F01_01.wav"
    samples, rate = soundfile.read(path)
    soundfile.write(path, samples / 2, rate)


def add_human(run: Run) -> None:
    """Be tested on words of two people, which the captions' speech has."""
    spoken = pd.read_parquet(run.folder / "results" / "matching" / "spoken_captions.parquet")
    rows = ["file\tspeaker\tonset\toffset\tword"]
    (run.folder / "human").mkdir()
    for number, word in enumerate(sorted(set(spoken["spoken_word"]))[:4]):
        samples = np.random.default_rng(number).normal(0, 0.1, 8000)
        soundfile.write(run.folder / "human" / f"{number}.wav", samples, 16000)
        rows.append(f"{number}.wav\tp{number % 2}\t0.1\t0.4\t{word}")
    (run.folder / "human" / "words.tsv").write_text("\n".join(rows) + "\n")
    corpus = {"name": "people", "reader": "tsv", "path": "human"}
    run.set("evaluation", {"human": [corpus]})


def lose_records(run: Run) -> None:
    """Lose what Snakemake remembers."""
    shutil.rmtree(run.folder / ".snakemake")


def lose_records_and_change(run: Run) -> None:
    """Lose what Snakemake remembers, then change a setting and a module."""
    lose_records(run)
    run.set("logmel", {"floor": 1e-9})
    run.edit("src/seesay/learning/losses/paper.py", "(1 - cosine) / 2", "(1 - cosine) / 3")


def other_profile(run: Run) -> None:
    """A profile with other cores, memory and threads."""
    profile = run.folder / "cluster"
    profile.mkdir()
    lines = "cores: 7\ndefault-resources: [mem_mb=500, runtime=5]\nset-threads: [fc7=3]\n"
    (profile / "config.yaml").write_text(lines)


ROWS = [
    setting("scenes", GENERATED, {"seed": 2}, base="generated", first=LISTS),
    setting("pictures", {"pictures": 1, **REPORT}, {"on_bad_input": "fail"}),
    Row(
        "`pictures.split.fold`, from 0 to `all` of 4 folds",
        lambda run: run.set("pictures", {"split": SPLIT | {"fold": "all"}}),
        {"pictures": 1, "matching_fold": 3, **FOLDS},
        first=["results/folds/1/pictures/images.parquet"],
    ),
    setting("regions", FEATURES | ASKED, {"nms": 0.5}),
    setting("fc7", {"fc7": 2, **ASKED}, {"context": 3}),
    setting("words", {"words": 1, "spoken_types": 1, **MATCHED}, {"min_count": 3}),
    setting(
        "synthesis",
        {"synthesis": 1, **SPOKEN, **MATCHED, **GROUNDED},
        {"seed": 2},
        base="generated",
        first=LISTS,
    ),
    setting("speech", {"speech": 1, **REPORT}, {"on_bad_input": "fail"}),
    setting(
        "segmentation",
        # The methods beside it do not read this key.
        {**FOUND, "segmentation_scores": 1, **MATCHED, **GROUNDED},
        {"seconds": 0.2},
        base="segmented",
        first=["results/segmentation/segments.parquet"],
    ),
    setting("matching", MATCHED, {"seed": 2}),
    setting("logmel", {"logmel_shard": 2, **AFTER}, {"floor": 1e-9}),
    setting("training", LEARNT, {"rho": 0.9}),
    setting("evaluation", {"evaluation_ranks": 1, **NUMBERS, **REPORT}, {"galleries": ["test"]}),
    Row(
        "`evaluation.human`: a first corpus",
        add_human,
        {**HUMAN, "metrics": 1, "listen": 1, **REPORT},
    ),
    setting("metrics", {**NUMBERS, **REPORT}, {"resamples": 60}),
    setting("listen", {"listen": 1, **REPORT}, {"tokens": 2}),
    setting("map", {"map": 1, **REPORT}, {"seed": 2}),
    setting("report", REPORT, {"title": "Another title"}),
    setting("fragments", {"fragments": 1, **ASKED}, {"whole": "first"}, base="ready"),
    setting("alignment", {"alignment": 1, "speech": 1, **REPORT}, {"talker": "name"}, base="ready"),
    Row(
        "`shards`, from 2 to 3",
        lambda run: run.set("shards", 3),
        {"pictures": 1, "speech": 1, "regions": 3, "fc7": 3, "logmel_shard": 3, **AFTER},
        first=[*FRONT, "results/fc7/shards/2.parquet", "results/logmel/shards/2.parquet"],
    ),
    Row(
        "`results`: another folder",
        lambda run: run.set("results", "elsewhere"),
        OWN,
        first=[path.replace("results", "elsewhere") for path in LISTS],
    ),
    Row(
        "a control is left out of `controls`",
        lambda run: run.set("controls", ["text"]),
        {**SYSTEMS, **NUMBERS, **SHOWN, **REPORT},
    ),
    Row("a seed is added to `seeds`", lambda run: run.set("seeds", [1, 2]), ANOTHER),
    Row(
        "an experiment is added to `experiments`",
        lambda run: run.set("experiments", {"wide": {"training": {"embedding": 20}}}),
        NEW,
    ),
    Row(
        "an experiment is added that has other settings of `logmel`",
        lambda run: run.set("experiments", {"said": {"logmel": {"span": "word"}}}),
        {"logmel_shard": 2, **NEW},
    ),
    Row(
        "an experiment is added that has other settings of `regions`",
        lambda run: run.set("experiments", {"wider": {"regions": {"min_area": 0.1}}}),
        {**FEATURES, **NEW},
    ),
    Row(
        "an experiment is added that learns pseudo-words",
        lambda run: run.set(
            "experiments", {"relearnt": {"training": {"batch_pictures": 4, "pseudo_words": 5}}}
        ),
        {"lexicon": 1, **NEW},
    ),
    Row("the config's keys in another order", reorder, {}),
    Row("keys that have their defaults are left out of the config", leave_out_defaults, {}),
    Row("the files of the corpora are touched", touch, {}),
    Row(
        "a picture is added to a corpus of your own",
        add_picture,
        {"pictures": 1, "regions": 1, "fc7": 1, "words": 1, **MATCHED},
        first=FRONT,
    ),
    Row(
        "a recording is replaced in a corpus of your own",
        replace_recording,
        {"speech": 1, "logmel_shard": 1, **AFTER},
        first=FRONT,
    ),
    edit(
        "a comment in a module",
        "src/seesay/shared/command.py",
        "import argparse",
        "# More.\nimport argparse",
        {},
    ),
    edit(
        "a docstring in a module",
        "src/seesay/learning/losses/paper.py",
        '"""Losses over',
        '"""The losses over',
        {},
    ),
    Row("a git checkout: the same code, new times", checkout, {}),
    edit(
        "code of one stage (`losses.py`: training)",
        "src/seesay/learning/losses/paper.py",
        "(1 - cosine) / 2",
        "(1 - cosine) / 3",
        LEARNT,
    ),
    edit(
        "code of five stages (`ranking.py`: evaluation, legacy, metrics, breakdown, listen)",
        "src/seesay/shared/ranking.py",
        "1.0 + self.better + before",
        "1.0 + before + self.better",
        {"evaluation_ranks": 1, **NUMBERS, "listen": 1, **REPORT},
    ),
    edit(
        "code of a method that stands beside that of the run (`energy.py`, beside `uniform`)",
        "src/seesay/audio/segmentations/energy.py",
        "max(1, round(settings.least / envelope.hop))",
        "max(round(settings.least / envelope.hop), 1)",
        {**SCORED, **REPORT},
        base="segmented",
    ),
    edit(
        "code of all stages (`command.py`)",
        "src/seesay/shared/command.py",
        "sys.exit(143)",
        "sys.exit(144)",
        OWN,
        first=LISTS,
    ),
    edit(
        "code of a reader, which then reads the same",
        "src/seesay/corpora/pascal1k.py",
        "[path for path in paths if is_page(root, path)]",
        "[p for p in paths if is_page(root, p)]",
        {"pictures": 1},
    ),
    edit(
        "the locked version of a library (librosa: logmel)",
        "envs/requirements.lock",
        "librosa==",
        "librosa==9",
        {"logmel_shard": 2, **AFTER},
    ),
    Row("the number of cores", nothing, {}, arguments=("--cores", "1")),
    Row(
        "the device",
        nothing,
        {},
        arguments=("--set-resources", "training:device=cpu", "fc7:device=cpu"),
    ),
    Row("another profile", other_profile, {}, arguments=("--workflow-profile", "cluster")),
    Row("the folder `.snakemake` is lost", lose_records, {}, base="generated"),
    Row(
        "`.snakemake` is lost, then a setting and a module change",
        lose_records_and_change,
        {},
        base="generated",
    ),
]


def shown(reruns: dict[str, int]) -> str:
    """What reruns, in words: the training, what it reads and what follows it is one thing."""
    if not reruns:
        return "nothing"
    if reruns in (OWN, GENERATED):
        return f"everything ({sum(reruns.values())} jobs)"
    words = [f"{rule} {count}" for rule, count in reruns.items()]
    if "training" in reruns:
        after = {**AFTER, **GROUNDED}
        words = [f"{rule} {count}" for rule, count in reruns.items() if rule not in after]
        total = sum(count for rule, count in reruns.items() if rule in after)
        words.append(f"training and all after it {total}")
    return ", ".join(words)


def table() -> str:
    """The rows as a table for docs/reruns.md."""
    lines = ["| what changes | what runs again, and how many jobs |", "|---|---|"]
    return "\n".join([*lines, *(f"| {row.change} | {shown(row.reruns)} |" for row in ROWS)]) + "\n"
