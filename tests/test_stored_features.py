"""Features are stored with 11 significant bits and in large row groups, and lose little."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seesay.audio.caption_frames import CAPTION_FRAMES
from seesay.schemas.audio import LOGMEL
from seesay.schemas.learning import WORD_EMBEDDINGS
from seesay.schemas.vision import FC7
from seesay.shared import tables
from seesay.shared.columns import FEATURE_BITS, sized
from support.training import BEST, learnable, run


@given(st.lists(st.floats(2**-14, 60000, width=32), min_size=1), st.booleans())
def test_numbers_are_rounded_as_float16_rounds_them(values, negative):
    given = np.array(values, np.float32) * np.float32(-1 if negative else 1)
    half = given.astype(np.float16).astype(np.float32)
    np.testing.assert_array_equal(tables.rounded(given, 11), half)


def test_numbers_beyond_float16_keep_their_size_and_odd_ones_stay_odd():
    given = np.array([3.4028235e38, -7e5, 1e-30, 0.0, -0.0, np.inf, -np.inf, np.nan], np.float32)
    found = tables.rounded(given, 11)
    np.testing.assert_allclose(found[:5], given[:5], rtol=2**-11)
    np.testing.assert_array_equal(found[5:], given[5:])
    assert np.signbit(found[4])


@pytest.mark.parametrize(
    ("table", "name", "rounds"),
    [(FC7, "feature", True), (LOGMEL, "feature", True), (WORD_EMBEDDINGS, "embedding", False)],
)
def test_features_are_rounded_and_embeddings_are_not(table, name, rounds, tmp_path):
    values = np.random.default_rng(0).normal(size=(50, 30)).astype(np.float32)
    columns = {column.name: np.arange(50) for column in table.columns}
    keys = {
        "image_id": [f"p{n:02}" for n in range(50)],
        "token_id": [f"t{n:02}" for n in range(50)],
    }
    given = {**columns, **{key: keys[key] for key in keys if key in columns}, name: values}
    with tables.Writer(sized(table, **{name: 30}), tmp_path / "table") as writer:
        writer.write(given)
    found = np.stack(tables.read(table, tmp_path / "table")[name])
    wanted = tables.rounded(values, FEATURE_BITS) if rounds else values
    np.testing.assert_array_equal(found, wanted)


def test_frames_of_captions_are_rounded_and_share_row_groups(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "GROUP", 40_000)
    rng, given = np.random.default_rng(0), {}
    with tables.Writer(CAPTION_FRAMES, tmp_path / "table") as writer:
        for number in range(30):
            given[f"r{number:02}"] = values = rng.normal(size=800).astype(np.float32)
            name, count = [f"r{number:02}"], np.array([20], np.int32)
            writer.write({"recording_id": name, "frames": count, "feature": [values]})
    file = pq.ParquetFile(tmp_path / "table")
    # 3,200 bytes of numbers a row, and some of keys
    assert 3 <= file.metadata.num_row_groups <= 4
    found = tables.read(CAPTION_FRAMES, tmp_path / "table")
    assert found["recording_id"].tolist() == sorted(given)
    for name, values in zip(found["recording_id"], found["feature"], strict=True):
        np.testing.assert_array_equal(values, tables.rounded(given[name], FEATURE_BITS))


def test_reading_a_table_takes_the_memory_of_a_row_group(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "GROUP", 1 << 20)
    with tables.Writer(sized(LOGMEL, feature=1600), tmp_path / "table") as writer:
        for start in range(0, 8000, 500):
            names = [f"t{number:04}" for number in range(start, start + 500)]
            vectors = np.random.default_rng(start).random((500, 1600), np.float32)
            columns = {"token_id": names, "padded_frames": np.zeros(500, int)}
            writer.write({**columns, "feature": vectors})
    assert (tmp_path / "table").stat().st_size > 20e6
    before = pa.total_allocated_bytes()
    for _ in tables.batches(LOGMEL, tmp_path / "table", rows=500):
        assert pa.total_allocated_bytes() - before < 16e6


def test_arrays_may_be_used_again_once_they_are_written(tmp_path):
    vectors, codes = np.zeros((2, 3), np.float32), np.zeros(2, np.int16)
    table = sized(LOGMEL, feature=3)
    with tables.Writer(table, tmp_path / "table") as writer:
        for number in range(3):
            vectors[:], codes[:] = number, number
            names = [f"{number}{letter}" for letter in "ab"]
            writer.write({"token_id": names, "padded_frames": codes, "feature": vectors})
    found = tables.read(table, tmp_path / "table")
    assert found["padded_frames"].tolist() == [0, 0, 1, 1, 2, 2]
    assert np.stack(found["feature"])[:, 1].tolist() == [0, 0, 1, 1, 2, 2]


def test_rows_written_at_once_are_several_row_groups(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "GROUP", 100_000)
    columns = {"token_id": [f"t{n:03}" for n in range(500)], "padded_frames": np.zeros(500, int)}
    with tables.Writer(sized(LOGMEL, feature=200), tmp_path / "table") as writer:
        writer.write({**columns, "feature": np.ones((500, 200), np.float32)})
    assert 4 <= pq.ParquetFile(tmp_path / "table").metadata.num_row_groups <= 6


def test_a_table_whose_block_fails_does_not_appear(tmp_path):
    def fill():
        with tables.Writer(CAPTION_FRAMES, tmp_path / "table") as writer:
            row = {"recording_id": ["r"], "frames": np.array([1], np.int32)}
            writer.write({**row, "feature": [np.ones(40, np.float32)]})
            raise KeyError("late")

    with pytest.raises(KeyError, match="late"):
        fill()
    assert not list(tmp_path.iterdir())


def test_stored_features_take_little_room(tmp_path):
    # Log energies: smooth in time, of some units.
    values = np.random.default_rng(0).normal(size=(500, 1600)).cumsum(axis=1).astype(np.float32)
    columns = {"token_id": [f"t{n:03}" for n in range(500)], "padded_frames": np.zeros(500, int)}
    with tables.Writer(sized(LOGMEL, feature=1600), tmp_path / "table") as writer:
        writer.write({**columns, "feature": values})
    assert (tmp_path / "table").stat().st_size < 0.45 * values.nbytes


@pytest.mark.parametrize("changes", [{}, BEST])
def test_rounding_moves_a_training_less_than_its_seed_does(changes, tmp_path, monkeypatch):
    found = {}
    for bits in (FEATURE_BITS, 0):
        if not bits:
            monkeypatch.setattr(tables, "rounded", lambda values, bits: values)
        folder = tmp_path / str(bits)
        folder.mkdir()
        inputs = learnable(folder)
        histories = [run(inputs, folder / str(seed), seed=seed, **changes) for seed in range(4)]
        found[bits] = [rows.loc[rows["split"] == "validation", "loss"].min() for rows in histories]
    moved = np.abs(np.subtract(found[FEATURE_BITS], found[0]))
    assert moved.max() > 0
    assert moved.max() < np.std(found[0], ddof=1)
