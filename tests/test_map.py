"""The map: the same for a seed, ids kept, words at the mean of their tokens, neighbours kept."""

import numpy as np
import pandas as pd
import pytest

from seesay.exhibits.map import MAP, draw, kept, layout, of_words
from seesay.reporting.sections import map as report_map
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.scoring.corpus import load
from seesay.settings.map import MapSettings
from seesay.shared import tables
from support import listen_run

SETTINGS = MapSettings(fragments=2000, perplexity=5, seed=1)


def run(folder, inputs, settings=SETTINGS):
    out = folder / "map.parquet"
    draw(inputs.images, inputs.words, inputs.spoken_captions, inputs.pictures, out, settings)
    return tables.read(MAP, out)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("map")
    inputs = listen_run.make(folder)
    return inputs, run(folder, inputs)


def test_every_word_and_fragment_of_the_test_split_is_there_once(made):
    inputs, found = made
    corpus = load(inputs.images, inputs.words, inputs.spoken_captions, inputs.pictures)
    fragments = corpus.fragments.of(corpus.test)
    assert set(found.loc[found["kind"] == "fragment", "item"]) == set(fragments.names)
    words = found[found["kind"] == "word"].set_index("item")
    assert set(words.index) == set(listen_run.WORDS)
    said = tables.read(SPOKEN_CAPTIONS, inputs.spoken_captions)
    said = said[said["image_id"] < "pic 08"]
    assert words["tokens"].to_dict() == said.groupby("spoken_word")["token_id"].nunique().to_dict()
    part = found[found["kind"] == "fragment"]
    assert (part["item"] == part["image_id"] + "#" + part["region"].astype(str)).all()
    assert np.isfinite(found[["x", "y"]].to_numpy()).all()


def test_the_same_seed_gives_the_same_map_and_another_one_another(made, tmp_path):
    inputs, found = made
    pd.testing.assert_frame_equal(run(tmp_path, inputs), found, check_exact=True)
    other = run(tmp_path, inputs, SETTINGS.model_copy(update={"fragments": 7, "seed": 2}))
    assert (other["kind"] == "fragment").sum() == 7
    again = run(tmp_path, inputs, SETTINGS.model_copy(update={"fragments": 7, "seed": 3}))
    assert set(other["item"]) != set(again["item"])
    assert set(other["item"]) <= set(found["item"])


def test_a_word_is_the_mean_of_its_tokens():
    vectors = np.array([[1, 0], [5, 7], [3, 2]], dtype=np.float32)
    types, means, count = of_words(np.array(["b", "a", "b"]), vectors)
    assert types.tolist() == ["a", "b"]
    assert means.tolist() == [[5, 7], [2, 1]]
    assert count.tolist() == [1, 2]


def test_what_is_near_stays_near():
    rng = np.random.default_rng(0)
    centres = np.eye(4)
    vectors = np.concatenate([c + rng.normal(0, 0.02, (12, 4)) for c in centres])
    places = layout(vectors, 8, 1)
    group = np.repeat(range(4), 12)
    near = np.argsort(((places[:, None] - places) ** 2).sum(axis=2), axis=1)[:, 1:6]
    assert (group[near] == group[:, None]).mean() > 0.98
    assert kept(vectors, places).mean() > 0.8


def test_lengths_of_vectors_do_not_matter():
    vectors = np.random.default_rng(1).normal(size=(30, 5))
    places = layout(vectors, 5, 1)
    lengths = 2.0 ** np.random.default_rng(2).integers(-3, 4, 30)
    assert layout(vectors * lengths[:, None], 5, 1) == pytest.approx(places)


@pytest.mark.parametrize("items", [1, 2, 4, 5, 8])
def test_few_items_and_items_on_one_spot_have_finite_places(items):
    for vectors in (
        np.random.default_rng(3).normal(size=(items, 3)),
        np.ones((items, 3)),
        np.zeros((items, 3)),
    ):
        places = layout(vectors, 30, 1)
        assert places.shape == (items, 2)
        assert np.isfinite(places).all()
        assert np.isfinite(kept(vectors, places)).all()


def test_kept_neighbours_are_those_of_a_naive_loop():
    rng = np.random.default_rng(4)
    vectors, places = rng.normal(size=(25, 4)), rng.normal(size=(25, 2))
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    for row, share in enumerate(kept(vectors, places)):
        others = [n for n in range(25) if n != row]
        first = sorted(others, key=lambda n: -unit[row] @ unit[n])[:10]
        second = sorted(others, key=lambda n: np.linalg.norm(places[row] - places[n]))[:10]
        assert share == pytest.approx(len(set(first) & set(second)) / 10)


def test_points_fill_the_drawing_and_equal_ones_stand_in_its_middle():
    values = pd.Series([-3.0, 1.0, 5.0])
    assert report_map.scaled(values, 100) == [25.0, 50.0, 75.0]
    assert report_map.scaled(pd.Series([2.0, 2.0]), 100) == [50, 50]
    assert report_map.scaled(pd.Series([], dtype=float), 100) == []
