"""Code stamps: comments change none, a real edit changes the stages that import it."""

import ast
import shutil
from functools import cache
from types import SimpleNamespace

import pytest

from seesay.planning import stamps
from seesay.reporting import sections
from support import ROOT

LOSSES = "src/seesay/learning/losses/paper.py"
CHOSEN = ("seesay.learning.batches.one_picture",)


TAKE_APART = stamps.read.__wrapped__


@cache
def taken_apart(text, name, module):
    """A module's parts by its text; the tests take the same hundred modules apart many times."""
    return TAKE_APART(SimpleNamespace(read_bytes=lambda: text, name=name), module)


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A copy of the source that a test may edit."""
    unused = shutil.ignore_patterns("__pycache__")
    for folder in ("src", "workflow", "envs"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=unused)
    read = cache(lambda path, module: taken_apart(path.read_bytes(), path.name, module))
    monkeypatch.setattr(stamps, "read", read)
    monkeypatch.setattr(stamps, "SOURCE", tmp_path / "src")
    monkeypatch.setattr(stamps, "SCRIPTS", tmp_path / "workflow" / "scripts")
    return tmp_path


def all_stamps(house):
    """The stamp of each script; the report's with its sections, as its rule has it."""
    stamps.read.cache_clear()
    stamps.locked.cache_clear()
    scripts = sorted(path.stem for path in (house / "workflow" / "scripts").glob("*.py"))
    lock, named = house / "envs" / "requirements.lock", {"report": sections.modules()}
    return {name: stamps.stamp(name, named.get(name, ()), lock, CHOSEN) for name in scripts}


def changed(house, path, old, new):
    before = all_stamps(house)
    text = (house / path).read_text()
    assert old in text
    (house / path).write_text(text.replace(old, new, 1))
    after = all_stamps(house)
    return {name for name in before if before[name] != after[name]}


def test_the_text_of_a_statement_is_its_dump():
    """Of statements without anything that a stamp leaves out."""
    left_out = ("'''", '"""', "description", "TYPE_CHECKING", "taken(", "...")
    texts = 0
    for path in sorted((ROOT / "tests").glob("test_s*.py")):
        whole = ast.parse(path.read_bytes())
        parts = {part.dump for part in stamps.read(path, "seesay.x").parts}
        for statement in whole.body:
            plain = not any(each in ast.unparse(statement) for each in left_out)
            if plain and not isinstance(statement, ast.Import | ast.ImportFrom | ast.Expr):
                assert ast.dump(statement) in parts, (path, statement.lineno)
                texts += 1
    assert texts > 200


def test_a_stamp_names_script_modules_and_versions(house):
    stamp = all_stamps(house)["training"]
    assert stamp == sorted(stamp)
    names = {entry.split(":")[0] for entry in stamp if ":" in entry}
    assert {"scripts/training", "seesay.learning.losses.paper", "seesay.model.network"} <= names
    versions = dict(entry.split("==") for entry in stamp if "==" in entry)
    assert versions["torch"] == stamps.locked(ROOT / "envs" / "requirements.lock")["torch"]
    assert "pydantic" not in versions


def test_comments_docstrings_and_descriptions_change_nothing(house):
    assert (
        changed(
            house, LOSSES, "from torch import Tensor\n", "# a comment\nfrom torch import Tensor\n"
        )
        == set()
    )
    assert changed(house, LOSSES, '"""Losses over', '"""The losses over') == set()
    assert changed(house, LOSSES, "Cosines of every fragment", "All cosines") == set()


def test_an_edit_changes_exactly_the_stages_that_import_the_module(house):
    users = {
        name
        for name, stamp in all_stamps(house).items()
        if any(entry.startswith("seesay.learning.losses.paper:") for entry in stamp)
    }
    assert changed(house, LOSSES, "(1 - cosine) / 2", "(1 - cosine) / 3") == users
    assert users == {"training", "caption_training"}


def test_of_a_module_only_what_is_used_counts(house):
    # A reader's message concerns the stage that reads; its table's columns all that take them.
    words = "a picture without captions; add some"
    pictures = "src/seesay/vision/pictures.py"
    assert changed(house, pictures, words, "a picture without captions") == {"pictures"}
    split = 'pa.string(), "train, validation or test"'
    large = split.replace("string", "large_string")
    table = changed(house, "src/seesay/schemas/vision.py", split, large)
    assert {"pictures", "matching", "training", "report"} <= table
    assert not table & {"regions", "fc7", "words"}
    casting = "src/seesay/captions/casting.py"
    assert changed(house, casting, "import numpy as np\n", "import numpy as np\nX = 1\n") == set()
    spacy = {
        name
        for name, stamp in all_stamps(house).items()
        if any(entry.startswith("spacy==") for entry in stamp)
    }
    tagging = {"words", "words_language", "spoken_types", "spoken_types_language"}
    assert spacy == {*tagging, "matching", "human"}


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


CODE = """
from seesay import other
from seesay.third import SCHEMA, helper as helped
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

A, B = 1, 2
TABLE = {}
TABLE["x"] = SCHEMA

def one():
    return other.read(A)

def two():
    import scipy
    return helped(B) + scipy.x

def three(module=other):
    return two
"""


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("one", {"other:read", "third:SCHEMA", "packages:"}),
        ("two", {"third:SCHEMA", "third:helper", "packages:scipy"}),
        ("three", {"other:read", "other:write", "third:SCHEMA", "third:helper", "packages:scipy"}),
    ],
)
def test_names_are_followed(house, wanted, reached):
    """What a script that uses one name of a module depends on, found by editing the rest."""
    source = house / "src" / "seesay"
    write(source / "subject.py", CODE)
    write(source / "other.py", "def read(x):\n    return x\n\ndef write(x):\n    return x, 1\n")
    write(source / "third.py", "SCHEMA = 5\n\ndef helper(x):\n    return x, 2\n")
    script = f"from seesay.subject import {wanted}\n{wanted}()\n"
    write(house / "workflow" / "scripts" / "probe.py", script)
    found = set()
    for name, old, new in (
        ("other:read", "return x\n", "return -x\n"),
        ("other:write", "return x, 1", "return x, 3"),
        ("third:SCHEMA", "SCHEMA = 5", "SCHEMA = 6"),
        ("third:helper", "return x, 2", "return x, 4"),
    ):
        path = f"src/seesay/{name.split(':')[0]}.py"
        if "probe" in changed(house, path, old, new):
            found.add(name)
    packages = {entry.split("==")[0] for entry in all_stamps(house)["probe"] if "==" in entry}
    assert found | {f"packages:{' '.join(packages)}"} == reached


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
    # Nor does what reads ready-made fragments, with the library that it needs.
    assert "seesay.corpora.fragments" not in names


def test_a_users_reader_counts_with_what_it_imports_of_its_package(tmp_path):
    package = tmp_path / "own" / "sub"
    package.mkdir(parents=True)
    files = {
        "own/__init__.py": "",
        "own/sub/__init__.py": "",
        "own/sub/reader.py": "from ..times import seconds\nfrom . import names\nimport scipy.io",
        "own/sub/names.py": "import own.more",
        "own/times.py": "",
        "own/more.py": "from seesay.shared import ranking\nuse = ranking",
        "own/other.py": "",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    reader = ("own.sub.reader", package / "reader.py")

    def stamp():
        stamps.read.cache_clear()
        return stamps.stamp("scenes", [reader])

    before = stamp()
    names = {entry.split(":")[0] for entry in before}
    assert {"own", "own.sub", "own.sub.reader", "own.sub.names", "own.times", "own.more"} <= names
    assert "own.other" not in names
    assert "seesay.shared.ranking" in names
    assert any(entry.startswith("scipy==") for entry in before)
    for name in ("own/times.py", "own/more.py", "own/sub/names.py"):
        (tmp_path / name).write_text(files[name] + "\nx = 1\n")
        after = stamp()
        assert len(set(before) - set(after)) == 1
        before = after


def test_a_users_file_counts_but_not_its_comments(tmp_path):
    path = tmp_path / "my.py"
    found = []
    for text in ("x = 1", "x = 1  # one", "x = 2"):
        path.write_text(text)
        stamps.read.cache_clear()
        found.append([e for e in stamps.stamp("speech", [("lib/my.py", path)]) if "my.py" in e])
    assert found[0] == found[1] != found[2]
    assert found[0][0].startswith("lib/my.py:")


def test_of_proposals_and_networks_only_the_named_one_counts(house):
    grid, rpn = (stamps.stamp("regions", [f"seesay.vision.proposals.{m}"]) for m in ("grid", "rpn"))
    names, packages = (
        [entry.split(mark)[0] for entry in grid if mark in entry] for mark in (":", "==")
    )
    assert "seesay.vision.proposals.grid" in names
    assert not {"seesay.vision.proposals.rpn", "seesay.vision.networks.fasterrcnn"} & set(names)
    assert not {"torch", "torchvision"} & set(packages)
    assert any(entry.startswith("seesay.vision.networks.fasterrcnn:") for entry in rpn)
    assert any(entry.startswith("torchvision==") for entry in rpn)
    assert not any("detector" in entry for entry in stamps.stamp("training"))


def test_two_calls_agree_and_nothing_is_written(house):
    files = sorted(house.rglob("*"))
    assert all_stamps(house) == all_stamps(house)
    assert sorted(house.rglob("*")) == files


def test_of_the_tasks_only_the_named_ones_count(house):
    modules = ["seesay.scoring.tasks.word_similarity"]
    for script in ("evaluation", "legacy"):
        names = {entry.split(":")[0] for entry in stamps.stamp(script, modules)}
        tasks = {name for name in names if name.startswith("seesay.scoring.tasks.")}
        assert tasks == set(modules)
        assert "seesay.scoring.abx_scores" not in names
    names = {entry.split(":")[0] for entry in all_stamps(house)["listen"]}
    assert "seesay.scoring.tasks.word_token_by_image" in names


def test_what_init_asks_a_reader_counts_for_no_job(house):
    reader = ["seesay.corpora.timit"]
    before = stamps.stamp("speech", reader)
    path = house / "src/seesay/corpora/timit.py"
    for old, new, same in (
        ("files {WORDS} for", "word files for", True),
        ("rate: int", "rt: int", False),
    ):
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
        stamps.read.cache_clear()
        assert (stamps.stamp("speech", reader) == before) == same
