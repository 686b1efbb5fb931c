"""`seesay init`: every reader's layout is recognised, and what is unclear is said in one line."""

import errno
import itertools
import json
import os
import shlex
import time
from pathlib import Path

import pytest
import yaml

from seesay.commands import cli
from seesay.commands.begin import init
from seesay.commands.begin.recognition import ALIGNMENT, Recognised, recognised
from seesay.corpora import PICTURES, READERS, SPEECH, Evidence, finding
from seesay.corpora.files import Listing
from seesay.planning.config import load
from seesay.settings.corpora import Corpus
from support import ROOT, caption_layouts, corpora_layouts, speech_layouts
from support.pictures import dataset, entry, jpeg, text
from support.speech_layouts import sound, write


def flickr30k(folder: Path) -> None:
    jpeg(folder / "flickr30k-images/1.jpg")
    text(folder / "results_20130124.token", "1.jpg#0\tTwo men .\n")


def karpathy(folder: Path) -> None:
    jpeg(folder / "images/1.jpg")
    dataset(folder, entry("1.jpg", "train", "A dog ."))


def davenet(folder: Path) -> None:
    caption_layouts.spokencoco(folder)
    jpeg(folder / "val2014/COCO_val2014_1.jpg")


def flickr8k_lists(folder: Path) -> None:
    texts = folder / "Flickr8k_text"
    for name, split in (("a", "train"), ("b", "dev"), ("c", "test")):
        jpeg(folder / f"Flicker8k_Dataset/{name}.jpg")
        text(texts / f"Flickr_8k.{split}Images.txt", f"{name}.jpg\n")
    text(texts / "Flickr8k.token.txt", "a.jpg#0\tone\nb.jpg#0\ttwo\nc.jpg#0\tthree\n")


def pascal_texts(folder: Path) -> None:
    jpeg(folder / "dataset/cat/a.jpg")
    text(folder / "sentence/cat/a.txt", "A cat.\n")


def pascal_table(folder: Path) -> None:
    jpeg(folder / "images/a.jpg")
    text(folder / "sentences.tsv", "image\tsent_no\torig_sent\na\t0\tA cat.\n")


def pascal_page(folder: Path) -> None:
    jpeg(folder / "cat/a.jpg")
    text(folder / "pascal.html", '<table><tr><td><img src="cat/a.jpg"></td><td>A cat.</td></tr>')


def kaggle(folder: Path) -> None:
    jpeg(folder / "Images/a.jpg")
    text(folder / "captions.txt", "image,caption\na.jpg,A dog .\n")


def speech_commands(folder: Path) -> None:
    for word, talker in itertools.product(("bed", "cat"), ("0a7c", "b69f")):
        sound(folder / word / f"{talker}_nohash_0.wav", seconds=0.5)


def transcripts(folder: Path) -> None:
    for name in ("ann/one", "ann/two"):
        sound(folder / f"{name}.wav")
        write(folder / f"{name}.txt", "a dog runs")


def transcripts_table(folder: Path) -> None:
    sound(folder / "one.wav")
    write(folder / "transcripts.tsv", "file\ttalker\ttext", "one.wav\tann\ta dog runs")


def timed_grids(folder: Path) -> None:
    sound(folder / "talk.wav")
    speech_layouts.grid(folder / "talk.TextGrid", {"words": speech_layouts.WORDS})


def texts_table(folder: Path) -> None:
    sound(folder / "a.wav")
    write(folder / "said.csv", "wav,speaker,text,image,sent_no", "a.wav,ann,a dog,p.jpg,0")


# Each layout with its reader and what the config says of it beside reader and path.
PICTURE_LAYOUTS = [
    ("flickr8k", lambda folder: corpora_layouts.flickr8k(folder, range(2)), {}),
    ("pascal1k", lambda folder: corpora_layouts.pascal1k(folder, range(2)), {}),
    ("flickr8k", kaggle, {}),
    ("flickr8k", flickr8k_lists, {"split": True}),
    ("flickr30k", flickr30k, {}),
    ("karpathy", karpathy, {"split": True}),
    ("davenet", davenet, {"spoken": True, "timed": False}),
    ("pascal1k", pascal_texts, {}),
    ("pascal1k", pascal_table, {}),
    ("pascal1k", pascal_page, {}),
]
WITHOUT = {"onset": None, "offset": None}
SPEECH_LAYOUTS = [
    *((name, make, {}) for name, make in corpora_layouts.SPEECH.items()),
    ("tsv", lambda folder: corpora_layouts.tsv(folder, {"speaker": "talker", **WITHOUT}),
     {"options": {"columns": {"speaker": "talker", **WITHOUT}}}),
    ("ctm", speech_layouts.ctm, {}),
    ("flickr_audio", speech_layouts.flickr_audio, {"spoken": True}),
    ("isolated", speech_layouts.words_apart, {}),
    ("isolated", speech_commands,
     {"options": {"word": "^([^/]+)/", "talker": "([^/_]+)_nohash", "edges": "file"}}),
    ("lucid", speech_layouts.lucid_dialogue, {}),
    ("lucid", speech_layouts.lucid_table, {}),
    ("textgrid", timed_grids, {}),
    ("timit", speech_layouts.timit, {}),
    ("tsv", speech_layouts.tsv, {}),
    ("flickr_audio", caption_layouts.flickr_audio, {"spoken": True, "timed": False}),
    ("flickr_audio", lambda folder: caption_layouts.flickr_audio(folder, True), {"spoken": True}),
    ("spokencoco", caption_layouts.spokencoco, {"spoken": True, "timed": False}),
    ("spokencoco", lambda folder: caption_layouts.spokencoco(folder, True), {"spoken": True}),
    ("places_audio", caption_layouts.places_audio, {"spoken": True, "timed": False}),
    ("kaldi", caption_layouts.kaldi, {"spoken": True, "timed": False}),
    ("kaldi", caption_layouts.kaldi_timed, {"spoken": True}),
    ("tsv", texts_table,
     {"spoken": True, "timed": False, "options": {"table": "said.csv", "columns": {
         "file": "wav", "picture": "image", "text": "text", "caption": "sent_no"}}}),
    (ALIGNMENT, transcripts, {"timed": False}),
    (ALIGNMENT, transcripts_table, {"timed": False}),
]  # fmt: skip


def made(stage: str, folder: Path, make) -> Recognised:
    folder.mkdir()
    make(folder)
    return recognised(stage, str(folder))


@pytest.mark.parametrize(("reader", "make", "expected"), PICTURE_LAYOUTS)
def test_layouts_of_pictures_are_recognised(tmp_path, reader, make, expected):
    found = made("pictures", tmp_path / "x", make)
    assert found.reader == reader
    evidence = found.evidence
    assert evidence == Evidence(evidence.said, **expected)
    corpus = Corpus(reader=reader, path=str(tmp_path / "x"), options=evidence.options)
    pictures, rejects = finding.find(corpus, PICTURES).read()
    assert any(picture.captions for picture in pictures)
    assert [reject for reject in rejects if not reject.by_rule] == [] or reader == "davenet"


@pytest.mark.parametrize(("reader", "make", "expected"), SPEECH_LAYOUTS)
def test_layouts_of_speech_are_recognised(tmp_path, reader, make, expected):
    found = made("speech", tmp_path / "x", make)
    assert found.reader == reader
    evidence = found.evidence
    assert evidence == Evidence(evidence.said, rank=evidence.rank, **expected)
    if reader != ALIGNMENT:
        corpus = Corpus(reader=reader, path=str(tmp_path / "x"), options=evidence.options)
        recordings, words, _ = finding.find(corpus, SPEECH).read()
        assert recordings
        assert bool(words) == evidence.timed


def test_every_reader_is_recognised_in_some_layout():
    layouts = {"pictures": PICTURE_LAYOUTS, "speech": SPEECH_LAYOUTS}
    for stage, readers in READERS.items():
        assert {name for name, _, _ in layouts[stage]} - {ALIGNMENT} == set(readers)


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def seesay(*arguments) -> int:
    """The exit status of `seesay init`."""
    try:
        cli.main(["init", *map(str, arguments)])
    except SystemExit as ended:
        if isinstance(ended.code, str):
            print(ended.code)
            return 1
        return int(ended.code or 0)
    return 0


@pytest.mark.parametrize(
    ("pictures", "speech"),
    [("pascal1k", "isolated"), ("flickr8k", "lucid"), ("pascal1k", "timit"), ("flickr8k", "tsv")],
)
def test_a_config_of_every_layout_passes_the_check(here, capsys, pictures, speech):
    corpora_layouts.PICTURES[pictures](Path("p"), range(60))
    # A dozen words are too few for three splits.
    for talker in "abcdefghijkl" if speech == "isolated" else ["."]:
        corpora_layouts.SPEECH[speech](Path("s") / talker)
    assert seesay("p", "s", "--out", "own.yaml") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"pictures: p is read as {pictures} (")
    assert lines[1].startswith(f"speech: s is read as {speech} (")
    assert lines[2] == "written: own.yaml; seesay check own.yaml says:"
    assert lines[-1].startswith("ready")
    assert lines[-1].endswith("seesay run own.yaml")
    written = Path("own.yaml").read_text()
    assert written.count("\n") < 32
    values = yaml.safe_load(written)
    assert values["results"] == "results/own"
    assert set(values) == {"results", "experiments", "pictures", "speech"}
    shipped = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())
    assert values["experiments"] == shipped["experiments"]


def test_spoken_captions_without_times_are_aligned_and_stay_with_their_pictures(here, capsys):
    flickr8k_lists(Path("p"))
    caption_layouts.flickr_audio(Path("s"))
    seesay("p", "s")
    config = load(yaml.safe_load(Path("my.yaml").read_text()))
    assert config.alignment is not None
    assert [corpus.reader for corpus in config.alignment.corpora] == ["flickr_audio"]
    assert config.speech.corpora == ()
    assert config.matching.method == "spoken"
    assert config.pictures.split.method == "corpus"
    assert "no word times" in capsys.readouterr().out


def test_transcripts_beside_recordings_are_aligned(here):
    kaggle(Path("p"))
    transcripts(Path("s"))
    seesay("p", "s")
    assert yaml.safe_load(Path("my.yaml").read_text())["alignment"] == {"path": "s"}


# ---- what is not clear


def refused(capsys, *arguments) -> str:
    """The one line with which `seesay init` ends."""
    assert seesay(*arguments) == 1
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("error: ")]
    assert not Path("my.yaml").exists()
    return line


def test_two_layouts_in_one_folder_are_not_chosen_between(here, capsys):
    karpathy(Path("p"))
    kaggle(Path("p"))
    speech_layouts.timit(Path("s"))
    said = refused(capsys, "p", "s")
    assert "p: 2 layouts fit: flickr8k (captions.txt has the columns image, caption);" in said
    assert "karpathy (" in said
    assert "choose one with --pictures-reader, see docs/your-own-corpus.md" in said
    seesay("p", "s", "--pictures-reader", "karpathy")
    (corpus,) = yaml.safe_load(Path("my.yaml").read_text())["pictures"]["corpora"]
    assert corpus == {"reader": "karpathy", "path": "p"}


def test_word_times_in_two_formats_are_not_chosen_between(here, capsys):
    kaggle(Path("p"))
    timed_grids(Path("s"))
    speech_layouts.ctm(Path("s"))
    speech_layouts.grid(Path("s/mono.TextGrid"), {"words": speech_layouts.WORDS})
    assert "2 layouts fit: ctm (" in refused(capsys, "p", "s")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: None, "it has no file"),
        (lambda folder: text(folder / "notes.docx", "x"), "it has 1 .docx (notes.docx), but no"),
        (lambda folder: text(folder / "a.m4a", "x"), "convert them to flac or wav"),
        (lambda folder: [sound(folder / f"p225_{n:03}.wav") for n in range(3)],
         "it has 3 .wav (p225_000.wav)"),
        # A word a folder and a talker a file: words and talkers have changed places.
        (lambda folder: [sound(folder / word / "ann.wav", seconds=0.5) for word in ("bed", "cat")],
         "it has 2 .wav (bed/ann.wav)"),
        (lambda folder: [sound(folder / f"{name}.wav", seconds=9) for name in ("talk", "story")],
         "it has 2 .wav (story.wav)"),
        (lambda folder: [sound(folder / "a.wav"), write(folder / "w.csv", "file,onset,word")],
         "1 .csv (w.csv)"),
    ],
)  # fmt: skip
def test_unknown_speech_is_described_in_one_line(here, capsys, make, said):
    kaggle(Path("p"))
    Path("s").mkdir()
    make(Path("s"))
    line = refused(capsys, "p", "s")
    assert line.startswith("error: s: no layout of speech that is known; it has ")
    assert said in line
    assert line.endswith("see docs/your-own-corpus.md")


def test_a_folder_of_several_corpora_is_taken_for_none(here, capsys):
    for name in "ab":
        kaggle(Path("all", name))
    speech_layouts.timit(Path("all/t"))
    for n in range(6):
        sound(Path(f"all/u/{n}1.wav"))
    said = refused(capsys, "all", "all/t")
    assert said.endswith("has a/captions.txt and b/captions.txt; give the folder of one corpus")
    assert "no layout of speech that is known" in refused(capsys, "all/a", "all")


def test_pictures_without_their_captions_ask_for_these(here, capsys):
    kaggle(Path("p"))
    assert "but no captions in a known form" in refused(capsys, "p/Images", "p")


def test_after_a_check_that_fails_the_next_step_is_told(here, capsys):
    corpora_layouts.pascal1k(Path("p"), range(30))
    corpora_layouts.isolated(Path("s"))
    assert seesay("p", "s") == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2].startswith("not ready: ")
    assert lines[-1] == "next: change my.yaml or the folders, then type: seesay check my.yaml"


def test_folders_in_the_other_order_are_noticed(here, capsys):
    speech_layouts.timit(Path("s"))
    assert "seesay init PICTURES SPEECH has the pictures first" in refused(capsys, "s", "s")


def test_coco_as_it_is_published_is_not_taken_for_karpathys(here, capsys):
    jpeg(Path("p/a.jpg"))
    notes = {"images": [{"id": 1, "file_name": "a.jpg"}], "annotations": []}
    text(Path("p/captions.json"), json.dumps(notes))
    assert "1 .jpg (a.jpg), 1 .json (captions.json)" in refused(capsys, "p", "p")


def test_what_is_missing_or_there_already_is_said_in_one_line(here, capsys):
    kaggle(Path("p"))
    speech_layouts.timit(Path("s"))
    assert refused(capsys, "no", "s").startswith("error: no: no such folder")
    assert refused(capsys, "p", "no").startswith("error: no: no such folder")
    assert "zip: no reader of speech; there are ctm," in refused(
        capsys, "p", "s", "--speech-reader", "zip"
    )
    assert "p: not the layout of karpathy" in refused(
        capsys, "p", "s", "--pictures-reader", "karpathy"
    )
    assert "cannot be written" in refused(capsys, "p", "s", "--out", "no/my.yaml")
    Path("kept.yaml").write_text("mine")
    assert "kept.yaml: exists already" in refused(capsys, "p", "s", "--out", "kept.yaml")
    assert Path("kept.yaml").read_text() == "mine"


def test_ten_thousand_files_are_named_and_not_opened(here, capsys, monkeypatch):
    kaggle(Path("p"))
    names = ["".join(each) for each in itertools.product("bcdfg", "aeiou", "lmnpr", "aeiou", "st")]
    for talker, word in itertools.product("abcdefgh", names):
        path = Path("s", talker, f"{word}.wav")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    first = Listing.look(Path("s")).audio
    for name in first[:: len(first) // 5]:
        sound(Path("s", name), seconds=0.5)
    opened = []
    plain = Path.open
    monkeypatch.setattr(
        Path, "open", lambda self, *a, **k: (opened.append(self), plain(self, *a, **k))[1]
    )
    monkeypatch.setattr(init, "SOON", 5_000)
    start = time.process_time()
    assert seesay("p", "s") == 0
    assert time.process_time() - start < 5  # 0.5 s on an idle core
    assert len(opened) < 20
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2] == "written: my.yaml; the folders have 10,002 files, which are not read yet"
    assert lines[-1] == "next, type: seesay check my.yaml"


def test_hostile_names_end_in_one_line(here, capsys):
    kaggle(Path("p"))
    speech_layouts.timit(Path("s"))
    kaggle(Path("a\nb"))
    assert refused(capsys, "a\nb", "s").startswith(
        "error: config: pictures.corpora.0.path: no braces, <names> or odd bytes in paths"
    )
    kaggle(Path("{p}"))
    line = refused(capsys, "{p}", "s")
    assert line.endswith("rename the folder or file, got '{p}'")  # with no fault that follows
    assert refused(capsys, "~nobody-here", "s").endswith("write the path in full")
    assert refused(capsys, "c\nd", "s") == (
        "error: c\\nd: no such folder; give the folder of the pictures"
    )
    Path("e\nseeds: 7 #").mkdir()
    assert "cannot be printed" in refused(capsys, "p", "s", "--out", "e\nseeds: 7 #/f.yaml")
    assert list(Path("e\nseeds: 7 #").iterdir()) == []
    odd = os.fsdecode(b"half\xff")
    kaggle(Path(odd))
    assert "half" in refused(capsys, odd, "s")


def test_what_a_file_says_is_printed_without_its_control_characters(here, capsys):
    kaggle(Path("p"))
    text(Path("p/captions.txt"), "image,caption,\x1b[31m\na.jpg,A dog .,\n")
    speech_layouts.timit(Path("s"))
    seesay("p", "s")
    printed = capsys.readouterr().out
    assert "the columns image, caption, \\x1b[31m" in printed
    assert "\x1b" not in printed + Path("my.yaml").read_text()


def test_a_pipe_in_place_of_captions_is_not_waited_for(here, capsys):
    kaggle(Path("p"))
    Path("p/captions.txt").unlink()
    os.mkfifo("p/captions.txt")
    # Without this, a failure would be one that never ends.
    pipe = os.open("p/captions.txt", os.O_RDWR | os.O_NONBLOCK)
    os.write(pipe, b"image,caption\n")
    assert "but no captions in a known form" in refused(capsys, "p", "s")
    os.close(pipe)


def test_captions_that_may_not_be_read_are_named(here, capsys, monkeypatch):
    kaggle(Path("p"))
    plain = Path.open

    def forbidden(self, *arguments, **options):
        if self.name == "captions.txt":
            raise PermissionError(errno.EACCES, "Permission denied", str(self))
        return plain(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", forbidden)
    line = refused(capsys, "p", "p")
    assert line == "error: p/captions.txt: cannot be read (Permission denied); correct it"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_leaves_no_half_of_a_config(here, capsys, monkeypatch):
    kaggle(Path("p"))
    speech_layouts.timit(Path("s"))
    plain = Path.open

    def full(self, mode="r", **options):
        if mode == "x":
            self.write_text("half")
            return open("/dev/full", "w", **options)
        return plain(self, mode, **options)

    monkeypatch.setattr(Path, "open", full)
    assert "cannot be written (No space left on device)" in refused(capsys, "p", "s")


def test_a_name_with_blanks_and_quotes_can_be_typed_as_it_is_printed(here, capsys):
    kaggle(Path("my ' pictures"))
    speech_layouts.timit(Path('my " speech'))
    seesay("my ' pictures", 'my " speech', "--out", "my 'own.yaml")
    written = Path("my 'own.yaml").read_text()
    (line,) = [line for line in written.splitlines() if "seesay config --explain " in line]
    assert shlex.split(line.rpartition("--explain ")[2]) == ["my 'own.yaml"]
    config = load(yaml.safe_load(written))
    assert config.pictures.corpora[0].path == "my ' pictures"
    assert config.speech.corpora[0].path == 'my " speech'
