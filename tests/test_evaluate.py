"""Another model's embeddings on the test set of a run: formats, numbers, and every fault."""

import json
import re
import zipfile

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from seesay.commands import cli
from seesay.commands.evaluate.reading import PICTURES, WORDS, read
from seesay.exhibits.gallery import embeddings
from seesay.schemas.audio import SPOKEN_WORDS
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.learning import IMAGE_EMBEDDINGS, WORD_EMBEDDINGS
from seesay.schemas.scoring import RANKS
from seesay.schemas.vision import IMAGES
from seesay.shared import tables
from seesay.shared.columns import sized
from seesay.shared.errors import InputError
from support import ROOT
from support.given import as_npz
from support.workflow import copy

KEYS = {"pictures": ["image_id", "region"], "words": ["token_id"]}


@pytest.fixture(scope="module")
def results(small_run):
    return small_run / "results"


@pytest.fixture(scope="module")
def own(results):
    """Ids and vectors of the run's own model: a frame and an array for pictures and words."""
    folder = results / "embedding/paper/model/1"
    return {
        "pictures": embeddings(IMAGE_EMBEDDINGS, folder / "images.parquet"),
        "words": embeddings(WORD_EMBEDDINGS, folder / "words.parquet"),
    }


def as_npy(path, keys, vectors):
    np.save(path.with_suffix(".npy"), vectors.astype(np.float64))
    keys.to_csv(path.with_suffix(".tsv"), sep="\t", index=False)
    return path.with_suffix(".npy")


def as_lists(path, keys, vectors):
    frame = keys.assign(split="x", vector=list(vectors.astype(np.float64)))
    frame.to_parquet(path.with_suffix(".parquet"))
    return path.with_suffix(".parquet")


def as_columns(path, keys, vectors):
    # Not in the order of their numbers, and rows in another order, under an index of its own.
    numbers = pd.DataFrame(vectors).add_prefix("e").iloc[:, ::-1]
    frame = pd.concat([keys.reset_index(drop=True), numbers], axis=1)
    frame.sample(frac=1, random_state=1).to_parquet(path.with_suffix(".parquet"))
    return path.with_suffix(".parquet")


def as_arrow(path, keys, vectors):
    ids = [pa.array(keys[name]) for name in keys]
    ids[0] = ids[0].cast(pa.large_string()).dictionary_encode()
    flat = pa.array(vectors.reshape(-1))
    fixed = pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1])
    table = pa.table([*ids, fixed], [*keys.columns, "embedding"])
    pq.write_table(table, path.with_suffix(".parquet"))
    return path.with_suffix(".parquet")


def as_views(path, keys, vectors):
    # Arrow's list views; the file's own schema says that they are.
    values = pa.array(vectors.tolist(), pa.list_view(pa.float32()))
    table = pa.table([pa.array(keys[name]) for name in keys] + [values], [*keys.columns, "v"])
    pq.write_table(table, path.with_suffix(".parquet"))
    return path.with_suffix(".parquet")


def evaluate(results, pictures, *more):
    """Run the command, and return its metrics and differences, cells as texts."""
    out = pictures.parent / "out"
    cli.main(["evaluate", str(results), "--pictures", str(pictures), "--out", str(out),
              *map(str, more)])  # fmt: skip
    return [cells(out / name) for name in ("metrics.tsv", "differences.tsv")]


def cells(path):
    return pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)


@pytest.mark.parametrize("write", [as_npz, as_npy, as_lists, as_columns, as_arrow, as_views])
def test_the_runs_own_model_gets_the_runs_own_numbers(results, own, tmp_path, capsys, write):
    pictures, words = (write(tmp_path / name, *own[name]) for name in KEYS)
    metrics, differences = evaluate(results, pictures, "--words", words)
    keys = ["task", "gallery", "seed", "metric"]
    mine = metrics[metrics["experiment"] == "yours"].set_index(keys).sort_index()
    theirs = cells(results / "metrics.tsv")
    model = theirs[theirs["system"] == "model"].set_index(keys).sort_index()
    assert len(mine) > 200
    assert mine.drop(columns="experiment").equals(model.drop(columns="experiment"))
    # The run's own rows stand beside them as they are, and so do the differences to controls.
    beside = metrics[metrics["experiment"] == "paper"].reset_index(drop=True)
    assert beside.equals(theirs[theirs["experiment"] == "paper"].reset_index(drop=True))
    same = differences[differences["system"] == "model"]
    assert set(same["difference"]) == {"0.0000"}
    keys = ["system", "task", "gallery", "metric"]
    names = ["difference", "ci_low", "ci_high", "over", "units", "p"]
    apart = differences[differences["system"] != "model"].set_index(keys)[names].sort_index()
    assert apart.equals(cells(results / "differences.tsv").set_index(keys)[names].sort_index())
    printed = capsys.readouterr().out
    assert printed == (tmp_path / "out" / "evaluation.txt").read_text()
    assert "Not measured" not in printed
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "abx.parquet", "differences.tsv", "evaluation.txt", "grounding.parquet", "items.md",
        "items.tsv", "metrics.tsv", "ranks.parquet",
    ]  # fmt: skip
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".out")]


def test_one_vector_a_picture_asks_once_for_it(results, own, tmp_path, capsys):
    keys, vectors = own["pictures"]
    whole = (keys["region"] == 0).to_numpy()
    pictures = as_npz(tmp_path / "p", keys.loc[whole, ["image_id"]], vectors[whole])
    words = as_npz(tmp_path / "w", *own["words"])
    metrics, differences = evaluate(results, pictures, "--words", words)
    asked = metrics[(metrics["task"] == "word_token_by_image") & (metrics["gallery"] == "test")]
    assert dict(zip(asked["experiment"], asked["queries"], strict=True)) == {
        "yours": "4", "paper": "20"
    }  # fmt: skip
    # Differences are only of tasks in which the same was asked.
    assert "word_similarity" in set(differences["task"])
    assert not {"word_token_by_image", "image_token_by_word"} & set(differences["task"])
    said = capsys.readouterr().out
    assert "(other queries: 20)" in said
    assert said.endswith("Not measured: grounding, grounding_parts.\n")


def test_a_fold_has_its_own_tables(small_run, own, tmp_path):
    results = copy(small_run, tmp_path / "run") / "results"
    (results / "folds").mkdir()
    (results / "folds" / "1").mkdir()
    for name in ("pictures", "matching", "embedding", "evaluation", "grounding"):
        (results / name).rename(results / "folds" / "1" / name)
    pictures, words = (as_npz(tmp_path / name, *own[name]) for name in KEYS)
    metrics, _ = evaluate(results, pictures, "--words", words, "--fold", 1)
    model = cells(small_run / "results" / "metrics.tsv")
    model = model[model["system"] == "model"]
    mine = metrics[metrics["experiment"] == "yours"]
    assert sorted(mine["value"]) == sorted(model["value"])


def test_vectors_of_the_test_set_alone_are_measured_in_its_gallery(results, own, tmp_path, capsys):
    split = tables.read(IMAGES, results / "pictures/images.parquet").set_index("image_id")["split"]
    keys, vectors = own["pictures"]
    test = (keys["image_id"].map(split) == "test").to_numpy()
    pictures = as_npz(tmp_path / "p", keys[test], vectors[test])
    metrics, _ = evaluate(results, pictures, "--words", as_npz(tmp_path / "w", *own["words"]))
    assert set(metrics["gallery"]) == {"test"}
    theirs = cells(results / "metrics.tsv")
    model = theirs[(theirs["system"] == "model") & (theirs["gallery"] == "test")]
    mine = metrics[metrics["experiment"] == "yours"]
    assert sorted(mine["value"]) == sorted(model["value"])
    found = capsys.readouterr()
    assert "20 pictures outside the test set have no vector, e.g." in found.err
    assert "word_similarity (all)" in found.out


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64, np.int8])
def test_numbers_of_every_type_are_converted(tmp_path, kind):
    vectors = np.arange(6).reshape(3, 2).astype(kind)
    for path in (
        as_npz(tmp_path / "a", pd.DataFrame({"token_id": ["x", "y", "z"]}), vectors),
        as_columns(tmp_path / "a", pd.DataFrame({"token_id": ["x", "y", "z"]}), vectors),
    ):
        found = read(path, WORDS)
        assert found.values.dtype == np.float32
        order = np.argsort(found.ids)
        assert found.values[order].tolist() == [[0, 1], [2, 3], [4, 5]]


def test_ids_may_be_whole_numbers_and_types_of_pandas(tmp_path):
    path = tmp_path / "a.parquet"
    frame = pd.DataFrame({"image_id": [7, 12], "region": [0, 3], "e1": [1.0, 2], "e2": [3.0, 4]})
    for kinds in ({}, {"image_id": "category"}, {"image_id": "string", "e1": "Float64"}):
        frame.astype(kinds).to_parquet(path)
        found = read(path, PICTURES)
        assert (found.ids.tolist(), found.numbers.tolist()) == (["7", "12"], [0, 3])
        assert found.values.tolist() == [[1, 3], [2, 4]]


def changed(own, name, change):
    keys, vectors = own[name]
    keys, vectors = keys.copy(), vectors.copy()
    return change(keys, vectors) or (keys, vectors)


def put(row, value):
    def change(keys, vectors):
        vectors[row, 0] = value

    return change


FAULTS = {
    "dimension": ("words", lambda k, v: (k, v[:, 1:]), "has vectors of 16 numbers and .* of 15;"),
    "doubled": ("words", lambda k, v: (pd.concat([k, k[3:5]]), np.concatenate([v, v[3:5]])),
                r"2 rows have an id that is there already, the first row \d+ \(.*, as row 3\)"),
    "regions": ("pictures", lambda k, v: (k[["image_id"]], v), "which fragment is which by region"),
    "nan": ("words", put(2, np.nan), r"1 vectors are not finite, the first in row 2 .*NaN"),
    "inf": ("words", put(0, np.inf), "infinite in float32"),
    "text": ("words", lambda k, v: (k, v.astype(str)), "vectors of dtype <U32, expected numbers"),
    "shape": ("words", lambda k, v: (k, v[:, 0]), r"vectors of shape \(\d+,\)"),
    "rows": ("words", lambda k, v: (k[1:], v), "ids and .* vectors; each vector needs one"),
    "none": ("words", lambda k, v: (k[:0], v[:0]), "has no rows"),
    "strangers": ("words", lambda k, v: (k + "?", v), "none of its ids is a word of the run"),
    "negative": ("pictures", lambda k, v: (k.assign(region=-1), v), "row 0: region -1, expected"),
    "empty": ("words", lambda k, v: (k.assign(token_id=""), v), "row 0: the id is ''"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_are_told_in_one_line(results, own, tmp_path, fault):
    which, change, said = FAULTS[fault]
    files = {name: own[name] for name in KEYS} | {which: changed(own, which, change)}
    pictures, words = (as_npz(tmp_path / name, *files[name]) for name in KEYS)
    with pytest.raises(SystemExit, match=said) as error:
        evaluate(results, pictures, "--words", words)
    assert str(error.value).startswith("error: ")
    assert str(error.value).count("\n") == 0
    assert str(tmp_path) in str(error.value)
    assert {path.name for path in tmp_path.iterdir()} == {"pictures.npz", "words.npz"}


def test_a_test_picture_without_vectors_is_named(results, own, tmp_path):
    split = tables.read(IMAGES, results / "pictures/images.parquet").set_index("image_id")["split"]
    lost = sorted(split.index[split == "test"])[:2]
    keys, vectors = own["pictures"]
    kept = ~keys["image_id"].isin(lost).to_numpy()
    pictures = as_npz(tmp_path / "p", keys[kept], vectors[kept])
    with pytest.raises(SystemExit, match=f"2 of 4 pictures of the test set .* first {lost[0]};"):
        evaluate(results, pictures, "--words", as_npz(tmp_path / "w", *own["words"]))


def test_what_is_left_out_is_told(results, own, tmp_path, capsys):
    (keys, vectors), words = own["pictures"], own["words"]
    more = pd.concat([keys, pd.DataFrame({"image_id": ["other"], "region": [0]})])
    pictures = as_npz(tmp_path / "p", more, np.concatenate([vectors, vectors[:1]]))
    zeros = np.concatenate([0 * words[1][:2], words[1][2:]])
    evaluate(results, pictures, "--words", as_npz(tmp_path / "w", words[0], zeros))
    said = capsys.readouterr().err
    assert "p.npz: left out 1 pictures that the run does not have, e.g. other" in said
    assert "w.npz: 2 vectors are all zeros" in said


def members(path, content):
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("ids.npy", "vectors.npy"):
            archive.writestr(name, content)


def locked(path):
    """Mark all members of an archive as encrypted."""
    entry = re.compile(rb"(PK\x01\x02.{4})\0", re.DOTALL)
    content = entry.sub(lambda found: found[1] + b"\1", path.read_bytes())
    path.write_bytes(content)


IDS = pd.DataFrame({"image_id": ["a", "b"]})
ONES = np.ones((2, 3), np.float32)


@pytest.mark.parametrize(
    ("name", "write", "said"),
    [
        ("x.pt", lambda path: path.write_bytes(b"h5"), "ends in .parquet, .npz, .npy, .h5f or .h5"),
        ("x.npz", lambda path: None, "no such file"),
        ("x.npz", lambda path: path.write_bytes(b"no zip"), "not a readable .npz file"),
        ("x.npz", lambda path: np.savez(path, vectors=ONES), "arrays vectors; missing: ids"),
        ("x.npz", lambda path: np.savez(path, ids=np.array(["a", 2], object), vectors=ONES),
         "array ids holds Python objects, .* save ids.astype"),
        ("x.npz", lambda path: np.savez(path, ids=np.array([1.5, 2]), vectors=ONES),
         "row 0: the id is 1.5"),
        ("x.npz", lambda path: np.savez(path, ids=np.array([["a"]]), vectors=ONES), "ids of shape"),
        ("x.npz", lambda path: np.savez(path, ids=np.array(["a", "\ud800"]), vectors=ONES),
         r"row 1: the id is '\\ud800'"),
        ("x.npz", lambda path: members(path, b"no array"), "ids is no array"),
        ("x.npz", lambda path: (np.savez(path, ids=["a", "b"], vectors=ONES), locked(path)),
         "not a readable .npz file .*password"),
        ("x.npy", lambda path: np.save(path, ONES), "x.tsv: no such file; it has the ids"),
        ("x.npy", lambda path: (as_npy(path, IDS, ONES),
                                as_npz(path, IDS, ONES).replace(path)),
         "x.npy: holds several arrays; name it .npz"),
        ("x.npy", lambda path: (np.save(path, ONES),
                                path.with_suffix(".tsv").write_text("image_id\na\t1\nb\t2\n")),
         "x.tsv: rows have more cells than the heading"),
        ("x.npy", lambda path: (np.save(path, ONES),
                                path.with_suffix(".tsv").write_text("image_id\na\nb\t2\n")),
         "x.tsv: not a table between tabs .*line 3"),
        ("x.npy", lambda path: (np.save(path, ONES), path.with_suffix(".tsv").write_text("a\nb\n")),
         "x.tsv: the first line is a, expected the heading image_id"),
        ("x.npy", lambda path: (as_npy(path, IDS, ONES), path.write_bytes(b"no array")),
         "not a readable .npy file"),
        ("x.parquet", lambda path: path.write_bytes(b"PAR1"), "not a readable .parquet file"),
        ("x.parquet", lambda path: pd.DataFrame(ONES).add_prefix("e").to_parquet(path),
         "columns e0, e1, e2; none of them is image_id"),
        ("x.parquet", lambda path: IDS.to_parquet(path), "no vectors; give a column of lists"),
        ("x.parquet", lambda path: IDS.assign(e0=1, e2=1).to_parquet(path), "no column e1;"),
        ("x.parquet", lambda path: IDS.assign(e0=1, f0=1).to_parquet(path),
         "columns e0, f0 and on: several kinds"),
        ("x.parquet", lambda path: IDS.assign(v=[[1, 2], [1]]).to_parquet(path),
         "column v, row 1: 1 numbers, and 2 in row 0"),
        ("x.parquet", lambda path: IDS.assign(**{"v\nw": [[1, 2], [1]]}).to_parquet(path),
         r"column v\\nw, row 1: 1 numbers"),
        ("x.parquet", lambda path: IDS.assign(v=[[1, 2], None]).to_parquet(path),
         "column v, row 1: no vector"),
        ("x.parquet", lambda path: IDS.assign(v=[[1, 2], [1, None]]).to_parquet(path),
         "in row 1 .*b.*: NaN or a missing number"),
        ("x.parquet", lambda path: IDS.assign(v=[["1"], ["2"]]).to_parquet(path), "of dtype obj"),
        ("x.parquet", lambda path: IDS.assign(image_id=["a", None], e0=1).to_parquet(path),
         "row 1: the id is None"),
    ],
)  # fmt: skip
def test_files_that_are_not_what_they_say(tmp_path, name, write, said):
    write(tmp_path / name)
    with pytest.raises(InputError, match=said) as error:
        read(tmp_path / name, PICTURES)
    assert str(error.value).startswith(str(tmp_path))
    assert "\n" not in str(error.value)


def test_a_run_whose_boxes_are_gone_is_told(small_run, own, tmp_path):
    results = copy(small_run, tmp_path / "run") / "results"
    for path in (results / "regions").rglob("*.parquet"):
        path.unlink()
    pictures, words = (as_npz(tmp_path / name, *own[name]) for name in KEYS)
    with pytest.raises(SystemExit, match=r"regions.*: no tables of boxes"):
        evaluate(results, pictures, "--words", words)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["matching/replacements", "words/caption_words"])
def test_a_run_whose_tables_are_gone_is_told(small_run, own, tmp_path, name):
    results = copy(small_run, tmp_path / "run") / "results"
    (results / f"{name}.parquet").unlink()
    pictures, words = (as_npz(tmp_path / name, *own[name]) for name in KEYS)
    with pytest.raises(SystemExit, match=rf"{name}\.parquet: no such file; run the workflow"):
        evaluate(results, pictures, "--words", words)


@pytest.mark.parametrize("change", [{"seeds": []}, {"experiments": {}}, {"experiments": None}])
def test_a_record_edited_by_hand_is_one_line(small_run, own, tmp_path, change):
    results = copy(small_run, tmp_path / "run") / "results"
    record = json.loads((results / "report/run.json").read_text())
    for config in ({**record["config"], **change}, {}):
        (results / "report/run.json").write_text(json.dumps(record | {"config": config}))
        pictures, words = (as_npz(tmp_path / name, *own[name]) for name in KEYS)
        with pytest.raises(SystemExit, match=r"run\.json: not what the rule report writes"):
            evaluate(results, pictures, "--words", words)


NAMES = ("", " ", "a\tb", "a\nb", "\udcff", "a ", "chance", "x" * 65)


def test_a_failure_leaves_no_folders_above_its_own(results, own, tmp_path):
    pictures, words = (as_npz(tmp_path / name, *own[name]) for name in KEYS)
    out = tmp_path / "new" / "newer" / "out"
    asked = ["evaluate", str(results), "--pictures", str(pictures), "--words", str(words),
             "--out", str(out)]  # fmt: skip
    with pytest.raises(SystemExit, match="an experiment of the run"):
        cli.main([*asked, "--name", "paper"])
    assert not (tmp_path / "new").exists()
    cli.main([*asked, "--name", "a" * 30])
    assert "\n  " + "a" * 30 + " " in (out / "evaluation.txt").read_text()


def test_folders_and_options_that_do_not_fit(results, own, tmp_path):
    pictures, words = (as_npz(tmp_path / name, *own[name]) for name in KEYS)
    (tmp_path / "out").mkdir()
    for more, said in (
        (["--words", words], "--out .*out: is there already"),
        ([], "give --words, or --captions"),
    ):
        with pytest.raises(SystemExit, match=said):
            evaluate(results, pictures, *more)
    (tmp_path / "out").rmdir()
    for place, more, said in (
        (tmp_path, [], "report/run.json: no such file; give the results folder of a run"),
        (tmp_path / "gone", [], "gone: no such folder"),
        (pictures, [], "pictures.npz: a file, not a folder; give the results folder"),
        (tmp_path / "a\nb", [], r"a\\nb: no such folder"),
        (results, ["--fold", 1], "--fold 1: no such fold"),
        (results, ["--name", "paper"], "--name paper: an experiment of the run"),
        (results, ["--captions", words], "no recording says it"),
        *((results, ["--name", name], "--name .*: expected printable text") for name in NAMES),
    ):
        with pytest.raises(SystemExit, match=said):
            evaluate(place, pictures, "--words", words, *more)
        assert not (tmp_path / "out").exists()


FAIR = ("word_similarity", "word_token_by_image", "image_token_by_word", "picture_by_caption",
        "abx_across", "abx_within")  # fmt: skip


def test_random_vectors_are_at_chance(results, own, tmp_path, capsys):
    """The means over many random models differ from chance by no more than they scatter."""
    rng = np.random.default_rng(7)
    found = []
    for number in range(8):
        folder = tmp_path / str(number)
        folder.mkdir()
        files = [
            as_npz(folder / name, own[name][0], rng.normal(size=own[name][1].shape))
            for name in KEYS
        ]
        metrics, _ = evaluate(results, files[0], "--words", files[1])
        mine = metrics[(metrics["experiment"] == "yours") & (metrics["seed"] == "1")]
        found.append(mine.set_index(["task", "gallery", "metric"])[["value", "chance"]])
    every = pd.concat(found).astype(float).groupby(level=[0, 1, 2]).agg(["mean", "std"])
    # Lists of types favour frequent ones; a median of few queries has other means.
    every = every.loc[[task for task in FAIR if task in every.index]]
    every = every[every["value", "std"] > 0].drop(index="median_rank", level="metric")
    error = every["value", "std"] / np.sqrt(len(found))
    far = (every["value", "mean"] - every["chance", "mean"]).abs() / error
    assert len(far) > 30
    # Student's t with 7 degrees of freedom, some forty times.
    assert far.max() < 5
    assert far.median() < 1.2
    assert capsys.readouterr().out.count("chance") > 100


@pytest.fixture
def spoken(small_run, tmp_path):
    """A copy of the run in which each caption is a recording; and the ids of these."""
    results = copy(small_run, tmp_path / "run") / "results"
    record = results / "report/run.json"
    values = json.loads(record.read_text())
    values["config"]["matching"]["method"] = "spoken"
    record.write_text(json.dumps(values))
    said = tables.read(SPOKEN_CAPTIONS, results / "matching/spoken_captions.parquet")
    words = tables.read(SPOKEN_WORDS, results / "speech/spoken_words.parquet")
    # Every use of a token becomes a token of its own.
    recording = said["image_id"] + "_" + said["caption"].astype(str)
    uses = said.assign(
        old=said["token_id"], token_id=recording + "@" + said["position"].astype(str)
    )
    words = uses[["token_id", "old"]].merge(words.rename(columns={"token_id": "old"}), on="old")
    names = words["token_id"].str.partition("@")[0]
    tables.write(SPOKEN_WORDS, results / "speech/spoken_words.parquet",
                 words.drop(columns="old").assign(recording_id=names))  # fmt: skip
    tables.write(SPOKEN_CAPTIONS, results / "matching/spoken_captions.parquet",
                 uses.drop(columns="old"))  # fmt: skip
    path = results / "embedding/paper/model/1/words.parquet"
    with tables.Writer(sized(WORD_EMBEDDINGS, embedding=16), path) as writer:
        writer.write({"token_id": uses["token_id"], "embedding": np.zeros((len(uses), 16))})
    return results, sorted(set(recording))


def test_captions_alone_are_asked_the_tasks_of_captions(spoken, own, tmp_path, capsys):
    results, recordings = spoken
    rng = np.random.default_rng(2)
    heard = rng.normal(size=(len(recordings), 16)).astype(np.float32)
    pictures = as_npz(tmp_path / "p", *own["pictures"])
    captions = as_npz(tmp_path / "c", pd.DataFrame({"recording_id": recordings}), heard)
    metrics, _ = evaluate(results, pictures, "--captions", captions)
    assert set(metrics["task"]) == {"picture_by_caption", "caption_by_picture"}
    # The rank of each caption's picture, among all, by its nearest fragment.
    keys, vectors = own["pictures"]
    ranks = tables.read(RANKS, tmp_path / "out/ranks.parquet")
    ranks = ranks[(ranks["task"] == "picture_by_caption") & (ranks["gallery"] == "all")]
    assert len(ranks) == 19
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    units = np.divide(vectors, lengths, where=lengths > 0, out=np.zeros_like(vectors))
    for row in ranks.itertuples():
        vector = heard[recordings.index(row.query.replace("#", "_").partition("@")[0])]
        scores = pd.Series(units @ vector / np.linalg.norm(vector)).groupby(keys["image_id"]).max()
        assert row.better == pytest.approx((scores > scores[row.image_id] + 1e-6).sum(), abs=1)
    assert "word_similarity (test)" in capsys.readouterr().out


def test_the_page_says_what_to_embed(small_run, own, monkeypatch):
    page = (ROOT / "docs" / "evaluate.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    monkeypatch.chdir(small_run)
    names = {}
    exec(code, names)
    assert set(own["pictures"][0]["image_id"]) == set(names["pictures"]["image_id"])
    words = names["words"]
    assert set(own["words"][0]["token_id"]) == set(words["token_id"])
    assert not words["token_id"].duplicated().any()
    assert words[["path", "channel", "onset", "offset"]].notna().all(axis=None)


def test_help_names_the_formats(capsys):
    with pytest.raises(SystemExit):
        cli.main(["evaluate", "--help"])
    assert ".parquet, .npz, or .npy" in " ".join(capsys.readouterr().out.split())
