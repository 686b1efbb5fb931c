"""`seesay check`: what it says before a run, for every kind of thing that may be missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import yaml

from seesay.commands import check, check_disk, fetch
from seesay.commands.check import findings
from seesay.commands.check_findings import Finding
from seesay.planning import config
from seesay.settings import choice
from support import ROOT, configs
from support.frames import WIDTH, Convolutions, saved
from support.loopback import serving
from support.pictures import jpeg
from support.speech_layouts import lucid_table, sound

ALIGNMENT = {"talker": "folder", "dictionary": "no.dict", "beam": 1e-80, "on_bad_input": "reject"}


def paper(**changes):
    values = configs.complete("paper.yaml")
    values["pictures"]["split"] |= {"train": 2, "validation": 1, "test": 1}
    for key, value in changes.items():
        values[key] = (values.get(key) or {}) | value
    return values


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """A folder to run in, with four captioned pictures, a little LUCID and torch hub's weights."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    for n in range(4):
        jpeg(tmp_path / "data/pascal1k" / f"{n}.jpg")
        (tmp_path / "data/pascal1k" / f"{n}.txt").write_text("A cat.\nA dog.\n")
    lucid_table(tmp_path / "data/lucid")
    return tmp_path


def said(values, trust=False) -> list[str]:
    Path("config.yaml").write_text(yaml.safe_dump(values))
    lines = [str(finding) for finding in findings("config.yaml", trust)]
    assert not any("\n" in line for line in lines)
    assert lines[0] == lines[0].strip()
    return lines


def seesay(folder, *arguments):
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    return subprocess.run(
        [sys.executable, "-m", "seesay.commands.cli", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_all_that_is_there_is_counted(here):
    rows = [
        f"F01\t{n}\t{n + 0.5}\t{word}\tF01" for n, word in enumerate(["cat", "dog"] * 4, start=3)
    ]
    with (here / "data/lucid/lucid_native.tokens.txt").open("a") as file:
        file.write("\n".join(rows) + "\n")
    # Of the split's one picture for validation every other token would be a different one.
    values = paper(fc7={"weights": "random"}, training={"batch_pictures": 2})
    found = said(values)
    rows = [line for line in found if line.startswith("      ")]
    assert rows[1].split() == ["train", "2", "4", "4", "0", "0", "0", "4", "2"]
    assert rows[3].split() == ["test", "1", "2", "2", "0", "0", "0", "2", "2"]
    assert [line for line in found[1:-1] if line not in rows] == [
        "ok    pictures: data/pascal1k: 4 pictures with 8 captions, read as pascal1k",
        "ok    pictures: split: train 2, validation 1, test 1",
        "note  fc7: alexnet has random weights, which are for tests alone",
        "ok    speech: data/lucid: 1 recordings, 9 words (2 different) by 1 talkers, read as lucid",
        "ok    matching: training hears 2 types, 2.0 tokens each; every word of the test is one"
        " that training hears",
        "note  evaluation: the numbers by chance hold where every picture has 20 fragments, and"
        " every token can be heard",
        "warn  evaluation: by chance R@10 of word_token_by_image (test) is 100 %: so few items tell"
        " little; more test pictures",
        "warn  evaluation: left out, because no test query has a right item:"
        " word_similarity_other_talkers (test, all), word_similarity_other_both (test, all), abx"
        " (test), abx_token_weighted (test)",
    ]
    done = seesay(here, "check", "config.yaml")
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    last = done.stdout.splitlines()[-1]
    assert last == "ready, but 2 to think about (warn): seesay run config.yaml"


def test_the_paper_without_its_data_says_what_is_missing_and_whence(tmp_path):
    path = str(ROOT / "config" / "paper.yaml")
    done = seesay(tmp_path, "check", path)
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert [line for line in lines if line.startswith("fail  pictures: data/pascal1k: no such")]
    assert f"fetched by: seesay run {path} fetch" in done.stdout
    assert [line for line in lines if line.startswith("fail  speech: data/lucid: no such folder")]
    assert "London UCL Clear Speech in Interaction Database (Valerie Hazan" in done.stdout
    layout = choice.about("seesay.corpora", "lucid").layout
    assert f"note  speech: layout of {tmp_path}/data/lucid: {layout}\n" in done.stdout
    assert f"note  pictures: layout of {tmp_path}/data/pascal1k: pictures in" in done.stdout
    assert "docs/paper.md" in done.stdout
    fails = sum(line.startswith("fail ") for line in lines)
    assert lines[-1] == f"not ready: {fails} to correct before the run"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no.yaml: No such file or directory; give the path of a config file"),
        ("", "has no sections"),
        ("a: [1\nb: 2\n", "line 2: not YAML"),
        ("results: [\x00", "no.yaml: not YAML (special characters are not allowed); correct it"),
        (b"\xff\xfe", "not YAML"),
        ("shards: 0", "shards: Input should be greater than or equal to 1"),
    ],
)
def test_a_wrong_config_is_one_line(tmp_path, content, message):
    path = tmp_path / "no.yaml"
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (finding,) = findings(str(path))
    assert finding.mark == "fail"
    assert message in str(finding)
    assert "\n" not in str(finding)


def test_faults_of_pictures(here):
    rest = {"fc7": {"weights": "random"}}
    exact = {"method": "exact", "train": 3, "validation": 1, "test": 1}
    corpora = paper()["pictures"]["corpora"]
    many = said(paper(**rest, pictures={"corpora": corpora, "split": exact}))
    assert any(line.startswith("fail  pictures: pictures.split: train") for line in many)
    (here / "data/pascal1k/9.txt").write_text("For no picture.\n")
    (here / "data/pascal1k/3.txt").unlink()
    lines = said(paper(**rest))
    assert lines[1] == (
        "ok    pictures: data/pascal1k: 3 pictures with 6 captions, 1 without any, read as pascal1k"
    )
    assert lines[2].startswith("note  pictures: data/pascal1k: 1 of its parts cannot be used")
    assert "1 left out: a caption for no picture" in lines[3]
    assert "only 3 usable pictures" in lines[4]
    strict = said(paper(**rest, pictures={"on_bad_input": "fail"}))
    assert strict[2].startswith("fail  pictures: ")
    assert strict[2].endswith("on_bad_input: fail ends the run")
    (here / "data/pascal1k/a{b}.jpg").write_bytes(b"")
    assert any("no braces" in line and line[:4] == "fail" for line in said(paper(**rest)))
    (here / "data/pascal1k/a{b}.jpg").rename(here / "data/pascal1k/a<results>.jpg")
    (line,) = [line for line in said(paper(**rest)) if "<results>" in line]
    assert line.endswith("<> with a name in it is a variable to Snakemake; rename the file")


def test_faults_of_speech(here):
    rest = {"fc7": {"weights": "random"}}
    again = [{"reader": "lucid", "path": "data/lucid"}] * 2
    second = [again[0], again[1] | {"name": "b"}]
    lines = said(paper(**rest, speech={"corpora": second}))
    assert sum(line.startswith("ok    speech: data/lucid: 1 recordings") for line in lines) == 2
    (here / "own.py").write_text("def sources(root): return []\ndef read(root): return 1 / 0\n")
    own = [{"reader": "own.py", "path": "data/lucid"}]
    lines = said(paper(**rest, speech={"corpora": own}))
    assert "fail  speech: a reader ended in ZeroDivisionError: division by zero" in lines
    (here / "data/lucid/lucid_native.tokens.txt").write_text("filename\tonset\n")
    lines = said(paper(**rest))
    assert any("lucid_native.tokens.txt" in line and line[:4] == "fail" for line in lines)
    values = paper(**rest, speech={"corpora": []}, alignment={"path": "told", **ALIGNMENT})
    sound(here / "told/ann/one.wav")
    (here / "told/ann/one.txt").write_text("the cat")
    lines = said(values)
    assert "fail  alignment: no.dict: no such file; alignment.dictionary names it" in lines
    assert "ok    alignment: told: 1 recordings with transcripts by 1 talkers" in lines


def test_what_speech_is_left_out_is_counted(here):
    rest = {"fc7": {"weights": "random"}}
    sound(here / "data/lucid/F02.wav")
    table = here / "data/lucid/lucid_native.tokens.txt"
    table.write_text(table.read_text() + "F02\t0.1\t0.2\tcat\tF02\n")
    lines = said(paper(**rest, speech={"exclude": ["F02", "F9"]}))
    counted = "ok    speech: data/lucid: 1 recordings, 1 words (1 different) by 1 talkers"
    assert any(line.startswith(counted) for line in lines)
    assert "note  speech: data/lucid: 1 talkers or recordings left out by speech.exclude" in lines
    unused = "speech: speech.exclude: 'F9' matches no whole id of a talker or a recording"
    assert any(line.startswith(f"note  {unused}") for line in lines)
    lines = said(paper(**rest, speech={"exclude": ["F("]}))
    assert any("speech.exclude.0" in line and "regular expression" in line for line in lines)


def test_weights(here):
    lines = said(paper())
    assert any(line.startswith("fail  fc7: ") and "alexnet-owt" in line for line in lines)
    torch.save({"x": torch.zeros(1)}, here / "w.pth")
    lines = said(paper(fc7={"weights": "w.pth"}))
    assert any(line.startswith("fail  fc7: w.pth: not weights of this network") for line in lines)
    lines = said(paper(fc7={"weights": "no.pth"}))
    assert any(line.startswith("fail  fc7: no.pth: no such file") for line in lines)
    lines = said(paper(fc7={"network": "efficientnet_lite0", "size": 224}))
    assert "ok    fc7: efficientnet_lite0: the weights of its package" in lines


@pytest.mark.filterwarnings("ignore:`torch.jit:FutureWarning")
def test_what_an_experiment_alone_wants_is_looked_at(here):
    """Its image network, and its model of speech, which is heard saying something."""
    other = {"fc7": {"weights": "no.pth"}, "logmel": {"model": "hear.pt", "filters": WIDTH}}
    values = paper(fc7={"network": "efficientnet_lite0", "size": 224})
    values["experiments"] = {"paper": {}, "b": other}
    lines = said(values)
    assert "ok    fc7: efficientnet_lite0: the weights of its package" in lines
    assert any(line.startswith("fail  fc7: no.pth: no such file") for line in lines)
    assert any(line.startswith("fail  logmel: hear.pt: ") for line in lines)
    saved(here, Convolutions(), "hear.pt")
    assert f"ok    logmel: hear.pt gives frames of {WIDTH} numbers" in said(values, True)
    # It is a program: without trust it is not even opened.
    (line,) = (line for line in said(values) if "logmel" in line)
    assert line.startswith("note  logmel: hear.pt is a program (TorchScript), which a run will run")
    values["experiments"]["b"]["logmel"]["filters"] = WIDTH + 1
    (line,) = (line for line in said(values, True) if "logmel" in line)
    assert line.startswith("fail  logmel: hear.pt")


def test_names_cannot_steer_a_terminal():
    finding = Finding("fail", "speech", "a\x1b[2Jb\rc\n d\udc80: no such file")
    assert str(finding) == r"fail  speech: a\x1b[2Jb c d\udc80: no such file"


def test_what_was_fetched_is_found(here, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving() as site:
        url = f"{site.url}/net-{'af' * 4}.pth"
        monkeypatch.setattr("seesay.vision.networks.alexnet.URL", url)
        path = fetch.published(url)[0]
        path.parent.mkdir(parents=True)
        path.write_bytes(b"damaged")
        assert any("it is damaged, fetch" in line for line in said(paper()))
        assert site.asked == []


@pytest.mark.parametrize(("free", "mark"), [(10**13, "ok"), (10**6, "fail")])
def test_the_disk(here, monkeypatch, free, mark):
    usage = type("Usage", (), {"free": free})()
    monkeypatch.setattr(check_disk.shutil, "disk_usage", lambda path: usage)
    last = said(paper(fc7={"weights": "random"}))[-1]
    assert last.startswith(f"{mark:<4}  disk: the results want about ")
    assert str(here) in last


def test_the_estimate_is_what_the_tables_hold():
    """Of the paper's size, by hand: 20,000 fragments, 21,000 tokens, 2 experiments of 3 seeds."""
    loaded = config.load(paper())
    features = 4 * (20_000 * 4096 + 21_000 * 2840)
    embeddings = 2 * 3 * 5 * 4 * (20_000 + 21_000) * 200
    net = 4096 * 200 + 2840 * 1024 + 1024 * 1024 * 2 + 1024 * 200
    states = 2 * 3 * 2 * 4 * 4 * net
    wanted = 1.1 * (features + embeddings + states)
    assert check_disk.estimate(loaded, 1000, 5000, 21_000) == pytest.approx(wanted)


def test_a_folder_that_is_a_file_is_no_place_for_results(tmp_path):
    (tmp_path / "file").write_text("")
    enough, text = check_disk.room(tmp_path / "file" / "results", 1)
    assert not enough
    assert "no folder that you may write in" in text


def test_real_corpora(real_data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    values = paper(fc7={"weights": "random"})
    values["pictures"]["corpora"][0]["path"] = str(real_data / "pascal1k_282")
    values["speech"]["corpora"] = [{"reader": "timit", "path": str(real_data / "timit_10")}]
    lines = said(values)
    assert lines[1].endswith("pascal1k_282: 282 pictures with 1,410 captions, read as pascal1k")
    assert any(
        "100 recordings" in line and "by 10 talkers, read as timit" in line for line in lines
    )
    # Ten talkers of ten sentences cannot say the captions of so few pictures.
    (failed,) = (line for line in lines if line.startswith("fail"))
    assert failed.startswith("fail  matching: no caption of the test and the train split can be")


def test_a_command_without_arguments_explains_itself(tmp_path):
    done = seesay(tmp_path)
    assert done.returncode == 2
    assert "usage: seesay" in done.stderr
    assert "check" in seesay(tmp_path, "--help").stdout
    assert check.report(str(tmp_path / "none.yaml")) == 1
