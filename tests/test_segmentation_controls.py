"""Methods that stand beside the one that finds the tokens, on recordings of test pictures."""

import numpy as np
import pandas as pd
import soundfile

from seesay.audio import segmentations
from seesay.audio.segmentation_controls import beside, of
from seesay.audio.segmentations import Speech
from seesay.schemas.audio import RECORDINGS, SEGMENTS
from seesay.schemas.vision import IMAGES
from seesay.settings.segmentation import SegmentationSettings
from seesay.shared import digests, tables

RATE = 16000


def corpus(folder, splits):
    """A recording of two words for each picture, and the tables that list them."""
    rows = []
    for number in range(len(splits)):
        path = folder / f"r{number}.wav"
        level = np.repeat([0, 0.5, 0.1, 0.5, 0], [2000, 8000, 1000, 8000, 2000])
        tone = np.sin(2 * np.pi * 500 * np.arange(len(level)) / RATE)
        soundfile.write(path, tone * level, RATE)
        rows.append((f"r{number}", str(path), digests.sha256(path), f"p{number}"))
    known = pd.DataFrame(rows, columns=["recording_id", "path", "digest", "picture"]).assign(
        channel=np.int16(0),
        talker="t",
        sample_rate=np.int32(RATE),
        duration=1.3125,
        caption=np.int32(0),
    )
    images = pd.DataFrame({"image_id": [f"c/p{n}" for n in range(len(splits))], "split": splits})
    images = images.assign(path="a", digest="", width=np.int32(1), height=np.int32(1))
    tables.write(RECORDINGS, folder / "recordings.parquet", known)
    tables.write(IMAGES, folder / "images.parquet", images)
    return known


def test_the_methods_hear_the_recordings_of_test_pictures_alone(tmp_path):
    known = corpus(tmp_path, ["test", "train", "test", "validation"])
    settings = SegmentationSettings(method="energy", silence=15.0)
    outs = [tmp_path / f"{name}.parquet" for name in ("energy", "uniform")]
    beside(tmp_path / "recordings.parquet", [tmp_path / "images.parquet"], outs, settings)
    for path in outs:
        found = tables.read(SEGMENTS, path)
        assert set(found["recording_id"]) == {"r0", "r2"}
        own = segmentations.find(path.stem).find(Speech(known), of(path.stem, settings)).segments
        expected = own[own["recording_id"] == "r2"][["onset", "offset"]].round(3).to_numpy()
        got = found.loc[found["recording_id"] == "r2", ["onset", "offset"]].to_numpy()
        np.testing.assert_allclose(got, expected, atol=1e-9)
        assert set(found["talker"]) == {"t"}


def test_recordings_of_the_test_pictures_of_any_fold_are_heard(tmp_path):
    corpus(tmp_path, ["test", "train"])
    again = tmp_path / "again"
    again.mkdir()
    corpus(again, ["train", "test"])
    images = [folder / "images.parquet" for folder in (tmp_path, again)]
    out = tmp_path / "uniform.parquet"
    beside(tmp_path / "recordings.parquet", images, [out], SegmentationSettings(method="energy"))
    assert set(tables.read(SEGMENTS, out)["recording_id"]) == {"r0", "r1"}


def test_a_file_that_a_training_recording_shares_is_not_heard(tmp_path):
    """The run's method rejects it, and so do those beside it, which hear test recordings alone."""
    known = corpus(tmp_path, ["test", "train", "test"])
    known.loc[0, ["path", "digest"]] = known.loc[1, ["path", "digest"]]
    tables.write(RECORDINGS, tmp_path / "recordings.parquet", known)
    out = tmp_path / "energy.parquet"
    settings = SegmentationSettings(method="uniform")
    beside(tmp_path / "recordings.parquet", [tmp_path / "images.parquet"], [out], settings)
    assert set(tables.read(SEGMENTS, out)["recording_id"]) == {"r2"}


def test_another_method_agrees_on_what_is_silence_and_has_its_own_defaults():
    settings = SegmentationSettings(method="energy", silence=20.0, pause=0.3, depth=0.2)
    uniform = of("uniform", settings)
    assert (uniform.method, uniform.silence, uniform.pause) == ("uniform", 20.0, 0.3)
    assert uniform.depth == SegmentationSettings(method="uniform").depth
    assert uniform.seconds == SegmentationSettings(method="uniform").seconds
