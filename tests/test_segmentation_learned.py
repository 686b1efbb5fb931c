"""Segments found by learning: dynamic programming, and a corpus of three tones."""

import itertools

import numpy as np
import pandas as pd
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from seesay.audio import segmentations
from seesay.audio.segmentations import Pictures, Speech, learned, paths
from seesay.planning.config import load
from seesay.schemas.vision import CAPTIONS, FC7, IMAGES
from seesay.settings.segmentation import SegmentationSettings
from seesay.shared import tables
from seesay.shared.columns import sized
from seesay.shared.errors import InputError
from support import configs

RATE = 16000
LOW, HIGH, HUM = 400, 3000, 1200  # Hz of three "words"


def said(path, parts):
    """Write tones of (Hz, seconds) without pauses between them, and silence around them.

    Each tone but the first begins 20 ms softly, and so does the second half of each but the hum.
    """
    tones = [np.zeros(RATE // 5)]
    for place, (pitch, seconds) in enumerate(parts):
        tone = 0.3 * np.sin(2 * np.pi * pitch * np.arange(round(seconds * RATE)) / RATE)
        if place:
            tone[: RATE // 50] *= 0.1
        if pitch != HUM:
            tone[len(tone) // 2 :][: RATE // 50] *= 0.1
        tones.append(tone)
    soundfile.write(path, np.concatenate([*tones, np.zeros(RATE // 5)]), RATE)
    return path


def all_paths(edges, spans):
    """Every path of spans from the first edge to the last, as rows."""
    allowed = {tuple(span): row for row, span in enumerate(spans.tolist())}
    inner = range(1, len(edges) - 1)
    for size in range(len(edges) - 1):
        for chosen in itertools.combinations(inner, size):
            steps = list(itertools.pairwise([0, *chosen, len(edges) - 1]))
            if all(step in allowed for step in steps):
                yield [allowed[step] for step in steps]


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 8), st.integers(1, 4), st.integers(0, 10**6))
def test_the_best_path_is_that_of_brute_force(count, gaps, seed):
    rng = np.random.default_rng(seed)
    edges = np.cumsum(rng.uniform(0.05, 0.3, count))
    spans = paths.candidates(edges, gaps, 0.08, 0.6)
    cost = rng.uniform(0, 1, len(spans))
    found = paths.best(spans, cost)
    every = list(all_paths(edges, spans))
    assert found.tolist() in every
    assert cost[found].sum() == pytest.approx(min(cost[path].sum() for path in every))


def test_candidates_keep_to_their_limits_and_leave_a_path():
    edges = np.array([0.0, 0.02, 0.5, 2.0, 2.1])
    spans = paths.candidates(edges, 2, 0.06, 0.9).tolist()
    # Single gaps stay even if they are too short or too long; of two, 0 to 0.5 s alone fits.
    assert spans == [[0, 1], [0, 2], [1, 2], [2, 3], [3, 4]]
    assert paths.candidates(np.array([0.0, 1.0]), 3, 0.06, 0.9).tolist() == [[0, 1]]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """40 pictures of two things, each with two captions that name its thing beside some hum.

    The things have two syllables: the energy cuts them in the middle too.
    """
    folder = tmp_path_factory.mktemp("tones")
    rng = np.random.default_rng(0)
    rows, images, texts, features = [], [], [], []
    for number in range(40):
        name, pitch = f"p{number:02}", (LOW, HIGH)[number % 2]
        split = "test" if number >= 36 else "validation" if number >= 32 else "train"
        images.append((name, f"{name}.jpg", "", 8, 8, split))
        for region in range(3):
            thing = np.zeros(8, np.float32)
            thing[number % 2] = 1 if region else 0.5
            noise = rng.normal(0, 0.1, 8).astype(np.float32)
            features.append((name, region, 0.0, thing + noise))
        for caption in range(2):
            texts.append((name, caption, "a thing"))
            length = rng.uniform(0.2, 0.3, 3)
            parts = [(HUM, length[0]), (pitch, length[1])]
            parts += [(HUM, length[2])] * (caption == 1)
            path = said(folder / f"{name}_{caption}.wav", parts)
            duration = soundfile.info(path).duration
            row = (path.stem, str(path), "", 0, "ann", RATE, duration, name, caption)
            rows.append((*row, [seconds for _, seconds in parts]))
    names = ["recording_id", "path", "digest", "channel", "talker", "sample_rate", "duration"]
    recordings = pd.DataFrame(rows, columns=[*names, "picture", "caption", "lengths"])
    recordings = recordings.astype({"caption": "Int32"})
    columns = [column.name for column in IMAGES.columns if not column.optional]
    tables.write(IMAGES, folder / "images.parquet", pd.DataFrame(images, columns=columns))
    frame = pd.DataFrame(texts, columns=["image_id", "caption", "text"])
    tables.write(CAPTIONS, folder / "captions.parquet", frame.astype({"caption": np.int32}))
    columns = [column.name for column in FC7.columns]
    fc7 = pd.DataFrame(features, columns=columns)
    fc7 = {name: np.stack(fc7[name]) if name == "feature" else fc7[name] for name in columns}
    with tables.Writer(sized(FC7, feature=8), folder / "fc7.parquet") as writer:
        writer.write(fc7)
    pictures = Pictures(
        folder / "images.parquet", folder / "captions.parquet", [folder / "fc7.parquet"]
    )
    return recordings, pictures


LEARNED = SegmentationSettings(method="learned", clusters=6, rounds=2, recipe={"max_epochs": 2})


def learn(recordings, pictures, given=LEARNED):
    return segmentations.find("learned").find(Speech(recordings, pictures), given)


@pytest.fixture(scope="module")
def result(corpus):
    return learn(*corpus)


def test_words_are_cut_apart_and_clustered(corpus, result):
    recordings, _ = corpus
    units = segmentations.find("energy").find(
        Speech(recordings), SegmentationSettings(method="energy")
    )
    clusters = {LOW: set(), HIGH: set(), HUM: set()}
    for row in recordings.itertuples():
        own, heard = (
            found.segments[found.segments["recording_id"] == row.recording_id]
            for found in (result, units)
        )
        assert len(heard) == len(row.lengths) + 1
        # Boundaries are among those of the units.
        assert set(own["onset"]) <= set(heard["onset"])
        edges = 0.2 + np.cumsum([0.0, *row.lengths])
        for time in edges[1:-1]:
            assert np.abs(own["onset"] - time).min() < 0.025
        pitches = [HUM, (LOW, HIGH)[int(row.picture[1:]) % 2], HUM]
        middles = (own["onset"] + own["offset"]) / 2
        for place, cluster in zip(
            np.searchsorted(edges[1:-1], middles), own["cluster"], strict=True
        ):
            clusters[pitches[place]].add(cluster)
    # No cluster has two of the tones.
    assert sum(map(len, clusters.values())) == len(set.union(*clusters.values()))


def test_a_penalty_gives_fewer_segments(corpus, result):
    found = learn(*corpus, LEARNED.model_copy(update={"penalty": 100.0, "rounds": 1})).segments
    assert len(found) == len(corpus[0])  # four units or fewer, a segment each
    assert len(result.segments) > 2 * len(found)


def test_the_same_seed_gives_the_same_segments(corpus, result):
    pd.testing.assert_frame_equal(learn(*corpus).segments, result.segments)


def test_it_learns_from_the_training_split_alone(corpus, result, tmp_path):
    """What is said of other pictures, and these themselves, change no training segment."""
    recordings, pictures = corpus
    images = tables.read(IMAGES, pictures.images)
    train = set(images.loc[images["split"] == "train", "image_id"])
    fewer = recordings[recordings["picture"].isin(train)]
    alone = learn(fewer, pictures).segments
    same = result.segments[result.segments["recording_id"].isin(fewer["recording_id"])]
    pd.testing.assert_frame_equal(alone, same.reset_index(drop=True))
    # All recordings are segmented.
    assert set(result.segments["recording_id"]) == set(recordings["recording_id"])
    with pytest.raises(InputError, match="no recording says a caption of a training picture"):
        learn(recordings[~recordings["picture"].isin(train)], pictures)


def test_segments_read_no_transcript(corpus, result):
    """Neither texts nor true words are inputs: other texts give the same segments."""
    recordings, pictures = corpus
    texts = tables.read(CAPTIONS, pictures.captions)
    other = pictures.captions.with_name("other.parquet")
    tables.write(CAPTIONS, other, texts.assign(text="nothing of this is said"))
    found = learn(recordings, Pictures(pictures.images, other, pictures.fc7))
    pd.testing.assert_frame_equal(found.segments, result.segments)


def test_recipes_that_read_words_are_refused():
    values = configs.complete("captions.yaml")
    for key, told in (("type_term", "type_term: segments have no words"),
                      ("pseudo_words", "pseudo_words: segments have no words")):  # fmt: skip
        recipe = {"method": "learned", "recipe": {key: 1}}
        with pytest.raises(InputError, match=told):
            load(values | {"segmentation": recipe})
    with pytest.raises(InputError, match=r"recipe: the method energy does not read it"):
        load(values | {"segmentation": {"method": "energy", "recipe": {"max_epochs": 3}}})
    folds = {"method": "hash", "folds": 5, "fold": "all"}
    folds |= {"train": 0.7, "validation": 0.1, "test": 0.2}
    values["pictures"] = values["pictures"] | {"split": folds}
    with pytest.raises(InputError, match=r"learn from the test pictures of other folds"):
        load(values | {"segmentation": {"method": "learned"}})
    load(values | {"segmentation": {"method": "energy"}})


def test_a_recipe_has_its_own_defaults():
    settings = SegmentationSettings(method="learned", recipe={"max_epochs": 3})
    assert (settings.recipe.max_epochs, settings.recipe.loss) == (3, "infonce")
    assert SegmentationSettings(method="learned").recipe.embedding == 64
    assert SegmentationSettings(method="energy").recipe is None
    again = SegmentationSettings.model_validate_json(settings.compared())
    assert again == settings
    assert learned.ABOUT.pictures
