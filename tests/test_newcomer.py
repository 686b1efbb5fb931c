"""A newcomer's walk, from the docs alone: data as people have it, `seesay check`, a report."""

import csv
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
import tgt
import yaml
from PIL import Image, ImageDraw

from seesay.shared.pixels import decode
from support import ROOT, configs, corpora_layouts, forks
from support.corpora_layouts import RATE, WORDS, order, say, scene
from support.shrinking import shrunk
from support.workflow import jobs, snakemake

pytestmark = pytest.mark.slow
GUIDE = (ROOT / "docs" / "your-own-corpus.md").read_text(encoding="utf-8")


def own_config(pictures: dict, speech: dict) -> dict:
    """A copy of config/config.yaml without the generated corpora and with one's own, small."""
    values = configs.complete()
    del values["scenes"], values["synthesis"]
    values["results"] = "results/own"
    values["pictures"]["corpora"] = [pictures]
    values["speech"]["corpora"] = [speech]
    values["report"]["title"] = "My own words"
    return shrunk(values)


def walk(folder: Path, values: dict) -> tuple[Path, str]:
    """Check the config, run it, and return the results and the report."""
    (folder / "config.yaml").write_text(yaml.safe_dump(values))
    checked = subprocess.run(
        [forks.python(), Path(sys.executable).with_name("seesay"), "check", "config.yaml"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stdout.splitlines()[-1].startswith("ready"), checked.stdout
    result = snakemake(folder)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-6000:]
    assert jobs(result)["report"] == 1
    results = folder / "results" / "own"
    page = (results / "report.html").read_text()
    assert "My own words" in page
    metrics = pd.read_csv(results / "metrics.tsv", sep="\t")
    assert set(metrics["experiment"]) == {"paper", "best"}
    assert {"word_token_by_image", "image_token_by_word"} <= set(metrics["task"])
    return results, page


def rejects(results: Path, stage: str) -> dict[str, str]:
    """What a stage rejected, and why."""
    found = pd.read_parquet(results / stage / "rejects.parquet")
    return dict(zip(found["id"], found["reason"], strict=True))


# ---- Kaggle's Flickr8k, and a recording of two talkers that MFA aligned


def kaggle(folder: Path) -> None:
    """Flickr8k as Kaggle ships it: `Images/` and captions.txt."""
    (folder / "Images").mkdir(parents=True)
    with (folder / "captions.txt").open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["image", "caption"])
        for number in range(26):
            picture, captions = scene(number)
            name = f"{1000 + number}_{number:010x}.jpg"
            picture.save(folder / "Images" / name)
            table.writerows([name, caption] for caption in captions)


def interview(folder: Path) -> int:
    """Mono recordings in which two talkers take turns, with MFA's tiers; how many words."""
    count = 0
    for session in range(2):
        parts, tiers, at = [], {}, 0.0
        for turn in range(12):
            talker = ("ann", "bob")[turn % 2]
            samples, spoken = say(order(2, 100 * session + turn), talker)
            words = tiers.setdefault(talker, [])
            words += [(round(at + on, 4), round(at + off, 4), word) for on, off, word in spoken]
            parts.append(samples)
            at += len(samples) / RATE
        corpora_layouts.write(folder / f"talk{session}.wav", np.concatenate(parts))
        grid = tgt.TextGrid()
        for talker, words in tiers.items():
            intervals = [tgt.Interval(*word) for word in words]
            sounds = [tgt.Interval(on, off, "spn") for on, off, _ in words]
            grid.add_tier(tgt.IntervalTier(0, at, f"{talker} - words", intervals))
            grid.add_tier(tgt.IntervalTier(0, at, f"{talker} - phones", sounds))
            count += len(words)
        tgt.write_to_file(grid, folder / f"talk{session}.TextGrid", format="long")
    return count


def test_photographs_and_an_interview_that_was_aligned(tmp_path):
    kaggle(tmp_path / "flickr8k")
    count = interview(tmp_path / "interview")
    values = own_config(
        {"reader": "flickr8k", "path": "flickr8k"}, {"reader": "textgrid", "path": "interview"}
    )
    results, page = walk(tmp_path, values)
    assert rejects(results, "pictures") == rejects(results, "speech") == {}
    images = pd.read_parquet(results / "pictures" / "images.parquet")
    captions = pd.read_parquet(results / "pictures" / "captions.parquet")
    assert (len(images), len(captions)) == (26, 130)
    words = pd.read_parquet(results / "speech" / "spoken_words.parquet")
    assert len(words) == count
    assert words["talker"].value_counts().to_dict() == {"ann": count // 2, "bob": count // 2}
    spoken = pd.read_parquet(results / "matching" / "spoken_captions.parquet")
    assert set(spoken["talker"]) == {"ann", "bob"}
    assert set(re.findall(r">(ann|bob)<", page)) == {"ann", "bob"}


# ---- drawn stimuli with a reader of one's own, and Speech Commands

READER = '''"""Drawn stimuli: DRAWING.png, and DRAWING.csv with a description a line."""

from seesay.corpora import Picture, Reject


def sources(root):
    return sorted([*root.glob("*/*.png"), *root.glob("*/*.csv")])


def read(root):
    pictures, rejects = [], []
    for path in sorted(root.glob("*/*.png")):
        name = f"{path.parent.name}/{path.stem}"
        said = path.with_suffix(".csv")
        if said.is_file():
            lines = tuple(said.read_text(encoding="utf-8").splitlines())
            pictures.append(Picture(name, path, lines))
        else:
            rejects.append(Reject(name, "a drawing without descriptions; add its .csv"))
    return pictures, rejects
'''


def stimuli(folder: Path) -> None:
    """Drawings on a transparent ground, whose hidden colour is black; one lacks descriptions."""
    for number in range(27):
        _, captions = scene(number)
        colour = captions[0].split()[1]
        picture = Image.new("RGBA", (80, 80), (0, 0, 0, 0))
        draw = ImageDraw.Draw(picture)
        shape = (draw.ellipse, draw.rectangle)[number % 2]
        shape((20, 15 + number % 10, 50 + number % 15, 60), fill=colour)
        path = folder / ("animals", "things")[number % 2] / f"d{number:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        picture.save(path)
        if number < 26:
            path.with_suffix(".csv").write_text("\n".join(captions) + "\n")


def speech_commands(folder: Path) -> None:
    """Speech Commands: a folder a word, TALKER_nohash_N.wav, and one of noise."""
    for talker in ("0a7c2a8d", "b69fe0e2", "c50f55b8"):
        for word in WORDS:
            for take in range(8):
                path = folder / word / f"{talker}_nohash_{take}.wav"
                path.parent.mkdir(parents=True, exist_ok=True)
                soundfile.write(path, say([word], f"{talker}{take}")[0], RATE)
    noise = np.random.default_rng(0).normal(0, 0.1, RATE)
    (folder / "_background_noise_").mkdir()
    soundfile.write(folder / "_background_noise_" / "white_noise.wav", noise, RATE)


def shown_entry(folder: str) -> dict:
    """The entry of the guide for a corpus of this folder, as it stands there."""
    for block in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL):
        if folder in block:
            (entry,) = yaml.safe_load(block)
            return entry
    raise AssertionError(f"the guide shows no {folder}")


def test_drawn_stimuli_and_speech_commands(tmp_path):
    stimuli(tmp_path / "drawings")
    (tmp_path / "my_pictures.py").write_text(READER)
    speech_commands(tmp_path / "commands")
    speech = shown_entry("speech_commands") | {"path": "commands"}
    values = own_config({"reader": "my_pictures.py", "path": "drawings"}, speech)
    results, page = walk(tmp_path, values)
    reason = "a drawing without descriptions; add its .csv"
    assert rejects(results, "pictures") == {"animals/d26": reason}
    assert reason in page
    images = pd.read_parquet(results / "pictures" / "images.parquet")
    assert len(images) == 26
    for path in images["path"]:
        assert decode(tmp_path / path).getpixel((0, 0)) == (255, 255, 255)
    words = pd.read_parquet(results / "speech" / "spoken_words.parquet")
    assert set(words["word"]) == set(WORDS)
    assert set(words["talker"]) == {"0a7c2a8d", "b69fe0e2", "c50f55b8"}
    assert len(words) == 3 * 8 * len(WORDS)
