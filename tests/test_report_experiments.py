"""What the report says where experiments differ: networks, weights, and what each hears."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seesay.planning.config import load
from seesay.planning.experiments import ordered, shown
from seesay.reporting import credits, leakage, supervision
from seesay.reporting.drawing import network
from seesay.reporting.report import build
from seesay.reporting.results import Results
from seesay.reporting.runs import Run
from seesay.reporting.sections import data, training
from seesay.schemas.vision import COPIES, FC7
from seesay.settings import choice
from seesay.settings.report import ReportSettings
from seesay.shared import tables
from seesay.shared.columns import sized
from support import configs, listen_run, report_run
from support.report_run import outputs

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = ReportSettings(title="T", pictures=1, thumbnail=64, rows=3, examples=1)
GUESS = {"fc7": {"network": "vgg16", "weights": "random"}}
CONFIG = {**report_run.CONFIG, "experiments": {"paper": {}, "VGG": GUESS}}


def of_both(path):
    """Numbers of a second experiment, the same as those of the first, in the same file."""
    numbers = pd.read_csv(path, sep="\t")
    both = pd.concat([numbers, numbers.assign(experiment="VGG")])
    both.to_csv(path, sep="\t", index=False, float_format="%.4f")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run of two experiments, with fragments of 3 and of 5 numbers."""
    folder = tmp_path_factory.mktemp("both")
    files = report_run.make(folder)
    for name in ("metrics", "differences"):
        of_both(files[name])
    wide = folder / "wide.parquet"
    with tables.Writer(sized(FC7, feature=5), wide) as writer:
        feature = np.zeros((1, 5), np.float32)
        writer.write({"image_id": ["a"], "region": [0], "score": [1.0], "feature": feature})
    return folder, files | {"experiment_fc7": [*files["fc7"], wide]}


def test_each_experiment_s_network_is_drawn_with_the_width_of_its_own_features(run):
    folder, files = run
    results = Results.read(files["metrics"], files["differences"], CONFIG["experiments"])
    it = Run(files, results, SETTINGS, CONFIG, {}, folder, {})
    paper, other = training.describe(it.of(training.NEEDS))["experiments"]
    assert "Image branch 3 to 200" in paper["network"]["drawn"]
    assert "Image branch 5 to 200" in other["network"]["drawn"]


def test_random_weights_of_one_experiment_are_said_in_page_and_summary(run):
    folder, files = run
    build(files, outputs(folder), SETTINGS, CONFIG, report_run.STAGES, folder / "none")
    network = (
        "EfficientNet-Lite0, trained on ImageNet (paper); VGG16 with random, untrained weights"
        " (VGG)"
    )
    page = outputs(folder).report.read_text(encoding="utf-8")
    summary = outputs(folder).summary.read_text(encoding="utf-8")
    for text in (page, summary):
        assert network in text
        assert "ynthetic speech, untrained image network (VGG)." in text
    assert "The image network of VGG has random weights, for tests only" in page


def test_counts_and_frames_of_one_experiment_are_said_to_be_its_own(run, tmp_path):
    folder, files = run
    heard = {**CONFIG, "experiments": {"paper": {}, "VGG": GUESS | {"logmel": {"frames": 9}}}}
    alike = {**CONFIG, "experiments": {"paper": {}, "VGG": {}}}
    files = files | listen_run.shown(tmp_path, listen_run.make(tmp_path))
    for config, whose in ((heard, " (paper)"), (alike, "")):
        build(files, outputs(tmp_path), SETTINGS, config, report_run.STAGES, folder / "none")
        text = outputs(tmp_path).report.read_text(encoding="utf-8")
        assert f"</b> picture fragments{whose}</li>" in text
        for name in ("picture fragments", "tokens with log-Mel features", "candidate regions"):
            assert f'<th scope="row">{name}{whose}</th>' in text
        assert f"the regions that were kept besides the whole picture{whose}; " in text
        assert "shared space (experiment paper), " in text


VARIED = st.fixed_dictionaries(
    {},
    optional={
        "logmel": st.sampled_from([{"frames": 71}, {"frames": 41}, {"hop": 0.01}]),
        "regions": st.sampled_from([{"nms": 0.5}, {"proposals": "grid"}]),
        "fc7": st.sampled_from([{"regions": 19}, {"regions": 5}]),
    },
)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from(["paper", "best", "a", "b"]), VARIED, min_size=1))
def test_the_report_shows_tables_of_the_config_s_own_settings_where_there_are_some(given):
    config = load(configs.complete() | {"experiments": given, "listen": {"experiment": None}})
    for stage in ("logmel", "regions", "fc7"):
        of = {name: config.variant(name, stage) for name in given}
        found = shown(config.model_dump(mode="json"), stage)
        wanted = "" if "" in of.values() else of[ordered(given)[0]]
        assert found == [name for name in ordered(given) if of[name] == wanted]


def test_random_weights_of_all_experiments_are_said_without_their_names():
    config = {**CONFIG, **GUESS, "experiments": {"paper": {}, "wide": {}}}
    assert "untrained image network" in credits.sources(config)["labels"]
    assert credits.guesses(config) == "The image network has random weights"
    assert credits.guesses({**CONFIG, "experiments": {"paper": {}}}) == ""


def test_the_networks_of_all_experiments_are_credited_once():
    both = {**CONFIG, "experiments": {"paper": {}, "VGG": GUESS, "again": GUESS}}
    whose = [row["whose"] for row in credits.licences(both) if row["what"] == "Image network"]
    assert whose == ["EfficientNet-Lite, with weights trained on ImageNet", "torchvision's VGG16"]


NEW = {
    "seesay.vision.networks": 'Network("Newcomer", data="Photos", labels="names", width=7,'
    ' sides=(64, 512, 1), memory=100, whose="us", terms="MIT", link="https://example.org")',
    "seesay.vision.proposals": 'Proposals("boxes of the newcomer", network="new")',
    "seesay.audio.engines": 'Engine("Singer", terms="MIT", link="https://example.org")',
    "seesay.model.speech_encoders": 'Encoder("a newcomer", units="songs", held=3)',
}


def test_a_new_module_is_named_credited_and_drawn_by_its_own_facts(tmp_path, monkeypatch):
    for package, facts in NEW.items():
        path = tmp_path.joinpath(*package.split("."), "new.py")
        path.parent.mkdir(parents=True)
        kind = facts.partition("(")[0]
        path.write_text(f"from seesay.settings.facts import {kind}\nABOUT = {facts}\n")
    monkeypatch.setattr(choice, "SOURCE", tmp_path)
    monkeypatch.setattr(choice, "about", choice.about.__wrapped__)
    for module in (credits, network):
        monkeypatch.setattr(module, "about", choice.about)
    config = {
        **CONFIG,
        "regions": {"proposals": "new", "weights": "random"},
        "fc7": {"network": "new", "weights": "DEFAULT"},
        "synthesis": {"engines": ["new"]},
        "training": CONFIG["training"] | {"speech_encoder": "new"},
        "experiments": {"paper": {}},
    }
    said = credits.sources(config)
    trained = "Newcomer, trained on Photos"
    assert (
        said["network"]
        == f"{trained}; its boxes proposed by Newcomer with random, untrained weights"
    )
    assert said["speech"] == "Singer voices saying generated text"
    assert "untrained region proposals" in said["labels"]
    whose = [row["whose"] for row in credits.licences(config)]
    assert whose[1:4] == [
        "Singer (used as a program; not part of this report)",
        "us, with weights trained on Photos",
        "us",
    ]
    line = supervision.line(config, "paper")
    assert "Photos’s for features and none for boxes" in line
    assert "one synthesiser, Singer" in line
    assert "1,024 songs" in network.describe(config, "paper", 7)["drawn"]


def test_an_experiment_that_hears_words_alone_is_not_said_to_hear_their_neighbours():
    config = configs.complete("flickr8k.yaml")
    alone = "best, no_convolutions, no_pseudo_words, no_lexicon_term"
    assert data.windows(config) == {"paper, authors": pytest.approx(0.71), alone: 0.0}
    assert data.windows(report_run.CONFIG) == {"": pytest.approx(0.71)}


def reaching(train, test, window):
    """How many test words reach into the sound of a training word; words are (onset, offset)."""
    times = pd.DataFrame([*train, *test], columns=["onset", "offset"])
    names = [f"k{n}" for n in range(len(times))]
    split = ["train"] * len(train) + ["test"] * len(test)
    words = times.assign(token_id=names, recording_id="r", talker="t")
    images = pd.DataFrame({"image_id": names, "split": split, "digest": ""})
    captions = pd.DataFrame({"image_id": names, "text": "a"})
    spoken = pd.DataFrame({"image_id": names, "token_id": names})
    copies = pd.DataFrame(columns=COPIES.schema.names)
    rows = leakage.checks(images, captions, spoken, words, copies, {"": window, "x": 9.0})
    found, other = (row for row in rows if "whose sound overlaps" in row["what"])
    assert other["what"].endswith(" (x)")
    assert ("neighbours" in found["why"]) == (window > 0)
    return found["found"]


WORDS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 9)).map(lambda w: (w[0], w[0] + w[1])),
    min_size=1,
    max_size=6,
)


@settings(max_examples=30, deadline=None)
@given(WORDS, WORDS)
def test_words_heard_alone_reach_into_each_other_where_they_overlap(train, test):
    wanted = sum(any(a < d and c < b for c, d in train) for a, b in test)
    assert reaching(train, test, 0.0) == wanted


def test_a_window_reaches_further_than_the_word():
    assert reaching([(0.0, 0.4)], [(0.5, 0.9)], 0.71) == 1
    assert reaching([(0.0, 0.4)], [(0.5, 0.9)], 0.0) == 0
