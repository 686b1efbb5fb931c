"""Ready-made fragments: .mat files in Karpathy's layout become the table fc7 and a split."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from seesay.corpora import Picture
from seesay.corpora import fragments as layout
from seesay.reporting.sections.pictures import examples
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.vision import CAPTIONS, FC7, IMAGES, MANIFEST, REGIONS
from seesay.settings.fragments import FragmentsSettings
from seesay.settings.pictures import FragmentsSplit, PicturesSettings
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.randomness import shard_of
from seesay.vision import fragments
from seesay.vision.fragments import make_shards
from seesay.vision.pictures import read_corpora
from seesay.vision.splits import assign
from support.stored import stored

FRAGMENTS = 20
SPLITS = {"train": ["2008_1", "2008_2", "2008_3"], "validation": ["2008_4"], "test": ["2008_5"]}
NAMES = [name for names in SPLITS.values() for name in names]


def codes(name: str, dtype: type = np.float32) -> np.ndarray:
    """A picture's codes (20, 4097): every number says whose it is, and where it stands."""
    values = np.random.default_rng(int(name[-1])).random((FRAGMENTS, 4097)).astype(dtype)
    values[:, -1] = 1
    return values


def cell_array(entries: list[dict]) -> np.ndarray:
    """A row of structs in cells, as MATLAB's `Img{end + 1} = struct(...)` makes it."""
    cells = np.empty((1, len(entries)), dtype=object)
    for place, entry in enumerate(entries):
        cells[0, place] = entry
    return cells


def save(folder: Path, split: str, entries: list[dict], **options) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / layout.FILES[split]
    savemat(path, {"Img": cell_array(entries)}, **options)
    return path


def entries(names: list[str]) -> list[dict]:
    return [{"fname": f"imgs/{name}.jpg", "codes": codes(name)} for name in names]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """The three files."""
    path = tmp_path_factory.mktemp("fragments")
    for split, names in SPLITS.items():
        save(path, split, entries(names))
    return path


def broken(tmp_path: Path, folder: Path, split: str, content: list[dict]) -> Path:
    """A copy of the folder with other content in one file."""
    for path in layout.sources(folder).values():
        (tmp_path / path.name).symlink_to(path)
    (tmp_path / layout.FILES[split]).unlink()
    save(tmp_path, split, content)
    return tmp_path


def run(folder: Path, out: Path, ids: list[str] = NAMES, shards: int = 2, **change):
    """The stage on these pictures: the rows of fc7 by shard, and the rejects by id."""
    manifests = [out / f"manifest{n}.parquet" for n in range(shards)]
    for n, path in enumerate(manifests):
        here = [i for i in ids if shard_of(i, shards) == n]
        tables.write(MANIFEST, path, {"image_id": here, "path": "", "digest": ""})
    made = [out / f"fc7_{n}.parquet" for n in range(shards)]
    settings = FragmentsSettings(path=str(folder), **change)
    make_shards(manifests, made, out / "rejects.parquet", settings)
    rejects = tables.read(tables.REJECTS, out / "rejects.parquet")
    assert set(rejects["stage"]) <= {"fragments"}
    return (
        [tables.read(FC7, path) for path in made],
        dict(zip(rejects["id"], rejects["reason"], strict=True)),
    )


def features(table) -> np.ndarray:
    return np.stack(table["feature"].tolist())


# ---- what is written


def test_codes_become_the_table_fc7_in_shards(folder: Path, tmp_path: Path):
    ids = [f"pascal/cat/{name}" for name in NAMES]
    made, rejects = run(folder, tmp_path, ids)
    assert rejects == {}
    for shard, table in enumerate(made):
        wanted = [i for i in ids if shard_of(i, 2) == shard]
        assert table["image_id"].unique().tolist() == wanted
        assert table["region"].tolist() == list(range(FRAGMENTS)) * len(wanted)
        assert (table["score"] == 0).all()
        if wanted:
            right = np.concatenate([codes(i[-6:])[:, :4096] for i in wanted])
            assert np.array_equal(features(table), stored(right))
            assert features(table).dtype == np.float32


@pytest.mark.parametrize(
    ("whole", "order"),
    [
        ("unknown", range(20)),
        ("first", range(20)),
        ("last", [19, *range(19)]),
    ],
)
def test_the_whole_image_is_region_0_where_it_is_known(folder, tmp_path, whole, order):
    made, _ = run(folder, tmp_path, ["2008_1"], shards=1, whole=whole)
    assert np.array_equal(features(made[0]), stored(codes("2008_1")[list(order), :4096]))


def as_struct_array(names):
    kind = [("fname", object), ("codes", object)]
    return np.array([[(f"imgs/{n}.jpg", codes(n)) for n in names]], dtype=kind)


def as_doubles(names):
    return cell_array([{"fname": f"{n}.jpg", "codes": codes(n).astype(float)} for n in names])


def as_column_with_cells_of_chars(names):
    said = [np.array([[f"imgs/{n}.jpg"]], dtype=object) for n in names]
    both = zip(said, names, strict=True)
    return cell_array([{"fname": s, "codes": codes(n), "id": 3.0} for s, n in both]).T


@pytest.mark.parametrize(
    "made", [as_struct_array, as_doubles, as_column_with_cells_of_chars], ids=lambda f: f.__name__
)
@pytest.mark.parametrize("compressed", [False, True], ids=["v6", "v7"])
def test_the_nesting_that_matlab_may_have_saved(tmp_path: Path, made, compressed: bool):
    path = tmp_path / "x.mat"
    names = NAMES[:2]
    savemat(path, {"Img": made(names), "other": 1.0}, do_compression=compressed)
    found, rejects = layout.read(path)
    assert rejects == []
    assert [Path(c.fname).stem for c in found] == names
    for c, name in zip(found, names, strict=True):
        assert np.array_equal(c.features.astype(np.float32), codes(name)[:, :4096])


def test_a_file_of_one_picture_and_of_none(tmp_path: Path):
    savemat(tmp_path / "one.mat", {"Img": cell_array(entries(["2008_4"]))})
    savemat(tmp_path / "none.mat", {"Img": np.empty((1, 0), dtype=object)})
    assert [c.fname for c in layout.read(tmp_path / "one.mat")[0]] == ["imgs/2008_4.jpg"]
    assert layout.read(tmp_path / "none.mat") == ([], [])


# ---- the split


def test_the_split_is_the_file_that_has_the_picture(folder: Path):
    ids = [f"a/{name}" for name in [*NAMES, "2008_6"]]
    pictures = [Picture(image_id, None, ("a caption",)) for image_id in ids]
    splits, bad, left_out = assign(FragmentsSplit(method="fragments"), pictures, folder)
    assert splits == {f"a/{n}": split for split, names in SPLITS.items() for n in names}
    assert bad == []
    assert [(r.id, r.reason) for r in left_out] == [
        ("a/2008_6", f"in none of the files of {folder}")
    ]


def test_a_picture_in_two_files_ends_the_run(folder: Path, tmp_path: Path):
    path = broken(tmp_path, folder, "test", entries(["2008_5", "2008_1"]))
    with pytest.raises(InputError, match=r"2008_1\.jpg is in split_train_img\.mat too"):
        layout.splits(path, NAMES)
    with pytest.raises(InputError, match=r"2008_1\.jpg is there twice"):
        run(path, tmp_path / "out")


def test_two_pictures_of_one_name_end_the_run(folder: Path):
    with pytest.raises(InputError, match=r"2008_1\.jpg may be of a/2008_1 or of b/2008_1"):
        layout.splits(folder, ["a/2008_1", "b/2008_1"])


# ---- captions without pictures, to the report's examples


def test_pictures_without_files_reach_the_report(folder: Path, tmp_path: Path):
    rows = "".join(f"{name}\t0\tA cat.\n" for name in NAMES)
    root = tmp_path / "corpus"
    root.mkdir()
    (root / "sentences.tsv").write_text("image\tsent_no\tcaption\n" + rows)
    settings = {
        "corpora": [{"reader": "pascal1k", "path": str(root), "options": {"captions_alone": True}}],
        "split": {"method": "fragments"},
        "on_bad_input": "fail",
    }
    paths = [tmp_path / f"{name}.parquet" for name in ("images", "captions", "rejects")]
    read_corpora(
        *paths,
        [tmp_path / "0.parquet"],
        PicturesSettings.model_validate_json(json.dumps(settings)),
        fragments=folder,
    )
    images = tables.read(IMAGES, paths[0])
    assert images["image_id"].tolist() == NAMES
    assert images["split"].tolist() == [s for s, names in SPLITS.items() for _ in names]
    assert set(images["path"]) == {""}
    assert set(images["width"]) == {0}
    fc7 = tmp_path / "fc7.parquet"
    make_shards(
        [tmp_path / "0.parquet"],
        [fc7],
        tmp_path / "r.parquet",
        FragmentsSettings(path=str(folder)),
    )
    kept = tables.read(FC7, fc7, columns=["image_id", "region", "score"])
    shown = examples(
        images,
        tables.read(CAPTIONS, paths[1]),
        *(tables.read(REGIONS, []), kept, tables.read(SPOKEN_CAPTIONS, [])),
        tables.read(tables.REJECTS, []),
        number=3,
        size=100,
    )
    assert [(e.image_id, e.uri, e.frames, e.fragments) for e in shown] == [("2008_5", "", [], 20)]


def test_a_file_that_changes_while_it_is_read_ends_the_stage(folder, tmp_path, monkeypatch):
    home = broken(tmp_path, folder, "test", entries(SPLITS["test"]))
    changed = home / layout.FILES["test"]

    def meanwhile(*given):
        found = gather(*given)
        changed.write_bytes(changed.read_bytes() + b"\0")
        return found

    gather = fragments.gather
    monkeypatch.setattr(fragments, "gather", meanwhile)
    with pytest.raises(InputError, match="it changed while it was read; run again"):
        run(home, tmp_path)
    assert not (tmp_path / "fc7_0.parquet").exists()


def test_a_decomposed_name_is_that_of_the_picture():
    find = layout.finder(["pascal/cat/caf\u00e9"])
    assert find("imgs/cafe\u0301.jpg") == "pascal/cat/caf\u00e9"


# ---- bad input


def test_each_fault_has_its_reject(folder: Path, tmp_path: Path):
    narrow, no_one, endless = codes("2008_3")[:, :4096], codes("2008_2"), codes("2008_1")
    no_one[3, -1] = 0.5
    endless[0, 0] = np.nan
    content = [
        {"fname": "imgs/2008_3.jpg", "codes": narrow},
        {"fname": "imgs/2008_2.jpg", "codes": no_one},
        {"fname": "imgs/2008_1.jpg", "codes": endless},
        {"fname": "imgs/2008_8.jpg", "codes": "none"},
        {"fname": "imgs/2008_9.jpg", "codes": codes("2008_9")},
    ]
    path = broken(tmp_path, folder, "train", content)
    made, rejects = run(path, tmp_path / "out")
    assert sorted(i for table in made for i in table["image_id"].unique()) == ["2008_4", "2008_5"]
    where = "split_train_img.mat, Img{%d}"
    assert "codes are 20 x 4096, not 20 x 4097" in rejects[where % 1]
    assert "column 4097 of the codes is not the constant 1" in rejects[where % 2]
    assert "not finite" in rejects[where % 3]
    assert "no matrix of numbers" in rejects[where % 4]
    assert "no captioned picture" in rejects["imgs/2008_9.jpg"]
    for name in SPLITS["train"]:
        assert f"no fragments of it in {path}" in rejects[name]
    with pytest.raises(InputError, match=r"^imgs/2008_9\.jpg: .*\(and 4 more\)"):
        run(path, tmp_path / "fail", on_bad_input="fail")
    assert not list((tmp_path / "fail").glob("fc7*"))


def test_a_picture_without_fragments_is_listed_even_where_bad_input_fails(folder, tmp_path):
    _, rejects = run(folder, tmp_path, [*NAMES, "2008_7"], on_bad_input="fail")
    assert list(rejects) == ["2008_7"]


def test_no_fragments_of_any_picture(folder: Path, tmp_path: Path):
    with pytest.raises(InputError, match="no fragments of any picture of the corpora; rejected"):
        run(folder, tmp_path, ["other"])


def test_missing_folder_and_file(folder: Path, tmp_path: Path):
    with pytest.raises(InputError, match=r"no such folder; set fragments\.path"):
        layout.sources(tmp_path / "nowhere")
    (tmp_path / "split_train_img.mat").touch()
    with pytest.raises(InputError, match=r"split_val_img\.mat: no such file"):
        layout.sources(tmp_path)


HEADER = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (HEADER.ljust(512, b"\0") + b"\x89HDF\r\n\x1a\n", r"saved as MATLAB 7\.3 .*'-v7'"),
        (HEADER.ljust(600, b"\0"), r"saved as MATLAB 7\.3 .*'-v7'"),
        (b"\x89HDF\r\n\x1a\n".ljust(600, b"\0"), r"saved as MATLAB 7\.3 .*'-v7'"),
        (b"", "not a readable MATLAB file"),
        (b"this is no MATLAB file", "not a readable MATLAB file"),
    ],
)
def test_files_of_another_kind(tmp_path: Path, content: bytes, message: str):
    (tmp_path / "x.mat").write_bytes(content)
    with pytest.raises(InputError, match=message) as error:
        layout.read(tmp_path / "x.mat")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("keep", [0.01, 0.4, 0.9])
def test_files_that_end_early(tmp_path: Path, compressed: bool, keep: float):
    path = save(tmp_path, "train", entries(NAMES[:2]), do_compression=compressed)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * keep)])
    with pytest.raises(InputError, match="not a readable MATLAB file"):
        layout.read(path)


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"Other": 1.0}, "no variable Img"),
        ({"Img": np.ones((2, 3))}, "no cell array of structs"),
        ({"Img": cell_array([{"name": "a.jpg"}])}, r"Img\{1\} has no fname or no codes"),
    ],
)
def test_files_with_another_layout(tmp_path: Path, variables: dict, message: str):
    savemat(tmp_path / "x.mat", variables)
    with pytest.raises(InputError, match=message):
        layout.read(tmp_path / "x.mat")


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "its reader was ended by SIGSEGV"),
        ('sys.stdout.write(\'{"fname": "a.jpg", "rows": 2, "fa\')', "exit status 0"),
        ('print(\'{"fname": "a.jpg", "rows": 2, "fault": ""}\'); os._exit(9)', "exit status 9"),
    ],
)
def test_a_reader_that_ends_is_one_line(tmp_path: Path, monkeypatch, end: str, said: str):
    path = save(tmp_path, "train", entries(NAMES[:1]))
    code = f"import os, signal, sys; {end}; sys.stdout.flush()"
    monkeypatch.setattr(layout.lifeline, "helper", lambda *_: ([sys.executable, "-c", code], {}))
    with pytest.raises(InputError, match=said) as error:
        layout.read(path)
    assert str(error.value).startswith(f"{path}: not a readable MATLAB file (its reader ")
    assert str(error.value).endswith("; fetch it again")
