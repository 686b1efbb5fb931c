"""The tables of a study, and experiments beside each other in the report."""

import copy
import math

import pandas as pd
import pytest

from seesay.planning.config import load
from seesay.planning.sections import Experiment
from seesay.reporting import beside, study, study_about, study_numbers
from seesay.reporting.beside import paired
from seesay.reporting.results import Difference, Results, Value
from seesay.schemas.learning import HISTORY
from seesay.schemas.scoring import SEGMENTATION
from seesay.settings.pictures import PicturesSettings
from seesay.shared import tables
from seesay.shared.errors import InputError
from support import configs

METRICS = "experiment system seed task gallery gallery_size queries metric value ci_low ci_high"
PAIRS = "experiment other task gallery metric difference ci_low ci_high"


def write_metrics(path, values):
    """Means of (experiment, system, task, metric), the seeds 1 off, intervals of 2 either way."""
    rows = [
        (*(e, s, seed, task, "test", 919, 600, m), v + off, v + off - 2, v + off + 2, 24.6)
        for (e, s, task, m), v in values.items()
        for seed, off in (("0", -1), ("1", 1), ("mean", 0))
    ]
    frame = pd.DataFrame(rows, columns=[*METRICS.split(), "chance"])
    frame = frame.assign(over="pictures x seeds", units="100 x 2")
    frame.to_csv(path, sep="\t", index=False)


P = {10: 2e-4, 8: 2e-4, 7: 2e-4, 5: 0.03, 1: 0.5}  # p-values of the differences below


def write_pairs(path, values):
    """Differences of (experiment, other, task), R@10, with an interval of 3 either way.

    Beside them those to the control of shuffled pairs, which is 20 points below one experiment and
    1 below another.
    """
    columns = PAIRS.replace(" other", " system").split()
    row = ("shuffled", "word_token_by_image", "test", "r10")
    pairs = [("best", *row, 20.0, 17.0, 23.0), ("max", *row, 1.0, -4.0, 6.0)]
    frame = pd.DataFrame(pairs, columns=columns).assign(over="pictures x seeds", units="100 x 2")
    frame.assign(p=0.01, p_holm=0.01).to_csv(path.parent / "differences.tsv", sep="\t", index=False)
    rows = [
        (e, o, task, "test", "r10", value, value - 3, value + 3)
        for (e, o, task), value in values.items()
    ]
    frame = pd.DataFrame(rows, columns=PAIRS.split()).assign(over="pictures x seeds")
    frame = frame.assign(units="100 x 2", p=[P[abs(row[5])] for row in rows])
    frame.assign(p_holm=frame["p"]).to_csv(path, sep="\t", index=False)


@pytest.fixture
def config():
    values = configs.complete()
    best = values["experiments"]["best"]
    values["experiments"]["window"] = {"training": best["training"]}
    values["experiments"]["max"] = copy.deepcopy(best)
    values["experiments"]["max"]["training"]["pooling"] = "max"
    values["report"]["title"] = "A study"
    return load(values)


@pytest.fixture
def files(tmp_path):
    token = ("word_token_by_image", "r10")
    write_metrics(
        tmp_path / "metrics.tsv",
        {
            **{(e, "model", *token): 50 + n for n, e in enumerate(("best", "max", "paper"))},
            ("window", "model", *token): 61.25,
            ("best", "text", *token): 80,
            ("best", "model", "image_token_by_word", "median_rank"): 1234,
        },
    )
    write_pairs(
        tmp_path / "experiments.tsv",
        {
            ("best", "paper", token[0]): 10,
            ("best", "max", token[0]): 1,
            ("best", "window", token[0]): -8,
            ("max", "window", token[0]): 7,
            ("paper", "window", token[0]): -5,
        },
    )
    rows = [
        dict.fromkeys(HISTORY.schema.names, math.nan)
        | {"experiment": e, "system": "model", "seed": seed, "epoch": epoch, "split": "validation"}
        | {"kept": epoch == 2 + seed, "part": 1, "r10": 10.0 * seed + epoch}
        for e in ("best", "max", "paper", "window")
        for seed in (0, 1)
        for epoch in (1, 2, 3)
    ]
    for row in rows:
        row |= dict.fromkeys(("loss", "same", "different", "seconds", "false_negatives"), 0.0)
    rows += [row | {"split": "train", "kept": False, "seconds": 4.0} for row in rows]
    tables.write(HISTORY, tmp_path / "history.parquet", pd.DataFrame(rows))
    return tmp_path


def written(files, config, folds=()):
    """The page that is written from the files, and from the histories of more folds."""
    study.write(
        files / "metrics.tsv",
        files / "differences.tsv",
        files / "experiments.tsv",
        [files / "history.parquet", *folds],
        config,
        files / "study.md",
    )
    return (files / "study.md").read_text()


def rows_of(text, heading):
    """The rows of the table that begins with a heading, as lists of cells."""
    lines = text[text.index(f"| {heading} |") :].split("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_number_stands_in_its_row(files, config):
    text = written(files, config)
    assert text.startswith("## A study\n")
    numbers = rows_of(text, "experiment | system")
    # The base first, the others as the config has them; a control's numbers once.
    assert numbers == [
        ["paper", "model", "**52.0** [50.0, 54.0]", ""],
        ["paper", "chance", "24.6", ""],
        ["best", "model", "**50.0** [48.0, 52.0]", "**1,234** [1,232, 1,236]"],
        ["best", "text (bound)", "80.0 [78.0, 82.0]", ""],
        ["best", "chance", "24.6", "24.6"],
        ["window", "model", "**61.2** [59.2, 63.2]", ""],
        ["window", "chance", "as paper", ""],
        ["max", "model", "**51.0** [49.0, 53.0]", ""],
        ["max", "chance", "as paper", ""],
    ]
    changed = {row[0]: row for row in rows_of(text, "experiment | settings")}
    # The base first, and then each as the one before it that is nearest.
    assert next(iter(changed)) == "paper"
    assert changed["paper"][1] == "–"
    assert changed["best"][1].startswith("as paper, but ")
    assert changed["max"][1] == "as best, but training.pooling max"
    assert "training.rho" not in text  # what all share
    # Seed 0 kept epoch 2 with 2 %, seed 1 epoch 3 with 13 %; three epochs of 4 s; each seed's R@10.
    assert changed["best"][2:] == ["2, 3", "12", "7.5", "49.0, 51.0"]


def test_epochs_and_times_are_of_all_folds(files, config):
    rows = tables.read(HISTORY, files / "history.parquet")
    kept = (rows["epoch"] == 1 + rows["seed"]) & (rows["split"] == "validation")
    tables.write(HISTORY, files / "fold.parquet", rows.assign(kept=kept))
    split = {"method": "exact", "train": 5, "validation": 1, "test": 6, "folds": 2, "fold": "all"}
    pictures = PicturesSettings.model_validate({"split": split})
    text = written(
        files, config.model_copy(update={"pictures": pictures}), [files / "fold.parquet"]
    )
    assert "2 folds pooled: every picture is tested once." in text
    assert "best epoch, by seed, lowest–highest of the folds" in text
    changed = {row[0]: row for row in rows_of(text, "experiment | settings")}
    # Fold 1 kept epoch 1 with 1 %, and seed 1 epoch 2 with 12 %; no training took longer.
    assert changed["best"][2:5] == ["1–2, 2–3", "12", "7.0"]


def test_each_experiment_s_answer_stands_first(files, config):
    text = written(files, config)
    shuffled = "Not shown: the deciding control, shuffled pairs, was not trained."
    assert f"Did it learn words?\n\n- paper, best, window, max: {shuffled}\n\n| supervision" in text
    numbers = pd.read_csv(files / "metrics.tsv", sep="\t")
    rows = numbers[(numbers["system"] == "model") & (numbers["metric"] == "r10")]
    value = rows["value"] - rows["experiment"].map({"best": 20.0, "max": 1.0})
    more = rows.assign(system="shuffled", value=value).dropna(subset="value")
    pd.concat([numbers, more]).to_csv(files / "metrics.tsv", sep="\t", index=False)
    text = written(files, config)
    assert (
        "\n- best: Yes, it learned words.\n- max: Not shown: it is not clearly above shuffled"
        in text
    )
    assert "Its difference from shuffled pairs is +1.0 points [−4.0, +6.0]. A test with 100" in text


def test_what_supervision_was_used_stands_before_the_numbers(files, config):
    text = written(files, config)
    assert text.index("| supervision besides speech and pictures |") < text.index(
        "| experiment | system |"
    )
    found = rows_of(text, "supervision besides speech and pictures")
    said = {(source, where) for source, where, *_ in found}
    assert {("transcripts", "all"), ("voices", "all"), ("isolated words", "all")} <= said
    spans = {where: what for source, where, what, _ in found if source == "word times"}
    assert spans.keys() == {"paper, window", "best, max"}
    assert "span: window" in spans["paper, window"]


def test_the_page_says_how_many_configurations_were_tried(files, config):
    assert "tried" not in written(files, config)
    report = config.report.model_copy(update={"tried": 41})
    some = config.model_copy(update={"report": report})
    assert "compared on the validation set: 41." in written(files, some)


def test_differences_name_what_was_changed(files, config):
    text = written(files, config)
    found = {r[0]: r[1:3] for r in rows_of(text, "experiments")}
    assert found["best − paper"] == ["many", "**+10.0 [+7.0, +13.0]** ★"]
    # The one with more of the paper's settings is taken off.
    assert found["best − max"] == ["training.pooling logsumexp for max", "+1.0 [−2.0, +4.0]"]
    assert found["best − window"][1] == "**−8.0 [−11.0, −5.0]** ★"
    assert found["best − window"][0] == "logmel.span word for window, logmel.frames 40 for 71"
    # Measured the other way round.
    assert found["window − paper"] == ["many", "**+5.0 [+2.0, +8.0]**"]
    assert "max − window" not in found  # three settings


@pytest.mark.parametrize(
    ("seeds", "said"),
    [("12", "paired by picture and by seed"),
     ("1", "paired by picture and by seed (means where seeds differ)")],
)  # fmt: skip
def test_given_embeddings_may_have_fewer_seeds(seeds, said):
    of = {"paper": "12", "theirs": seeds}
    values = {
        (name, "model", seed, "word_token_by_image", "test", "r10"): Value(
            20, 5, 1.0, 0.0, 2.0, 0.5
        )
        for name, each in of.items()
        for seed in [*each, "mean"]
    }
    assert paired(Results(values, {}, list(of), ["test"], ["1", "2"])) == said


def test_no_difference_has_no_sign_in_either_direction():
    (column, *_) = beside.COLUMNS
    pairs = {("b", "a", column.task, column.metric): Difference(0.0, -1.0, 0.0)}
    said = [beside.points(beside.gap(pairs, *names, column), column) for names in ("ba", "ab")]
    assert said == ["0.0 [−1.0, 0.0]", "0.0 [0.0, +1.0]"]


def test_options_of_one_base_are_held_against_it_alone(files, config):
    """Two settings apart, but each is nearer to the base."""
    config.experiments["shift"] = config.experiments["best"].model_copy(
        update={"training": config.experiments["best"].training | {"time_shift": 3}}
    )
    chosen = {name: study.settings(config, name) for name in ("best", "max", "shift")}
    pairs = {
        (one, other, "word_token_by_image", "r10"): Difference(1.0, -1.0, 3.0)
        for one, other in (("best", "max"), ("best", "shift"), ("max", "shift"))
    }
    found = [(row.model, row.less) for row in study.compared(chosen, pairs)]
    assert found == [("max", "best"), ("shift", "best")]


def test_given_embeddings_are_held_against_every_model(files, config):
    """They are no option of the base, and have no settings in common with any model."""
    config.experiments["theirs"] = Experiment(embeddings={"pictures": "p.npz", "words": "w.npz"})
    chosen = {n: study.settings(config, n) for n in ("paper", "best", "theirs")}
    pairs = {
        (one, other, "word_token_by_image", "r10"): Difference(1.0, -1.0, 3.0)
        for one, other in (("best", "paper"), ("theirs", "paper"), ("theirs", "best"))
    }
    found = [(row.model, row.less, row.differs) for row in study.compared(chosen, pairs)]
    assert found == [
        ("best", "paper", "many"),
        ("theirs", "paper", "embeddings given"),
        ("theirs", "best", "embeddings given"),
    ]


def test_what_is_better_than_the_base_is_said(files, config):
    text = written(files, config)
    assert (
        "- Word Token by Image, R@10: better than paper: best ★, window; worse: none;"
        " undecided: 0." in text
    )
    assert "one in twenty of these 4 would" in text
    assert "with 95 % intervals over 100 pictures x 2 seeds; bold" in text


def test_holm_is_over_all_that_the_table_compares(files, config):
    """By hand: of p-values 0.0002, 0.0002, 0.03 and 0.5 the third counts twice, and no longer."""
    text = written(files, config)
    assert text.count("★") == 4  # two differences, one of them again, and what it means


def test_shuffled_pairs_above_chance_are_named(files, config):
    assert "Shuffled" not in written(files, config)
    token = ("word_token_by_image", "r10")
    ranks = ("image_token_by_word", "median_rank")
    write_metrics(
        files / "metrics.tsv",
        {
            ("best", "model", *token): 50,
            ("best", "shuffled", *token): 26,  # from 24 to 28, and chance is 24.6
            ("best", "shuffled", *ranks): 20,  # to 22
            ("paper", "model", *token): 50,
            ("paper", "shuffled", *token): 27,
            ("paper", "shuffled", "abx_across", "right"): 90,
        },
    )
    found = study_numbers.lucky(Results.read(files / "metrics.tsv", None))
    assert found.split("than chance: ")[1] == (
        "paper, word_token_by_image r10: 27.0 (chance 24.6);"
        " best, image_token_by_word median_rank: 20 (chance 24.6)."
    )


def test_the_page_says_which_controls_were_not_trained(files, config):
    assert "Not trained" not in written(files, config)
    few = config.model_copy(update={"controls": ("text",)})
    assert "Not trained: the control of shuffled pairs." in written(files, few)


def test_the_report_holds_each_experiment_against_the_paper(files):
    results = Results.read(files / "metrics.tsv", None)
    found = beside.describe(files / "experiments.tsv", results)
    assert [row["experiment"] for row in found] == ["best", "window"]
    cells = [row["cells"][0] for row in found]
    assert cells[0] == {"text": "+10.0 [+7.0, +13.0]", "kind": "above"}
    assert cells[1] == {"text": "+5.0 [+2.0, +8.0]", "kind": "above"}
    # Only columns that the run has measured.
    assert [len(row["cells"]) for row in found] == [1, 1]


def test_without_a_column_the_remedy_is_named(files, config):
    (files / "metrics.tsv").write_text("experiment\n")
    names = ("metrics.tsv", "differences.tsv", "experiments.tsv")
    with pytest.raises(InputError, match="no column"):
        study.write(*(files / name for name in names), [], config, files / "study.md")


def test_what_people_s_words_find_stands_by_source_and_task(files, config):
    numbers = pd.read_csv(files / "metrics.tsv", sep="\t")
    rows = [
        (e, system, "mean", task, gallery, size, 30, metric, v, v - 2, v + 2, 2.5, "words", 12)
        for e, system, task, gallery, size, metric, v in (
            ("best", "model", "human_recognition", "isle", 900, "r1", 4),
            ("best", "model", "human_recognition", "isle", 900, "r10", 40),
            ("best", "model", "human_recognition", "isle~synthetic", 900, "r10", 97),
            ("best", "text", "human_recognition", "isle", 900, "r10", 100),
            ("paper", "model", "picture_by_human_word", "isle", 90, "r10", 20),
        )
    ]
    more = pd.DataFrame(rows, columns=numbers.columns)
    pd.concat([numbers, more]).to_csv(files / "metrics.tsv", sep="\t", index=False)
    pairs = pd.read_csv(files / "experiments.tsv", sep="\t")
    row = ("best", "paper", "human_recognition", "isle", "r10", 9, 6, 12, "words", 12, 0.01, 0.01)
    more = pd.DataFrame([row], columns=pairs.columns)
    pd.concat([pairs, more]).to_csv(files / "experiments.tsv", sep="\t", index=False)
    text = written(files, config)
    assert rows_of(text, "experiment | source") == [
        [
            *("paper", "isle", "Picture by human word", "30", "", "**20.0** [18.0, 22.0]"),
            *("", "", "", "2.5", "over 12 words"),
        ],
        [
            *("best", "isle", "Recognition", "30", "4.0 [2.0, 6.0]", "**40.0** [38.0, 42.0]"),
            *("97.0 [95.0, 99.0]", "", "100.0 [98.0, 102.0]", "2.5", "over 12 words"),
        ],
    ]  # fmt: skip
    said = "- isle, Recognition, R@10: better than paper: best ★; worse: none; undecided: 0."
    assert said in text


@pytest.mark.parametrize("human", [True, False])
def test_synthetic_numbers_without_human_words_are_said_to_be_such(files, config, human):
    entry = [{"name": "isle", "reader": "tsv", "path": "isle"}] if human else []
    values = config.model_dump(mode="json")
    values["evaluation"]["human"] = entry
    text = written(files, load(values))
    assert ("Every number here is about synthetic voices" in text) != human


def test_the_head_says_what_was_heard_and_how_well_words_were_found(files, config):
    text = written(files, config)
    assert text.startswith(
        "## A study\n\nSynthetic speech, isolated words, given boundaries.\n4 experiments"
    )
    schema = SEGMENTATION.schema
    empty = {field.name: "" if str(field.type) == "string" else 0 for field in schema}
    rows = [
        empty | {"method": method, "metric": metric, "value": value, "chosen": method == "learned"}
        for method, f1 in (("learned", 31.72), ("energy", 34.9), ("random", 10.0))
        for metric, value in (("boundary_f1", f1), ("token_f1", f1 / 2))
    ]
    tables.write(SEGMENTATION, files / "scores.parquet", pd.DataFrame(rows))
    assert study_about.found_words(files / "scores.parquet") == (
        "Found words (learned): boundary F1 31.7 % (energy: minima of the amplitude envelope:"
        " 34.9 %), token F1 15.9 % (energy: minima of the amplitude envelope: 17.4 %)."
    )
