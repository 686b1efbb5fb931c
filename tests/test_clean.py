"""`seesay clean`: states of ended and foreign trainings go when asked to; held ones never."""

import os

import pytest
import yaml
from filelock import FileLock

from seesay.commands import cli
from seesay.learning.checkpoints import Checkpoint
from support import configs


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A config of two experiments and two seeds, of which paper, seed 1, has ended."""
    monkeypatch.chdir(tmp_path)
    config = configs.complete()
    config |= {"results": "out", "seeds": [1, 2], "experiments": {"paper": {}, "best": {}}}
    config |= {"listen": config["listen"] | {"experiment": None}}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    for system in ("model", "random_projection", "untrained", *config["controls"]):
        home = tmp_path / "out" / "training" / "paper" / system / "1"
        home.mkdir(parents=True)
        (home / "history.parquet").write_text("")
    return tmp_path / "out" / "checkpoints"


def stored(home, identity, experiment, seed, time):
    with Checkpoint(home, identity, experiment=experiment, seed=seed) as states:
        states.of("model").save(epoch=1)
    for path in (home / identity).iterdir():
        os.utime(path, (time, time))
    return home / identity


def clean(capsys, *more):
    cli.main(["clean", "config.yaml", *more])
    return capsys.readouterr().out.splitlines()


def test_what_no_run_goes_on_from_is_listed_and_removed_when_asked(run, capsys):
    ended = stored(run, "a", "paper", 1, 50)
    older = stored(run, "b", "paper", 2, 10)
    newest = stored(run, "c", "paper", 2, 20)
    foreign = stored(run, "d", "gone", 1, 30)
    other_seed = stored(run, "e", "best", 3, 30)
    unnamed = stored(run, "f", "best", 1, 30)
    (unnamed / "run.json").unlink()
    (run / "mine").mkdir()  # no folder of states
    everything = {ended, older, newest, foreign, other_seed, unnamed}
    lines = clean(capsys)
    assert {path for path in run.iterdir() if path.name != "mine"} == everything
    said = {line.partition("(out/checkpoints/")[2][:1]: line for line in lines[:-1]}
    assert said["a"].startswith("useless  paper, seed 1: has ended")
    assert said["b"].startswith("useless  paper, seed 2: of other inputs, settings or code")
    assert said["c"].startswith("kept     paper, seed 2: goes on from it")
    assert said["d"].startswith("useless  gone, seed 1: not in the config")
    assert said["e"].startswith("useless  best, seed 3: not in the config")
    assert said["f"].startswith("useless  of an earlier version")
    assert lines[-1].endswith("could be freed with --remove")
    with FileLock(foreign / "lock"):
        lines = clean(capsys, "--remove")
    assert [line for line in lines if "(out/checkpoints/d," in line] == [
        line for line in lines if line.startswith("kept     gone, seed 1: not in the config, but")
    ]
    assert sorted(path.name for path in run.iterdir()) == ["c", "d", "mine"]
    assert (foreign / "model.pt").exists()
    assert (newest / "model.pt").exists()
    clean(capsys, "--remove")
    assert sorted(path.name for path in run.iterdir()) == ["c", "mine"]


def test_states_of_folds_that_the_config_does_not_have_are_useless(run, capsys):
    split = {"method": "exact", "train": 2, "validation": 1, "test": 3, "folds": 2, "fold": "all"}
    file = run.parents[1] / "config.yaml"
    config = yaml.safe_load(file.read_text())
    for fold in (0, "all"):
        config["pictures"] |= {"split": split | {"fold": fold}}
        file.write_text(yaml.safe_dump(config))
        stored(run.parent / "folds/1/checkpoints", "a", "best", 1, 10)
        (said, _) = [*clean(capsys), ""][:2]
        kept = "kept     best, seed 1: goes on from it"
        lost = "useless  best, seed 1: of a fold that the config does not have"
        assert said.startswith(lost if fold == 0 else kept)


def test_without_states_there_is_nothing_to_free(run, capsys):
    assert clean(capsys, "--remove") == ["nothing to free"]


def test_a_missing_config_is_one_line(run):
    with pytest.raises(SystemExit, match=r"error: .*nowhere\.yaml"):
        cli.main(["clean", "nowhere.yaml"])
