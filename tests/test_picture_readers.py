"""The layouts of captioned pictures that others made: a web page, bars, JSON, no pictures."""

import csv
import json
from pathlib import Path

import pytest

from seesay.corpora import flickr8k, flickr30k, karpathy, listing, pascal1k
from seesay.corpora.formats import uiuc_page
from seesay.shared.errors import InputError
from support.pictures import dataset, entry, jpeg, text

# ---- the web page of the UIUC Pascal Sentences

PAGE = """<html><head><title>PASCAL sentences</title></head><body>
<h1>Sentences</h1>
<table>
<tr>
<td><img src="aeroplane/2008_1.jpg"></td>
<td><table>
<tr><td> A blue &amp; white plane. </td></tr>
<tr><td>A   plane
 at the <b>gate</b>.</td></tr>
</table></td>
</tr>
<tr>
<td><img src="http://a.b/pascal/cat/2008_2.jpg?x=1"></td>
<td><table><tr><td>A caf\xe9 cat.</td></tr></table></td>
</tr>
<tr><td><img src="dog/2008_3.jpg"></td><td><table><tr><td>No dog.</td></tr></table></td></tr>
<tr><td><img src="logo.png"></td></tr>
</table></body></html>
"""
READ = [
    ("aeroplane/2008_1", ("A blue & white plane.", "A plane at the gate.")),
    ("cat/2008_2", ("A caf\xe9 cat.",)),
]


@pytest.mark.parametrize("folder", ["", "images"])
def test_the_saved_web_page(tmp_path: Path, folder: str):
    jpeg(tmp_path / folder / "aeroplane" / "2008_1.jpg")
    jpeg(tmp_path / folder / "cat" / "2008_2.jpg")
    page = text(tmp_path / "pascal-sentences.html", PAGE)
    pictures, rejects = pascal1k.read(tmp_path)
    assert [(p.image_id, p.captions) for p in pictures] == READ
    assert [reject.id for reject in rejects] == ["pascal-sentences.html:16"]
    assert "a caption for no picture: 'dog/2008_3.jpg'" in rejects[0].reason
    assert page in pascal1k.sources(tmp_path)


def test_a_page_saved_by_a_browser_has_its_pictures_in_a_folder_of_its_own(tmp_path: Path):
    jpeg(tmp_path / "my page_files" / "2008_1.jpg")
    row = '<tr><td><img src="./my%20page_files/2008_1.jpg"></td><td>Flat.</td><td>Two.</td></tr>'
    text(tmp_path / "my page.htm", f"<table>{row}</table>")
    pictures, rejects = pascal1k.read(tmp_path)
    assert [(p.image_id, p.captions) for p in pictures] == [
        ("my page_files/2008_1", ("Flat.", "Two."))
    ]
    assert rejects == []


def test_a_page_whose_tags_are_not_closed_and_that_is_not_utf8():
    rows = uiuc_page.parse(b"<table><tr><td><IMG SRC=a.jpg><td>Caf\xe9 one\n<td>two<tr><td>three")
    assert [(row.source, [said for _, said in row.sentences]) for row in rows] == [
        ("a.jpg", ["Café one", "two", "three"])
    ]


def test_texts_come_before_the_page_that_they_were_made_from(tmp_path: Path):
    jpeg(tmp_path / "aeroplane" / "2008_1.jpg")
    text(tmp_path / "sentence" / "aeroplane" / "2008_1.txt", "From the text.\n")
    text(tmp_path / "index.html", PAGE)
    pictures, rejects = pascal1k.read(tmp_path)
    assert pictures[0].captions == ("From the text.",)
    assert rejects == []


# ---- Flickr8k and Flickr30k as they are handed out


def test_flickr8k_with_texts_in_a_folder_of_their_own(tmp_path: Path):
    for name in "abc":
        jpeg(tmp_path / "Flicker8k_Dataset" / f"{name}.jpg")
    texts = tmp_path / "Flickr8k_text"
    text(texts / "Flickr8k.token.txt", "a.jpg#0\tone\nb.jpg#0\ttwo\nc.jpg#0\tthree\n")
    for split, name in (("train", "a"), ("dev", "b"), ("test", "c")):
        text(texts / f"Flickr_8k.{split}Images.txt", f"{name}.jpg\n")
    pictures, rejects = flickr8k.read(tmp_path)
    assert [p.split for p in pictures] == ["train", "validation", "test"]
    assert rejects == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("results_20130124.token", '1.jpg#0\tTwo men .\n1.jpg#1\tA , b ; " c "\n2.jpg#0\tx\n'),
        (
            "results.csv",
            'image_name| comment_number| comment\n1.jpg| 0| Two men .\n1.jpg| 1| A , b ; " c "\n'
            "2.jpg| 0| x\n2.jpg| 4   A row as the corpus has one .\n",
        ),
    ],
)
def test_flickr30k_token_file_and_bars_agree(tmp_path: Path, name: str, content: str):
    for picture in "12":
        jpeg(tmp_path / "flickr30k-images" / f"{picture}.jpg")
    text(tmp_path / name, content)
    pictures, rejects = flickr30k.read(tmp_path)
    assert [(p.image_id, p.captions, p.split) for p in pictures] == [
        ("1", ("Two men .", 'A , b ; " c "'), None),
        ("2", ("x",), None),
    ]
    assert [reject.id for reject in rejects] == ["results.csv:5"] * (name == "results.csv")
    assert len(flickr30k.sources(tmp_path)) == 3


# ---- Karpathy's JSON


def test_karpathy_names_captions_and_splits(tmp_path: Path):
    for name in "abcdz":
        jpeg(tmp_path / "Flicker8k_Dataset" / f"{name}.jpg")
    path = dataset(
        tmp_path,
        entry("c.jpg", "test", "sea"),
        entry("a.jpg", "train", "one .", "two ."),
        entry("b.jpg", "val", "bee"),
        entry("d.jpg", "restval", "dee"),
        entry("q.jpg", "train", "gone", "gone too"),
        entry("b.jpg", "later", "bee"),
        {"filename": "a.jpg", "split": "train"},
        7,
    )
    pictures, rejects = karpathy.read(tmp_path)
    assert [(p.image_id, p.captions, p.split) for p in pictures] == [
        ("a", ("one .", "two ."), "train"),
        ("b", ("bee",), "validation"),
        ("c", ("sea",), "test"),
        ("d", ("dee",), "train"),
    ]
    ids = [f"dataset_flickr8k.json, images[{place}]" for place in (4, 5, 6, 7)]
    assert [reject.id for reject in rejects if not reject.by_rule] == ids
    assert [reject.id for reject in rejects if reject.by_rule] == ["z"]
    assert path in karpathy.sources(tmp_path)
    left = karpathy.read(tmp_path, karpathy.Options(restval="leave_out"))[0]
    assert left[3].split is None


def test_karpathy_pictures_of_coco_lie_in_the_folders_that_are_named(tmp_path: Path):
    jpeg(tmp_path / "val2014" / "COCO_1.jpg")
    dataset(tmp_path, entry("COCO_1.jpg", "test", "x", filepath="val2014"), name="coco.json")
    pictures, rejects = karpathy.read(tmp_path)
    assert [p.image_id for p in pictures] == ["val2014/COCO_1"]
    assert rejects == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not JSON"),
        ("[]", "no list named images"),
        ('{"images": {}}', "no list named images"),
        (
            json.dumps({"images": [entry("a.jpg", "train", "x"), entry("a.jpg", "test", "y")]}),
            r"images\[1\]: a.jpg is in the split train too",
        ),
    ],
)
def test_karpathy_files_that_cannot_be_read(tmp_path: Path, content: str, message: str):
    jpeg(tmp_path / "a.jpg")
    text(tmp_path / "dataset.json", content)
    with pytest.raises(InputError, match=message):
        karpathy.read(tmp_path)


def test_karpathy_wants_one_json_file_or_its_name(tmp_path: Path):
    jpeg(tmp_path / "a.jpg")
    with pytest.raises(InputError, match="JSON files there: none"):
        karpathy.sources(tmp_path)
    dataset(tmp_path, entry("a.jpg", "train", "x"))
    dataset(tmp_path, entry("a.jpg", "train", "y"), name="other.json")
    with pytest.raises(InputError, match=r"dataset_flickr8k\.json, other\.json"):
        karpathy.read(tmp_path)
    pictures, _ = karpathy.read(tmp_path, karpathy.Options(captions="other.json"))
    assert pictures[0].captions == ("y",)


# ---- captions without pictures


def test_captions_alone_make_pictures_in_every_layout(tmp_path: Path):
    text(tmp_path / "pascal" / "sentence" / "cat" / "2008_1.txt", "One.\nTwo.\n")
    text(tmp_path / "page" / "index.html", PAGE)
    text(tmp_path / "table" / "sentences.tsv", "image\tsent_no\tcaption\n2008_1\t0\tOne.\n")
    text(tmp_path / "flickr8k" / "Flickr8k.token.txt", "a.jpg#0\tone\n")
    text(tmp_path / "flickr8k" / "Flickr_8k.trainImages.txt", "a.jpg\n")
    for split in ("dev", "test"):
        text(tmp_path / "flickr8k" / f"Flickr_8k.{split}Images.txt", "")
    dataset(tmp_path / "karpathy", entry("a.jpg", "val", "one"))
    found = {}
    for folder, reader in (
        ("pascal", pascal1k),
        ("page", pascal1k),
        ("table", pascal1k),
        ("flickr8k", flickr8k),
        ("karpathy", karpathy),
    ):
        options = reader.Options(captions_alone=True)
        pictures, rejects = reader.read(tmp_path / folder, options)
        assert rejects == []
        assert {picture.path for picture in pictures} == {None}
        assert reader.sources(tmp_path / folder, options)
        found[folder] = [(p.image_id, len(p.captions), p.split) for p in pictures]
    assert found == {
        "pascal": [("cat/2008_1", 2, None)],
        "page": [("aeroplane/2008_1", 2, None), ("cat/2008_2", 1, None), ("dog/2008_3", 1, None)],
        "table": [("2008_1", 1, None)],
        "flickr8k": [("a", 1, "train")],
        "karpathy": [("a", 1, "validation")],
    }


def test_captions_alone_keep_the_pictures_that_are_there(tmp_path: Path):
    there = jpeg(tmp_path / "images" / "a.jpg")
    text(tmp_path / "captions.tsv", "image\tcaption\na.jpg\tx\nb.jpg\ty\nb.jpg\tz\n")
    pictures, _ = flickr8k.read(tmp_path, flickr8k.Options(captions_alone=True))
    assert [(p.image_id, p.path, p.captions) for p in pictures] == [
        ("a", there, ("x",)),
        ("b", None, ("y", "z")),
    ]


def test_a_row_of_commas_of_any_length_leaves_other_readers_of_tables_as_they_are():
    before = csv.field_size_limit(50)
    try:
        assert listing.split_row("a,b", ",") == ["a", "b"]
        assert csv.field_size_limit() == 50
        assert listing.split_row("a," + "b" * 99, ",") == ["a", "b" * 99]
    finally:
        csv.field_size_limit(before)
