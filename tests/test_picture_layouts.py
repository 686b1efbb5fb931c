"""Pictures and captions as people have them: archives, debris, odd names, damaged files."""

import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seesay.corpora import Picture, Reject, flickr8k, flickr30k, karpathy, pascal1k
from seesay.corpora.captioned import Corpus
from seesay.corpora.files import visible_files
from seesay.corpora.finding import awkward
from seesay.corpora.listing import read_table, read_tokens
from seesay.settings.pictures import PictureCorpus
from seesay.shared.errors import InputError
from seesay.shared.printable import cleaned, printable, unprintable
from seesay.vision.pictures import gather, shown
from support.pictures import EXACT, dataset, entry, jpeg, read, text

ROWS = 'image,caption\na.jpg,A dog runs .\nb.jpg,"A cat , too ."\n'
BARS = "image_name| comment_number| comment\na.jpg| 0| A dog runs .\nb.jpg| 0| A cat , too .\n"
TOKENS = "a.jpg#0\tA dog runs .\nb.jpg#0\tA cat , too .\n"
CAPTIONS = [("A dog runs .",), ("A cat , too .",)]


# ---- layouts


@pytest.mark.parametrize(
    ("reader", "pictures", "texts"),
    [
        (flickr8k, "Images", {"captions.txt": ROWS}),
        (flickr8k, "IMAGES", {"captions.txt": ROWS}),
        (flickr8k, "Flicker8k_Dataset/Flicker8k_Dataset", {"Flickr8k.token.txt": TOKENS}),
        (flickr8k, "Flicker8k_Dataset", {"Flickr8k_text/Flickr8k.token.txt": TOKENS}),
        (flickr8k, "Flickr_Data/Images", {"Flickr_Data/Texts/Flickr8k.token.txt": TOKENS}),
        (flickr8k, "archive/Images", {"archive/captions.txt": ROWS}),
        (flickr30k, "flickr30k_images/flickr30k_images", {"flickr30k_images/results.csv": BARS}),
        (flickr30k, "flickr30k_images/flickr30k_images", {"results.csv": BARS}),
        (flickr30k, "Images", {"captions.txt": "image_name, comment_number, comment\n"
                               "a.jpg, 0, A dog runs .\nb.jpg, 0, \"A cat , too .\"\n"}),
        (pascal1k, "dataset", {"sentence/a.txt": "A dog runs .\n",
                               "sentence/b.txt": "A cat , too ."}),
        (pascal1k, "dataset/cat", {"sentence/cat/a.txt": "A dog runs .\n",
                                   "sentence/cat/b.txt": "A cat , too ."}),
        (pascal1k, "top/dataset/cat", {"top/sentence/cat/a.txt": "A dog runs .\n",
                                       "top/sentence/cat/b.txt": "A cat , too ."}),
        (pascal1k, "pictures/cat", {"sentences/cat/a.txt": "A dog runs .\n",
                                    "sentences/cat/b.txt": "A cat , too ."}),
    ],
)  # fmt: skip
def test_pictures_are_found_wherever_they_lie(tmp_path: Path, reader, pictures: str, texts: dict):
    for name in "ab":
        jpeg(tmp_path / pictures / f"{name}.jpg")
    for name, content in texts.items():
        text(tmp_path / name, content)
    # What systems leave behind is nothing of the corpus's.
    text(tmp_path / "__MACOSX" / pictures / "._a.jpg", "x")
    text(tmp_path / "__MACOSX" / "a.jpg", "x")
    for debris in ("Thumbs.db", "desktop.ini", ".DS_Store"):
        text(tmp_path / pictures / debris, "x")
    found, rejects = reader.read(tmp_path)
    assert [picture.captions for picture in found] == CAPTIONS
    assert rejects == []
    assert [p.path.name for p in found if p.path] == ["a.jpg", "b.jpg"]
    assert len(reader.sources(tmp_path)) == 2 + len(texts)


def test_a_name_of_two_pictures_is_given_with_its_folder(tmp_path: Path):
    for folder in ("x", "y", "y/z"):
        jpeg(tmp_path / folder / "a.jpg")
    jpeg(tmp_path / "y" / "b.jpg")
    names = ("a.jpg", "x/a.jpg", "z/a.jpg", "b.jpg", "x/b.jpg", "data\\y\\b.jpg", "./y/a.jpg")
    rows = "".join(f"{name},said of {name}\n" for name in names)
    text(tmp_path / "captions.csv", f"image,caption\n{rows}")
    found, rejects = flickr8k.read(tmp_path)
    assert {p.image_id: p.captions for p in found} == {
        "x/a": ("said of x/a.jpg",),
        "y/a": ("said of ./y/a.jpg",),
        "y/b": ("said of b.jpg", "said of data\\y\\b.jpg"),
        "y/z/a": ("said of z/a.jpg",),
    }
    assert [(r.id, r.reason.partition(":")[0]) for r in rejects] == [
        ("captions.csv:2", "a caption for one of several pictures"),
        ("captions.csv:6", "a caption for no picture"),
    ]


def test_an_exact_name_comes_before_the_end_of_another(tmp_path: Path):
    jpeg(tmp_path / "a.jpg")
    jpeg(tmp_path / "x" / "a.jpg")
    text(tmp_path / "captions.csv", "image,caption\na.jpg,one\nx/a.jpg,two\n")
    found, rejects = flickr8k.read(tmp_path)
    assert [(p.image_id, p.captions) for p in found] == [("a", ("one",)), ("x/a", ("two",))]
    assert not rejects


def test_karpathy_finds_coco_pictures_with_or_without_their_folder(tmp_path: Path):
    jpeg(tmp_path / "images" / "val2014" / "COCO_1.jpg")
    jpeg(tmp_path / "images" / "COCO_2.jpg")
    dataset(
        tmp_path,
        entry("COCO_1.jpg", "test", "one", filepath="val2014"),
        entry("COCO_2.jpg", "train", "two", filepath="train2014"),
    )
    found, rejects = karpathy.read(tmp_path)
    assert [(p.image_id, p.captions) for p in found] == [
        ("COCO_2", ("two",)),
        ("val2014/COCO_1", ("one",)),
    ]
    assert not rejects


# ---- what others' files are


@pytest.mark.parametrize(
    ("notes", "kind"),
    [
        ([{"image_id": 1, "id": 2, "caption": "a dog"}], "captions"),
        ([{"image_id": 1, "bbox": [0, 0, 1, 1], "segmentation": []}], "boxes"),
        ([{"image_id": 1, "keypoints": [], "bbox": []}], "key points"),
        ([{"image_id": 1, "segments_info": []}], "segments"),
        ([], "boxes"),
    ],
)
def test_coco_files_are_called_by_their_name(tmp_path: Path, notes: list, kind: str):
    content = {"info": {}, "images": [{"id": 1, "file_name": "a.jpg"}], "annotations": notes}
    text(tmp_path / "captions_val2014.json", json.dumps(content))
    wanted = rf"this is COCO's own layout \({kind}\), not Karpathy's; fetch .*dataset_coco\.json"
    with pytest.raises(InputError, match=wanted):
        karpathy.read(tmp_path)
    jpeg(tmp_path / "a.jpg")
    with pytest.raises(InputError, match=r"captions_val2014\.json may be for the reader karpathy"):
        flickr8k.read(tmp_path)


def test_pictures_that_no_reader_takes_are_rejects_with_a_remedy(tmp_path: Path):
    names = ["a.svg", "b.HEIC", "c.avif", "d.jxl", "e.psd", "f.nef", "g.ico"]
    for name in names:
        text(tmp_path / name, "x")
    with pytest.raises(InputError, match=r"no picture .* below it; a\.svg: a drawing of lines"):
        pascal1k.read(tmp_path)
    jpeg(tmp_path / "z.jpg")
    text(tmp_path / "captions.csv", "image,caption\nz.jpg,one\na.svg,two\nb,three\nq.jpg,four\n")
    found, rejects = flickr8k.read(tmp_path)
    assert [p.image_id for p in found] == ["z"]
    assert [r.id for r in rejects[: len(names)]] == names
    assert all("is not read; save it as PNG or JPEG" in r.reason for r in rejects[: len(names)])
    # Of a picture that is there it would be wrong to say that there is none.
    said = [(r.id, r.reason.partition(":")[0]) for r in rejects[len(names) :]]
    assert said == [
        ("captions.csv:3", "a caption for a picture that was refused"),
        ("captions.csv:4", "a caption for a picture that was refused"),
        ("captions.csv:5", "a caption for no picture"),
    ]


def test_other_kinds_of_pictures_are_read_after_jpeg_and_png(tmp_path: Path):
    for name in ("a.webp", "b.bmp", "c.gif", "d.tif", "e.TIFF", "f.jfif"):
        jpeg(tmp_path / name)  # what a file is called says nothing of what is in it
    jpeg(tmp_path / "c.jpg")
    jpeg(tmp_path / "c.jpeg")
    found, rejects = pascal1k.read(tmp_path)
    assert [p.path.name for p in found if p.path] == [
        *("a.webp", "b.bmp", "c.jpeg", "d.tif", "e.TIFF", "f.jfif")
    ]
    assert [r.id for r in rejects] == ["c.jpg", "c.gif"]


def test_a_list_says_of_a_damaged_picture_that_it_was_refused(tmp_path: Path):
    root = tmp_path / "corpus"
    for name in "abcd":
        jpeg(root / f"{name}.jpg")
        text(root / f"{name}.txt", "One.\n")
    text(root / "d.jpg", "no picture")
    lists = {"train": "a.jpg\nd.jpg\n", "validation": "b.jpg\nghost\n", "test": "c\n"}
    paths = {name: str(text(tmp_path / f"{name}.txt", said)) for name, said in lists.items()}
    rejects = read(root, tmp_path / "out", split={"method": "files"} | paths)["rejects"]
    assert rejects == {
        "d": "not a readable picture; replace or remove it",
        "train.txt:2": "a row of the train list for a picture that was refused: 'd.jpg'; see its"
        " own row",
        "validation.txt:2": "a row of the validation list for no picture: 'ghost'; add the picture"
        " or remove the row",
    }


# ---- pipes, sockets, endless files


def test_pipes_and_devices_are_rejects(tmp_path: Path):
    root = tmp_path / "corpus"
    for name in ("a", "b", "c"):
        jpeg(root / f"{name}.jpg")
        text(root / f"{name}.txt", "One.\n")
    os.mkfifo(root / "pipe.jpg")
    os.mkfifo(root / "pipe.txt")
    (root / "endless.jpg").symlink_to("/dev/zero")
    (root / "gone.jpg").symlink_to(root / "nowhere")
    assert len(pascal1k.sources(root)) == 7
    rejects = read(root, tmp_path / "out", split=EXACT | {"train": 1})["rejects"]
    odd = "a pipe, a socket or a device; remove it"
    assert rejects == {
        "endless.jpg": odd,
        "pipe.jpg": odd,
        "pipe.txt": odd,
        "gone": "no such file; replace it",
    }


def test_captions_that_are_a_pipe_are_one_line(tmp_path: Path):
    jpeg(tmp_path / "a.jpg")
    os.mkfifo(tmp_path / "captions.csv")
    with pytest.raises(InputError, match="no captions; expected one of"):
        flickr8k.read(tmp_path)
    os.mkfifo(tmp_path / "dataset.json")
    with pytest.raises(InputError, match="it needs one JSON file"):
        karpathy.read(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look into every folder")
def test_a_folder_that_cannot_be_looked_into_is_not_passed_over(tmp_path: Path):
    (tmp_path / "closed").mkdir(mode=0)
    with pytest.raises(InputError, match="closed: cannot be looked into"):
        visible_files(tmp_path)


# ---- text that can be shown


def test_text_is_composed_and_has_plain_blanks():
    assert cleaned("cafe\u0301\u00a0a\tb\u2028c") == "caf\u00e9 a b c"
    assert cleaned("co\u00adop \u200bx\ufeffy\u202ez") == "coop xyz"
    assert cleaned("A  plain caption .") == "A  plain caption ."
    assert cleaned("\u0995\u09bf \u4f60\u597d \U0001f642") == "\u0995\u09bf \u4f60\u597d \U0001f642"
    assert unprintable("A plain caption .") == ""
    for mark in ("\x00", "\x07", "\x1b", "\x7f", "\x85", "\ud83d", "\ufffe", "\ue000", "\u202e"):
        assert unprintable(f"a{mark}b") == f"U+{ord(mark):04X}"
        assert printable(f"a{mark}b").isascii()


@given(st.text(st.characters(categories=None)))
def test_what_is_shown_can_always_be_written(said: str):
    printable(said).encode()
    left = [mark for mark in printable(said) if unprintable(mark)]
    assert set(left) <= set("\u200c\u200d\xa0")  # within words of many scripts
    once = cleaned(said)
    assert cleaned(once) == once or unprintable(once)


def test_captions_are_composed_whatever_reads_them(tmp_path: Path):
    decomposed = "un cafe\u0301 noir"
    for reader, name in (("pascal1k", "a.txt"), ("flickr8k", "captions.csv"), ("karpathy", "x")):
        folder = tmp_path / reader
        jpeg(folder / "a.jpg")
        if reader == "karpathy":
            dataset(folder, entry("a.jpg", "train", decomposed))
        else:
            head = "image,caption\na.jpg," if reader == "flickr8k" else ""
            text(folder / name, f"{head}{decomposed}\n")
        (found,), rejects = gather([PictureCorpus(reader=reader, path=str(folder))])
        assert found.captions == ("un caf\u00e9 noir",)
        assert rejects == []


def test_half_a_surrogate_is_a_reject(tmp_path: Path):
    root = tmp_path / "corpus"
    for name in "abc":
        jpeg(root / f"{name}.jpg")
    splits = dict(zip("abc", ("train", "val", "test"), strict=True))
    images = [entry(f"{name}.jpg", splits[name], "fine") for name in "abc"]
    images[0]["sentences"] += [{"raw": "a dog \ud83d"}, {"raw": "a smile \ud83d\ude42"}]
    images.append(entry("\ud83d.jpg", "train", "x"))
    dataset(root, *images)
    corpora = [{"reader": "karpathy", "path": str(root), "name": "k"}]
    made = read(root, tmp_path / "out", corpora=corpora, split={"method": "corpus"})
    assert made["rejects"] == {
        "k/a#1": "a caption that holds U+D83D, which cannot be printed; correct it",
        "k/dataset_flickr8k.json, images[3]": "a caption for no picture: '\\ud83d.jpg'; add the"
        " picture or remove the row",
    }
    kept = made["captions"].query("image_id == 'k/a'")
    assert kept[["caption", "text"]].to_numpy().tolist() == [[0, "fine"], [2, "a smile \U0001f642"]]


def test_a_name_that_cannot_be_printed_is_a_reject(tmp_path: Path):
    root = tmp_path / "corpus"
    for name in ("a", "b", "c", os.fsdecode(b"x\xff"), "y\x07"):
        jpeg(root / f"{name}.jpg")
        text(root / f"{name}.txt", "One.\n")
    made = read(root, tmp_path / "out", split=EXACT | {"train": 1})
    assert sorted(made["images"].index) == ["a", "b", "c"]
    assert made["rejects"] == {
        "x\\udcff": "its name holds U+DCFF, which cannot be printed; rename the file",
        "y\\x07": "its name holds U+0007, which cannot be printed; rename the file",
    }


@pytest.mark.parametrize("name", ["a{b}.jpg", "a\x07.jpg", "a<b>.jpg", os.fsdecode(b"\xff.jpg")])
def test_names_that_snakemake_would_take_for_patterns(name: str):
    assert "rename the file" in awkward(["fine.jpg", f"/x/{name}"])
    assert awkward(["fine.jpg", "1 < 2.jpg", "caf\u00e9 (1).jpg"]) == ""


def test_a_picture_of_a_reader_of_ones_own_is_cleaned():
    mine = Picture("a", None, ("cafe\u0301", "\x1b[2J", "", "tab\there"))
    assert shown(mine) == (
        [Picture("a", None, ("caf\u00e9", "", "", "tab here"))],
        [Reject("a#1", "a caption that holds U+001B, which cannot be printed; correct it")],
    )


# ---- any JSON, any table

FILES = {"a.jpg": "a", "d/b.png": "d/b", "e\u0301.jpg": "\u00e9"}
NAMES = {"a.jpg": "a", "d/b.png": "d/b", "b.png": "d/b", "\u00e9.jpg": "\u00e9", "x.jpg": None}
NAMES |= {"": None, ".": None, "/": None, "a.png": None, "..": None, "e\u0301.jpg": "\u00e9"}
NAMES |= {"\\": None, "d\\b.png": "d/b", "q/a.jpg": "a", "q/b.png": None, "\ud83d": None}
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
SPLIT = {"a": "train", "d/b": "val", "\u00e9": "restval", None: "test"}


@st.composite
def entries(draw: st.DrawFn) -> object:
    """An entry as it should be, or with one part replaced by anything."""
    name = draw(st.sampled_from(sorted(NAMES)))
    made = entry(name, SPLIT[NAMES[name]], *draw(st.lists(st.text(max_size=4), max_size=3)))
    fault = draw(st.sampled_from(["", "", "filename", "split", "sentences", "raw", "whole"]))
    if fault == "whole":
        return draw(JSON)
    if fault == "raw":
        made["sentences"].append({"raw": draw(JSON)})
    elif fault:
        made[fault] = draw(JSON)
    return made


def expected(images: list) -> tuple[dict[str, dict[int, str]], list[str]]:
    """What becomes of the entries, worked out one by one."""
    captions: dict[str, dict[int, str]] = {}
    refused = []
    for place, one in enumerate(images):
        where = f"dataset.json, images[{place}]"
        whole = isinstance(one, dict) and isinstance(one.get("filename"), str)
        whole = whole and isinstance(one.get("split"), str)
        whole = whole and one["split"] in ("train", "val", "test", "restval")
        whole = whole and isinstance(one.get("sentences"), list)
        whole = whole and all(
            isinstance(s, dict) and isinstance(s.get("raw"), str) for s in one["sentences"]
        )
        image_id = NAMES.get(one["filename"]) if whole else None
        if image_id is None:
            refused.append(where)
            continue
        for number, sentence in enumerate(one["sentences"]):
            if number in captions.setdefault(image_id, {}):
                refused.append(f"{where}, {number}")
            else:
                captions[image_id][number] = sentence["raw"]
    return captions, refused


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(images=st.lists(entries(), max_size=6))
def test_every_entry_of_any_json_is_a_caption_or_a_reject(tmp_path: Path, images: list):
    for name in FILES:
        if not (tmp_path / name).exists():
            jpeg(tmp_path / name)
    (tmp_path / "dataset.json").write_text(json.dumps({"images": images}))
    try:
        found, rejects = karpathy.read(tmp_path)
    except InputError as error:
        assert re.search(r"is in the split \w+ too; leave it in one", str(error))  # noqa: PT017
        return
    captions, refused = expected(images)
    assert {p.image_id: p.captions for p in found if p.captions} == {
        name: tuple(said[number] for number in sorted(said))
        for name, said in captions.items()
        if said
    }
    assert sorted(r.id for r in rejects if not r.by_rule) == sorted(refused)


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000,
        b'{"images": ' + b"9" * 5000 + b"}",
        b"\xff\xfe{}",
        b"",
        b"null",
        b'{"images": [],',
        '{"images": "\ud83d"}'.encode("utf-8", "surrogatepass"),
    ],
)
def test_a_json_that_is_none_is_one_line(tmp_path: Path, content: bytes):
    jpeg(tmp_path / "a.jpg")
    (tmp_path / "dataset.json").write_bytes(content)
    with pytest.raises(
        InputError, match=r"dataset\.json: (not JSON|no list named images)"
    ) as error:
        karpathy.read(tmp_path)
    assert "\n" not in str(error.value)


CELL = st.text(st.characters(categories=None), max_size=6).map(
    lambda text: text.encode("utf-8", "surrogatepass")
)
LINE = st.builds(
    lambda cells, mark: mark.join(cells).replace(b"\n", b" ").replace(b"\r", b" "),
    st.lists(CELL | st.sampled_from([b"a.jpg", b"a.jpg#0", b"0", b"\xff", b'"', b"#"]), max_size=4),
    st.sampled_from([b",", b"\t", b"|", b""]),
)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(lines=st.lists(LINE, max_size=6), mark=st.sampled_from([",", "\t", "|", "#"]))
def test_every_line_of_any_table_is_a_caption_or_a_reject(tmp_path: Path, lines: list, mark: str):
    head = b"" if mark == "#" else f"image{mark}sent_no{mark}caption\n".encode()
    path = tmp_path / "captions"
    path.write_bytes(head + b"\n".join(lines))
    corpus = Corpus(files={"a": Path("a.jpg")})
    (read_tokens if mark == "#" else read_table)(path, "captions", corpus)
    seen = [line for line in lines if line.decode("utf-8", "replace").strip()]
    kept = sum(len(captions) for captions in corpus.captions.values())
    assert kept + len(corpus.rejects) == len(seen)
    assert len({reject.id for reject in corpus.rejects}) == len(corpus.rejects)
    assert all("\n" not in reject.reason for reject in corpus.rejects)


def test_cocos_list_of_pictures_alone_is_called_by_its_name(tmp_path: Path):
    pictures = [{"id": 1, "file_name": "a.jpg"}]
    path = tmp_path / "image_info_test2014.json"
    path.write_text(json.dumps({"info": {}, "images": pictures, "categories": []}))
    with pytest.raises(InputError, match=r"COCO's own layout \(pictures alone\)"):
        karpathy.read(tmp_path)


@pytest.mark.parametrize(
    "content", ['{"images": [], "images": []}', '{"images": [{"filename": "a", "filename": "b"}]}']
)
def test_a_key_of_a_json_that_is_given_twice_is_refused(tmp_path: Path, content: str):
    (tmp_path / "dataset.json").write_text(content)
    with pytest.raises(InputError, match=r"the key '(images|filename)' is given twice"):
        karpathy.read(tmp_path)
