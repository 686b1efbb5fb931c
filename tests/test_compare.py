"""Two runs side by side: differences against those of the metrics, and what the command says."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from seesay.commands import compare_runs, compare_shown
from seesay.commands.cli import main
from seesay.commands.compare import compare
from seesay.commands.compare_runs import Apart, Run
from seesay.reporting.record import record
from seesay.schemas.audio import SEGMENTS
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.scoring import HUMAN_RANKS, RANKS, SEGMENTATION
from seesay.schemas.vision import IMAGES
from seesay.scoring.metrics import measure
from seesay.scoring.rank_metrics import METRICS
from seesay.settings.metrics import MetricsSettings
from seesay.shared import tables
from seesay.shared.errors import InputError
from support import configs, crossing, report_run
from support.browser import opened
from support.metrics import write_ranks

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
    put(runs[0], np.random.default_rng(7).integers(0, 30, 40), seed=2, tied=2)
    (part,) = compare(*runs, SETTINGS)
    assert part.why == ""
    assert (part.queries, part.sizes) == ((40, 40), (40, 40))
    assert (part.counted, part.over) == (("20 pictures", "20 pictures"), "pictures x seeds")
    # The same ranks as two systems of one run.
    paths = []
    for n in (1, 2):
        path = runs[0] / f"evaluation/paper/model/{n}/ranks.parquet"
        better = tables.read(RANKS, path)["better"]
        paths.append(write_ranks(tmp_path / f"a{n}", "shuffled", n, better, TASK, tied=2))
    paths += sorted((runs[1] / "evaluation").rglob("*.parquet"))
    names = ("metrics.tsv", "pairs.tsv", "experiments.tsv")
    measure(paths, *(tmp_path / name for name in names), SETTINGS)
    pairs = pd.read_csv(tmp_path / "pairs.tsv", sep="\t").set_index("metric")
    model = [line for line in part.lines if line.system == "model"]
    assert [line.metric for line in model] == list(METRICS)
    for line in model:
        wanted = pairs.loc[line.metric, ["difference", "ci_low", "ci_high"]].astype(float)
        assert (line.difference, line.low, line.high) == pytest.approx(tuple(wanted), abs=1e-4)
        assert line.p == pytest.approx(pairs.loc[line.metric, "p"], rel=0.01)
        assert line.holm == line.p  # the metric's one comparison
        assert line.second - line.first == pytest.approx(line.difference)
        better = "above" if line.p < 0.05 else "even"
        assert compare_shown.kind(line) == better
    assert {line.metric for line in model if line.clear} >= {"mean_rank", "r10"}


def test_systems_that_are_identical_in_both_runs_are_no_comparison(runs):
    (wanted,) = compare(*runs, SETTINGS)
    better = np.random.default_rng(3).integers(0, 30, 40)
    for run in runs:
        put(run, better, system="untrained")
        put(run, better, system="random_projection")
    (part,) = compare(*runs, SETTINGS)
    same = [line for line in part.lines if line.system in ("untrained", "random_projection")]
    assert {(line.difference, line.low, line.high, line.p, line.holm) for line in same} == {
        (0, 0, 0, None, None)
    }
    model = [[line for line in of.lines if line.system == "model"] for of in (part, wanted)]
    assert [line.holm for line in model[0]] == [line.p for line in model[1]]


def test_other_seeds_are_not_paired_and_one_seed_is_none(runs):
    """Of run A's seeds 1 and 2, and run B's 2, 3 and 4; then of B's and a run with one alone."""
    rng = np.random.default_rng(9)
    put(runs[0], rng.integers(0, 30, 40), seed=2, tied=2)
    for seed in (3, 4):
        put(runs[1], rng.integers(0, 12, 40), seed=seed)
    (runs[1] / "evaluation/paper/model/1/ranks.parquet").unlink()
    ranks = [
        [
            tables.read(RANKS, file)["better"].to_numpy() + more
            for file in sorted(run.rglob("*.parquet"))
        ]
        for run, more in zip(runs, (2.0, 1.0), strict=True)
    ]
    owner = [np.repeat(np.arange(20), 2)]
    (part,) = compare(*runs, SETTINGS)
    line = next(line for line in part.lines if line.metric == "mean_rank")
    assert (part.over, part.units) == ("pictures x seeds", "20 x 2")
    # Both parts by pictures together, and each one's seeds by themselves.
    gap = np.mean(ranks[1], axis=0) - np.mean(ranks[0], axis=0)
    value, pictures, _ = crossing.error([gap], owner, SETTINGS)
    variance, freed = pictures**2, [(pictures**2, 19)]
    for some in ranks:
        own = np.var([run.mean() for run in some], ddof=1) / len(some)
        freed.append((own, len(some) - 1))
        off = [crossing.error([run - np.mean(some, axis=0)], owner, SETTINGS)[1] for run in some]
        variance += own - np.sum(np.square(off)) / (len(some) * (len(some) - 1))
    variance = max(variance, pictures**2, sum(share for share, _ in freed[1:]))
    freedom = variance**2 / sum(share**2 / number for share, number in freed)
    wanted = (value, *crossing.student(value, np.sqrt(variance), freedom))
    assert (line.difference, line.low, line.high, line.p) == pytest.approx(wanted, rel=1e-6)
    (runs[0] / "evaluation/paper/model/2/ranks.parquet").unlink()
    (part,) = compare(*runs, SETTINGS)
    line = next(line for line in part.lines if line.metric == "mean_rank")
    assert (part.over, part.units) == ("pictures", "20")
    gap = np.mean(ranks[1], axis=0) - ranks[0][0]
    wanted = crossing.error([gap], owner, SETTINGS)
    assert (line.low, line.high, line.p) == pytest.approx(crossing.student(*wanted), rel=1e-6)


def test_a_run_differs_from_itself_by_nothing(runs):
    (part,) = compare(runs[0], runs[0], SETTINGS)
    lines = [line for line in part.lines if line.system == "model"]
    assert {(line.difference, line.low, line.high) for line in lines} == {(0, 0, 0)}
    assert not any(line.clear for line in part.lines)


def nothing_is_starred(part, why):
    """Check that a part has values, no difference in any form, and the reason."""
    assert part.why == why
    assert {(line.difference, line.low, line.high) for line in part.lines} == {(None,) * 3}
    said = compare_shown.text(("a", "b"), [part], [], [])
    assert f"no difference is given, because the runs have different {why};" in said
    assert "*" not in said.rsplit("* the interval", 1)[0]
    assert "B minus A" not in said
    assert {compare_shown.kind(line) for line in part.lines} == {"even"}


def test_other_test_pictures_have_no_difference(runs, tmp_path):
    path = runs[0] / "evaluation/paper/model/1/ranks.parquet"
    frame = tables.read(RANKS, path)
    fewer = frame[frame["image_id"] < "picture015"]
    tables.write(RANKS, tmp_path / "c/evaluation/paper/model/1/ranks.parquet", fewer)
    (part,) = compare(tmp_path / "c", runs[1], SETTINGS)
    assert (part.queries, part.counted) == ((30, 40), ("15 pictures", "20 pictures"))
    nothing_is_starred(
        part,
        "test pictures (A 15, B 20, 15 in both) and queries (A 30, B 40, 30 in both)",
    )
    assert "A 30 queries of 15 pictures; B 40 queries" in compare_shown.about(part)[0]


def test_other_queries_have_no_difference_and_the_same_values(runs):
    (runs[1] / "evaluation/paper/model/2/ranks.parquet").unlink()
    path = runs[1] / "evaluation/paper/model/1/ranks.parquet"
    frame = tables.read(RANKS, path)
    (same,) = compare(*runs, SETTINGS)
    tables.write(RANKS, path, frame.assign(query=frame["query"].str.replace("q", "r")))
    (part,) = compare(*runs, SETTINGS)
    nothing_is_starred(part, "queries (A 40, B 40, 0 in both)")
    for line, twin in zip(part.lines, same.lines, strict=True):
        assert (line.first, line.second) == (twin.first, twin.second)


def write_tokens(folder, tokens, pictures=20):
    """The tables by which a run's test tokens are known: `tokens` of each test picture."""
    ids = [f"picture{n:03d}" for n in range(pictures)]
    images = pd.DataFrame({"image_id": [*ids, "other"], "split": ["test"] * pictures + ["train"]})
    images = images.assign(path="x.jpg", digest="0", width=9, height=9)
    tables.write(IMAGES, folder / "pictures/images.parquet", images)
    rows = [(i, 0, "t", n, "w", "w", f"{i}/{n}") for i in [*ids, "other"] for n in range(tokens)]
    columns = [column.name for column in SPOKEN_CAPTIONS.columns]
    spoken = pd.DataFrame(rows, columns=columns)
    tables.write(SPOKEN_CAPTIONS, folder / "matching/spoken_captions.parquet", spoken)


def test_a_run_that_an_older_seesay_ranked_is_compared_too(runs, monkeypatch):
    (wanted,) = compare(*runs, SETTINGS)
    as_older(runs[0])
    (part,) = compare(*runs, SETTINGS)
    assert part == wanted


def test_an_older_run_is_paired_with_queries_of_several_pictures(runs):
    (wanted,) = compare(*runs, SETTINGS)
    several_pictures(runs[1])
    as_older(runs[0])
    (part,) = compare(*runs, SETTINGS)
    assert part == wanted


def as_older(folder):
    """Write the ranks as an older seesay did."""
    older = replace(RANKS, columns=tuple(c for c in RANKS.columns if c.name != "other_images"))
    for path in sorted((folder / "evaluation").rglob("*.parquet")):
        tables.write(older, path, tables.read(RANKS, path))


def several_pictures(folder):
    """Give the queries of one picture a second one."""
    for path in sorted((folder / "evaluation").rglob("*.parquet")):
        frame = tables.read(RANKS, path)
        frame["other_images"] = frame["image_id"].map({"picture000": '["picture001"]'})
        tables.write(RANKS, path, frame)


def test_queries_that_have_more_pictures_in_one_run_are_not_paired(runs):
    several_pictures(runs[1])
    (part,) = compare(*runs, SETTINGS)
    nothing_is_starred(part, "pictures of the same queries")


def test_other_fragments_of_the_same_pictures_and_tokens_are_paired(runs):
    for folder in runs:
        write_tokens(folder, 2)
    for path in sorted((runs[1] / "evaluation").rglob("*.parquet")):
        frame = tables.read(RANKS, path)
        tables.write(RANKS, path, frame.assign(query=frame["query"].str.replace("q", "r")))
    (part,) = compare(*runs, SETTINGS)
    assert part.why == ""
    assert any(line.clear for line in part.lines)
    write_tokens(runs[1], 3)
    (part,) = compare(*runs, SETTINGS)
    nothing_is_starred(part, "word tokens (A 40, B 60, 40 in both)")


@pytest.mark.parametrize(
    ("column", "why"),
    [
        ("gallery_size", "gallery sizes (A 40, B 41)"),
        ("relevant", "right answers to the same queries"),
    ],
)
def test_other_galleries_have_no_difference(runs, column, why):
    for path in sorted((runs[1] / "evaluation").rglob("*.parquet")):
        frame = tables.read(RANKS, path)
        tables.write(RANKS, path, frame.assign(**{column: frame[column] + 1}))
    (part,) = compare(*runs, SETTINGS)
    nothing_is_starred(part, why)


def write_record(folder, config, codes=None):
    path = folder / "report/run.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(record(config, codes or {"training": "0123456789ab"}))


def test_settings_that_differ_are_said_and_no_others(runs):
    config = configs.complete()
    write_record(runs[0], config)
    config["results"] = "results/other"
    config["experiments"] = dict(reversed(config["experiments"].items()))
    config["experiments"]["paper"] = {"training": {"loss": "infonce"}}
    config["fc7"]["regions"] = 7
    config["pictures"]["corpora"] = [{"name": "p", "path": "x"}]
    write_record(runs[1], config, {"training": "ba9876543210"})
    found = compare_runs.differences(*map(Run.read, runs), [("paper", "paper")])
    assert [(row.kind, row.name, row.first, row.second) for row in found] == [
        ("settings", "pictures.corpora", "[]", "–"),
        ("settings", "fc7.regions", "19", "7"),
        ("settings", "pictures.corpora.0.name", "–", "p"),
        ("settings", "pictures.corpora.0.path", "–", "x"),
        ("settings", "paper: training.loss", "coscos2", "infonce"),
        ("runs", "seeds", "1", "1, 2"),
        ("code", "training", "0123456789ab", "ba9876543210"),
    ]


def test_a_run_beside_itself_differs_in_nothing(runs, capsys):
    write_record(runs[0], report_run.CONFIG)
    main(["compare", str(runs[0]), str(runs[0]), "--resamples", "50"])
    said = capsys.readouterr().out
    assert "are not known" not in said
    assert "settings\n" not in said
    assert " *\n" not in said


def test_corpora_that_differ_are_counted_with_a_digest(runs):
    for folder in runs:
        write_tokens(folder, 2)
    assert [row.kind for row in compare_runs.differences(*map(Run.read, runs), [])] == ["runs"]
    write_tokens(runs[1], 2, pictures=19)
    rows = compare_runs.differences(*map(Run.read, runs), [])[:-1]
    assert {row.kind for row in rows} == {"corpora"}
    first = {row.name: row.first.partition(" (")[0] for row in rows}
    second = {row.name: row.second.partition(" (")[0] for row in rows}
    assert first["pictures"] == "21"
    assert second["pictures"] == "20"
    assert first["split of the pictures"] == "test 20, train 1"
    assert second["word tokens used"] == "40"
    assert all(row.first != row.second for row in rows)


def test_segments_are_compared_where_both_runs_found_their_tokens(runs):
    config = configs.complete("captions.yaml")
    for folder, method in zip(runs, ("energy", "uniform"), strict=True):
        write_record(folder, config | {"segmentation": {"method": method}})
        rows = [(f"r@{n}", "r", "ann", n / 4, n / 4 + 0.2, -1) for n in range(4)]
        columns = [column.name for column in SEGMENTS.columns]
        segments = pd.DataFrame(rows, columns=columns).astype({"cluster": "int32"})
        tables.write(SEGMENTS, folder / "segmentation/segments.parquet", segments)
    name = "segmentation/segments.parquet"
    both = [Run.read(run) for run in runs]
    assert not any(row.name == "segments" for row in compare_runs.differences(*both, []))
    tables.write(SEGMENTS, runs[1] / name, segments.iloc[:3])
    found = {row.name: row for row in compare_runs.differences(*both, [])}
    row = found["segments"]
    counted = [text.partition(" (")[0] for text in (row.first, row.second)]
    assert counted == ["4", "3"]
    assert (found["segmentation.method"].first, found["segmentation.method"].second) == (
        "energy", "uniform"
    )  # fmt: skip
    (runs[1] / name).unlink()
    assert name in next(said for said in compare_runs.lacking(*both) if said.startswith("B has no"))
    # Segments that an earlier run left are none of a run with given words.
    write_record(runs[1], config)
    both = [Run.read(run) for run in runs]
    assert not any(row.name == "segments" for row in compare_runs.differences(*both, []))
    (told,) = [said for said in compare_runs.lacking(*both) if said.startswith("B has no")]
    assert name not in told


def test_how_well_words_were_found_stands_side_by_side(runs, capsys):
    config = configs.complete("captions.yaml")
    columns = ["method", "metric", "value", "ci_low", "ci_high"]
    for folder, method, value in zip(runs, ("energy", "learned"), (34.86, 31.8), strict=True):
        write_record(folder, config | {"segmentation": {"method": method}})
        rows = [(method, "boundary_f1", value, value - 1, value + 1),
                (method, "token_f1", 10.0, np.nan, np.nan),
                ("random", "boundary_f1", 14.3, np.nan, np.nan),
                ("random", "token_f1", 2.5, np.nan, np.nan)]  # fmt: skip
        frame = pd.DataFrame(rows, columns=columns).assign(
            chosen=lambda frame: frame["method"] != "random", over="", units=""
        )
        rest = ["difference", "difference_low", "difference_high"]
        frame = frame.assign(**dict.fromkeys(rest, 0.0))
        counts = dict.fromkeys(["segments", "words", "recordings", "with_phones"], 3)
        frame = frame.assign(**counts)[[column.name for column in SEGMENTATION.columns]]
        tables.write(SEGMENTATION, folder / compare_runs.SCORES, frame)

    def found() -> list[Apart]:
        return compare_shown.found_words(*map(Run.read, runs))

    (row,) = found()  # both have the same token F1
    assert row == Apart("found words", "boundary F1", "34.9 % [33.9, 35.9]", "31.8 % [30.8, 32.8]")
    main(["compare", *map(str, runs), "--resamples", "100"])
    said = capsys.readouterr().out
    assert (
        "  found words\n    boundary F1: 34.9 % [33.9, 35.9] (A), 31.8 % [30.8, 32.8] (B)" in said
    )
    (runs[1] / compare_runs.SCORES).unlink()
    assert [(row.name, row.first, row.second) for row in found()] == [
        ("boundary F1", "34.9 % [33.9, 35.9]", "–"),
        ("token F1", "10.0 %", "–"),
    ]
    said = [said for said in compare_runs.lacking(*map(Run.read, runs)) if said.startswith("B has")]
    assert any(compare_runs.SCORES in each for each in said)
    # Scores that an earlier run left are none of a run with given words.
    write_record(runs[0], config)
    assert found() == []


def folded(fold):
    """A config of three folds of which this one, or all, are run."""
    split = {"method": "hash", "folds": 3, "fold": fold}
    return {**report_run.CONFIG, "pictures": {"corpora": [], "split": split}}


def test_a_run_of_all_folds_is_compared_over_all_of_them(runs):
    rng = np.random.default_rng(8)
    for fold in (1, 2):
        # The same pictures again, since these queries count as others in each fold.
        put(runs[0] / f"folds/{fold}", rng.integers(0, 30, 40), tied=2)
        for seed in (1, 2):
            put(runs[1] / f"folds/{fold}", rng.integers(0, 12, 40), seed=seed)
    (part,) = compare(*runs, SETTINGS)
    line = next(line for line in part.lines if line.metric == "mean_rank")
    files = [sorted(run.rglob("ranks.parquet")) for run in runs]
    assert [len(paths) for paths in files] == [3, 6]
    better = [tables.read(RANKS, paths)["better"].mean() for paths in files]
    # Beside the better items: in A, half of the two tied ones and the first right one.
    assert (line.first, line.second) == pytest.approx((better[0] + 2, better[1] + 1))
    assert part.queries == (120, 120)
    # Whoever ran one fold alone later has that one, whatever lies below it.
    for run in runs:
        write_record(run, folded(0))
    assert compare(*runs, SETTINGS)[0].queries == (40, 40)
    write_record(runs[0], folded("all"))
    (part,) = compare(*runs, SETTINGS)
    nothing_is_starred(part, "queries (A 120, B 40, 40 in both)")
    (runs[0] / "folds/2/evaluation/paper/model/1/ranks.parquet").unlink()
    gone = "1/ranks.parquet: missing; run the workflow to the end of every fold"
    with pytest.raises(InputError, match=f"^{runs[0]}/folds/2/.*{gone}$"):
        compare(*runs, SETTINGS)


def test_splits_and_captions_are_counted_in_every_fold(runs):
    for folder in runs:
        write_tokens(folder, 2)
    for home in (runs[1], runs[1] / "folds/1", runs[1] / "folds/2"):
        write_tokens(home, 2)
    assert len(Run.read(runs[1]).tokens("test")) == 3 * 40
    rows = compare_runs.differences(*map(Run.read, runs), [])
    found = {row.name: (row.first, row.second) for row in rows if row.kind == "corpora"}
    # The pictures and the tokens in use are the same.
    assert set(found) == {"split of the pictures", "spoken captions"}
    counted = [text.partition(" (")[0] for text in found["split of the pictures"]]
    assert counted == ["test 20, train 1", "test 60, train 3 in 3 folds"]
    counted = [text.partition(" (")[0] for text in found["spoken captions"]]
    assert counted == ["42", "126 in 3 folds"]


def test_what_is_not_known_is_said(runs):
    said = compare_runs.lacking(*map(Run.read, runs))
    assert said[0].startswith("A has no report/run.json, so its settings, code and versions")
    assert "A has no matching/spoken_captions.parquet, pictures/captions.parquet" in said[1]
    (runs[0] / "report").mkdir()
    (runs[0] / "report/run.json").write_text('{"config": 1}')
    with pytest.raises(InputError, match=r"run.json: not what the rule report writes"):
        Run.read(runs[0])


def test_experiments_stand_in_the_config_s_order(tmp_path):
    for name in ("another", "best", "paper", "wide"):
        put(tmp_path / "a", [1] * 40, experiment=name)
    write_record(tmp_path / "a", {**report_run.CONFIG, "experiments": {"wide": {}, "another": {}}})
    parts = compare(tmp_path / "a", tmp_path / "a", SETTINGS)
    assert [part.experiment for part in parts] == ["paper", "best", "wide", "another"]


def test_the_table_has_all_of_it(runs, tmp_path):
    write_record(runs[0], report_run.CONFIG)
    write_record(runs[1], {**report_run.CONFIG, "shards": 3, "title": "a\ttab\nand line"})
    main(["compare", *map(str, runs), "--resamples", "50", "--tsv", str(tmp_path / "c.tsv")])
    found = pd.read_csv(tmp_path / "c.tsv", sep="\t").set_index(["what", "name", "metric"])
    settings = found.loc["settings"]
    assert settings.loc["shards", ["first", "second"]].to_numpy().tolist() == [["2", "3"]]
    assert settings.loc["title", "second"].item() == r"a\ttab\nand line"
    (part,) = compare(*runs, MetricsSettings(resamples=50, seed=0))
    line = next(line for line in part.lines if line.metric == "r10")
    numbers = found[found["system"] == "model"].loc[("numbers", "paper", "r10")]
    assert float(numbers["difference"]) == pytest.approx(line.difference, abs=1e-4)
    assert numbers["clear"] == "yes"


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
            for task in ("abx_token_weighted", "word_similarity", "picture_by_caption"):
                path = tmp_path / folder / "evaluation" / "paper" / system / task / "ranks.parquet"
                path.parent.mkdir(parents=True)
                write_ranks(path, system, 1, np.arange(40) % worst, task)
    parts = compare(tmp_path / "a", tmp_path / "b", SETTINGS)
    assert [part.task for part in parts] == [
        "word_similarity",
        "picture_by_caption",
        "abx_token_weighted",
    ]
    assert {line.system for line in parts[0].lines} == {"model", "frequency", "text", "chance"}
    said = compare_shown.text(("a", "b"), parts, [], [])
    assert "paper: Picture by caption\n  gallery test, 40 pictures" in said
    of_abx = said[said.index("paper: ABX") :]
    assert "R@1 " in of_abx
    assert "median" not in of_abx


def test_runs_with_one_experiment_each_are_compared_and_others_are_refused(runs, tmp_path):
    put(tmp_path / "c", [1] * 40, experiment="wide")
    (part,) = compare(runs[0], tmp_path / "c", SETTINGS)
    assert part.experiment == "paper / wide"
    put(tmp_path / "c", [1] * 40, experiment="deep")
    with pytest.raises(
        InputError, match=r"has the experiments paper, .*c has deep, wide: no exper"
    ):
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
        ("a", ["--resamples", "49"], "--resamples 49: a 95 % interval needs 50 to 20,000"),
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
    found = [Apart("settings", name, "1", "2")]
    compare_shown.page((name, "b"), parts, found, [], tmp_path / "c.html")
    with opened(tmp_path / "c.html") as shown:
        assert shown.page.locator("dd").first.inner_text() == name
        assert shown.page.locator("#differs tbody th").inner_text() == name
        numbers = shown.page.locator("main section >> nth=1")
        numbers.get_by_role("button", name="System").click()
        assert numbers.locator("tbody th").first.inner_text() == "chance"
        assert shown.complaints == []
        assert shown.asked == [(tmp_path / "c.html").as_uri()]


def put_people(folder, better, words, seed=1, task="human_recognition"):
    """Human words of one source in a results folder: `words` are (query, word, talker)."""
    query, word, talker = zip(*words, strict=True)
    frame = pd.DataFrame({"query": query, "word": word, "talker": talker, "better": better})
    frame = frame.assign(
        experiment="paper", system="model", seed=seed, task=task, gallery="isle", image_id="",
        tied=0, tied_relevant=1, relevant=1, rank=frame["better"] + 1.0, gallery_size=50,
    )  # fmt: skip
    again = frame.assign(gallery="isle~synthetic", query=frame["query"] + "|t")
    path = folder / f"human/ranks/paper/model/{seed}.parquet"
    tables.write(HUMAN_RANKS, path, pd.concat([frame, again]))
    return path


def test_people_s_words_are_paired_by_words_and_talkers_as_the_metrics_are(runs, tmp_path):
    rng = np.random.default_rng(1)
    words = [(f"q{n:02}", f"word{n % 11:02}", ("ann", "bob", "")[n % 3]) for n in range(30)]
    for run, most in zip(runs, (40, 9), strict=True):
        put_people(run, rng.integers(0, most, 30), words)
    _, part = compare(*runs, SETTINGS)
    assert (part.task, part.gallery, part.why) == ("human_recognition", "isle", "")
    # Ann, bob, and ten tokens of nobody.
    assert (part.queries, part.sizes) == ((30, 30), (50, 50))
    assert (part.over, part.units) == ("words x talkers", "11 x 12")
    said = "30 queries of 11 words, 12 talkers, paired; intervals over words x talkers"
    assert said in compare_shown.about(part)[0]
    assert compare_shown.title(part) == "paper: Recognition, isle"
    # The same ranks as two systems of one run.
    frames = [tables.read(HUMAN_RANKS, run / "human/ranks/paper/model/1.parquet") for run in runs]
    frames[0]["system"] = "shuffled"
    tables.write(HUMAN_RANKS, tmp_path / "both.parquet", pd.concat(frames))
    names = [tmp_path / name for name in ("metrics.tsv", "pairs.tsv", "experiments.tsv")]
    ranks = sorted((runs[0] / "evaluation").rglob("*.parquet"))
    measure(ranks, *names, SETTINGS, human=[tmp_path / "both.parquet"])
    pairs = pd.read_csv(names[1], sep="\t")
    pairs = pairs[pairs["gallery"] == "isle"].set_index("metric")
    for line in (line for line in part.lines if line.system == "model"):
        wanted = pairs.loc[line.metric, ["difference", "ci_low", "ci_high"]].astype(float)
        assert (line.difference, line.low, line.high) == pytest.approx(tuple(wanted), abs=1e-4)


def test_other_people_s_words_have_no_difference(runs):
    words = [(f"q{n}", "ox", "ann") for n in range(6)]
    put_people(runs[0], range(6), words)
    put_people(runs[1], range(5), words[:5])
    _, part = compare(*runs, SETTINGS)
    nothing_is_starred(part, "queries (A 6, B 5, 5 in both)")
