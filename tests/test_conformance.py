"""The contract of a reader: ours keep it, and what breaks it is named in one line."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from seesay.corpora import PICTURES, SPEECH, conformance, finding
from seesay.settings.corpora import Corpus
from seesay.settings.pictures import PictureCorpus
from seesay.shared.errors import InputError
from seesay.vision.pictures import gather
from support import ROOT, caption_layouts
from support.pictures import dataset, entry, jpeg, text
from support.speech_layouts import LAYOUTS, audacity, read, write


def captions_in_a_table(folder: Path) -> Path:
    for name in "abc":
        jpeg(folder / "images" / f"{name}.jpg")
    rows = "".join(f"{name}.jpg,One.\n" for name in "abc")
    text(folder / "captions.csv", f"image,caption\n{rows}")
    return folder


def captions_in_texts(folder: Path) -> Path:
    for name in "abc":
        jpeg(folder / "images" / f"{name}.jpg")
        text(folder / "sentence" / f"{name}.txt", "One.\nTwo.\n")
    return folder


def captions_in_json(folder: Path) -> Path:
    splits = {"a": "train", "b": "val", "c": "test"}
    for name in splits:
        jpeg(folder / "images" / f"{name}.jpg")
    dataset(folder, *(entry(f"{name}.jpg", split, "One.") for name, split in splits.items()))
    return folder


# Corpora of our readers of pictures; a new reader's own test file may check it instead.
PICTURE_LAYOUTS = [
    ("flickr8k", captions_in_a_table),
    ("flickr30k", captions_in_a_table),
    ("karpathy", captions_in_json),
    ("pascal1k", captions_in_texts),
]


def checked() -> set[str]:
    """Readers that test files check themselves: `conformance.check(Corpus(reader="NAME", ...))`."""
    texts = (path.read_text() for path in (ROOT / "tests").glob("test_*.py"))
    calls = [
        node.args[0]
        for text in texts
        if "conformance.check" in text
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "conformance.check"
    ]
    given = [keyword for call in calls if isinstance(call, ast.Call) for keyword in call.keywords]
    return {
        str(keyword.value.value)
        for keyword in given
        if keyword.arg == "reader" and isinstance(keyword.value, ast.Constant)
    }


def test_every_reader_of_ours_is_checked():
    here = {reader for reader, _ in (*LAYOUTS, *PICTURE_LAYOUTS)}
    here |= {reader for reader, _, _ in caption_layouts.LAYOUTS}
    assert here | checked() == {*SPEECH, *PICTURES}


@pytest.mark.parametrize(("reader", "layout"), LAYOUTS)
def test_our_readers_keep_to_the_contract(tmp_path: Path, reader: str, layout):
    folder = layout(tmp_path / "corpus")
    assert conformance.check(Corpus(reader=reader, path=str(folder))) == []


def doc_example(folder: Path, kind: str = "Recording") -> Path:
    """The reader in the docs that imports `kind`, as a file."""
    text = (ROOT / "docs" / "your-own-corpus.md").read_text()
    readers = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    (code,) = [code for code in readers if f"import {kind}" in code]
    assert len(code.splitlines()) < 60
    return write(folder / "my_reader.py", code)


def test_the_reader_in_the_docs(tmp_path: Path):
    reader, folder = str(doc_example(tmp_path)), audacity(tmp_path / "corpus")
    assert conformance.check(Corpus(reader=reader, path=str(folder))) == []
    _, words, rejects = read(reader, folder)
    assert words == [
        ("ann/one", "ann", "the", 0.1, 0.4),
        ("ann/one", "ann", "cat", 0.5, 0.7),
        ("bob/one", "bob", "dog", 0.2, 0.7),
    ]
    assert set(rejects) == {"ann/one.txt:3", "ann/one.txt:4", "bob/two"}
    command = [sys.executable, "-m", "seesay.corpora.conformance", reader, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stdout.startswith("2 recordings, 2 talkers, 3 words, 3 rejects;")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("return sorted([", "return sorted([root / 'no.lst', ", "no.lst is no file"),
        ("recordings.sort(", "recordings.sort(reverse=True, ", "the recordings are not sorted"),
        ("words.sort", "words[:0].sort", "the words are not sorted"),
        ("word, *times)", "word, *times, None)", "its picture must be a str"),
        ("return recordings, words, rejects", "return recordings, words", "a tuple of three lists"),
        ("return recordings, words, rejects", "return words, recordings, []", "list of Recording"),
        ("= path.parent.name, ", "= str(path.parent), ", "depends on where the folder lies"),
        ('raise InputError(f"{root}', 'raise KeyError(f"{root}', "KeyError"),
        ('rejects.append(Reject(name, "no wav', 'raise KeyError(("no wav', "KeyError"),
        ("return sorted([", "return sorted(2 * [", "is there 2 times"),
        ("Recording(name, path.with", "Recording(talker, path.with", "not among the recordings"),
        ('root.glob("*/*.txt"), *root.glob("*/*.wav")', 'root.glob("*/*.wav")', "no word is found"),
    ],
)
def test_what_breaks_the_contract_is_named(tmp_path: Path, old, new, problem):
    path, folder = doc_example(tmp_path), audacity(tmp_path / "corpus")
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    problems = conformance.check(Corpus(reader=str(path), path=str(folder)))
    assert any(problem in found for found in problems), problems


def test_a_source_that_is_not_listed_is_found_out(tmp_path: Path):
    path, folder = doc_example(tmp_path), audacity(tmp_path / "corpus")
    text = path.read_text()
    old = "talker, name = path.parent.name, "
    assert old in text
    new = 'talker, name = path.parent.name + "!" * (root / "talkers.lst").exists(), '
    path.write_text(text.replace(old, new))
    write(folder / "talkers.lst", "x")
    (problem,) = conformance.check(Corpus(reader=str(path), path=str(folder)))
    assert "reads what sources does not list" in problem


def test_finding_a_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    package = tmp_path / "my_package"
    write(package / "__init__.py", "")
    shutil.copy(doc_example(tmp_path), package / "reader.py")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = finding.find(Corpus(reader="my_package.reader", path="x"), SPEECH)
    assert found.module.__name__ == "my_package.reader"
    assert found.told[0].noise == "#"
    assert finding.code("my_package.reader", SPEECH)[1] == package / "reader.py"
    assert finding.find(Corpus(reader="timit", path="x"), SPEECH).told[0].rate == 16000


@pytest.mark.parametrize(
    ("reader", "options", "message"),
    [
        ("timitt", {}, r"timitt: no such reader; ours are .*ctm, .*, tsv.*; else give"),
        ("no_such.reader", {}, r"no_such.reader: no such reader"),
        ("seesay.no_such", {}, r"seesay.no_such: no such reader"),
        ("pascal1k", {}, "pascal1k: no such reader"),
        ("csv", {}, r"csv: is no reader: it has no function sources or read"),
        ("here.py", {}, r"here.py: no such file; it is to be a reader"),
        ("bad.py", {}, r"bad.py: cannot be imported \(SyntaxError: "),
        ("lacks.py", {}, r"lacks.py: cannot be imported \(No module named 'nowhere'\)"),
        ("half.py", {}, r"half.py: is no reader: it has no function read"),
        ("plain.py", {"a": 1}, r"plain.py: takes no options; leave out a"),
        ("timit", {"rate": "fast"}, r"timit: options: rate: .* got 'fast'"),
        ("timit", {"talker": "("}, r"timit: options: talker: .*regular expression"),
        ("tsv", {"columns": {"words": "w"}}, r"tsv: options: columns.words: Extra inputs"),
    ],
)
def test_a_reader_that_is_none_is_one_line(tmp_path, monkeypatch, reader, options, message):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "bad.py", "def read(:")
    write(tmp_path / "lacks.py", "import nowhere")
    write(tmp_path / "half.py", "def sources(root): return []")
    write(tmp_path / "plain.py", "def sources(root): return []", "read = sources")
    finding.module.cache_clear()
    with pytest.raises(InputError, match=message) as error:
        finding.find(Corpus(reader=reader, path="x", options=options), SPEECH)
    assert "\n" not in str(error.value)


def test_our_readers_are_quick_to_import():
    code = f"import sys; from seesay.corpora import {', '.join(SPEECH)}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "pandas", "soundfile", "torch"} & set(done.stdout.split())


# ---- readers of pictures


def stamps(folder: Path) -> Path:
    """Drawings as Tux Paint has them."""
    for name, lines in (
        ("animals/cat", ["A cat.", "de.utf8=Eine Katze."]),
        ("animals/dog", ["A dog."]),
        ("food/pear", ["fr.utf8=Une poire."]),
    ):
        write(folder / f"{name}.txt", *lines)
        Image.new("RGBA", (8, 6)).save(folder / f"{name}.png")
    write(folder / "food/plum.txt", "A plum.")
    Image.new("RGBA", (8, 6)).save(folder / "food/fig.png")
    return folder


def test_the_reader_of_pictures_in_the_docs(tmp_path: Path):
    reader, folder = str(doc_example(tmp_path, "Picture")), stamps(tmp_path / "stamps")
    corpus = PictureCorpus(reader=reader, path=str(folder), name="tux")
    assert conformance.check(corpus) == []
    pictures, refused = gather([corpus])
    assert [(p.image_id, p.captions) for p in pictures] == [
        ("tux/animals/cat", ("A cat.",)),
        ("tux/animals/dog", ("A dog.",)),
    ]
    assert [r.id for r in refused] == ["tux/food/fig", "tux/food/pear", "tux/food/plum.txt"]
    command = [sys.executable, "-m", "seesay.corpora.conformance", reader, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines() == [
        "2 pictures, 2 captions, 3 rejects; the reader keeps to the contract",
        "read: 1 left out: no line of its text is in English; write one (food/pear)",
        "read: 1 left out: no png beside the text; add it (food/plum.txt)",
        "read: 1 left out: no text beside the picture; write one (food/fig)",
    ]
    told = done.stderr.splitlines()
    assert told[:2] == ["listing the sources ...", "reading 8 sources ..."]
    assert len(told) == 10


@pytest.mark.parametrize(("reader", "layout"), PICTURE_LAYOUTS)
def test_our_readers_of_pictures_keep_to_the_contract(tmp_path: Path, reader: str, layout):
    folder = layout(tmp_path / "corpus")
    assert conformance.check(PictureCorpus(reader=reader, path=str(folder))) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("sorted(pictures, key=", "sorted(pictures, reverse=True, key=", "not sorted"),
        ("Picture(name, path, captions)", "Picture('x', path, captions)", "is there twice"),
        ("Picture(name, path, captions)", "Picture(name, path, captions[0])", "tuple of str"),
        ("Picture(name, path, captions)", "Picture(name, path, captions, 'dev')", "split 'dev'"),
        ("Picture(name, path, captions)", "Picture(name + chr(7), path, captions)", "printed"),
        ("Picture(name, path, captions)", "Picture(str(path), path, captions)", "folder lies"),
        ("in (\".png\", \".txt\")", "in (\".txt\",)", "no picture with a caption"),
        ("import Picture, Reject", "import Picture; Reject = Picture", "cannot read"),
    ],
)  # fmt: skip
def test_what_breaks_the_contract_of_pictures_is_named(tmp_path: Path, old, new, problem):
    path, folder = doc_example(tmp_path, "Picture"), stamps(tmp_path / "corpus")
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    problems = conformance.check(Corpus(reader=str(path), path=str(folder)))
    assert any(problem in found for found in problems), problems
