"""The phones of synthetic speech: eSpeak NG's events, fitted into the words that it times."""

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from seesay.audio import phones, synthesis
from seesay.audio.espeak_phones import PAUSE, spread, tier
from seesay.schemas.audio import PHONES, RECORDINGS
from seesay.schemas.vision import CAPTIONS
from seesay.scoring.segmentation.phones import by_recording, snapped
from seesay.settings.synthesis import SynthesisSettings
from seesay.shared import tables
from seesay.shared.errors import InputError

RATE = 1000
TEXTS = ["A red ball near the lake.", "Two dogs run in the grass, and a man is swimming."]


@pytest.fixture(scope="module", params=[0, 18])
def spoken(request, tmp_path_factory) -> tuple[Path, SynthesisSettings]:
    """A folder with captions.parquet, speech and recordings.parquet."""
    folder = tmp_path_factory.mktemp("spoken")
    captions = pd.DataFrame({"image_id": ["p/a", "b"], "caption": np.int32(0), "text": TEXTS})
    tables.write(CAPTIONS, folder / "captions.parquet", captions)
    settings = SynthesisSettings(script="captions", talkers=2, voices=2, word_gap=request.param)
    synthesis.synthesise(
        folder / "captions.parquet", folder / "speech", folder / "r.parquet", settings, 2
    )
    files = sorted((folder / "speech").rglob("*.wav"))
    rows = {
        "recording_id": [str(path.relative_to(folder / "speech"))[:-4] for path in files],
        "path": list(map(str, files)),
        "digest": "",
        "channel": np.int16(0),
        "talker": [path.stem[-3:] for path in files],
        "sample_rate": np.int32(22050),
        "duration": 1.0,
        "picture": "b",
        "caption": np.int32(0),
    }
    tables.write(RECORDINGS, folder / "recordings.parquet", pd.DataFrame(rows))
    return folder, settings


def told(spoken, out: Path) -> pd.DataFrame:
    folder, settings = spoken
    paths = (folder / name for name in ("captions.parquet", "speech", "recordings.parquet"))
    phones.tell(*paths, out, settings, 2)
    return tables.read(PHONES, out)


def words_of(folder: Path) -> pd.DataFrame:
    words = pd.read_csv(folder / "speech" / "words.tsv", sep="\t")
    return words.assign(recording_id=words["file"].str.removesuffix(".wav"))


def test_words_have_their_phones_at_their_times(spoken, tmp_path):
    found = told(spoken, tmp_path / "phones.parquet")
    words = words_of(spoken[0])
    moved = snapped(words, found)
    assert len(moved) == len(words) > 25
    assert (moved["onset"] == words["onset"]).all()
    later = moved["offset"] - words["offset"]
    assert later.between(0, PAUSE + 1e-4).all()
    said = by_recording(found)
    sounds = {}
    for recording, onset, offset, word in moved[
        ["recording_id", "onset", "offset", "word"]
    ].itertuples(index=False):
        of = said[recording]
        sounds.setdefault(word, set()).add("".join(of.label[slice(*of.covered(onset, offset))]))
    assert sounds["ball"] <= {"bɔːl", "bɔl"}
    assert sounds["red"] <= {"ɹɛd"}
    assert sounds["man"] <= {"man", "mæn"}


def test_phones_fill_the_speech_and_are_no_shorter_than_speech_can_be(spoken, tmp_path):
    found = told(spoken, tmp_path / "phones.parquet")
    assert set(found["recording_id"]) == {"p/a_0_F01", "p/a_0_M01", "b_0_F01", "b_0_M01"}
    for _, part in found.groupby("recording_id"):
        assert part["onset"].iloc[0] == 0
        assert (part["onset"].to_numpy()[1:] == part["offset"].to_numpy()[:-1]).all()
    heard = found[found["phone"] != "SIL"]
    assert (heard["offset"] - heard["onset"]).between(0.009, 0.5).all()
    assert not heard["phone"].str.contains("[ˈˌ]").any()
    pauses = (found["phone"] == "SIL").groupby(found["recording_id"]).sum()
    assert (pauses > 4).all() == (spoken[1].word_gap == 18)


def test_the_number_of_talkers_at_a_time_changes_nothing(spoken, tmp_path):
    folder, settings = spoken
    paths = [folder / name for name in ("captions.parquet", "speech", "recordings.parquet")]
    for jobs in (1, 2):
        phones.tell(*paths, tmp_path / f"{jobs}.parquet", settings, jobs)
    one, two = ((tmp_path / f"{jobs}.parquet").read_bytes() for jobs in (1, 2))
    assert one == two


def test_another_recording_is_refused(spoken, tmp_path):
    folder, _ = spoken
    path = folder / "speech" / "b_0_F01.wav"
    samples, rate = soundfile.read(path, dtype="int16")
    try:
        soundfile.write(path, samples[::-1], rate, subtype="PCM_16")
        with pytest.raises(InputError, match=r"b_0_F01\.wav: not what F01 says now; make"):
            told(spoken, tmp_path / "phones.parquet")
    finally:
        soundfile.write(path, samples, rate, subtype="PCM_16")
    assert not (tmp_path / "phones.parquet").exists()


def test_the_script_writes_the_same(spoken, tmp_path):
    folder, settings = spoken
    out = tmp_path / "phones.parquet"
    command = [sys.executable, Path(__file__).parents[1] / "workflow" / "scripts" / "phones.py"]
    for name in ("captions.parquet", "speech", "recordings.parquet"):
        command += [f"--{name.partition('.')[0]}", folder / name]
    command += ["--phones", out, "--settings", settings.model_dump_json()]
    subprocess.run(command, check=True, capture_output=True)
    pd.testing.assert_frame_equal(
        tables.read(PHONES, out), told(spoken, tmp_path / "again.parquet")
    )


def loud(*spans: tuple[int, int], size: int) -> np.ndarray:
    samples = np.zeros(size, np.int16)
    for onset, offset in spans:
        samples[onset:offset] = 9000
    return samples


def test_a_tier_by_hand():
    """Two words with a pause between them; the last phone of the first comes after its end."""
    marks = [(100, None), (130, "ˈa"), (200, "b"), (310, "c"), (320, ""), (400, None), (400, "d")]
    found = tier(marks, loud((100, 300), (400, 500), size=700), RATE)
    assert found == [
        *(("SIL", 0, 100), ("a", 100, 200), ("b", 200, 250), ("c", 250, 300)),
        *(("SIL", 300, 400), ("d", 400, 500), ("SIL", 500, 700)),
    ]


def test_a_short_silence_belongs_to_the_phone_before_it():
    marks = [(0, None), (0, "a"), (120, None), (120, "b")]
    found = tier(marks, loud((0, 100), (120, 200), size=215), RATE)
    assert found == [("a", 0, 120), ("b", 120, 215)]


def test_words_without_a_sound_and_sounds_without_a_phone_are_silence():
    marks = [(0, None), (0, "a"), (100, None), (100, "b"), (200, None), (200, "")]
    found = tier(marks, loud((0, 100), (200, 300), size=300), RATE)
    assert found == [("a", 0, 100), ("SIL", 100, 300)]
    assert tier([], loud(size=50), RATE) == [("SIL", 0, 50)]


@given(st.lists(st.integers(0, 100), min_size=1, max_size=8), st.integers(9, 20))
def test_onsets_rise(times, least):
    onsets = [0, *sorted(times)]
    edges = spread(onsets, 120, least)
    assert len(edges) == len(onsets) + 1
    assert (edges[0], edges[-1]) == (0, 120)
    assert all(a < b for a, b in pairwise(edges))
