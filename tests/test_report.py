"""The report: what it says, in which cells, what it escapes, and that it loads nothing."""

import ast
import itertools
import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import altair as alt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from seesay.model.network import Network
from seesay.planning.config import load
from seesay.reporting import charts, credits, groups, leakage, numbers
from seesay.reporting.drawing import dag, network
from seesay.reporting.report import build
from seesay.reporting.results import Results
from seesay.reporting.sections import made, more
from seesay.reporting.sections import run as run_section
from seesay.reporting.sections.pictures import thumbnail
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.scoring import GROUPS, OVER_WORDS, WORDS
from seesay.schemas.vision import COPIES, IMAGES
from seesay.scoring import names
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.printable import printing
from support import ROOT, configs, listen_run, report_run
from support.pages import CAPTION, SETTINGS, Page
from support.report_run import outputs

MAIN = "word_token_by_image"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    inputs = report_run.make(folder, caption=CAPTION)
    config = {**report_run.CONFIG, "note": "</script><script>alert(2)</script>"}
    build(inputs, outputs(folder), SETTINGS, config, report_run.STAGES, folder / "benchmarks")
    return folder, inputs, config


@pytest.fixture(scope="module")
def page(run) -> Page:
    return Page((run[0] / "report.html").read_text(encoding="utf-8"))


def of_tasks(folder, keep):
    """A made-up run's inputs with the numbers of some of the paper's tasks alone."""
    inputs = report_run.make(folder, pictures=10)
    for path in (inputs["metrics"], inputs["differences"]):
        rows = pd.read_csv(path, sep="\t")
        kept = rows[rows["task"].isin(keep)]
        kept.to_csv(path, sep="\t", index=False, float_format="%.4f")
    for table, path in ((GROUPS, inputs["groups"]), (WORDS, inputs["words"])):
        rows = tables.read(table, path)
        tables.write(table, path, rows[rows["task"].isin(keep)])
    return inputs


@pytest.mark.parametrize("keep", [report_run.TASKS[1:], [MAIN], report_run.TASKS[:1]])
def test_a_run_without_some_tasks_reaches_its_report(tmp_path, keep):
    config = {**report_run.CONFIG, "evaluation": {"tasks": report_run.TASKS}}
    inputs = of_tasks(tmp_path, keep)
    build(inputs, outputs(tmp_path), SETTINGS, config, report_run.STAGES, tmp_path / "benchmarks")
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    titles = {name: task.title for name, task in names.paper().items()}
    left_out = [title for name, title in titles.items() if name not in keep]
    said = f"Left out, because no test query has a right item: {'; '.join(left_out)}."
    assert said in page.sections["tasks"]
    summary = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert f"- {said}" in summary
    learned = (
        "Yes, it learned words."
        if MAIN in keep
        else "Not measured: this run cannot say whether it learned words."
    )
    assert learned in page.sections["answer"]
    assert learned in summary
    assert all(titles[name] in page.sections["tables"] for name in keep)


def test_the_main_gallery_is_one_that_the_config_asks(tmp_path):
    """ABX is among test tokens also where all else is searched in the whole corpus."""
    columns = "experiment system seed task gallery gallery_size queries metric value ci_low ci_high"
    rows = [("paper", "model", "mean", MAIN, "all", 50, 9, "r10", 30, 20, 40, 10)]
    rows += [("paper", "model", "mean", "abx_across", "test", 2, 9, "right", 80, 70, 90, 50)]
    frame = pd.DataFrame(rows, columns=[*columns.split(), "chance"]).assign(over="", units="")
    frame.to_csv(tmp_path / "metrics.tsv", sep="\t", index=False)
    results = Results.read(tmp_path / "metrics.tsv", None, galleries=("all",))
    assert results.galleries == ["all", "test"]
    assert results.value("paper", "model", MAIN, "r10").value == 30
    assert results.value("paper", "model", "abx_across", "right").value == 80
    (row,) = more.asked_of(results, "paper")["rows"]
    assert row["cells"]["model"]["text"] == "80.0 %"
    assert row["size"] == "2 tokens, gallery test"


def test_the_answer_stands_first_with_its_numbers(page, run):
    answer = page.sections["answer"]
    said = (
        "a word spoken for that picture is among the 10 nearest of 2,819 word tokens in 23.6 % "
        "[21.7, 25.5] of 2,000 queries. With a random projection of the same features it is in "
        "9.1 %, a difference of +14.5 points [+12.6, +16.4]. Chance is 10.3 %."
    )
    assert answer.index("Yes, it learned words.") < answer.index(said)
    assert list(page.sections)[:2] == ["", "answer"]
    summary = (run[0] / "summary.md").read_text(encoding="utf-8")
    assert said in summary
    assert "Synthetic pictures, synthetic speech" in summary
    assert (
        "| Image Token Search by Word | 13.4 % | 9.4 % | 8.7 % | 10.1 % | 9.8 % | 2,000 fragments |"
        in summary
    )


def test_tables_1_and_2_have_this_run_and_the_paper_in_the_paper_s_layout(page):
    start = page.rows.index(["", "Chance", "Random projection", "Model"])
    assert page.rows[start + 1] == ["", "Median", "Mean", "Median", "Mean", "Median", "Mean"]
    assert page.rows[start + 5][0].startswith("Word Token Search by Image among 2,819 tokens")
    assert page.rows[start + 6] == [
        "this run", "69.00", "110.40", "74.0070–78", "118.40112–124.8", "35.0031–39",
        "56.0049.6–62.4",
    ]  # fmt: skip
    assert page.rows[start + 7] == ["the paper", "–", "–", "93.00", "293.39", "40.00", "72.52"]
    start = page.rows.index(["", "Chance", "Random projection", "Model"], start + 1)
    assert page.rows[start + 1][1:5] == ["R@1", "R@5", "R@10", "R@25"]
    assert page.rows[start + 8][0].startswith("Image Token Search by Word among 2,000 fragments")
    assert page.rows[start + 9][9:] == ["1.341.1–1.5", "7.376.3–8.4", "13.4011.5–15.3",
                                         "19.4316.7–22.2"]  # fmt: skip
    assert page.rows[start + 10][5:] == [
        "2.04", "7.42", "13.61", "22.76", "1.86", "9.41", "15.99", "42.91"
    ]  # fmt: skip


def test_the_better_of_random_and_model_is_bold(run):
    results = Results.read(run[1]["metrics"], run[1]["differences"])
    row = numbers.as_in_paper(results, "paper", numbers.RECALLS)[2]
    assert [cell["best"] for cell in row["paper"]] == [
        *[False] * 4,
        True,
        *[False] * 4,
        *[True] * 3,
    ]
    assert [cell["best"] for cell in row["run"]] == [*[False] * 8, *[True] * 4]


def test_where_it_works_is_wantedwith_chance_and_the_projection(page):
    where = re.sub(r"\s+", " ", page.sections["where"])
    assert "Part of speech Image Token Search by Word, among 2,000 fragments" in where
    assert "Above chance: NOUN. The other groups are not shown to be above chance." in where
    assert page.row("part of speech", "NOUN", "Image Token Search by Word") == [
        "400", "over 30 pictures x 3 seeds", "40.0 %[31.0, 49.0]", "10.0 %", "34.0 %",
        "+6.0 points [+5.0, +7.0]", "20.0", "68.0",
    ]  # fmt: skip
    # Three pictures are too few for an interval.
    rare = page.row("talker", report_run.NASTY, "Word Similarity")
    few = "no interval: 3 pictures, fewer than 20"
    assert rare == ["12", few, "30.0 %", "10.0 %", "24.0 %", "–", "20.0", "68.0"]
    assert page.row("cloud") == ["desk", "NOUN", "60", "12", "25.0 %", "3.5"]


def test_what_the_model_is_worth_were_the_words_others_too():
    names = ["system", "property", "queries", "r10", "low", "high", "difference"]
    names += ["difference_low", "difference_high"]
    rows = [("model", OVER_WORDS, 300, 40.0, 30.0, 50.0, 0.0, 0.0, 0.0)]
    rows += [("shuffled", OVER_WORDS, 300, 35.0, 30.0, 41.0, 5.0, -1.0, 11.0)]
    rows += [("model", "spoken", 300, 99.0, 99.0, 99.0, 0.0, 0.0, 0.0)]
    part = pd.DataFrame(rows, columns=names).assign(over="pictures x words", units="30 x 1200")
    said = groups.over_words(part)
    wanted = (
        "40.0 % [30.0, 50.0]; minus shuffled pairs: +5.0 points [−1.0, +11.0] (300 queries;"
        " intervals over 30 pictures x 1,200 words)"
    )
    assert said == wanted
    few = part.assign(low=np.nan)
    assert groups.over_words(few) == ""
    assert groups.over_words(few[2:]) == ""


def test_the_summary_says_where_it_works_and_what_was_checked(run):
    summary = (run[0] / "summary.md").read_text(encoding="utf-8")
    assert (
        "- Part of speech (Image Token Search by Word): NOUN 40.0 [31.0, 49.0] (chance 10.0);"
        " VERB 9.0 [5.0, 12.0] (chance 10.0)\n" in summary
    )
    # Six tokens a picture; pictures 16 to 19 have those of 6 to 9, which are of the training.
    assert "- word tokens in two splits: 24 of 60, a leak\n" in summary
    assert "- pictures in two splits with the same id: 0 of 20\n" in summary


def test_a_run_without_folds_speaks_of_none(page):
    assert not [name for name, text in page.sections.items() if "fold" in text]


def test_the_network_is_drawn_with_its_sizes(page):
    drawn = [attrs for tag, attrs in page.tags if attrs.get("class") == "net"]
    assert [attrs["aria-label"] for attrs in drawn] == [
        "Image branch 3 to 200; speech branch 2,840 to 1,024 to 1,024 to 1,024 to 200; "
        "a ReLU capped at 6 after every layer, including the last; compared by cosine"
    ]
    # (3 + 1) 200 + (2840 + 1) 1024 + 2 (1024 + 1) 1024 + (1024 + 1) 200
    assert "5,214,184 weights" in page.sections["training"]


@pytest.mark.parametrize("experiment", ["paper", "best", "gate", "conv", "falling"])
def test_an_experiment_s_own_network_and_stopping_rule_are_told(experiment):
    values = configs.complete()
    values["experiments"] |= {
        "gate": {"training": {"context": "gate"}},
        "conv": {"training": {"speech_encoder": "conv", "speech_layers": [8, 8]}},
        "falling": {
            "training": {
                "optimiser": "adamw", "schedule": "cosine", "learning_rate": 2e-3,
                "batch_pictures": 4, "loss": "infonce", "pseudo_words": 9, "pseudo_rounds": 2,
            }
        },
    }  # fmt: skip
    config = load(values)
    found = network.describe(config.model_dump(mode="json"), experiment, 1280)
    training, logmel = (config.section_of(experiment, name) for name in ("training", "logmel"))
    size = logmel.frames * logmel.filters
    built = Network(training, 1280 * (2 if experiment == "gate" else 1), size)
    count = sum(values.numel() for values in built.parameters())
    assert found["weights"] == (None if experiment in ("gate", "conv") else count)
    assert f"{size:,} in" in found["drawn"]
    watched = "R@10 on the validation set" if training.criterion == "r10" else "validation loss"
    assert watched in found["watched"]
    assert found["activation"].endswith("except the last") == (training.output == "linear")
    assert (found["patience"], found["most"]) == (training.patience, training.max_epochs)
    assert found["falls"] == (training.learning_rate if training.schedule == "cosine" else None)
    assert (found["pseudo_words"], found["rounds"]) == (
        training.pseudo_words,
        training.pseudo_rounds,
    )


def test_the_frames_of_an_experiments_own_speech_are_said():
    own = {"logmel": {"model": "hubert.pt", "filters": 768, "frames": 20}}
    config = {**report_run.CONFIG, "experiments": {"paper": {}, "hubert": own}}
    found = {name: network.describe(config, name, 3)["drawn"] for name in ("paper", "hubert")}
    assert "71 frames × 40 log-Mel filters" in found["paper"]
    assert "20 frames × 768 numbers of a speech model" in found["hubert"]
    assert "15,360 in" in found["hubert"]


def spoken_of(*rows):
    return pd.DataFrame(rows, columns=["image_id", "token_id"])


def test_what_is_in_two_splits_is_found():
    images = pd.DataFrame({"image_id": ["a", "b", "c"], "split": ["train", "test", "test"]})
    images["digest"] = ["x", "x", ""]
    captions = pd.DataFrame({"image_id": ["a", "b", "c"], "text": ["A dog", "a dog", "a cat"]})
    words = pd.DataFrame({"token_id": ["k1", "k2", "k3"], "recording_id": "r", "talker": "t"})
    words = words.assign(onset=[0.0, 0.5, 2.0], offset=[0.4, 0.9, 2.2])
    said = spoken_of(("a", "k1"), ("b", "k2"), ("c", "k3"))
    copies = pd.DataFrame(
        [("a", "b", "train", "test", 0), ("a", "c", "train", "test", 4)],
        columns=COPIES.schema.names,
    )
    found = leakage.checks(images, captions, said, words, copies, windows={"": 0.71})
    assert [(row["found"], row["of"], row["kind"]) for row in found] == [
        (0, 3, "ok"), (1, 2, "leak"), (1, 2, "leak"), (0, 3, "ok"), (1, 2, "design"),
        (1, 2, "design"),
        (1, 1, "design"), (1, 1, "design"),
    ]  # fmt: skip
    said = spoken_of(("a", "k1"), ("b", "k1"), ("c", "k3"))
    assert found[2]["which"] == "a (train) and c (test)"  # a and b have the same bytes
    found = leakage.checks(images, captions, said, words, copies[:0], windows={"": 0.3})
    assert [found[3][name] for name in ("found", "of", "kind")] == [1, 2, "leak"]
    assert [found[row]["kind"] for row in (2, 4)] == ["ok", "ok"]


def test_inputs_are_hashed_without_regard_to_their_order():
    images = pd.DataFrame({"image_id": ["a", "b"], "digest": ["1", "2"], "path": ["x", "y"]})
    heard = pd.DataFrame({"recording_id": ["r"], "digest": ["3"], "path": ["z"]})
    first = made.hashes(images, heard)
    assert first == made.hashes(images[::-1], heard)
    assert first[0]["hash"] != made.hashes(images.assign(digest="1"), heard)[0]["hash"]


def test_every_system_task_and_gallery_is_there(page):
    numbers = [row for row in page.rows if row[0] in ("Gallery", "test", "all")]
    rows, pairs = (
        {tuple(row[:3]): row[3:] for row in numbers if len(row) == cells} for cells in (11, 9)
    )
    assert len(rows) == 1 + 2 * 4 * 5
    row = rows["all", "Image Token Search by Word", "shuffled pairs"]
    assert row[0] == "800[760, 840]"
    assert row[4:] == ["10.1 %[8.2, 12.0]", "14.6 %[11.9, 17.4]", "20,000 fragments", "2,000"]
    assert rows["test", "Word Similarity", "chance"][4] == "10.2 %"
    assert len(pairs) == 1 + 2 * 4 * 3
    pair = pairs["test", "Word Token Search by Image", "untrained"]
    assert pair[0] == "−38 [−42, −34]"
    assert pair[4] == "+14.0 points [+12.1, +15.9]"


def test_the_sources_of_supervision_stand_beside_the_answer(page, run, tmp_path):
    marked = "training also reads them (semantic_term: 0.3), so it has not learned from speech and"
    line = (
        "Supervision besides speech and pictures: transcripts: pairing only; word times: the middle"
    )
    summary = (run[0] / "summary.md").read_text(encoding="utf-8")
    for text in (page.sections["answer"], summary):
        assert line in text
        assert marked not in text
        assert "The pairing reads talker labels" in text
    paper = {"training": {"semantic_term": 0.3}}
    config = {**report_run.CONFIG, "experiments": {"paper": paper}}
    inputs = report_run.make(tmp_path)
    build(inputs, outputs(tmp_path), SETTINGS, config, report_run.STAGES, tmp_path / "none")
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    summary = (tmp_path / "summary.md").read_text(encoding="utf-8")
    for text in (page.sections["answer"], summary):
        assert marked in text
        assert "transcripts: pairing and training (semantic_term: 0.3); word times" in text


def test_synthetic_data_and_untrained_networks_are_labelled(page):
    label = page.sections[""]
    assert "Synthetic pictures, synthetic speech." in label
    assert "say nothing about real pictures or real speech" in label
    real = {
        **report_run.CONFIG,
        "scenes": None,
        "synthesis": None,
        "pictures": {"corpora": [{"reader": "flickr8k", "path": "corpora/flickr8k"}]},
        "speech": {
            "corpora": [
                {"reader": "lucid", "path": "corpora/lucid"},
                {"reader": "timit", "path": "corpora/timit"},
            ]
        },
    }
    assert credits.sources(real)["labels"] == []
    assert credits.sources(real)["pictures"] == "corpora/flickr8k (read as Flickr8k)"
    heard = "corpora/lucid (read as LUCID); corpora/timit (read as TIMIT)"
    assert credits.sources(real)["speech"] == heard
    assert [used["whose"] for used in credits.licences(real)][-2:] == [
        "corpora/lucid",
        "corpora/timit",
    ]
    random = {**real, "fc7": {"network": "efficientnet_lite0", "weights": "random"}}
    assert credits.sources(random)["labels"] == ["untrained image network"]
    mixed = {**real, "synthesis": {"talkers": 40}}
    assert credits.sources(mixed)["labels"] == ["synthetic speech"]


def test_ready_made_fragments_have_no_boxes_and_pictures_need_no_file(tmp_path):
    inputs = report_run.make(tmp_path, pictures=20)
    images = tables.read(IMAGES, inputs["images"])
    tables.write(IMAGES, inputs["images"], images.assign(path="", digest="", width=0, height=0))
    config = {
        **report_run.CONFIG,
        "scenes": None,
        "fc7": None,
        "fragments": {"path": "corpora/fragments"},
        "pictures": {"corpora": [{"reader": "pascal1k", "path": "corpora/pascal"}]},
    }
    inputs = inputs | {"regions": []}
    build(inputs, outputs(tmp_path), SETTINGS, config, report_run.STAGES, tmp_path / "none")
    made = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert made.sections["pictures"].count("4 fragments · no picture file") == 2
    assert "are ready-made and have no boxes" in made.sections["pictures"]
    assert not [tag for tag, _ in made.tags if tag == "img"]
    assert "candidate regions" not in made.sections["data"]
    assert made.row("fragments kept, whole pictures included") == ["80"]
    said = "ready-made R-CNN fragments (Karpathy et al. 2014) from corpora/fragments"
    assert said in made.sections["tables"]
    assert "corpora/pascal (read as Pascal1K)" in made.sections["tables"]
    assert "Karpathy, Joulin and Li 2014 (corpora/fragments)" in made.sections["made"]
    assert (
        "EfficientNet" not in made.sections["made"].split("Licences")[1].split("Every setting")[0]
    )


@pytest.mark.parametrize(
    ("network", "said"),
    [
        ("alexnet", "AlexNet, trained on ImageNet"),
        ("vgg16", "VGG16, trained on ImageNet"),
        ("fasterrcnn", "Faster R-CNN (ResNet-50 FPN), trained on COCO"),
    ],
)
def test_torchvision_s_networks_are_described_and_attributed(network, said):
    config = {**report_run.CONFIG, "fc7": {"network": network, "weights": "DEFAULT"}}
    assert credits.sources(config)["network"] == said
    (licence,) = [x for x in credits.licences(config) if x["what"] == "Image network"]
    assert licence["terms"] == "BSD-3-Clause"
    assert licence["whose"].startswith("torchvision's")
    assert licence["whose"].endswith(said.rpartition(" ")[2])


def test_a_network_that_proposes_the_boxes_is_described_too():
    regions = {"proposals": "rpn", "weights": "random"}
    config = {**report_run.CONFIG, "regions": regions}
    source = credits.sources(config)
    assert source["network"] == (
        "EfficientNet-Lite0, trained on ImageNet; its boxes proposed by Faster R-CNN"
        " (ResNet-50 FPN) with random, untrained weights"
    )
    assert "untrained region proposals" in source["labels"]
    terms = {x["what"]: x["terms"] for x in credits.licences(config)}
    assert (terms["Image network"], terms["Region proposals"]) == ("Apache-2.0", "BSD-3-Clause")
    own = {**config, "fc7": {"network": "vgg16", "weights": "own/vgg.pth"}}
    assert credits.sources(own)["network"].startswith("VGG16 with the weights own/vgg.pth")
    assert "trained" not in credits.licences(own)[-2]["whose"]


def test_attribution_stands_beside_every_drawn_picture(page):
    credits = page.sections["pictures"].count("drawings: OpenMoji, CC BY-SA 4.0")
    assert credits == len([tag for tag, _ in page.tags if tag == "img"]) == 2
    assert "GPL-3.0-or-later" in page.sections["made"]
    assert "Apache-2.0" in page.sections["made"]
    assert "Synnaeve" in page.sections["made"]


def test_what_comes_from_data_is_shown_as_text(page, run):
    assert CAPTION in page.sections["pictures"]
    assert "Words & <pictures>" in page.sections[""]
    assert "</script><script>alert(2)</script>" in page.sections["made"]
    html = (run[0] / "report.html").read_text(encoding="utf-8")
    assert html.count("<script>") == html.count("</script>") == 2
    alts = [attrs["alt"] for tag, attrs in page.tags if tag == "img"]
    assert alts == [CAPTION, CAPTION]


def test_the_page_loads_nothing(page, run):
    for tag, attrs in page.tags:
        if tag != "a":
            for name in ("src", "href", "srcset", "data", "poster", "action", "xlink:href"):
                value = attrs.get(name) or "data:"
                assert value.startswith("data:"), (tag, name, value)
    policy = [attrs["content"] for tag, attrs in page.tags if "http-equiv" in attrs]
    assert policy[0].startswith("default-src 'none'; img-src data:;")
    html = (run[0] / "report.html").read_text(encoding="utf-8")
    style = html[html.index("<style>") : html.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style


def test_charts_hold_the_numbers_and_stand_where_the_script_looks(page, run):
    html = (run[0] / "report.html").read_text(encoding="utf-8")
    charts = json.loads(re.search(r"^const charts = (.*);$", html, re.MULTILINE)[1])
    assert len(charts) == 18
    assert set(charts) == {a["id"] for _, a in page.tags if a.get("class") == "chart"}
    for spec in charts.values():
        # Raises an error about what Vega-Lite's schema does not have.
        alt.LayerChart.from_dict(spec)
    spec = charts["answer-0-word-token-by-image-r10"]["datasets"]
    values = {row["system"]: (row["value"], row["low"], row["high"]) for row in spec["systems"]}
    assert values["model"] == (23.6, 21.7, 25.5)
    assert values["random projection"] == (9.1, 7.2, 11.0)
    assert spec["chance"][0]["value"] == 10.3
    assert len(spec["seeds"]) == 12
    lines = charts["training-0-cosines"]["datasets"]["epochs"]
    assert len(lines) == 3 * 13 * 2 * 2
    assert {row["epoch"] for row in lines if row["kept"]} == {8}
    assert "seed 1 kept epoch 8 of 12, stopped early" in page.sections["training"]
    # The figures for snakemake --report stand alone: no variables of the page.
    for name in ("answer.svg", "train.svg", "where.svg"):
        text = (run[0] / name).read_text(encoding="utf-8")
        assert text.startswith("<svg")
        assert "var(--" not in text
        assert set(re.findall(r"https?://[^\"]*", text)) == {
            "http://www.w3.org/2000/svg",
            "http://www.w3.org/1999/xlink",
        }


@pytest.mark.parametrize(
    ("name", "count", "titles", "keys"),
    [
        ("answer", 8, ["Word Similarity", "Image Token Search by Word"], []),
        (
            "train",
            4,
            ["Control: shuffled pairs", "Model: loss"],
            ["same", "tied words", "validation"],
        ),
        ("where", 4, ["Talker, best first", "Learning curve"], ["model", "random projection"]),
    ],
)
def test_a_figure_places_titled_charts_side_by_side(run, name, count, titles, keys):
    figure = ElementTree.parse(run[0] / f"{name}.svg").getroot()
    charts = figure.findall("{*}svg")
    assert len(charts) == count
    assert set(titles) <= {title.text for title in figure.findall("{*}text")}
    assert set(keys) <= {text.text for chart in charts for text in chart.findall(".//{*}text")}
    boxes = [[float(c.get(k)) for k in ("x", "y", "width", "height")] for c in charts]
    width, height = (float(figure.get(k)) for k in ("width", "height"))
    assert all(x + w <= width and y + h <= height for x, y, w, h in boxes)
    assert figure.get("viewBox") == f"0 0 {width:.0f} {height:.0f}"  # else it would not scale
    for (x, y, w, h), (left, top, *_) in itertools.combinations(boxes, 2):
        assert x + w <= left or y + h <= top  # beside or below the charts before it


def test_the_data_are_counted(page):
    assert page.row("pictures") == ["16", "2", "2", "20"]
    assert page.row("picture fragments") == ["64", "8", "8", "80"]
    assert page.row("captions") == ["80", "10", "10", "100"]
    assert page.row("captions that can be said") == ["32", "4", "4", "40"]
    assert page.row("share of the captions, %") == ["40.0", "40.0", "40.0", "40.0"]
    assert page.row("word types used")[-1] == "3"
    assert page.row("candidate regions") == ["80"]
    assert page.row("… padded at the edge of their file") == ["3"]
    assert page.row("hours recorded") == ["1.00"]
    assert page.row("as itself") == ["3", "300", "75.0", ""]
    assert page.row("grass") == ["NOUN", "bureau", "5", "9", "matched"]
    assert page.row("parked") == ["VERB", "–", "6", "12", "no candidate"]
    assert page.row("matching", "no spoken word stands for a word of it")[0] == "7"
    reason, count, shown = page.row("speech")
    assert (reason, count) == ("offset … s <= onset … s; correct the row", "4")
    assert shown.count("correct the row") == 2  # SETTINGS.examples


def test_what_came_of_the_matching_is_counted(page, run):
    assert page.row("NOUN") == ["290", "3", "45", "3"]
    assert page.row("other") == ["–", "–", "7", "2"]
    assert page.row("a word without a spoken word") == ["7"]
    assert page.row("other captions have used up its tokens") == ["2"]
    assert (
        "Most frequent missing words: parked 7, car 2. Talkers who come nearest to saying such a"
        " caption, with the number of captions: talker_01 2." in page.sections["data"]
    )
    assert page.row("car") == ["20", "16", "4", "5", "5"]
    # Three of the four talkers do not say it.
    assert page.row("bureau") == ["3", "1", "1", "0", "3"]
    html = (run[0] / "report.html").read_text(encoding="utf-8")
    charts = json.loads(re.search(r"^const charts = (.*);$", html, re.MULTILINE)[1])
    assert charts["matching-durations"]["datasets"]["bins"][1] == {
        "low": 0.35, "high": 0.4, "tokens": 2
    }  # fmt: skip
    talkers = charts["matching-talkers"]["datasets"]["talkers"]
    assert talkers[0] == {"talker": "talker_00", "tokens": 8, "used": 5}
    assert len(talkers) == 4
    assert "One talker says all words of a caption." in page.sections["data"]


def test_without_the_shuffled_control_nothing_is_said_to_be_learned(run, tmp_path):
    folder, inputs, config = run
    assert "## paper: Yes, it learned words." in (folder / "summary.md").read_text("utf-8")
    few = {**config, "controls": ["text"]}
    kept = {}
    for name in ("metrics", "differences"):
        lines = inputs[name].read_text().splitlines(keepends=True)
        kept[name] = tmp_path / f"{name}.tsv"
        kept[name].write_text("".join(line for line in lines if "\tshuffled\t" not in line))
    inputs = inputs | kept
    build(inputs, outputs(tmp_path), SETTINGS, few, report_run.STAGES, tmp_path)
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert "without the control of shuffled pairs." in page.sections[""]
    assert "text bound" not in page.sections[""]
    answer = page.sections["answer"]
    assert "learned words" not in answer
    assert "Not shown: the deciding control, shuffled pairs, was not trained." in answer
    assert "every control except shuffled pairs, which were not trained" in page.sections["tasks"]
    assert "spoken words of other pictures" not in answer
    assert "trains as long" not in page.sections["training"]


def test_sentences_that_mix_talkers_are_labelled_and_shown_with_all_of_them(run, tmp_path):
    _, inputs, config = run
    spoken = tables.read(SPOKEN_CAPTIONS, inputs["spoken_captions"])
    # The second word of every caption is another talker's.
    spoken.loc[spoken["position"] == 1, "talker"] = "talker_09"
    tables.write(SPOKEN_CAPTIONS, tmp_path / "spoken", spoken)
    mixed = {**config, "matching": {"speakers": "mixed"}}
    changed_inputs = inputs | {"spoken_captions": tmp_path / "spoken"}
    build(changed_inputs, outputs(tmp_path), SETTINGS, mixed, report_run.STAGES, tmp_path)
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert "sentences mix talkers." in page.sections[""]
    assert "Sentences mix talkers" in page.sections["data"]
    assert "sentences mix talkers" in (tmp_path / "summary.md").read_text(encoding="utf-8")
    # Still 40 spoken captions, though each has two talkers.
    assert page.row("spoken captions, over talkers")[-1] == "40"
    # The words stand in the order of the caption, with everyone who says one.
    said = re.search(r"(talker_\d+, talker_09): (\w+, \w+, .*)", page.sections["pictures"])
    assert said[2] == "red, car, grass → bureau"


def test_legacy_numbers_stand_beside_the_corrected_ones_and_nowhere_else(page, run, tmp_path):
    folder, inputs, config = run
    assert "legacy" not in page.sections
    text = inputs["metrics"].read_text(encoding="utf-8").splitlines()
    where = text[0].split("\t").index("value")
    rows = [line.split("\t") for line in text[1:]]
    for row in rows:
        row[where] = "77.7000" if row[1] == "model" else "11.1000"
    lines = [text[0], *("\t".join(row) for row in rows if "\ttest\t" in "\t".join(row))]
    (tmp_path / "legacy.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    config = {**config, "training": {**config["training"], "standardise": "train"}}
    build(
        inputs | {"legacy": [tmp_path / "legacy.tsv"]},
        outputs(tmp_path), SETTINGS, config, report_run.STAGES, folder / "benchmarks",
    )  # fmt: skip
    other = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    section = other.sections.pop("legacy")
    assert "experiment paper: no (training.standardise: train)" in section
    rows = [row for row in other.rows if len(row) == 13 and row[0] == "model"]
    assert rows[1][1:3] == ["35", "77.7"]
    assert rows[1][9:11] == ["23.6 %", "77.7 %"]
    (row,) = [row for row in other.rows if len(row) == 13 and row[1:3] == ["69", "69"]]
    assert row[0] == "chance"
    for name in ("answer", "tables", "data"):
        assert other.sections[name].strip() == page.sections[name].strip()
    assert "77.7" not in "".join(other.sections.values())
    assert (tmp_path / "summary.md").read_bytes() == (folder / "summary.md").read_bytes()


def test_kept_regions_are_framed_and_dropped_ones_are_not(page):
    frames = [attrs for tag, attrs in page.tags if tag == "rect" and attrs.get("class") == "best"]
    assert len(frames) == 2 * 3  # two pictures; region 4 is not kept, region 0 the whole
    first = [(a["x"], a["y"], a["width"], a["height"]) for a in frames]
    assert all(int(w) == int(h) > 39 for _, _, w, h in first)
    assert "talker_02: red, car, grass → bureau" in re.sub(r"\s+", " ", page.sections["pictures"])
    assert "not spoken: no spoken word stands for a word of it: parked" in page.sections["pictures"]


def test_time_and_memory_are_in_a_block_of_their_own(page):
    assert page.row("regions") == ["2", "2 min 06 s", "1 min 05 s", "312 MB"]
    assert page.row("metrics") == ["1", "2.2 s", "2.2 s", "–"]
    assert not [row for row in page.rows if row[:1] == ["report"]]
    assert "Report written" in page.sections["run"]
    assert run_section.duration(7810) == "2 h 10 min"


def unnumbered(path: Path) -> str:
    """A file's text without the numbers of clips, which count on through a process's drawings."""
    return re.sub(r"(?<=clip)\d+", "", path.read_text(encoding="utf-8"))


def test_the_script_writes_the_same_bytes_but_for_the_run(run, tmp_path):
    folder, inputs, config = run
    (tmp_path / "first").mkdir()
    inputs = inputs | listen_run.shown(tmp_path, listen_run.make(tmp_path))
    one, other = outputs(tmp_path / "first"), outputs(tmp_path)
    build(inputs, one, SETTINGS, config, report_run.STAGES, folder / "benchmarks")
    args = []
    for name, value in [*inputs.items(), *vars(other).items()]:
        paths = value if isinstance(value, list) else [value or ""]
        args += ["--" + name.replace("_", "-"), *map(str, paths)]
    args += ["--config", json.dumps(config), "--stages", json.dumps(report_run.STAGES)]
    args += ["--benchmarks", str(tmp_path / "none"), "--settings", SETTINGS.model_dump_json()]
    script = ROOT / "workflow" / "scripts" / "report.py"
    done = subprocess.run(
        [sys.executable, script, *args],
        env={"PYTHONPATH": str(ROOT / "src"), "PYTHONHASHSEED": "7", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    first, second = (
        re.sub(r'(?s)<section id="run">.*?</section>', "", unnumbered(path))
        for path in (one.report, other.report)
    )
    assert first == second
    assert "There are no benchmark files of Snakemake." in other.report.read_text(encoding="utf-8")
    for name in ("summary.md", "answer.svg", "train.svg", "where.svg"):
        assert unnumbered(tmp_path / "first" / name) == unnumbered(tmp_path / name)


def test_the_page_stays_within_its_size(run, tmp_path):
    noise = np.random.default_rng(1).integers(0, 256, (600, 800, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    worst = len(thumbnail(tmp_path / "noise.png", 320))
    assert (run[0] / "report.html").stat().st_size + 12 * worst < 8_000_000 / 2


def test_a_thumbnail_is_upright_and_an_unreadable_picture_is_named(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    Image.new("RGB", (200, 100)).save(tmp_path / "turned.jpg", exif=exif)
    assert thumbnail(tmp_path / "turned.jpg", 80) == thumbnail_of((100, 200), tmp_path)
    (tmp_path / "bad.jpg").write_bytes(b"no picture")
    with pytest.raises(InputError, match=r"bad\.jpg"):
        thumbnail(tmp_path / "bad.jpg", 80)


def thumbnail_of(size: tuple[int, int], folder: Path) -> str:
    Image.new("RGB", size).save(folder / "plain.jpg")
    return thumbnail(folder / "plain.jpg", 80)


def test_numbers_without_the_model_or_a_column_are_refused(run, tmp_path):
    lines = run[1]["metrics"].read_text().splitlines(keepends=True)
    bad = tmp_path / "metrics.tsv"
    bad.write_text("".join(line for line in lines if "\tmodel\t" not in line))
    with pytest.raises(InputError, match="no row of the system model"):
        Results.read(bad, run[1]["differences"])
    bad.write_text("".join(line.rpartition("\t")[0] + "\n" for line in lines))
    with pytest.raises(InputError, match="no column 'units'"):
        Results.read(bad, run[1]["differences"])


def test_the_drawing_leaves_out_implied_inputs_and_refuses_cycles():
    assert dag.reduced({"a": [], "b": ["a"], "c": ["a", "b"]})["c"] == ["b"]
    with pytest.raises(ValueError, match="cycle"):
        dag.draw({"a": ["b"], "b": ["a"]})
    with pytest.raises(ValueError, match="not listed"):
        dag.draw({"a": ["b"]})


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sets(st.integers(0, 8)), min_size=1, max_size=9))
def test_boxes_never_overlap_and_stand_below_what_they_read(reads):
    stages = {f"s{i}": [f"s{j}" for j in sorted(x) if j < i] for i, x in enumerate(reads)}
    svg = str(dag.draw(stages))
    found = re.findall(r'<rect x="([-\d.]+)" y="([-\d.]+)".*?<text.*?>(\w+)</text>', svg)
    place = {name: (float(x), float(y)) for x, y, name in found}
    assert set(place) == set(stages)
    for stage, inputs in stages.items():
        assert all(place[other][1] < place[stage][1] for other in inputs)
        for other in set(stages) - {stage}:
            if place[other][1] == place[stage][1]:
                apart = abs(place[other][0] - place[stage][0])
                assert apart >= dag.WIDTH + dag.ACROSS - 0.2


def test_the_list_of_stages_names_every_rule():
    rules = ROOT / "workflow" / "rules"
    text = "".join(path.read_text() for path in sorted(rules.glob("*.smk")))
    names = set(re.findall(r"^ *(?:rule|checkpoint) (\w+):", text, re.MULTILINE))
    stages = ast.literal_eval(re.search(r"(?s)^STAGES = (\{.*?^\})", text, re.MULTILINE)[1])
    # caption_stages() and segmented() add the stages that few configs have.
    few = [path for path in rules.glob("*.smk") if re.match("caption|localis|segment", path.name)]
    own = "".join(path.read_text() for path in few)
    found = set(re.findall(r"^ *(?:rule|checkpoint) (\w+):", own, re.MULTILINE)) - set(stages)
    assert len(found) >= 9
    assert all(text.count(f'"{name}": [') == 1 for name in found), found
    # A rule with wildcards cannot be a target, so these do the work of a stage, or of a target.
    parts = {"logmel_shard", "matching_fold", "evaluation_ranks", "fc7_networks", "features_npz"}
    # `features` gathers stages; `results` is of several runs, and so no stage of one.
    assert set(stages) == names - found - parts - {"features", "results"}
    # The README shows the drawing that every run of the default writes.
    absent = {"alignment", "fetch", "study", "fragments", "legacy", "legacy_metrics", "lexicon"}
    absent |= {"items", "items_tsv", "given_evaluation"}
    absent |= {stage for stage in stages if stage.partition("_")[0] == "human"}
    used = {s: [r for r in reads if r not in absent] for s, reads in stages.items()}
    drawn = dag.draw({s: reads for s, reads in used.items() if s not in absent})
    shown = (ROOT / "docs" / "stages.svg").read_text(encoding="utf-8")
    assert shown == f"{drawn}\n", "copy results/report/stages.svg to docs/"


@pytest.mark.parametrize(
    "name", ["a\x00b", "a\x1b[1mb", "a\ufffeb", "a\ud83db", "a\nb", "\u200fa"], ids=ascii
)
def test_names_that_do_not_print_are_drawn_escaped(name):
    row = {"group": name, "queries": 3, "pictures": 3, "r10": 5.0, "low": 1.0, "high": 8.0}
    chart = groups.dots([row | {"chance": 2.0, "baseline": 3.0}], f"R@10 of {name}")
    safe = printing(chart)
    assert name not in json.dumps(safe, ensure_ascii=False)
    assert f"{ascii(name)[1:-1]} · 3" in charts.drawn(charts.embedded(safe))


def test_joined_letters_and_emoji_stay(run):
    name = "नमस्\u200dते 👩\u200d🚀 a\xa0b"
    assert printing({"group": [name, 1.5, None]}) == {"group": [name, 1.5, None]}


def test_every_chart_of_the_page_prints(tmp_path):
    inputs = report_run.make(tmp_path)
    groups = tables.read(GROUPS, inputs["groups"])
    groups["group"] = groups["group"].str.replace("NOUN", "NO\x07UN")
    tables.write(GROUPS, inputs["groups"], groups)
    build(inputs, outputs(tmp_path), SETTINGS, report_run.CONFIG, report_run.STAGES, tmp_path)
    assert r"NO\x07UN · 400" in (tmp_path / "where.svg").read_text()


def test_the_page_answers_in_a_line_an_experiment_and_task_by_task_further_down(page):
    assert [name for name in page.sections if name][:3] == ["answer", "tasks", "tables"]
    assert page.sections["answer"].count("nearest of 2,819 word tokens") == 1
    assert "Word Similarity" not in page.sections["answer"]
