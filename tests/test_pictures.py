"""Reading captioned pictures: layouts, splits, manifests, and what bad input gets."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydantic import ValidationError

from seesay.corpora import Picture, flickr8k, pascal1k
from seesay.settings.pictures import PicturesSettings
from seesay.shared.errors import InputError
from seesay.shared.randomness import shard_of
from seesay.vision.pictures import Opened, open_picture
from seesay.vision.splits import ExactSplit, HashSplit, assign, by_count, by_hash
from support import ROOT
from support.pictures import EXACT, jpeg, read, settings, text


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Six pictures, flat, with five sentences each."""
    root = tmp_path / "corpus"
    for number in range(6):
        jpeg(root / "images" / f"p{number}.jpg", shade=number)
        text(root / "sentence" / f"p{number}.txt")
    return root


# ---- layouts


def test_pascal1k_by_category_with_texts_apart_or_beside(tmp_path: Path):
    jpeg(tmp_path / "cat" / "2008_1.jpg")
    text(tmp_path / "sentence" / "cat" / "2008_1.txt", "One.\nTwo.\n")
    jpeg(tmp_path / "dog" / "2008_2.JPG")
    text(tmp_path / "dog" / "2008_2.txt", "Three.\n")
    jpeg(tmp_path / ".hidden.jpg")
    text(tmp_path / ".cache" / "x.txt")
    text(tmp_path / "README.txt")
    pictures, rejects = pascal1k.read(tmp_path)
    assert rejects == []
    assert [(p.image_id, p.captions) for p in pictures] == [
        ("cat/2008_1", ("One.", "Two.")),
        ("dog/2008_2", ("Three.",)),
    ]
    assert len(pascal1k.sources(tmp_path)) == 4


def test_pascal1k_table_of_sentences_in_any_order(tmp_path: Path):
    jpeg(tmp_path / "images" / "a.jpg")
    rows = 'image\tsent_no\torig_sent\na.jpg\t1\tsays " no "\na\t0\tfirst\nb.jpg\t0\tx\n'
    text(tmp_path / "sentences.tsv", rows)
    pictures, rejects = pascal1k.read(tmp_path)
    assert pictures[0].captions == ("first", 'says " no "')
    assert [reject.id for reject in rejects] == ["sentences.tsv:4"]


def test_flickr8k_tokens_and_lists(tmp_path: Path):
    for name in "abcd":
        jpeg(tmp_path / "Flicker8k_Dataset" / f"{name}.jpg")
    text(
        tmp_path / "Flickr8k.token.txt",
        "a.jpg#1\tsecond\na.jpg#0\tfirst\nb.jpg#0\tbee\nno tab\nz.jpg.1#0\tgone\n"
        "c.jpg#0\tsea\nd.jpg#0\tdee\nd.jpg#0\tagain\n",
    )
    text(tmp_path / "Flickr_8k.trainImages.txt", "a.jpg\n")
    text(tmp_path / "Flickr_8k.devImages.txt", "b.jpg\n")
    text(tmp_path / "Flickr_8k.testImages.txt", "c.jpg\nq.jpg\n")
    pictures, rejects = flickr8k.read(tmp_path)
    assert [(p.image_id, p.captions, p.split) for p in pictures] == [
        ("a", ("first", "second"), "train"),
        ("b", ("bee",), "validation"),
        ("c", ("sea",), "test"),
        ("d", ("dee",), None),
    ]
    wanted = ["Flickr8k.token.txt:4", "Flickr8k.token.txt:5", "Flickr8k.token.txt:8"]
    assert [reject.id for reject in rejects] == [*wanted, "Flickr_8k.testImages.txt:2"]
    assert len(flickr8k.sources(tmp_path)) == 4 + 4


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("captions.tsv", 'image\tsent_no\tcaption\na.jpg\t0\tA sign says " go " .\n'),
        ("captions.csv", 'image,sent_no,caption\na.jpg,0,"A sign says "" go "" ."\n'),
        ("captions.txt", 'image,caption\na.jpg,"A sign says "" go "" ."\n'),
    ],
)
def test_flickr8k_tables_agree(tmp_path: Path, name: str, content: str):
    jpeg(tmp_path / "a.jpg")
    text(tmp_path / name, content)
    pictures, rejects = flickr8k.read(tmp_path)
    assert pictures[0].captions == ('A sign says " go " .',)
    assert rejects == []


def test_table_rows_that_cannot_be_read(tmp_path: Path):
    jpeg(tmp_path / "a.jpg")
    text(
        tmp_path / "captions.tsv", "image\tsent_no\tcaption\na.jpg\tone\tx\na.jpg\t0\na.jpg\t0\ty\n"
    )
    pictures, rejects = flickr8k.read(tmp_path)
    assert pictures[0].captions == ("y",)
    assert [reject.id for reject in rejects] == ["captions.tsv:2", "captions.tsv:3"]


def test_rows_that_name_no_file(tmp_path: Path):
    jpeg(tmp_path / "a.jpg")
    text(
        tmp_path / "captions.tsv",
        "image\tsent_no\tcaption\n\t0\tx\n.\t0\ty\n/\t0\tz\na.jpg\t0\tw\n",
    )
    pictures, rejects = flickr8k.read(tmp_path)
    assert pictures[0].captions == ("w",)
    assert [reject.id for reject in rejects] == [f"captions.tsv:{line}" for line in (2, 3, 4)]
    assert all("a caption for no picture" in reject.reason for reject in rejects)


def test_names_match_whether_composed_or_not(tmp_path: Path):
    jpeg(tmp_path / "e\u0301.jpg")
    text(tmp_path / "captions.tsv", "image\tsent_no\tcaption\n\u00e9.jpg\t0\ta cafe\n")
    pictures, rejects = flickr8k.read(tmp_path)
    assert not rejects
    assert [(picture.image_id, picture.captions) for picture in pictures] == [
        ("\u00e9", ("a cafe",))
    ]


def test_a_link_back_gives_no_picture_twice(tmp_path: Path):
    jpeg(tmp_path / "corpus" / "sub" / "a.jpg")
    text(tmp_path / "corpus" / "sub" / "a.txt")
    (tmp_path / "corpus" / "sub" / "again").symlink_to(tmp_path / "corpus")
    pictures, _ = pascal1k.read(tmp_path / "corpus")
    assert [picture.image_id for picture in pictures] == ["sub/a"]


def test_a_cell_of_any_length_is_read(tmp_path: Path):
    jpeg(tmp_path / "a.jpg")
    text(tmp_path / "captions.csv", f"image,sent_no,caption\na.jpg,0,{'x' * 200_000}\n")
    pictures, rejects = flickr8k.read(tmp_path)
    assert not rejects
    assert len(pictures[0].captions[0]) == 200_000


def test_header_without_a_caption_column(tmp_path: Path):
    jpeg(tmp_path / "a.jpg")
    text(tmp_path / "captions.tsv", "image\ttext\na.jpg\tx\n")
    with pytest.raises(InputError, match="line 1: the header needs image"):
        flickr8k.read(tmp_path)


# ---- what is written


def test_images_hold_size_digest_and_path(corpus: Path, tmp_path: Path):
    jpeg(corpus / "images" / "p3.jpg", size=(33, 44))
    made = read(corpus, tmp_path / "out")
    row = made["images"].loc["p3"]
    assert (row["width"], row["height"]) == (33, 44)
    assert row["path"] == str(corpus / "images" / "p3.jpg")
    assert row["digest"] != made["images"].loc["p4", "digest"]
    assert made["images"]["split"].value_counts().to_dict() == {
        "train": 4,
        "validation": 1,
        "test": 1,
    }
    assert made["captions"]["text"].tolist() == [f"Sentence {n}." for n in range(5)] * 6
    assert made["rejects"] == {}


def test_size_is_that_of_the_picture_held_upright(tmp_path: Path):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned by a quarter, clockwise
    Image.new("RGB", (50, 30)).save(tmp_path / "turned.jpg", exif=exif)
    opened = open_picture(tmp_path / "turned.jpg")
    assert isinstance(opened, Opened)
    assert (opened.width, opened.height) == (30, 50)


def test_manifests_part_the_pictures_by_hash(corpus: Path, tmp_path: Path):
    made = read(corpus, tmp_path / "out", shards=3)
    for shard, manifest in enumerate(made["manifests"]):
        wanted = [f"p{n}" for n in range(6) if shard_of(f"p{n}", 3) == shard]
        assert manifest["image_id"].tolist() == wanted


def test_a_new_picture_changes_its_own_manifest_alone(corpus: Path, tmp_path: Path):
    split = {"method": "hash", "train": 0.4, "validation": 0.3, "test": 0.3}
    read(corpus, tmp_path / "before", shards=4, split=split)
    jpeg(corpus / "images" / "new.jpg")
    text(corpus / "sentence" / "new.txt")
    read(corpus, tmp_path / "after", shards=4, split=split)
    changed = [
        shard
        for shard in range(4)
        if (tmp_path / "before" / f"{shard}.parquet").read_bytes()
        != (tmp_path / "after" / f"{shard}.parquet").read_bytes()
    ]
    assert changed == [shard_of("new", 4)]


def test_bytes_do_not_depend_on_threads(corpus: Path, tmp_path: Path):
    (corpus / "images" / "p1.jpg").write_bytes(b"")
    split = EXACT | {"train": 3}
    read(corpus, tmp_path / "one", threads=1, split=split)
    read(corpus, tmp_path / "four", threads=4, split=split)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "four" / path.name).read_bytes()


# ---- bad input


def test_each_fault_has_its_reject(corpus: Path, tmp_path: Path):
    for number in range(6, 12):
        jpeg(corpus / "images" / f"p{number}.jpg", size=(64, 64))
        text(corpus / "sentence" / f"p{number}.txt")
    whole = (corpus / "images" / "p6.jpg").read_bytes()
    (corpus / "images" / "p6.jpg").write_bytes(whole[: len(whole) // 2])
    (corpus / "images" / "p7.jpg").write_text("this is not a JPEG")
    (corpus / "sentence" / "p8.txt").unlink()
    text(corpus / "sentence" / "p9.txt", "One.\n   \nThree.\n")
    text(corpus / "sentence" / "ghost.txt")
    (corpus / "sentence" / "p10.txt").write_bytes(b"fine\ncaf\xe9\n")
    jpeg(corpus / "images" / "p11.jpeg")
    made = read(corpus, tmp_path / "out", split=EXACT | {"train": 7})
    rejects = made["rejects"]
    for name in ("p6", "p7", "p8"):
        assert name not in made["images"].index
    assert "truncated" in rejects["p6"]
    assert "not a readable picture" in rejects["p7"]
    assert "without captions" in rejects["p8"]
    assert "empty caption" in rejects["p9#1"]
    assert "no picture" in rejects["sentence/ghost.txt"]
    assert "not UTF-8 (byte 4 of the line)" in rejects["sentence/p10.txt:2"]
    assert "p11.jpeg" in rejects["p11.jpg"]
    kept = made["captions"][made["captions"]["image_id"] == "p9"]
    assert kept["caption"].tolist() == [0, 2]
    assert all("\n" not in reason for reason in rejects.values())


@pytest.mark.parametrize("keep", [0.3, 0.9, 0.99])
@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_truncated_files_are_never_opened(tmp_path: Path, keep: float, suffix: str):
    whole = jpeg(tmp_path / f"a{suffix}", size=(64, 64)).read_bytes()
    (tmp_path / f"a{suffix}").write_bytes(whole[: int(len(whole) * keep)])
    assert isinstance(open_picture(tmp_path / f"a{suffix}"), str)


def test_fail_names_the_first_and_counts_the_others(corpus: Path, tmp_path: Path):
    (corpus / "images" / "p2.jpg").write_bytes(b"")
    text(corpus / "sentence" / "p4.txt", "\n\n\n")
    with pytest.raises(InputError) as error:
        read(corpus, tmp_path / "out", on_bad_input="fail")
    assert str(error.value).startswith("p2: ")
    assert "(and 4 more)" in str(error.value)
    assert "\n" not in str(error.value)
    assert not list((tmp_path / "out").glob("*.parquet"))


def test_missing_or_empty_folder(tmp_path: Path):
    for reader in (pascal1k, flickr8k):
        with pytest.raises(InputError, match="no such folder"):
            reader.read(tmp_path / "nowhere")
        with pytest.raises(InputError, match="no such folder"):
            reader.sources(tmp_path / "nowhere")
        with pytest.raises(InputError, match=r"no picture .* below it; put some there"):
            reader.read(tmp_path)


def test_the_script_ends_in_one_line(tmp_path: Path):
    names = ("images", "captions", "rejects", "copies")
    outputs = [f"--{name}={tmp_path / name}" for name in names]
    nowhere = [{"reader": "pascal1k", "path": str(tmp_path / "nowhere")}]
    done = subprocess.run(
        [
            *(sys.executable, ROOT / "workflow" / "scripts" / "pictures.py"),
            *(*outputs, "--manifests", tmp_path / "0"),
            *("--settings", settings(corpora=nowhere).model_dump_json()),
        ],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"error: {tmp_path / 'nowhere'}: no such folder; correct its path in pictures.corpora"
    ]


# ---- several corpora


def both(corpus: Path, tmp_path: Path) -> list[dict]:
    """Two corpora that have pictures of the same names: p0 to p5, and p0 and p1."""
    other = tmp_path / "other"
    for number in range(2):
        jpeg(other / f"p{number}.jpg", size=(8, 8), shade=number)
    text(other / "captions.tsv", "image\tcaption\np0.jpg\tx\np1.jpg\ty\np2.jpg\tz\n")
    return [
        {"name": "one", "reader": "pascal1k", "path": str(corpus)},
        {"name": "two", "reader": "flickr8k", "path": str(other)},
    ]


def test_names_keep_the_ids_of_several_corpora_apart(corpus: Path, tmp_path: Path):
    corpora = both(corpus, tmp_path)
    made = read(tmp_path, tmp_path / "out", corpora=corpora, split=EXACT | {"train": 6})
    ids = [f"one/p{n}" for n in range(6)] + ["two/p0", "two/p1"]
    assert made["images"].index.tolist() == ids
    assert made["images"].loc["two/p1", "path"] == str(tmp_path / "other" / "p1.jpg")
    assert len(made["captions"]) == 6 * 5 + 2
    assert list(made["rejects"]) == ["two/captions.tsv:4"]
    listed = [i for manifest in made["manifests"] for i in manifest["image_id"]]
    assert sorted(listed) == ids


def test_corpora_of_pictures_that_are_not_apart(tmp_path: Path):
    """A folder that is called as the other corpus: its ids are the other's, or could be."""
    for place in ("up/pas/a", "up/b", "other/a", "third/c"):
        jpeg(tmp_path / f"{place}.jpg", size=(8, 8), shade=1)
    text(tmp_path / "up/captions.tsv", "image\tcaption\npas/a.jpg\tx\nb.jpg\ty\n")
    text(tmp_path / "other/captions.tsv", "image\tcaption\na.jpg\tx\n")
    text(tmp_path / "third/captions.tsv", "image\tcaption\nc.jpg\tx\n")
    up, other, third = (
        {"reader": "flickr8k", "path": str(tmp_path / name)} for name in ("up", "other", "third")
    )
    for second, message in [
        (other, r"up and .*other both have the picture 'pas/a'; change a name in pictures.corpora"),
        (third, r"up has the picture 'pas/a', and .*third is called 'pas': their ids would mix"),
    ]:
        with pytest.raises(InputError, match=message):
            read(tmp_path, tmp_path / "x", corpora=[up, second | {"name": "pas"}], split=EXACT)


def test_a_second_corpus_leaves_the_ids_of_the_first(corpus: Path, tmp_path: Path):
    first, second = both(corpus, tmp_path)
    split = {"method": "hash", "train": 0.4, "validation": 0.3, "test": 0.3}
    alone = read(tmp_path, tmp_path / "alone", corpora=[first], split=split)["images"]
    made = read(tmp_path, tmp_path / "both", corpora=[second, first], split=split)["images"]
    assert made.loc[alone.index].equals(alone)
    swapped = read(tmp_path, tmp_path / "swapped", corpora=[first, second], split=split)
    assert swapped["images"].equals(made)


@pytest.mark.parametrize(
    "split",
    [
        EXACT | {"train": 4},
        {"method": "hash", "train": 0.4, "validation": 0.3, "test": 0.3},
    ],
)
def test_a_corpus_may_be_of_one_split_whole(corpus: Path, tmp_path: Path, split: dict):
    first, second = both(corpus, tmp_path)
    alone = read(tmp_path, tmp_path / "alone", corpora=[first], split=split)["images"]["split"]
    more = read(
        tmp_path, tmp_path / "more", corpora=[first, second | {"split": "train"}], split=split
    )["images"]["split"]
    assert more.to_dict() == alone.to_dict() | {"two/p0": "train", "two/p1": "train"}


def test_lists_name_pictures_of_several_corpora_by_their_ids(corpus: Path, tmp_path: Path):
    lists = {"train": "one/p0\n", "validation": "one/p1.jpg\n", "test": "two/p1.jpg\n"}
    paths = {name: str(text(tmp_path / f"{name}.txt", said)) for name, said in lists.items()}
    split = {"method": "files"} | paths
    made = read(tmp_path, tmp_path / "out", corpora=both(corpus, tmp_path), split=split)
    assert made["images"]["split"].to_dict() == {
        "one/p0": "train",
        "one/p1": "validation",
        "two/p1": "test",
    }


def test_of_several_folders_the_missing_one_is_named(corpus: Path, tmp_path: Path):
    corpora = both(corpus, tmp_path)
    corpora[1]["path"] = str(tmp_path / "gone")
    with pytest.raises(InputError, match="gone: no such folder"):
        read(tmp_path, tmp_path / "out", corpora=corpora)


def test_a_split_of_the_corpus_own_lists(tmp_path: Path):
    root = tmp_path / "corpus"
    for name in ("a", "b", "c", "d"):
        jpeg(root / "Flicker8k_Dataset" / f"{name}.jpg")
    said = "".join(f"{name}.jpg#0\tx\n" for name in "abcd")
    text(root / "Flickr8k.token.txt", said)
    for split, name in (("train", "a"), ("dev", "b"), ("test", "c")):
        text(root / f"Flickr_8k.{split}Images.txt", f"{name}.jpg\n")
    corpora = [{"name": "f8", "reader": "flickr8k", "path": str(root)}]
    made = read(tmp_path, tmp_path / "out", corpora=corpora, split={"method": "corpus"})
    assert made["images"]["split"].to_dict() == {
        "f8/a": "train",
        "f8/b": "validation",
        "f8/c": "test",
    }
    assert made["rejects"] == {"f8/d": "in none of the corpus's lists"}


# ---- splits


def test_a_split_without_test_pictures_says_so(corpus: Path, tmp_path: Path):
    shares = {"method": "hash", "train": 0.998, "validation": 0.001, "test": 0.001}
    with pytest.raises(InputError, match=r"no validation and no test pictures \(train 6,"):
        read(corpus, tmp_path / "out", split=shares)


def test_exact_counts_beyond_the_pictures(corpus: Path, tmp_path: Path):
    with pytest.raises(InputError, match="= 7, but there are only 6 usable pictures"):
        read(corpus, tmp_path / "out", split=EXACT | {"train": 5})
    (corpus / "images" / "p2.jpg").write_bytes(b"")
    with pytest.raises(
        InputError, match=r"only 5 usable pictures; .*; rejected: p2: .* empty file"
    ):
        read(corpus, tmp_path / "out")


def test_no_usable_picture_at_all(corpus: Path, tmp_path: Path):
    for path in (corpus / "sentence").iterdir():
        path.unlink()
    shares = {"method": "hash", "train": 0.4, "validation": 0.3, "test": 0.3}
    with pytest.raises(InputError, match=r"no usable picture; rejected: p0: .* \(and 5 more\)"):
        read(corpus, tmp_path / "out", split=shares)


def test_what_an_exact_split_leaves_out_is_listed(corpus: Path, tmp_path: Path):
    split = EXACT | {"train": 2}
    made = read(corpus, tmp_path / "out", split=split, on_bad_input="fail")
    assert len(made["images"]) == 4
    assert set(made["rejects"]) == {f"p{n}" for n in range(6)} - set(made["images"].index)
    assert set(made["rejects"].values()) == {"beyond the counts of pictures.split"}


def test_split_of_list_files(corpus: Path, tmp_path: Path):
    lists = {"train": "p0\np1.jpg\n", "validation": "p2.jpg\n", "test": "p3.jpg\nghost.jpg\n"}
    paths = {name: str(text(tmp_path / f"{name}.txt", said)) for name, said in lists.items()}
    made = read(corpus, tmp_path / "out", split={"method": "files"} | paths)
    assert made["images"]["split"].to_dict() == {
        "p0": "train",
        "p1": "train",
        "p2": "validation",
        "p3": "test",
    }
    assert set(made["rejects"]) == {"p4", "p5", "test.txt:2"}
    text(tmp_path / "test.txt", "p3.jpg\np1.jpg\n")
    with pytest.raises(InputError, match=r"test\.txt: line 2: p1\.jpg is listed for train too"):
        read(corpus, tmp_path / "out", split={"method": "files"} | paths)


def test_shares_must_add_up():
    with pytest.raises(ValidationError, match="add up to 1"):
        HashSplit(method="hash", train=0.8, validation=0.1, test=0.2)


@given(st.sets(st.text("abc/_", min_size=1), min_size=1), st.text("abc/_", min_size=1))
def test_hash_split_moves_no_picture_when_one_is_added(ids: set[str], new: str):
    split = HashSplit(method="hash", train=0.6, validation=0.2, test=0.2)
    pictures = [Picture(name, Path(name), ()) for name in sorted(ids)]
    before, _, _ = assign(split, pictures)
    after, _, _ = assign(split, [*pictures, Picture(new, Path(new), ())])
    assert {name: after[name] for name in before} == before


def test_hash_split_is_near_its_shares():
    split = HashSplit(method="hash", train=0.8, validation=0.1, test=0.1)
    said = [by_hash(split, f"picture {number}") for number in range(10_000)]
    # Four standard deviations of a binomial share.
    assert abs(said.count("train") / 10_000 - 0.8) < 0.016
    assert abs(said.count("test") / 10_000 - 0.1) < 0.012


# ---- real data


def test_real_flickr8k(real_data: Path, tmp_path: Path):
    split = {"method": "exact", "train": 800, "validation": 100, "test": 100}
    corpora = [{"reader": "flickr8k", "path": str(real_data / "flickr8k_1000")}]
    made = read(tmp_path, tmp_path, corpora=corpora, split=split, threads=2)
    assert made["rejects"] == {}
    assert made["images"]["split"].value_counts().to_dict() == {
        "train": 800,
        "validation": 100,
        "test": 100,
    }
    assert len(made["captions"]) == 5000
    assert made["captions"]["text"].str.contains('"').sum() == 11


def test_real_pascal1k(real_data: Path):
    pictures, rejects = pascal1k.read(real_data / "pascal1k_282")
    assert rejects == []
    assert len(pictures) == 282
    assert {len(picture.captions) for picture in pictures} == {5}


def test_real_corpora_together(real_data: Path, tmp_path: Path):
    corpora = [
        {"name": "flickr", "reader": "flickr8k", "path": str(real_data / "flickr8k_1000")},
        {"name": "pascal", "reader": "pascal1k", "path": str(real_data / "pascal1k_282")},
    ]
    split = {"method": "exact", "train": 1026, "validation": 128, "test": 128}
    made = read(tmp_path, tmp_path, corpora=corpora, split=split, threads=2, on_bad_input="fail")
    assert made["rejects"] == {}
    images = made["images"]
    assert images["split"].value_counts().to_dict() == {
        "train": 1026,
        "validation": 128,
        "test": 128,
    }
    assert images.index.str.split("/").str[0].value_counts().to_dict() == {
        "flickr": 1000,
        "pascal": 282,
    }
    assert len(made["captions"]) == 6410
    assert made["captions"].groupby("image_id").size().eq(5).all()


def test_folds_test_every_picture_once():
    ids = [f"picture {number}" for number in range(1000)]
    tested, validated = [], []
    for fold in range(5):
        by_share = {"train": 0.6, "validation": 0.2, "test": 0.2, "fold": fold, "folds": 5}
        said = {i: by_hash(HashSplit(method="hash", **by_share), i) for i in ids}
        tested += [i for i in ids if said[i] == "test"]
        validated += [i for i in ids if said[i] == "validation"]
    assert sorted(tested) == sorted(validated) == sorted(ids)
    counts = {"method": "exact", "train": 600, "validation": 200, "test": 200}
    parts = [by_count(ExactSplit(**counts, fold=fold, folds=5), ids) for fold in range(5)]
    tested = [i for part in parts for i in ids if part[i] == "test"]
    assert sorted(tested) == sorted(ids)
    # The first fold is the split without folds.
    assert parts[0] == by_count(ExactSplit(**counts), ids)
    with pytest.raises(ValidationError, match="none of 5 folds"):
        ExactSplit(**counts, fold=5, folds=5)


@pytest.mark.parametrize("method", ["hash", "exact"])
def test_all_folds_are_those_of_the_single_runs(method: str):
    share = 1 if method == "hash" else 1000
    counts = {"method": method, "train": share * 6, "validation": share * 2, "test": share * 2}
    counts = (
        counts
        if method == "exact"
        else {k: v if k == "method" else v / 10 for k, v in counts.items()}
    )
    made = HashSplit if method == "hash" else ExactSplit
    # Some are beyond the counts, and are so in every fold.
    pictures = [Picture(f"p{n}", Path("x"), ()) for n in range(10_010)]
    tested = []
    for fold in range(5):
        said, _, left_out = assign(made(**counts, folds=5, fold="all"), pictures, fold=fold)
        assert said == assign(made(**counts, folds=5, fold=fold), pictures)[0]
        assert len(left_out) == (10 if method == "exact" else 0)
        tested += [name for name, split in said.items() if split == "test"]
    assert len(tested) == len(set(tested)) == len(said)
    with pytest.raises(ValidationError, match=r"test is 1 / folds.*give test: "):
        made(**counts, folds=4, fold="all")


def test_no_corpus_is_tested_in_every_fold():
    split = {"method": "hash", "train": 0.6, "validation": 0.2, "test": 0.2, "folds": 5}
    corpora = [{"reader": "flickr8k", "path": "x", "split": "test"}]
    given = {"corpora": corpora, "on_bad_input": "fail", "split": split | {"fold": "all"}}
    with pytest.raises(ValidationError, match=r"x is in the split test.*every fold"):
        PicturesSettings.model_validate_json(json.dumps(given))
