"""`seesay bundle`: the archive of a finished run, and the check of an archive."""

import csv
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import zipfile

import pytest
import yaml
from rocrate.rocrate import ROCrate

from seesay.commands.bundle import checking, crate, writing
from seesay.commands.bundle.run import Run
from seesay.planning.config import load
from seesay.planning.config_file import read
from seesay.reporting import credits, supervision
from seesay.schemas.items import ITEMS
from seesay.shared import tables
from seesay.shared.errors import InputError
from support import ROOT
from support.metrics import same_numbers
from support.workflow import copy

pytestmark = pytest.mark.slow

MANIFEST, METADATA = crate.MANIFEST, crate.METADATA


def seesay(folder, *arguments):
    command = [sys.executable, "-m", "seesay", "bundle", *map(str, arguments)]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture(scope="module")
def archive(small_run, tmp_path_factory):
    """The archive of the small run."""
    path = tmp_path_factory.mktemp("bundle") / "small.zip"
    writing.write(small_run / "results", path)
    return path


@pytest.fixture(scope="module")
def unpacked(archive, tmp_path_factory):
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(archive) as file:
        file.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def record(small_run):
    return json.loads((small_run / "results" / "report" / "run.json").read_text())


def test_the_files_of_the_run_are_in_the_archive_as_they_are(small_run, unpacked):
    results = small_run / "results"
    model = results / "training" / "paper" / "model" / "1"
    expected = [
        *(results / name for name in ("report.html", "summary.md", "report/run.json")),
        *(results / f"{name}.tsv" for name in ("metrics", "differences", "experiments")),
        *sorted((results / "report").glob("*.svg")),
        *(path for path in model.iterdir() if path.is_file() and not path.name.startswith(".")),
    ]
    assert len(expected) == 13
    for path in expected:
        assert (unpacked / path.relative_to(results)).read_bytes() == path.read_bytes()
    assert (unpacked / "envs" / "requirements.lock").read_bytes() == (
        ROOT / "envs" / "requirements.lock"
    ).read_bytes()
    assert (unpacked / "licences" / "seesay.txt").read_text() == (ROOT / "LICENSE").read_text()


def test_the_items_give_every_number_again(small_run, unpacked):
    items = tables.read(ITEMS, unpacked / "items" / "paper.parquet")
    same_numbers(items, small_run / "results" / "metrics.tsv")


def test_the_configs_are_that_of_the_run(small_run, unpacked, record):
    config = load(record["config"])
    assert config == load(read(small_run / "config.yaml"))
    assert load(read(unpacked / "config.yaml")) == config
    assert load(read(unpacked / "effective.yaml")) == config
    effective = yaml.safe_load((unpacked / "effective.yaml").read_text())
    assert effective == config.model_dump(mode="json")
    short = yaml.safe_load((unpacked / "config.yaml").read_text())
    assert short["scenes"] == {"count": 24, "size": 128}
    assert "network" not in short["fc7"]


def test_the_users_own_config_is_kept_and_another_ones_refused(small_run, tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text("# mine\n" + (small_run / "config.yaml").read_text())
    writing.write(small_run / "results", tmp_path / "a.zip", own)
    with zipfile.ZipFile(tmp_path / "a.zip") as file:
        assert file.read("config.yaml") == own.read_bytes()
    values = yaml.safe_load(own.read_text())
    values["training"]["max_epochs"] = 3
    own.write_text(yaml.safe_dump(values))
    with pytest.raises(InputError, match=r"own\.yaml: not the config of .*: training\.max_epochs"):
        writing.write(small_run / "results", tmp_path / "b.zip", own)
    assert not (tmp_path / "b.zip").exists()


def test_the_same_results_give_the_same_bytes(small_run, archive, tmp_path):
    folder = copy(small_run, tmp_path / "elsewhere")
    done = seesay(tmp_path, folder / "results", "--out", "again.zip")
    assert done.returncode == 0, done.stderr
    again = tmp_path / "again.zip"
    assert again.read_bytes() == archive.read_bytes()
    digest = hashlib.sha256(again.read_bytes()).hexdigest()
    assert done.stdout.splitlines()[-1].endswith(f"sha256 {digest}")


def numbers_of(page):
    """The rows of the card's tables: task and metric, to value, interval and chance."""
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| \[([^]]+)\] \| ([^|]+) \|", page, re.M)
    return {(task, metric): cells for task, metric, *cells in rows}


def number(text):
    return float(text.removesuffix(" %"))


def test_the_card_has_the_numbers_supervision_and_limits(small_run, unpacked, record):
    page = (unpacked / "MODEL_CARD.md").read_text()
    found = numbers_of(page)
    with (small_run / "results" / "metrics.tsv").open() as file:
        rows = {
            (row["task"], row["metric"]): row
            for row in csv.DictReader(file, delimiter="\t")
            if (row["system"], row["seed"], row["gallery"]) == ("model", "mean", "test")
        }
    for shown, key in (
        (("Word Token Search by Image", "R@10"), ("word_token_by_image", "r10")),
        (("Distinct types by image", "R@1"), ("distinct_type_by_image", "r1")),
        (("ABX across talkers", "accuracy, %"), ("abx_across", "right")),
        (("Grounding", "pointing game, %"), ("grounding", "pointing")),
    ):
        value, interval, chance = found.pop(shown)
        row = rows[key]
        assert number(value) == pytest.approx(float(row["value"]), abs=0.051)
        assert number(chance) == pytest.approx(float(row["chance"]), abs=0.051)
        if row["ci_low"]:
            ends = [float(end) for end in interval.split(", ")]
            given = [float(row["ci_low"]), float(row["ci_high"])]
            assert ends == pytest.approx(given, abs=0.051)
        else:
            assert interval == "–"
    # Every task of the run has a row.
    assert len(found) + 4 == len({task for task, _ in rows})
    assert f"- paper: {supervision.line(record['config'], 'paper')}." in page.splitlines()
    assert f"- {credits.unheard(record['config'])}" in page.splitlines()
    assert "Cut off by max_epochs (2)" in page
    assert "- The tests are too small for intervals (no interval: 4 pictures" in page


def test_the_licences_are_those_of_all_works(unpacked, record):
    page = (unpacked / "LICENCES.md").read_text()
    works = credits.licences(record["config"])
    assert {work["what"] for work in works} == {"Drawings in the pictures", "Voices",
                                                "Image network"}  # fmt: skip
    for work in works:
        assert f"| {work['what']} | {work['whose']} | {work['terms']} |" in page


def test_rocrate_reads_the_metadata(unpacked, small_run):
    found = ROCrate(unpacked)
    assert found.metadata.version == "1.1"
    assert found.name == "Words learned from drawn scenes and synthetic voices"
    assert found.license.id == "LICENCES.md"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", str(found.root_dataset["datePublished"]))
    files = [entity for entity in found.data_entities if entity.type == "File"]
    on_disk = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*")
               if path.is_file()}  # fmt: skip
    assert {file.id for file in files} == on_disk - {METADATA, MANIFEST}
    for file in files:
        content = (unpacked / file.id).read_bytes()
        assert file["sha256"] == hashlib.sha256(content).hexdigest()
        assert file["contentSize"] == str(len(content))
    authors = [author["name"] for author in found.dereference("#paper")["author"]]
    assert authors == ["Gabriel Synnaeve", "Maarten Versteegh", "Emmanuel Dupoux"]


def test_authors_are_in_the_metadata(small_run, tmp_path):
    names = ["Ada Lovelace", "Émilie du Châtelet"]
    for count in (1, 2):
        options = [part for name in names[:count] for part in ("--author", name)]
        done = seesay(tmp_path, small_run / "results", "--out", "a.zip", *options)
        assert done.returncode == 0, done.stderr
        with zipfile.ZipFile(tmp_path / "a.zip") as file:
            root = ROCrate(json.loads(file.read(METADATA))).root_dataset
        found = root["author"] if count > 1 else [root["author"]]
        assert [author["name"] for author in found] == names[:count]
        assert {author.type for author in found} == {"Person"}


def test_other_tools_check_the_manifest(unpacked):
    done = subprocess.run(
        ["sha256sum", "--check", "--quiet", MANIFEST], cwd=unpacked, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "")


def rewritten(archive, to, change):
    """A copy of an archive whose members `change` has edited: a dictionary of name and content."""
    with zipfile.ZipFile(archive) as file:
        members = {name: file.read(name) for name in file.namelist()}
    change(members)
    with zipfile.ZipFile(to, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return to


def without_hash(members):
    """Metadata that was written anew, and the manifest with it."""
    found = json.loads(members[METADATA])
    for entity in found["@graph"]:
        if entity["@id"] == "summary.md":
            del entity["sha256"]
    old = hashlib.sha256(members[METADATA]).hexdigest()
    members[METADATA] = json.dumps(found).encode()
    new = hashlib.sha256(members[METADATA]).hexdigest()
    members[MANIFEST] = members[MANIFEST].replace(old.encode(), new.encode())


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        (lambda members: None, []),
        (lambda members: members.update({"metrics.tsv": b"better\n"}), ["metrics.tsv: changed"]),
        (lambda members: members.pop("report.html"), ["report.html: missing"]),
        (lambda members: members.update({"more.txt": b""}), ["more.txt: added"]),
        (
            lambda members: members.update({METADATA: b"{"}),
            [
                f"{METADATA}: changed",
                f"{METADATA}: no RO-Crate metadata (Expecting property name enclosed in double"
                " quotes: line 1 column 2 (char 1))",
            ],
        ),
        (
            lambda members: members.update({METADATA: b'{"@graph": []}'}),
            [f"{METADATA}: changed", f"{METADATA}: no RO-Crate metadata ("],
        ),
        (lambda members: members.pop(METADATA), [f"{METADATA}: missing"]),
        (
            lambda members: members.pop(MANIFEST),
            [f"{MANIFEST}: missing, so no file can be checked"],
        ),
        (
            lambda members: members.update({MANIFEST: b"?\n"}),
            [f"{MANIFEST}: damaged, so no file can be checked"],
        ),
        (
            without_hash,
            [f"{METADATA}: lists summary.md with another digest than {MANIFEST}"],
        ),
    ],
)
def test_a_check_names_each_fault_in_a_line(archive, tmp_path, change, lines):
    path = rewritten(archive, tmp_path / "other.zip", change)
    found = checking.faults(path).lines
    assert len(found) == len(lines)
    assert all(line.startswith(start) for line, start in zip(found, lines, strict=True)), found


def test_damaged_bytes_are_found_and_parts_refused(archive, tmp_path):
    whole = bytearray(archive.read_bytes())
    with zipfile.ZipFile(io.BytesIO(whole)) as file:
        info = file.getinfo("items/paper.parquet")
    whole[info.header_offset + 200] ^= 1
    (tmp_path / "one_bit.zip").write_bytes(whole)
    done = seesay(tmp_path, "--check", "one_bit.zip")
    assert (done.returncode, done.stdout) == (1, "items/paper.parquet: changed\n")
    (tmp_path / "part.zip").write_bytes(whole[:5000])
    done = seesay(tmp_path, "--check", "part.zip")
    assert done.returncode == 1
    assert done.stderr == "error: part.zip: no zip file, or a part of one; get it again\n"
    done = seesay(tmp_path, "--check", archive)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{archive}: complete; 24 files as they were written\n"


def test_a_damaged_directory_ends_in_one_line(archive, tmp_path):
    whole = bytearray(archive.read_bytes())
    version = whole.rindex(b"PK\x01\x02") + 6  # that which is needed to read the last member
    whole[version] = 200
    (tmp_path / "a.zip").write_bytes(whole)
    done = seesay(tmp_path, "--check", "a.zip")
    assert done.returncode == 1
    assert done.stderr == "error: a.zip: no zip file, or a part of one; get it again\n"


def test_members_that_fill_the_memory_are_faults(archive, tmp_path, monkeypatch):
    """Other methods expand a chunk thousands of times, and the manifest is held whole."""
    with zipfile.ZipFile(archive) as file:
        members = {name: file.read(name) for name in file.namelist()}
        size = file.getinfo(MANIFEST).file_size
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            method = zipfile.ZIP_LZMA if name == "metrics.tsv" else zipfile.ZIP_STORED
            file.writestr(name, content, method)
    assert checking.faults(path).lines == ["metrics.tsv: changed"]
    monkeypatch.setattr(checking, "LARGEST", size - 1)
    assert checking.faults(archive).lines == [f"{MANIFEST}: damaged, so no file can be checked"]


@pytest.mark.parametrize("name", ["", " ", "Ada\nLovelace"])
def test_an_author_has_a_name_of_one_line(small_run, tmp_path, name):
    done = seesay(tmp_path, small_run / "results", "--out", "a.zip", "--author", name)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert done.stderr.startswith("error: --author: ")
    assert not (tmp_path / "a.zip").exists()


def test_a_model_that_is_not_that_of_its_embeddings_is_refused(small_run, tmp_path):
    folder = copy(small_run, tmp_path / "run")
    model = folder / "results" / "training" / "paper" / "model" / "1" / "model.safetensors"
    content = bytearray(model.read_bytes())
    content[-1] ^= 1
    model.write_bytes(content)
    done = seesay(folder, "results")
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {model.relative_to(folder)}: not the file that ")
    assert not (folder / "results.zip").exists()


def test_numbers_newer_than_the_report_are_told(small_run, tmp_path):
    folder = copy(small_run, tmp_path / "run")
    assert Run.read(folder / "results").newer == []
    later = (folder / "results" / "report.html").stat().st_mtime + 1
    os.utime(folder / "results" / "metrics.tsv", (later, later))
    done = seesay(folder, "results")
    assert done.returncode == 0
    assert done.stdout.startswith("note: metrics.tsv is newer than report.html; ")


@pytest.mark.parametrize(
    ("missing", "line"),
    [
        ("report.html", "report.html: no such file; run the workflow to its end first"),
        (
            "training/paper/model/1/model.safetensors",
            "training/paper/model/1/model.safetensors: no such file; run the workflow to its end"
            " first",
        ),
        (
            "report/run.json",
            "report/run.json: no such file; give the results folder of a run that has made its"
            " report",
        ),
    ],
)
def test_a_run_that_is_not_finished_ends_in_one_line(small_run, tmp_path, missing, line):
    folder = copy(small_run, tmp_path / "run")
    (folder / "results" / missing).unlink()
    done = seesay(folder, "results")
    assert (done.returncode, done.stderr) == (1, f"error: results/{line}\n")
    assert sorted(path.name for path in folder.iterdir() if path.name[0] != ".") == [
        "config.yaml",
        "results",
    ]


def test_a_failure_leaves_the_archive_of_before(small_run, tmp_path, monkeypatch):
    out = tmp_path / "a.zip"
    out.write_text("before")

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(crate, "metadata", fail)
    with pytest.raises(OSError, match=r"No space left.*a\.zip"):
        writing.write(small_run / "results", out)
    assert out.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_items_of_the_run_are_taken_unless_they_are_older_than_its_ranks(small_run, tmp_path):
    folder = copy(small_run, tmp_path / "run")
    run = Run.read(folder / "results")
    made = tmp_path / "made.parquet"
    assert run.items("paper", made) == made
    own = folder / "results" / "items" / "paper.parquet"
    own.parent.mkdir()
    own.write_bytes(made.read_bytes())
    assert run.items("paper", tmp_path / "again.parquet") == own
    ranks = (folder / "results" / "evaluation").rglob("ranks.parquet")
    before = max(path.stat().st_mtime for path in ranks) - 60
    os.utime(own, (before, before))
    assert run.items("paper", made) == made


def test_versions_other_than_the_locks_are_told(small_run, tmp_path):
    folder = copy(small_run, tmp_path / "run")
    path = folder / "results" / "report" / "run.json"
    record = json.loads(path.read_text())
    record["versions"]["numpy"] = "2.0.0"
    path.write_text(json.dumps(record))
    lines = writing.write(folder / "results", tmp_path / "a.zip")
    locked = re.search(r"^numpy==(\S+)", (ROOT / "envs" / "requirements.lock").read_text(), re.M)
    assert lines[0] == f"note: the run had numpy 2.0.0, and the lock has {locked[1]}"
    with zipfile.ZipFile(tmp_path / "a.zip") as file:
        assert lines[0].removeprefix("note: ") in file.read("MODEL_CARD.md").decode()
