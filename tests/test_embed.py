"""`seesay embed`: files of the corpus get the vectors of the embedding stage, and of `search`."""

import shutil

import numpy as np
import pandas as pd
import pytest

from seesay.commands import cli
from seesay.commands.embed.command import key_of
from seesay.commands.evaluate import reading
from seesay.commands.search import Search
from seesay.exhibits.gallery import embeddings
from seesay.schemas.learning import IMAGE_EMBEDDINGS, WORD_EMBEDDINGS
from seesay.schemas.vision import REGIONS
from seesay.shared import tables
from seesay.shared.errors import InputError
from support.model_run import PICTURES, make


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """The results of a small run with random weights: the folder of its model."""
    return make(tmp_path_factory.mktemp("home"))


def stored(model, table, name):
    """The run's own keys and vectors."""
    folder = model.parents[3] / "embedding" / "paper" / "model" / "1"
    return embeddings(table, folder / f"{name}.parquet")


def embedded(model, files, out, *options):
    """The file that the command writes, as `seesay evaluate` reads it."""
    cli.main(["embed", "--model", str(model), *map(str, files), "--out", str(out), *options])
    sound = files[0].suffix == ".wav"
    return reading.read(out, reading.WORDS if sound else reading.PICTURES)


def photos(model):
    return [model.parents[3] / "pictures" / f"{name}.png" for name in PICTURES]


@pytest.mark.parametrize("end", [".npz", ".parquet"])
def test_boxes_have_the_vectors_of_the_stage_and_of_search(model, tmp_path, end):
    found = embedded(model, photos(model), tmp_path / f"p{end}", "--boxes")
    keys, vectors = stored(model, IMAGE_EMBEDDINGS, "images")
    names = keys["image_id"] + ".png"
    assert found.ids.tolist() == names.tolist()
    assert found.numbers.tolist() == keys["region"].tolist()
    assert found.numbered
    np.testing.assert_allclose(found.values, vectors, rtol=1e-3, atol=1e-5)
    for path in photos(model):
        seen = Search(model).see(path)[1]
        assert np.array_equal(found.values[found.ids == path.name], seen)


def test_a_whole_picture_is_the_first_of_its_regions(model, tmp_path):
    found = embedded(model, photos(model), tmp_path / "p.npz")
    keys, vectors = stored(model, IMAGE_EMBEDDINGS, "images")
    whole = keys["region"] == 0
    assert found.ids.tolist() == [path.name for path in photos(model)]
    assert not found.numbered
    np.testing.assert_allclose(found.values, vectors[whole], rtol=1e-3, atol=1e-5)


def test_a_word_has_the_vector_of_the_stage_and_of_search(model, tmp_path):
    """The recording c is the token c@0 and no more."""
    recording = model.parents[3] / "c.wav"
    found = embedded(model, [recording], tmp_path / "w.parquet")
    keys, vectors = stored(model, WORD_EMBEDDINGS, "words")
    own = vectors[keys["token_id"].to_numpy() == "c@0"]
    assert found.ids.tolist() == ["c.wav"]
    np.testing.assert_allclose(found.values, own, rtol=1e-3, atol=1e-5)
    assert np.array_equal(found.values, Search(model).hear(recording))
    same = embedded(model, [recording], tmp_path / "s.npz", "--span", "window")
    other = embedded(model, [recording], tmp_path / "o.npz", "--span", "word")
    assert np.array_equal(same.values, found.values)
    assert not np.allclose(other.values, found.values)


def test_a_table_is_printed_without_a_file(model, tmp_path, capsys):
    cli.main(["embed", "--model", str(model), "--boxes", str(photos(model)[0])])
    (tmp_path / "printed.tsv").write_text(capsys.readouterr().out)
    printed = pd.read_csv(tmp_path / "printed.tsv", sep="\t")
    boxes = tables.read(REGIONS, model.parents[3] / "regions" / "shards" / "0.parquet")
    keys = ["image_id", "region", "x0", "y0", "x1", "y1"]
    own = boxes[boxes["image_id"] == "p0"].assign(image_id="p0.png")
    assert printed[keys].merge(own[keys]).equals(printed[keys])
    assert printed.columns[6:].tolist() == [f"e{n}" for n in range(16)]
    seen = Search(model).see(photos(model)[0])[1]
    assert np.array_equal(printed.iloc[:, 6:].to_numpy(np.float32), seen)


def test_the_models_files_are_enough(model, tmp_path):
    """Without the run's tables: its weights, their settings and the recipe."""
    for path in ("training/paper/model/1", "embedding/paper/model/1"):
        (tmp_path / path).mkdir(parents=True)
    for name in ("model.safetensors", "settings.json"):
        shutil.copy(model / name, tmp_path / "training/paper/model/1")
    recipe = model.parents[3] / "embedding/paper/model/1/recipe.json"
    shutil.copy(recipe, tmp_path / "embedding/paper/model/1")
    given = embedded(model, photos(model)[:1], tmp_path / "a.npz").values
    alone = tmp_path / "training/paper/model/1"
    assert np.array_equal(embedded(alone, photos(model)[:1], tmp_path / "b.npz").values, given)


@pytest.mark.parametrize(
    ("names", "options", "message"),
    [
        (["a.txt"], [], "a.txt: neither a picture nor a sound file"),
        (["a.png"], [], "a.png: no such file"),
        (["pictures/p0.png", "c.wav"], [], "p0.png is a picture and .*c.wav a sound file"),
        (["pictures/p0.png", "pictures/p0.png"], [], "one name twice"),
        (["c.wav"], ["--boxes"], "--boxes: is for pictures"),
        (["pictures/p0.png"], ["--span", "word"], "--span: is for sound files"),
        (["c.wav"], ["--out", "x.csv"], "x.csv: expected a name that ends in .npz or .parquet"),
    ],
)
def test_a_mistake_ends_in_one_line_and_writes_nothing(model, tmp_path, names, options, message):
    results = model.parents[3]
    files = [str(results / name) for name in names]
    out = [] if "--out" in options else ["--out", str(tmp_path / "out.npz")]
    with pytest.raises(SystemExit, match=f"^error: .*{message}") as error:
        cli.main(["embed", "--model", str(model), *files, *options, *out])
    assert "\n" not in str(error.value.code)
    assert not [*tmp_path.iterdir()]


def test_endings_may_be_capital(tmp_path):
    for name in ("a.JPG", "b.WAV"):
        (tmp_path / name).touch()
    assert [key_of([tmp_path / name]) for name in ("a.JPG", "b.WAV")] == ["image_id", "token_id"]


def test_a_folder_in_place_of_a_file_is_told(model, tmp_path):
    (tmp_path / "photos.png").mkdir()
    with pytest.raises(InputError, match=r"photos\.png: a folder; give the files in it"):
        key_of([tmp_path / "photos.png"])
    (tmp_path / "out.npz").mkdir()
    given = [str(photos(model)[0]), "--out", str(tmp_path / "out.npz")]
    with pytest.raises(SystemExit, match=r"out\.npz: a folder; name a file"):
        cli.main(["embed", "--model", str(model), *given])
