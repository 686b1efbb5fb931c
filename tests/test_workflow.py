"""The whole chain through real snakemake, on a very small config: what the results say."""

import os
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import soundfile
import yaml

from conftest import ROOT
from seesay.randomness import shard_of

pytestmark = pytest.mark.slow


def small_config():
    """The embedded default, made very small."""
    values = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())
    values |= {"shards": 2, "seeds": [1], "results": "results"}
    values["scenes"]["count"] = 24
    values["scenes"]["size"] = 128
    values["pictures"]["split"] = {"method": "exact", "train": 16, "validation": 4, "test": 4}
    values["regions"] |= {"side": 96, "candidates": 6}
    values["fc7"] |= {"size": 64, "context": 4, "regions": 4}
    values["synthesis"]["talkers"] = 4
    values["training"] |= {"speech_layers": [32], "embedding": 16, "max_epochs": 2}
    values["metrics"]["resamples"] = 50
    values["report"]["pictures"] = 2
    return values


def snakemake(folder, *arguments, config="config.yaml"):
    environment = os.environ | {"PATH": f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}"}
    command = ["snakemake", "--snakefile", ROOT / "Snakefile", "--configfile", config]
    return subprocess.run(
        [*command, "--cores", "2", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def jobs(result):
    """How many jobs of each rule ran."""
    found = re.findall(r"Finished jobid: \d+ \(Rule: (\w+)\)", result.stdout + result.stderr)
    return {rule: found.count(rule) for rule in sorted(set(found))}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A folder in which the small config has run to its report."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "config.yaml").write_text(yaml.safe_dump(small_config()))
    result = snakemake(folder)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-6000:]
    return folder


def test_metrics_are_there_for_every_system_task_and_gallery(finished):
    metrics = pd.read_csv(finished / "results" / "metrics.tsv", sep="\t")
    assert set(metrics["system"]) == {"model", "random_projection", "untrained", "shuffled"}
    assert metrics["task"].nunique() == 4
    assert set(metrics["gallery"]) == {"test", "all"}
    assert (metrics["ci_low"] <= metrics["value"] + 1e-9).all()
    assert (metrics["value"] <= metrics["ci_high"] + 1e-9).all()
    r25 = metrics[metrics["metric"] == "r25"]
    assert r25["value"].between(0, 100).all()


def test_the_report_says_what_the_metrics_say(finished):
    report = (finished / "results" / "report.html").read_text()
    metrics = pd.read_csv(finished / "results" / "metrics.tsv", sep="\t")
    assert "synthetic" in report.lower()
    for size in metrics["gallery_size"].unique():
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


def test_a_second_run_has_nothing_to_do(finished):
    result = snakemake(finished)
    assert result.returncode == 0
    assert jobs(result) == {}
    assert "Nothing to be done" in result.stdout + result.stderr


def test_a_new_title_reruns_the_report_alone(finished):
    values = small_config()
    values["report"]["title"] = "Another title"
    (finished / "titled.yaml").write_text(yaml.safe_dump(values))
    result = snakemake(finished, config="titled.yaml")
    assert result.returncode == 0, result.stderr[-3000:]
    assert set(jobs(result)) <= {"report", "all"}
    assert "report" in jobs(result)
    assert "Another title" in (finished / "results" / "report.html").read_text()


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
    assert run() == ({"logmel": 4, "speech": 1}, ids)
    assert run() == ({}, ids)

    (tmp_path / "reader.py").write_text(READER.replace("import Rec", "import  Rec") + "# more\n")
    assert run() == ({}, ids)

    record("own/ann_yes.flac", 7)
    ids.append("ann_yes@0.100")
    assert run() == ({"logmel": 1, "speech": 1}, ids)

    values["speech"]["corpora"] = [own, {"name": "t", "reader": "tsv", "path": "table"}]
    ids.append("t/a@0.100")
    assert run() == ({"logmel": 1, "speech": 1}, ids)

    (tmp_path / "reader.py").write_text(READER.replace("0.1, 0.4", "0.2, 0.4"))
    ids = [name.replace("@0.100", "@0.200") if name[0] == "a" else name for name in ids]
    shards = {shard_of(name.partition("@")[0], 4) for name in ids if name[0] == "a"}
    assert run() == ({"logmel": len(shards), "speech": 1}, ids)


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
            {"scenes": None, "pictures": {"path": "no/such/folder"}},
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
