"""The whole chain through real snakemake, on a very small config: what the results say."""

import re
import shutil
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pytest
import soundfile
import yaml

from seesay.commands.search import Search
from seesay.scoring import abx
from seesay.settings.evaluation import PAPER
from seesay.shared.randomness import shard_of
from support.workflow import copy, fragments_config, jobs, small_config, snakemake

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def finished(small_run, tmp_path_factory):
    """A folder in which the small config has run to its report."""
    return copy(small_run, tmp_path_factory.mktemp("run") / "small")


def test_metrics_are_there_for_every_system_task_and_gallery(finished):
    metrics = pd.read_csv(finished / "results" / "metrics.tsv", sep="\t")
    trained = {"model", "random_projection", "untrained", "shuffled", "text"}
    assert set(metrics["system"]) == {*trained, "frequency"}
    tasks = small_config()["evaluation"]["tasks"]
    # Within a talker, and among neighbours, few test tokens may have no triplet.
    found = set(metrics["task"])
    by_cells = {*abx.TASKS, *abx.NEIGHBOURS.values()}
    assert {"abx_across", "abx_across_lemma"} <= found
    assert found - by_cells == {*tasks, "grounding", "grounding_parts"} - {"abx"}
    both = metrics.groupby("task")["gallery"].nunique()
    assert both.to_dict() == {
        task: 1 if task.startswith(("abx", "grounding")) else 2 for task in both.index
    }
    known = metrics.dropna(subset=["ci_low", "ci_high"])
    assert (known["ci_low"] <= known["value"] + 1e-9).all()
    assert (known["value"] <= known["ci_high"] + 1e-9).all()
    # So few test pictures have no interval; drawn things and words have one.
    assert len(known) < len(metrics)
    r25 = metrics[metrics["metric"] == "r25"]
    assert r25["value"].between(0, 100).all()


def test_the_report_says_what_the_metrics_say(finished):
    report = (finished / "results" / "report.html").read_text()
    metrics = pd.read_csv(finished / "results" / "metrics.tsv", sep="\t")
    assert "synthetic" in report.lower()
    for size in metrics.loc[metrics["task"].isin(PAPER), "gallery_size"].unique():
        assert f"{size:,}" in report or str(size) in report
    assert not re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="https?://', report)


def test_every_caption_is_spoken_or_in_the_rejects(finished):
    results = finished / "results"
    captions = pd.read_parquet(results / "words" / "caption_words.parquet")
    spoken = pd.read_parquet(results / "matching" / "spoken_captions.parquet")
    refused = set(pd.read_parquet(results / "matching" / "rejects.parquet")["id"])
    names = captions["image_id"] + "#" + captions["caption"].astype(str)
    said = set(spoken["image_id"] + "#" + spoken["caption"].astype(str))
    assert said | refused == set(names)
    assert not said & refused
    assert not spoken["token_id"].duplicated().any()


def test_what_came_of_the_matching_is_counted(finished):
    matching = finished / "results" / "matching"
    spoken = pd.read_parquet(matching / "spoken_captions.parquet")
    used = spoken["token_id"].nunique()
    assert pd.read_parquet(matching / "quality" / "durations.parquet")["tokens"].sum() == used
    assert pd.read_parquet(matching / "quality" / "talker_words.parquet")["used"].sum() == used
    replacements = pd.read_parquet(matching / "replacements.parquet")
    steps = pd.read_parquet(matching / "quality" / "steps.parquet")
    assert steps["words"].sum() == len(replacements)
    words = pd.read_parquet(finished / "results" / "words" / "caption_words.parquet")
    assert steps["tokens"].sum() == len(words)
    lacking = pd.read_parquet(matching / "unsayable.parquet")
    refused = pd.read_parquet(matching / "rejects.parquet")["id"]
    assert set(lacking["image_id"] + "#" + lacking["caption"].astype(str)) == set(refused)


def test_a_finished_run_can_be_searched(finished, tmp_path, monkeypatch):
    """A picture of the run names words; one of its tokens, cut out, names pictures."""
    search = Search(finished / "results" / "training" / "paper" / "model" / "1")
    images = pd.read_parquet(finished / "results" / "pictures" / "images.parquet")
    # Another run's folder, with other pictures of the same names.
    (tmp_path / images["path"].iloc[0]).parent.mkdir(parents=True)
    shutil.copy(finished / images["path"].iloc[1], tmp_path / images["path"].iloc[0])
    monkeypatch.chdir(tmp_path)
    words = search.look(search.place(images["path"].iloc[0]), 3)
    stored = pd.read_parquet(search.files["fragments"])
    row = words.iloc[0]
    at = (stored["image_id"] == images["image_id"].iloc[0]) & (stored["region"] == row["region"])
    tokens = pd.read_parquet(search.files["words"]).set_index("token_id")["embedding"]
    fragment, token = np.stack([stored.loc[at, "embedding"].iloc[0], tokens[row["token_id"]]])
    length = np.linalg.norm(fragment) * np.linalg.norm(token)
    assert row["cosine"] == pytest.approx(fragment @ token / length, abs=1e-4)
    (wav,) = search.cut(words.head(1), tmp_path)
    assert set(search.say(wav, split="test")["image_id"]) == set(
        images.loc[images["split"] == "test", "image_id"]
    )


def test_a_second_run_has_nothing_to_do(finished):
    result = snakemake(finished)
    assert result.returncode == 0
    assert jobs(result) == {}
    assert "Nothing to be done" in result.stdout + result.stderr


def test_snakemake_s_own_report_has_the_pieces_with_their_labels(finished):
    result = snakemake(finished, "--report", "report.zip")
    assert result.returncode == 0, result.stderr[-3000:]
    with ZipFile(finished / "report.zip") as archive:
        raw = {name.rpartition("/")[2] for name in archive.namelist() if "/raw/" in name}
        shown = archive.read("report/report.html").decode()
    figures = {f"{name}.svg" for name in ("answer", "training", "where", "stages")}
    numbers = {"metrics.tsv", "differences.tsv", "experiments.tsv"}
    assert raw == {"report.html", "summary.md"} | figures | numbers
    for text in ("Results", "Training", "learning curve", "paired differences"):
        assert text in shown


def test_a_new_title_reruns_the_report_alone(finished):
    values = small_config()
    values["report"]["title"] = "Another title"
    (finished / "titled.yaml").write_text(yaml.safe_dump(values))
    result = snakemake(finished, config="titled.yaml")
    assert result.returncode == 0, result.stderr[-3000:]
    assert set(jobs(result)) <= {"report", "all"}
    assert "report" in jobs(result)
    assert "Another title" in (finished / "results" / "report.html").read_text()


def test_the_legacy_evaluation_is_added_and_changes_nothing_else(finished):
    results = finished / "results"
    before = (results / "metrics.tsv").read_bytes()
    assert 'id="legacy"' not in (results / "report.html").read_text()
    values = small_config()
    values["evaluation"]["legacy"] = True
    (finished / "legacy.yaml").write_text(yaml.safe_dump(values))
    result = snakemake(finished, config="legacy.yaml")
    assert result.returncode == 0, result.stderr[-3000:]
    assert jobs(result) == {"all": 1, "legacy": 5, "legacy_metrics": 1, "report": 1}
    assert (results / "metrics.tsv").read_bytes() == before
    assert 'id="legacy"' in (results / "report.html").read_text()
    ours = pd.read_csv(results / "metrics.tsv", sep="\t")
    legacy = pd.read_csv(results / "legacy" / "metrics.tsv", sep="\t")
    assert list(ours) == list(legacy)
    assert set(legacy["gallery"]) == {"test"}
    key = ["system", "seed", "task", "gallery", "metric"]
    pairs = ours.merge(legacy, on=key, suffixes=("", "_legacy"))
    assert len(pairs) == len(legacy)
    assert (pairs["chance"] == pairs["chance_legacy"]).all()
    result = snakemake(finished)
    assert set(jobs(result)) == {"all", "report"}


READER = '''"""One word a file: TALKER_word.flac, all of it."""
from seesay.corpora import Recording, SpokenWord


def sources(root):
    return sorted(root.glob("*.flac"))


def read(root):
    stems = [(path.stem, path) for path in sources(root)]
    words = [SpokenWord(s, s.split("_")[0], s.split("_")[1], 0.1, 0.4) for s, _ in stems]
    return [Recording(s, path, s.split("_")[0]) for s, path in stems], words, []
'''


def test_two_corpora_and_a_reader_of_ones_own(tmp_path):
    """What runs again when a reader, a recording and a list of corpora change."""

    def record(name, seed):
        samples = np.random.default_rng(seed).normal(0, 0.1, 8000)
        (tmp_path / name).parent.mkdir(exist_ok=True)
        soundfile.write(tmp_path / name, samples, 16000)

    def run():
        (tmp_path / "config.yaml").write_text(yaml.safe_dump(values))
        shards = [f"results/logmel/shards/{n}.parquet" for n in range(values["shards"])]
        result = snakemake(tmp_path, *shards)
        assert result.returncode == 0, result.stderr[-4000:]
        words = pd.read_parquet(tmp_path / "results/speech/spoken_words.parquet")
        return jobs(result), list(words["token_id"])

    for n, word in enumerate(["cat", "dog", "sun"]):
        record(f"own/ann_{word}.flac", n)
    record("table/a.flac", 9)
    row = "file\tspeaker\tonset\toffset\tword\na\tbob\t0.1\t0.3\ttree\n"
    (tmp_path / "table/words.tsv").write_text(row)
    (tmp_path / "reader.py").write_text(READER)
    values = small_config() | {"shards": 4}
    del values["synthesis"]
    own = {"reader": "reader.py", "path": "own"}
    values["speech"]["corpora"] = [own]
    ids = [f"ann_{word}@0.100" for word in ("cat", "dog", "sun")]
    assert run() == ({"logmel_shard": 4, "speech": 1}, ids)
    assert run() == ({}, ids)

    (tmp_path / "reader.py").write_text(READER.replace("import Rec", "import  Rec") + "# more\n")
    assert run() == ({}, ids)

    record("own/ann_yes.flac", 7)
    ids.append("ann_yes@0.100")
    assert run() == ({"logmel_shard": 1, "speech": 1}, ids)

    values["speech"]["corpora"] = [own, {"name": "t", "reader": "tsv", "path": "table"}]
    ids.append("t/a@0.100")
    assert run() == ({"logmel_shard": 1, "speech": 1}, ids)

    (tmp_path / "reader.py").write_text(READER.replace("0.1, 0.4", "0.2, 0.4"))
    ids = [name.replace("@0.100", "@0.200") if name[0] == "a" else name for name in ids]
    shards = {shard_of(name.partition("@")[0], 4) for name in ids if name[0] == "a"}
    assert run() == ({"logmel_shard": len(shards), "speech": 1}, ids)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"shards": "many"}, "config: shards"),
        (
            {"synthesis": None, "speech": {"corpora": [{"reader": "my.py", "path": "x"}]}},
            "speech.corpora.0: my.py: no such file; it is to be a reader",
        ),
        (
            {"synthesis": None, "speech": {"corpora": [{"reader": "timit", "path": "no/speech"}]}},
            "no/speech: no such folder",
        ),
        (
            {
                "scenes": None,
                "pictures": {"corpora": [{"reader": "flickr8k", "path": "no/such/folder"}]},
            },
            "no/such/folder: no such folder",
        ),
    ],
)
def test_a_wrong_config_ends_in_one_line_before_any_job(tmp_path, change, message):
    values = small_config()
    for key, value in change.items():
        values[key] = values[key] | value if isinstance(value, dict) else value
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(values))
    result = snakemake(tmp_path)
    assert result.returncode != 0
    lines = [line for line in (result.stdout + result.stderr).splitlines() if "error:" in line]
    assert len(lines) == 1
    assert message in lines[0]
    assert "Traceback" not in result.stdout + result.stderr
    assert not (tmp_path / "results").exists()


# ---- ready-made fragments, captions without pictures


def test_ready_made_fragments_stand_in_for_regions_and_fc7(tmp_path):
    (tmp_path / "corpus").mkdir()
    values = fragments_config(tmp_path / "corpus")
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(values))
    result = snakemake(tmp_path, "results/fragments/rejects.parquet")
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-6000:]
    assert jobs(result) == {"pictures": 1, "fragments": 1}
    results = tmp_path / "results"
    images = pd.read_parquet(results / "pictures" / "images.parquet")
    assert images["split"].value_counts().to_dict() == {"train": 14, "validation": 3, "test": 3}
    fc7 = pd.concat(pd.read_parquet(path) for path in (results / "fc7" / "shards").iterdir())
    assert len(fc7) == 20 * 20
    planned = snakemake(tmp_path, "--dry-run")
    assert planned.returncode == 0, planned.stderr[-3000:]
    # The table of planned jobs: a rule and its count a line.
    rules = set(re.findall(r"^(\w+) +\d+$", planned.stdout, re.MULTILINE))
    assert {"training", "embedding", "report"} <= rules
    assert not {"pictures", "fragments", "regions", "fc7", "scenes"} & rules


def test_a_file_of_fragments_that_is_missing_ends_in_one_line(tmp_path):
    (tmp_path / "corpus").mkdir()
    values = fragments_config(tmp_path / "corpus")
    (tmp_path / "corpus" / "split_val_img.mat").unlink()
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(values))
    result = snakemake(tmp_path)
    assert result.returncode != 0
    lines = [line for line in (result.stdout + result.stderr).splitlines() if "error:" in line]
    assert len(lines) == 1
    assert "split_val_img.mat: no such file" in lines[0]
    assert "Traceback" not in result.stdout + result.stderr
