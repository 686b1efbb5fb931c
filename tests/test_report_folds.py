"""The report of a run of several folds: what adds them up, and what says that it shows one."""

from pathlib import Path

import pandas as pd
import pytest

from seesay.reporting import leakage
from seesay.reporting.report import build, describe
from seesay.reporting.results import Results
from seesay.reporting.runs import Run
from seesay.schemas.audio import SPOKEN_WORDS
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.learning import HISTORY
from seesay.schemas.vision import CAPTIONS, COPIES, IMAGES
from seesay.shared import tables
from support import listen_run, report_run
from support.pages import SETTINGS, Page
from support.report_run import outputs

SPLIT = {"method": "hash", "folds": 2, "fold": "all"}
CONFIG = {
    **report_run.CONFIG,
    "pictures": {"corpora": [], "split": SPLIT},
    "training": report_run.CONFIG["training"] | {"max_epochs": 12, "patience": 9},
}
# Epochs of fold 1, whose models end before the limit.
EPOCHS = 10


def another_fold(folder: Path, inputs: dict) -> dict:
    """The inputs of a run with a second fold, whose test pictures are those that were first."""
    home = folder / "folds" / "1"
    images = tables.read(IMAGES, inputs["images"])
    turned = images.assign(split=images["split"].to_numpy()[::-1])
    tables.write(IMAGES, home / "images.parquet", turned)
    spoken = tables.read(SPOKEN_CAPTIONS, inputs["spoken_captions"])
    tables.write(SPOKEN_CAPTIONS, home / "spoken.parquet", spoken[spoken["caption"] == 0])
    rows = report_run.history(EPOCHS, learned=True)
    tables.write(HISTORY, home / "history.parquet", rows)
    # In one split of fold 0, in two of fold 1.
    first = images["image_id"].iloc[:2].tolist()
    pair = pd.DataFrame([(*first, "test", "validation", 3)], columns=COPIES.schema.names)
    tables.write(COPIES, inputs["copies"], pair)
    jobs = home / "benchmarks" / "regions"
    jobs.mkdir(parents=True)
    (jobs / "0.tsv").write_text("s\th:m:s\tmax_rss\n40.0\t0:00:40\t999.5\n")
    return {
        **inputs,
        "histories": [*inputs["histories"], home / "history.parquet"],
        "more_images": [home / "images.parquet"],
        "more_spoken_captions": [home / "spoken.parquet"],
    }


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    folder = tmp_path_factory.mktemp("folds")
    inputs = report_run.with_human(folder, report_run.make(folder, pictures=10))
    (folder / "listen").mkdir()
    inputs |= listen_run.shown(folder, listen_run.make(folder / "listen"))
    inputs = another_fold(folder, inputs)
    results = Results.read(inputs["metrics"], inputs["differences"], CONFIG["experiments"])
    return Run(
        inputs, results, SETTINGS, CONFIG, report_run.STAGES, folder / "benchmarks", codes={}
    )


@pytest.fixture(scope="module")
def found(run):
    """The values of the page's sections."""
    return describe(run)


def test_the_histories_of_all_folds_are_read_and_the_curves_are_of_the_first(run, found):
    (trained,), (answered,) = (found[name]["experiments"] for name in ("training", "answer"))
    assert trained["cut"] == answered["cut"]
    assert trained["cut"].startswith(
        "Cut off by max_epochs (12) before the patience of 9 epochs had run out: model, 3 of 6"
        " trainings (seed 1 in fold 0, best epoch "
    )
    kept = [row for row in trained["kept"] if row["system"] == "model"]
    assert [(row["seed"], row["fold"], row["kept"], row["last"]) for row in kept] == [
        (seed, fold, *ends) for seed in (1, 2, 3) for fold, ends in ((0, (8, 12)), (1, (6, 10)))
    ]
    curves = [curve["chart"] for curve in trained["curves"]]
    assert len(curves) == 4
    for name in curves:
        drawn = pd.DataFrame(run.charts[name]["datasets"]["epochs"])
        assert not drawn.duplicated(["seed", "epoch", "split", "series"]).any()
        assert drawn["epoch"].max() == 12


def test_the_checks_across_splits_are_those_of_every_fold(run, found):
    checks = found["data"]["checks"]
    captions, copies = tables.read(CAPTIONS, run.path("captions")), run.table(COPIES, "copies")
    words = tables.read(SPOKEN_WORDS, run.path("spoken_words"))
    files = zip(
        [run.path("images"), *run.paths("more_images")],
        [run.path("spoken_captions"), *run.paths("more_spoken_captions")],
        strict=True,
    )
    alone = [
        leakage.checks(
            tables.read(IMAGES, images),
            captions,
            tables.read(SPOKEN_CAPTIONS, spoken),
            words,
            copies,
            {"": 71 * 0.01},
        )
        for images, spoken in files
    ]
    for row, first, second in zip(checks, *alone, strict=True):
        assert row["what"] == first["what"] == second["what"]
        assert (row["found"], row["of"]) == tuple(first[n] + second[n] for n in ("found", "of"))
    alike = next(row for row in checks if "look the same" in row["what"])
    assert [rows[2]["found"] for rows in alone] == [0, 1]
    assert (alike["found"], alike["kind"]) == (1, "leak")
    assert alike["which"] == "scene_0000 (test) and scene_0001 (validation)"


def test_every_section_that_shows_one_fold_says_so(run):
    folder = run.benchmarks.parent
    build(run.files, outputs(folder), SETTINGS, CONFIG, report_run.STAGES, run.benchmarks)
    page = Page((folder / "report.html").read_text(encoding="utf-8"))
    said = {
        "": "examples, map and counts are from fold 0",
        "listen": "that the model (seed 1, fold 0) finds nearest",
        "map": "spoken words of the test pictures of fold 0",
        "human": "Human words of the test, by source, in fold 0",
        "training": "The curves are those of fold 0",
        "data": "Splits, matching and rejects are those of fold 0",
        "pictures": "spread evenly over the test split of fold 0",
    }
    for section, text in said.items():
        assert text in page.sections[section]
    assert "What each split holds, in fold 0" in page.sections["data"]
    assert "Checks across splits, counted in each of the 2 folds" in page.sections["data"]
    kept = "seed 1 kept epoch 8 of 12; seed 1, fold 1 kept"
    assert kept.replace("seed 1 kept", "seed 1, fold 0 kept") in page.sections["training"]
    assert "Model: loss, fold 0" in page.sections["training"]
    # Two jobs of fold 0, and one more.
    assert page.row("regions")[:2] == ["3", "2 min 46 s"]
    assert page.row("regions")[-1] == "1,000 MB"
