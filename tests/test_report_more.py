"""The tasks that the paper does not have, as the report shows them."""

import pandas as pd
import pytest

from seesay.reporting.results import Results
from seesay.reporting.sections import more
from seesay.reporting.sections.tasks import unasked
from seesay.scoring import abx, abx_metrics, names
from seesay.scoring.metrics import GROUNDED
from seesay.scoring.rank_metrics import METRICS
from seesay.settings.evaluation import TASKS

COLUMNS = "experiment system seed task gallery gallery_size queries metric value ci_low ci_high"


def results(folder, rows):
    columns = [*COLUMNS.split(), "chance"]
    frame = pd.DataFrame(rows, columns=columns).assign(over="pictures x seeds", units="100 x 3")
    frame.to_csv(folder / "metrics.tsv", sep="\t", index=False)
    return Results.read(folder / "metrics.tsv", None)


def row(system, task, metric, value, gallery="test", seed="mean"):
    where = ("best", system, seed, task, gallery, 120, 40, metric)
    return (*where, value, value - 2, value + 2, 12.5)


def test_each_number_stands_in_its_row_and_column_with_chance(tmp_path):
    found = more.asked_of(
        results(
            tmp_path,
            [
                row("model", "word_token_by_image", "r10", 99),
                row("model", "picture_by_caption", "r10", 61.25),
                row("model", "picture_by_caption", "r10", 1, gallery="all"),
                row("model", "picture_by_caption", "r10", 2, seed="1"),
                row("text", "picture_by_caption", "r10", 73),
                row("model", "abx_across", "right", 80),
                row("frequency", "abx_across", "right", 50),
                row("model", "grounding", "iou", 33),
            ],
        ),
        "best",
    )
    assert found["systems"] == ["model", "frequency", "text"]
    captions, abx, grounding = found["rows"]
    assert (captions["task"], captions["metric"]) == ("Picture by caption", "R@10")
    assert captions["cells"]["model"] == {"text": "61.2 %", "interval": "[59.2, 63.2]"}
    assert captions["cells"]["text"]["text"] == "73.0 %"
    assert list(captions["cells"]) == found["systems"]
    assert captions["cells"]["frequency"] is None
    assert (captions["chance"], captions["size"]) == ("12.5 %", "120 pictures")
    assert abx["metric"] == "accuracy, %"
    assert abx["cells"]["frequency"]["text"] == "50.0 %"
    assert (grounding["metric"], grounding["cells"]["model"]["text"]) == ("overlap (IoU), %", "33")
    assert list(found["asked"]) == ["Picture by caption", "ABX across talkers", "Grounding"]


def test_a_run_of_the_paper_s_tasks_alone_has_nothing_more(tmp_path):
    found = more.asked_of(
        results(tmp_path, [row("model", "word_token_by_image", "r10", 9)]), "best"
    )
    assert found == {"rows": [], "systems": [], "asked": {}}


@pytest.mark.parametrize("task", names.more())
def test_the_tasks_and_metrics_are_those_of_the_stages(task):
    grounded = task.startswith(("grounding", "keyword_localisation"))
    by_cells = task in {*abx.TASKS, *abx.NEIGHBOURS.values()}
    assert grounded or by_cells or task in TASKS.names
    known = GROUNDED if grounded else (abx_metrics.METRIC,) if by_cells else METRICS
    assert set(names.more()[task].metrics) <= set(known)


def test_what_of_abx_has_no_triplet_is_named(tmp_path):
    found = results(tmp_path, [row("model", "abx_across", "right", 80)])
    left_out = unasked(found, "best", ["abx", "abx_token_weighted", "caption_by_picture"])
    assert left_out == [
        "ABX across talkers, lemmas", "ABX across talkers, neighbours", "ABX within talkers",
        "ABX within talkers, lemmas", "ABX within talkers, neighbours",
        "ABX across talkers, token-weighted", "Caption by picture",
    ]  # fmt: skip


def test_every_way_of_asking_abx_is_shown():
    assert {*abx.TASKS, *abx.NEIGHBOURS.values()} == set(names.of("abx"))
