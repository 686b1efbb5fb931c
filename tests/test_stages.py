"""Targets of single stages, each with a config of its own sections alone."""

import re

import numpy as np
import pandas as pd
import pytest
import yaml

from seesay.audio import synthesis
from seesay.corpora import lucid
from seesay.planning.config import load
from seesay.planning.parts import lacking, targets
from seesay.shared.errors import InputError
from support import ROOT, corpora_layouts
from support.workflow import jobs, small_config, snakemake

PICTURES = {"pictures": {"corpora": [{"reader": "flickr8k", "path": "photos"}]}}
SMALL = {"regions": {"side": 96, "candidates": 6}, "fc7": {"size": 64, "context": 4, "regions": 4}}
SPEECH = {"speech": {"corpora": [{"reader": "lucid", "path": "talk"}]}}
ALIGNED = {"alignment": {"path": "talk", "talker": "name"}}


def make(folder, target, *, photos=0, talk=False, aligned=None, **values):
    """Make corpora and a config in a folder, and run a target."""
    if photos:
        corpora_layouts.flickr8k(folder / "photos", range(photos))
    if talk:
        corpora_layouts.lucid(folder / "talk")
    given = {"results": "results", "shards": 2, **values}
    (folder / "config.yaml").write_text(yaml.safe_dump(given))
    return snakemake(folder, *target.split())


@pytest.mark.slow
def test_features_need_pictures_alone(tmp_path):
    """Two pictures without captions, which cannot fill three splits."""
    for number in range(2):
        path = tmp_path / "photos" / ("sub" * number) / f"{number}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        corpora_layouts.scene(number)[0].save(path)
    pictures = {"corpora": [{"reader": "pascal1k", "path": "photos"}]}
    result = make(tmp_path, "features", pictures=pictures, **SMALL)
    assert result.returncode == 0, result.stderr[-3000:]
    # No stage of words or speech.
    assert set(jobs(result)) == {"pictures", "regions", "fc7", "features_npz", "features"}
    results = tmp_path / "results"
    fc7 = pd.concat(map(pd.read_parquet, sorted(results.glob("fc7/shards/*.parquet"))))
    regions = pd.concat(map(pd.read_parquet, sorted(results.glob("regions/shards/*.parquet"))))
    files = sorted(results.glob("features/npz/**/*.npz"))
    ids = [path.relative_to(results / "features/npz").with_suffix("") for path in files]
    assert sorted(map(str, ids)) == sorted(fc7["image_id"].unique()) == ["0", "sub/1"]
    for path, image_id in zip(files, map(str, ids), strict=True):
        with np.load(path) as file:
            held = dict(file)
        of_it = fc7[fc7["image_id"] == image_id]
        assert np.array_equal(held["features"], np.stack(of_it["feature"]))
        assert np.array_equal(held["scores"], of_it["score"])
        boxes = of_it.merge(regions, on=["image_id", "region"])[["x0", "y0", "x1", "y1"]]
        assert np.array_equal(held["boxes"], boxes)
        assert held["boxes"][0].tolist() == [0, 0, 120, 90]
        assert (held["image_w"], held["image_h"]) == (120, 90)
        assert held["features"].shape == (5, 1280)
        kinds = {name: str(array.dtype) for name, array in held.items()}
        floats, whole = ("boxes", "scores", "features"), ("regions", "image_w", "image_h")
        assert kinds == {**dict.fromkeys(floats, "float32"), **dict.fromkeys(whole, "int32")}


@pytest.mark.slow
def test_logmel_needs_speech_alone(tmp_path):
    result = make(tmp_path, "logmel", talk=True, **SPEECH)
    assert result.returncode == 0, result.stderr[-3000:]
    assert set(jobs(result)) == {"speech", "logmel_shard", "logmel"}
    results = tmp_path / "results"
    shards = sorted(results.glob("logmel/shards/*.parquet"))
    found = pd.concat(map(pd.read_parquet, shards))
    spoken = pd.read_parquet(results / "speech" / "spoken_words.parquet")
    assert len(shards) == 2
    assert sorted(found["token_id"]) == sorted(spoken["token_id"])
    assert {len(vector) for vector in found["feature"]} == {71 * 40}


@pytest.mark.slow
def test_the_report_names_what_a_config_for_a_part_lacks(tmp_path):
    """It is the last line, in place of a traceback, and nothing has run."""
    result = make(tmp_path, "all", photos=2, **PICTURES, **SMALL)
    assert result.returncode == 1
    last = result.stderr.strip().splitlines()[-1]
    assert last.startswith("error: config: speech.corpora is empty and there is no section synth")
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "results" / "pictures").exists()
    for target, lack in (("logmel", "speech.corpora is empty"), ("alignment", "no section align")):
        result = snakemake(tmp_path, target)
        assert result.returncode == 1
        assert lack in result.stderr.strip().splitlines()[-1]


@pytest.mark.slow
def test_matching_and_evaluation_end_before_the_report(tmp_path):
    values = small_config() | {"controls": []}
    result = make(tmp_path, "matching", **values)
    assert result.returncode == 0, result.stderr[-3000:]
    results = tmp_path / "results"
    assert len(pd.read_parquet(results / "matching" / "spoken_captions.parquet"))
    assert (results / "matching" / "quality" / "steps.parquet").is_file()
    assert not set(jobs(result)) & {"regions", "fc7", "logmel_shard", "training"}
    result = snakemake(tmp_path, "evaluation")
    assert result.returncode == 0, result.stderr[-3000:]
    ranks = pd.read_parquet(results / "evaluation" / "paper" / "model" / "1" / "ranks.parquet")
    metrics = pd.read_csv(results / "metrics.tsv", sep="\t", dtype={"seed": str})
    medians = metrics.query("system == 'model' and metric == 'median_rank' and seed == '1'")
    own = medians.set_index(["task", "gallery"])["value"]
    by_hand = ranks.groupby(["task", "gallery"])["rank"].median()
    assert len(by_hand)
    assert own[by_hand.index].to_numpy() == pytest.approx(by_hand.to_numpy())
    assert not {"listen", "map", "report", "matching_fold"} & set(jobs(result))


SENTENCE = "small children eat fresh apples every morning"


@pytest.mark.slow
def test_alignment_needs_its_section_alone(tmp_path):
    spoken = {"talker": "F01", "script": [SENTENCE.split()], "folder": str(tmp_path / "talk")}
    (tmp_path / "talk").mkdir()
    synthesis.speak(spoken | {"seed": 1, "word_gap": 5, "pause": 0.6, "minutes": 1e-6})
    (tmp_path / "talk" / "F01_01.txt").write_text(SENTENCE)
    result = make(tmp_path, "alignment", **ALIGNED)
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-3000:]
    assert set(jobs(result)) == {"alignment"}
    table = tmp_path / "results" / "alignment" / "speech" / lucid.TOKENS
    assert pd.read_csv(table, sep="\t")["word"].tolist() == SENTENCE.split()
    result = snakemake(tmp_path, "logmel")
    assert set(jobs(result)) == {"speech", "logmel_shard", "logmel"}


def test_a_config_for_a_part_says_which_targets_it_can_make():
    of = {"pictures": PICTURES, "speech": SPEECH, "aligned": ALIGNED, "said": {"synthesis": {}}}
    made = {}
    for name, values in of.items():
        config = load({"results": "r", **values}, whole=False)
        made[name] = (sorted(lacking(config)), targets(config))
        with pytest.raises(InputError, match=r"^config: (speech|pictures)\.corpora is empty"):
            load({"results": "r", **values})
    assert made == {
        "pictures": (["speech"], ["features"]),
        "speech": (["pictures"], ["logmel"]),
        "aligned": (["pictures"], ["alignment", "logmel"]),
        "said": (["pictures"], []),  # it says the captions of pictures
    }
    whole = load({"results": "r", **PICTURES, **SPEECH})
    assert (lacking(whole), targets(whole)) == ({}, [])
    with pytest.raises(InputError, match=r"pictures\.corpora is empty .*speech\.corpora is empty"):
        load({"results": "r"}, whole=False)


def test_the_page_names_every_target_and_table():
    page = (ROOT / "docs" / "stages.md").read_text()
    rules = (ROOT / "workflow" / "rules" / "targets.smk").read_text()
    names = {name for name in re.findall(r"rule (\w+):", rules) if name != "features_npz"}
    assert {f"`{name}`" for name in names} <= set(re.findall(r"^\| (`\w+`) \|", page, re.MULTILINE))
