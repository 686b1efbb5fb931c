"""Code stamps: comments change none, a real edit changes the stages that import it."""

import shutil

import pytest

from conftest import ROOT
from seesay import stamps

LOSSES = "src/seesay/losses.py"


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A copy of the source that a test may edit."""
    for folder in ("src", "workflow", "envs"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    monkeypatch.setattr(stamps, "SOURCE", tmp_path / "src")
    monkeypatch.setattr(stamps, "SCRIPTS", tmp_path / "workflow" / "scripts")
    return tmp_path


def all_stamps(house):
    stamps.imports.cache_clear()
    stamps.digest.cache_clear()
    stamps.locked.cache_clear()
    scripts = sorted(path.stem for path in (house / "workflow" / "scripts").glob("*.py"))
    return {name: stamps.stamp(name, lock=house / "envs" / "requirements.lock") for name in scripts}


def changed(house, path, old, new):
    before = all_stamps(house)
    text = (house / path).read_text()
    assert old in text
    (house / path).write_text(text.replace(old, new, 1))
    after = all_stamps(house)
    return {name for name in before if before[name] != after[name]}


def test_a_stamp_names_script_modules_and_versions(house):
    stamp = all_stamps(house)["training"]
    assert stamp == sorted(stamp)
    names = {entry.split(":")[0] for entry in stamp if ":" in entry}
    assert {"scripts/training", "seesay", "seesay.losses", "seesay.network"} <= names
    versions = dict(entry.split("==") for entry in stamp if "==" in entry)
    assert versions["torch"] == stamps.locked(ROOT / "envs" / "requirements.lock")["torch"]
    assert "pydantic" not in versions


def test_comments_docstrings_and_descriptions_change_nothing(house):
    assert changed(house, LOSSES, "import torch\n", "# a comment\nimport torch\n") == set()
    assert changed(house, LOSSES, '"""Losses over', '"""The losses over') == set()
    assert changed(house, LOSSES, "Cosines of every fragment", "All cosines") == set()


def test_an_edit_changes_exactly_the_stages_that_import_the_module(house):
    users = {
        name
        for name, stamp in all_stamps(house).items()
        if any(entry.startswith("seesay.losses:") for entry in stamp)
    }
    assert changed(house, LOSSES, "(1 - cosine) / 2", "(1 - cosine) / 3") == users
    assert users == {"training"}


def test_a_locked_version_changes_the_stages_that_use_the_package(house):
    lock = (house / "envs" / "requirements.lock").read_text()
    line = next(row for row in lock.splitlines() if row.startswith("scipy=="))
    version = line.split("==")[1].split(" ")[0]
    moved = changed(house, "envs/requirements.lock", f"scipy=={version}", "scipy==0.0.1")
    assert "logmel" in moved
    assert not moved & {"regions", "matching"}


def test_of_the_readers_only_the_named_one_counts(house):
    names = [entry.split(":")[0] for entry in stamps.stamp("pictures", ["seesay.corpora.pascal1k"])]
    assert "seesay.corpora.pascal1k" in names
    assert "seesay.corpora.flickr8k" not in names


def test_of_proposals_and_networks_only_the_named_one_counts(house):
    grid, rpn = (stamps.stamp("regions", [f"seesay.proposals.{m}"]) for m in ("grid", "rpn"))
    names, packages = (
        [entry.split(mark)[0] for entry in grid if mark in entry] for mark in (":", "==")
    )
    assert "seesay.proposals.grid" in names
    assert not {"seesay.proposals.rpn", "seesay.detector"} & set(names)
    assert not {"torch", "torchvision"} & set(packages)
    assert any(entry.startswith("seesay.detector:") for entry in rpn)
    assert any(entry.startswith("torchvision==") for entry in rpn)
    assert not any("detector" in entry for entry in stamps.stamp("training"))


def test_two_calls_agree_and_nothing_is_written(house):
    files = sorted(house.rglob("*"))
    assert all_stamps(house) == all_stamps(house)
    assert sorted(house.rglob("*")) == files
