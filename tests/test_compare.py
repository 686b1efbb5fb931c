"""Two runs side by side: differences against those of the metrics, and what the command says."""

import numpy as np
import pandas as pd
import pytest

from browser import opened
from seesay import compare_shown, tables
from seesay.cli import main
from seesay.compare import compare
from seesay.errors import InputError
from seesay.evaluation import RANKS
from seesay.metrics import METRICS, measure
from seesay.settings.metrics import MetricsSettings
from test_metrics import write_ranks

SETTINGS = MetricsSettings(resamples=150, seed=0)
TASK = "word_token_by_image"


def put(folder, better, system="model", seed=1, experiment="paper", **more):
    """The ranks of one system and seed in a results folder; two queries a picture."""
    path = folder / "evaluation" / experiment / system / str(seed) / "ranks.parquet"
    write_ranks(path, system, seed, better, TASK, **more)
    if experiment != "paper":
        tables.write(RANKS, path, tables.read(RANKS, path).assign(experiment=experiment))
    return path


@pytest.fixture
def runs(tmp_path):
    """Run A of one seed, run B of two, on the same 20 pictures; B is better."""
    rng = np.random.default_rng(6)
    put(tmp_path / "a", rng.integers(0, 30, 40), tied=2)
    for seed in (1, 2):
        put(tmp_path / "b", rng.integers(0, 12, 40), seed=seed)
    return tmp_path / "a", tmp_path / "b"


def test_paired_differences_are_those_of_the_metrics(runs, tmp_path):
    (part,) = compare(*runs, SETTINGS)
    assert part.paired
    assert (part.queries, part.pictures, part.sizes) == ((40, 40), (20, 20), (40, 40))
    # The same ranks as two systems of one run, with two seeds each.
    better = tables.read(RANKS, runs[0] / "evaluation/paper/model/1/ranks.parquet")["better"]
    paths = [write_ranks(tmp_path / f"a{n}", "shuffled", n, better, TASK, tied=2) for n in (1, 2)]
    paths += sorted((runs[1] / "evaluation").rglob("*.parquet"))
    names = ("metrics.tsv", "pairs.tsv", "experiments.tsv")
    measure(paths, *(tmp_path / name for name in names), SETTINGS)
    pairs = pd.read_csv(tmp_path / "pairs.tsv", sep="\t").set_index("metric")
    model = [line for line in part.lines if line.system == "model"]
    assert [line.metric for line in model] == list(METRICS)
    for line in model:
        wanted = pairs.loc[line.metric, ["difference", "ci_low", "ci_high"]].astype(float)
        assert (line.difference, line.low, line.high) == pytest.approx(tuple(wanted), abs=1e-4)
        assert line.second - line.first == pytest.approx(line.difference)
        assert line.clear
        assert compare_shown.kind(line) == "above"


def test_a_run_differs_from_itself_by_nothing(runs):
    (part,) = compare(runs[0], runs[0], SETTINGS)
    lines = [line for line in part.lines if line.system == "model"]
    assert {(line.difference, line.low, line.high) for line in lines} == {(0, 0, 0)}
    assert not any(line.clear for line in part.lines)


def test_only_the_pictures_that_both_have_are_counted(runs, tmp_path):
    path = runs[0] / "evaluation/paper/model/1/ranks.parquet"
    frame = tables.read(RANKS, path)
    fewer = frame[frame["image_id"] < "picture015"]
    tables.write(RANKS, tmp_path / "c/evaluation/paper/model/1/ranks.parquet", fewer)
    (part,) = compare(tmp_path / "c", runs[1], SETTINGS)
    assert part.paired
    assert (part.queries, part.pictures) == ((30, 30), (15, 15))
    (other,) = compare(runs[1], tmp_path / "c", SETTINGS)
    assert [line.difference for line in other.lines] == pytest.approx(
        [-line.difference for line in part.lines]
    )


def test_other_queries_are_compared_unpaired_and_it_says_so(runs):
    path = runs[1] / "evaluation/paper/model/2/ranks.parquet"
    path.unlink()
    path = runs[1] / "evaluation/paper/model/1/ranks.parquet"
    frame = tables.read(RANKS, path)
    frame["query"] = frame["query"].str.replace("q", "r")
    tables.write(RANKS, path, frame)
    (part,) = compare(*runs, SETTINGS)
    assert not part.paired
    assert "A 40 queries of 20 pictures; B 40 queries" in compare_shown.about(part)
    assert compare_shown.about(part).endswith("unpaired")
    line = next(line for line in part.lines if line.metric == "r10")
    frame["query"] = frame["query"].str.replace("r", "q")
    tables.write(RANKS, path, frame)
    (same,) = compare(*runs, SETTINGS)
    twin = next(line for line in same.lines if line.metric == "r10")
    assert (line.first, line.second) == (twin.first, twin.second)
    assert (line.low, line.high) != (twin.low, twin.high)


def test_chance_is_that_of_the_gallery(runs):
    (part,) = compare(*runs, SETTINGS)
    luck = {line.metric: line for line in part.lines if line.system == "chance"}
    # 3 relevant items of 40: the first of them is at rank 41 / 4 on average.
    assert luck["mean_rank"].first == pytest.approx(41 / 4)
    assert luck["mean_rank"].difference == 0
    assert luck["r1"].low is None


def test_more_tasks_and_systems_are_compared(tmp_path):
    for folder, worst in (("a", 9), ("b", 30)):
        for system in ("model", "frequency", "text"):
            for task in ("abx", "word_similarity", "picture_by_caption"):
                path = tmp_path / folder / "evaluation" / "paper" / system / task / "ranks.parquet"
                path.parent.mkdir(parents=True)
                write_ranks(path, system, 1, np.arange(40) % worst, task)
    parts = compare(tmp_path / "a", tmp_path / "b", SETTINGS)
    assert [part.task for part in parts] == ["word_similarity", "picture_by_caption", "abx"]
    assert {line.system for line in parts[0].lines} == {"model", "frequency", "text", "chance"}
    said = compare_shown.text("a", "b", parts)
    assert "paper: Picture by caption\n  gallery test, 40 pictures" in said
    of_abx = said[said.index("paper: ABX") :]
    assert "R@1 " in of_abx
    assert "median" not in of_abx


def test_runs_with_one_experiment_each_are_compared_and_others_are_refused(runs, tmp_path):
    put(tmp_path / "c", [1] * 40, experiment="wide")
    (part,) = compare(runs[0], tmp_path / "c", SETTINGS)
    assert part.experiment == "paper / wide"
    put(tmp_path / "c", [1] * 40, experiment="deep")
    with pytest.raises(InputError, match=r"has the experiments paper, .*c has deep, wide: none is"):
        compare(runs[0], tmp_path / "c", SETTINGS)


def test_the_command_says_what_it_found(runs, tmp_path, capsys):
    main(["compare", *map(str, runs), "--resamples", "150", "--html", str(tmp_path / "c.html")])
    said = capsys.readouterr().out
    (part,) = compare(*runs, SETTINGS)
    line = next(line for line in part.lines if line.metric == "r10")
    assert "paper: Word Token Search by Image\n  gallery test, 40 tokens; 40 queries of" in said
    row = next(text for text in said.splitlines() if "model" in text and "R@10" in text)
    assert f"{line.first:.1f} %" in row
    assert f"+{line.difference:.1f} points [+{line.low:.1f}, +{line.high:.1f}] *" in row
    assert "mean rank" not in said
    page = (tmp_path / "c.html").read_text(encoding="utf-8")
    assert f"+{line.difference:.1f} points [+{line.low:.1f}, +{line.high:.1f}]" in page
    assert page.count("mean rank") == 2


@pytest.mark.parametrize(
    ("first", "more", "said"),
    [
        ("none", [], "none: no such folder; give the results folder of a finished run"),
        (".", [], ".: no evaluation/*/*/*/ranks.parquet in it; give the results folder of a"),
        ("a", ["--gallery", "all"], "a: no gallery 'all' in its ranks; it has test"),
        ("a", ["--resamples", "0"], "--resamples 0: at least 1"),
        ("bad", [], "ranks.parquet: not a readable Parquet file"),
        ("a", ["--html", "a.txt/x"], "a.txt/x: it cannot be written"),
    ],
)
def test_mistakes_are_one_clear_line(runs, tmp_path, monkeypatch, first, more, said):
    bad = tmp_path / "bad/evaluation/paper/model/1/ranks.parquet"
    bad.parent.mkdir(parents=True)
    bad.write_bytes(b"no table")
    (tmp_path / "a.txt").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as end:
        main(["compare", first, "b", *more])
    assert str(end.value).startswith("error: ")
    assert said in str(end.value)
    assert "\n" not in str(end.value)


@pytest.mark.browser
def test_the_page_shows_names_as_text_and_sorts(runs, tmp_path):
    parts = compare(*runs, SETTINGS)
    name = "<script>alert(1)</script>"
    compare_shown.page(name, "b", parts, tmp_path / "c.html")
    with opened(tmp_path / "c.html") as shown:
        assert shown.page.locator("dd").first.inner_text() == name
        shown.page.get_by_role("button", name="System").click()
        assert shown.page.locator("tbody th").first.inner_text() == "chance"
        assert shown.complaints == []
        assert shown.asked == [(tmp_path / "c.html").as_uri()]
