"""Exactly what changed runs again, through real snakemake; docs/reruns.md shows the same table."""

import re
import shutil

import pandas as pd
import pytest
import yaml

from seesay.audio import synthesis
from support import ROOT, rerun_rows
from support.rerun_rows import ROWS, Row, Run
from support.workflow import ALIGNMENT, copy, fragments_config, jobs, snakemake

pytestmark = pytest.mark.slow
CHECKPOINTS = {"pictures", "speech", "segmentation"}
# The fixture of each base.
BASES = {"generated": "small_run", "own": "own", "ready": "ready", "segmented": "segmented"}


def without_all(counts):
    return {rule: count for rule, count in counts.items() if rule != "all"}


def planned(run, *arguments):
    """How many jobs of each rule `snakemake -n` lists."""
    result = snakemake(run.folder, "--dry-run", *arguments, root=run.root)
    assert result.returncode == 0, result.stderr[-3000:]
    found = re.findall(r"^(\w+) +(\d+)$", result.stdout + result.stderr, re.MULTILINE)
    return {rule: int(count) for rule, count in found if rule not in ("all", "total")}


def ran(run, *arguments):
    """How many jobs of each rule run."""
    result = snakemake(run.folder, *arguments, root=run.root)
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-4000:]
    return without_all(jobs(result))


def counted(run, row):
    """What a change reruns.

    A plan without a checkpoint is what runs. With one it is the most that may run. Then files are
    made for real, to where that is known: what is planned when the checkpoints have run, runs for
    certain.
    """
    plan = planned(run, *row.arguments)
    if not CHECKPOINTS & set(plan):
        return plan
    done = ran(run, *row.first, *row.arguments)
    if not row.first:
        return done
    rest = planned(run, *row.arguments)
    assert all(count <= plan[rule] for rule, count in rest.items())
    assert not set(rest) & (set(done) | CHECKPOINTS)
    return done | rest


@pytest.fixture(scope="module")
def own(small_run, tmp_path_factory):
    """The small run with its pictures and its speech as corpora of one's own."""
    folder = copy(small_run, tmp_path_factory.mktemp("own") / "run")
    values = yaml.safe_load((folder / "config.yaml").read_text())
    del values["scenes"], values["synthesis"]
    pictures = {"reader": "pascal1k", "path": str(rerun_rows.PICTURES)}
    values["pictures"] |= {"corpora": [pictures], "split": rerun_rows.SPLIT}
    values["speech"]["corpora"] = [{"reader": "lucid", "path": str(rerun_rows.SPEECH)}]
    (folder / "config.yaml").write_text(yaml.safe_dump(values))
    # The corpora are listed again, to the same lists: no other table is made again.
    counts = ran(Run(folder, ROOT))
    # Where the things of composed scenes are is known no more, so metrics lacks the grounding.
    assert counts == {"pictures": 1, "speech": 1, "metrics": 1, "report": 1}
    return folder


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    """A run with ready-made fragments in place of regions and fc7, and with aligned speech."""
    folder = tmp_path_factory.mktemp("ready") / "run"
    (folder / "pictures").mkdir(parents=True)
    values = fragments_config(folder / "pictures")
    captions = pd.read_csv(folder / "pictures" / "sentences.tsv", sep="\t")["caption"]
    script = [caption.split() for caption in sorted(set(captions))] * 3
    for talker in ("F01", "M01"):
        part = folder / "speech" / talker
        part.mkdir(parents=True)
        said = {"talker": talker, "script": script, "folder": str(part), "seed": 1}
        synthesis.speak(said | {"word_gap": 18, "pause": 0.6, "minutes": 1e-6})
        for number, words in enumerate(script, start=1):
            (part / f"{talker}_{number:02}.txt").write_text(" ".join(words) + "\n")
    del values["synthesis"]
    values["alignment"] = ALIGNMENT | {"path": "speech"}
    values["pictures"]["corpora"][0]["path"] = values["fragments"]["path"] = "pictures"
    values["fragments"]["whole"] = "unknown"
    values["fragments"]["on_bad_input"] = "reject"
    (folder / "config.yaml").write_text(yaml.safe_dump(values))
    counts = ran(Run(folder, ROOT))
    assert counts["alignment"] == counts["fragments"] == 1
    assert not {"regions", "fc7", "scenes", "synthesis"} & set(counts)
    return folder


@pytest.fixture(scope="module")
def segmented(small_run, tmp_path_factory):
    """A run whose talkers say the captions, with found segments; first with given ones."""
    folder = copy(small_run, tmp_path_factory.mktemp("segmented") / "run")
    run = Run(folder, ROOT)
    captions = {"script": "captions", "unsaid": 0, "surplus": 1.3, "fillers": 0}
    run.set("synthesis", captions | {"voices": 2})
    run.set("matching", {"method": "spoken"})
    run.set("controls", ["shuffled", "text"])
    counts = ran(run)
    assert "segmentation" not in counts
    run.set("segmentation", {"method": "uniform"})
    # Boundaries are found in the same speech, and nothing before it runs again.
    counts = ran(run)
    first = {"phones": 1, **rerun_rows.SEGMENTED, **rerun_rows.MATCHED}
    assert counts == {**first, **rerun_rows.GROUNDED}
    return folder


def changed(base, tmp_path):
    """A copy of a finished run and of the repository, for a row to change."""
    root = tmp_path / "repository"
    root.mkdir(parents=True)
    for name in ("src", "workflow", "config", "envs", "profiles"):
        shutil.copytree(ROOT / name, root / name)  # with its bytecode, which spares seconds a start
    shutil.copy(ROOT / "Snakefile", root)
    return Run(copy(base, tmp_path / "run"), root)


@pytest.mark.parametrize("row", ROWS, ids=[row.change for row in ROWS])
def test_exactly_what_changed_runs_again(row: Row, request, tmp_path):
    run = changed(request.getfixturevalue(BASES[row.base]), tmp_path)
    row.make(run)
    assert counted(run, row) == row.reruns


def test_the_guide_shows_these_rows():
    assert rerun_rows.table() in (ROOT / "docs" / "reruns.md").read_text(), rerun_rows.table()


def reasons(run):
    """The printed reason of each job that is due, by its message."""
    out = snakemake(run.folder, "--dry-run", root=run.root).stdout
    return dict(re.findall(r"^Job \d+: (.+)\nReason: (.+)$", out, re.MULTILINE))


def test_the_reason_names_the_module_the_library_and_the_setting(own, tmp_path):
    run = changed(own, tmp_path)
    run.edit("src/seesay/learning/losses/paper.py", "(1 - cosine) / 2", "(1 - cosine) / 3")
    run.edit("envs/requirements.lock", "librosa==", "librosa==9")
    found = reasons(run)
    digest = r"'seesay\.learning\.losses\.paper:[0-9a-f]+'"
    held = found["Training paper, seed 1"]
    logmel = found["Computing log-Mel vectors of shard 0"]
    # What did not change is not printed.
    assert re.search(r"before: 'librosa==\S+' now: 'librosa==9\S+' ?$", logmel)
    assert "logmel/shards/0.parquet" in held
    run = changed(own, tmp_path / "again")
    run.edit("src/seesay/learning/losses/paper.py", "(1 - cosine) / 2", "(1 - cosine) / 3")
    run.set("metrics", {"resamples": 60})
    found = reasons(run)
    assert re.search(f"before: {digest} now: {digest} ?$", found["Training paper, seed 1"])
    run = changed(own, tmp_path / "third")
    run.set("metrics", {"resamples": 60})
    metrics = reasons(run)["Computing metrics and intervals"]
    assert re.search(r"before: 'metrics\.resamples: 50' now: 'metrics\.resamples: 60' ?$", metrics)


def test_lost_records_are_written_again_by_touch(small_run, tmp_path):
    run = changed(small_run, tmp_path)
    shutil.rmtree(run.folder / ".snakemake")
    assert snakemake(run.folder, "--touch", "--forceall", root=run.root).returncode == 0
    assert planned(run) == {}
    run.set("metrics", {"resamples": 60})
    assert planned(run) == {"metrics": 1, "breakdown": 1, "report": 1}
