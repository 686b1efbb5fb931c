"""Frames of a Whisper model: against librosa and a small encoder, and folders that are none.

The package ctranslate2 is an extra: most tests put a small encoder in its place. The real one is
asked where it is installed and $SEESAY_WHISPER names a model's folder.
"""

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import librosa
import numpy as np
import pytest

from seesay.audio import logmel
from seesay.audio.whisper import Whisper, WhisperMel
from seesay.settings.logmel import LogmelSettings
from seesay.shared.errors import InputError
from support.frames import RATE, SETTINGS, extract, noise, record
from support.stored import CHANGE

WIDTH = 6
MIX = np.random.default_rng(0).normal(size=(WIDTH, 80)).astype(np.float32)


class Encoder:
    """Every second Mel frame, mixed: frame i is that of sample 320 i and hears nothing else."""

    n_mels = 80

    def __init__(self, path: str, **options: object) -> None:
        if not (Path(path) / "model.bin").is_file():
            raise RuntimeError(f"Unable to open file 'model.bin' in model '{path}'")
        assert options["compute_type"] == "float32"
        assert options["device"] == "cpu"
        assert options["inter_threads"] == options["intra_threads"] == 1
        self.heard: list[int] = []

    def encode(self, mel: np.ndarray) -> np.ndarray:
        assert mel.dtype == np.float32
        assert mel.flags["C_CONTIGUOUS"]
        assert mel.shape[:2] == (1, 80)
        assert mel.shape[2] <= 3000
        self.heard.append(mel.shape[2])
        return (MIX @ mel[0, :, ::2]).T[None]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    view = SimpleNamespace(from_array=lambda array: array)
    fake = SimpleNamespace(models=SimpleNamespace(Whisper=Encoder), StorageView=view)
    monkeypatch.setitem(sys.modules, "ctranslate2", fake)
    path = tmp_path / "tiny"
    path.mkdir()
    for name in ("vocabulary.txt", "model.bin", "config.json"):
        (path / name).write_bytes(b"")
    return path


def chosen(path, **changes):
    values = {"model": str(path), "filters": WIDTH} | changes
    return LogmelSettings.model_validate(SETTINGS.model_dump() | values)


def mel_by_librosa(sound, filters=80):
    """As Whisper's authors write it, with silence around the sound."""
    spectrum = librosa.stft(sound, n_fft=400, hop_length=160, pad_mode="constant")[:, :-1]
    power = librosa.filters.mel(sr=RATE, n_fft=400, n_mels=filters) @ np.abs(spectrum) ** 2
    logarithm = np.log10(np.maximum(power, 1e-10))
    return ((np.maximum(logarithm, logarithm.max() - 8) + 4) / 4).T


@pytest.mark.parametrize("filters", [80, 128])
def test_mel_frames_are_those_that_whisper_hears(filters):
    sound = noise(RATE + 60)
    sound[5000:9000] = 0  # cut at 8 below the maximum
    found = WhisperMel(filters).scaled(sound)
    assert found.shape == (100, filters)
    np.testing.assert_allclose(found, mel_by_librosa(sound, filters), atol=2e-4)
    assert np.isclose(found.max() - found.min(), 2)


def test_words_are_cut_from_the_encoders_frames_50_a_second(folder, tmp_path):
    sound = noise(2 * RATE + 50)
    path = record(tmp_path, "a.wav", sound, subtype="FLOAT")
    options = chosen(folder, span="word", frames=8, hop=0.02)
    vectors, _, reasons = extract(tmp_path, [("a", path, 0.41, 0.9)], options)
    assert not reasons
    tail = np.zeros(RATE, np.float32)
    frames = mel_by_librosa(np.concatenate([sound, tail]))[::2] @ MIX.T
    times = 0.41 + (np.arange(8) + 0.5) / 8 * 0.49
    expected = [np.interp(times * 50, np.arange(len(frames)), column) for column in frames.T]
    np.testing.assert_allclose(
        vectors["a@0.410"], np.stack(expected, axis=-1), rtol=CHANGE, atol=1e-3
    )


def test_a_word_alone_is_not_heard_in_thirty_seconds_of_silence(folder):
    compute = Whisper(chosen(folder))
    compute.encoder.heard.clear()
    for samples in (1, 90, 8000, 29 * RATE + 10, 30 * RATE - 1):
        found = compute.frames([noise(samples)])
        assert found.shape == (1 + samples // 160, WIDTH)
        assert np.isfinite(found).all()
    assert compute.encoder.heard[:3] == [100, 100, 150]
    assert max(compute.encoder.heard) <= 3000


def test_long_recordings_are_heard_in_windows(folder):
    """The small encoder hears one frame at a time, so that windows must change nothing."""
    sound = noise(73 * RATE + 123)
    compute = Whisper(chosen(folder))
    compute.encoder.heard.clear()
    found = compute.frames([sound])
    assert len(compute.encoder.heard) == 4
    assert compute.encoder.heard[1:3] == [3000, 3000]
    assert np.array_equal(found, compute.frames(np.split(sound, [1000, 500_000])))
    frames = WhisperMel(80).scaled(sound)[::2] @ MIX.T
    assert found.shape == (7301, WIDTH)
    # Away from the windows' edges, where a Mel frame hears silence beside the sound.
    np.testing.assert_allclose(found[:7290:2], frames[:3645], atol=1e-4)


def test_a_missing_package_is_one_line(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "ctranslate2", None)
    with pytest.raises(InputError, match=r"pip install 'seesay\[whisper\]'$") as error:
        Whisper(chosen(folder))
    assert str(error.value).startswith(f"{folder}: a Whisper model, run by the package ctranslate2")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"filters": 80}, "gives frames of 6 numbers, and logmel.filters is 80; set logmel.filt"),
        ({"sample_rate": 8000, "high": 4000}, "Whisper hears 16000 Hz, and logmel.sample_rate is"),
    ],
)
def test_settings_that_do_not_fit_are_one_line(folder, changes, said):
    with pytest.raises(InputError, match=said):
        Whisper(chosen(folder, **changes))


def test_a_folder_that_is_no_model_is_one_line(folder):
    (folder / "model.bin").unlink()
    with pytest.raises(InputError, match=r"not a folder with a CTranslate2 Whisper model \(Unab"):
        Whisper(chosen(folder))


def test_a_folder_is_data_and_each_of_its_files_an_input(folder, tmp_path):
    (folder / "inside").mkdir()
    settings = chosen(folder)
    names = ["config.json", "model.bin", "vocabulary.txt"]
    assert settings.files == [folder / name for name in names]
    assert not settings.program
    assert type(logmel.maker(settings)) is Whisper
    other = chosen(tmp_path / "hubert.pt")
    assert other.files == [tmp_path / "hubert.pt"]
    assert other.program
    assert SETTINGS.files == []
    assert not SETTINGS.program


def test_a_real_model_gives_the_same_frames_twice():
    pytest.importorskip("ctranslate2", reason="ctranslate2, an extra, is not installed")
    path = os.environ.get("SEESAY_WHISPER")
    if not path:
        pytest.skip("$SEESAY_WHISPER names no folder with a CTranslate2 Whisper model")
    settings = chosen(path, filters=int(os.environ.get("SEESAY_WHISPER_FRAME", "384")), hop=0.02)
    sound = noise(2 * RATE)
    found = Whisper(settings).frames([sound])
    assert found.shape == (101, settings.filters)
    assert np.array_equal(found, Whisper(settings).frames([sound[:100], sound[100:]]))
    # What is heard depends on the sound, and louder sounds sound alike.
    louder = Whisper(settings).frames([sound * 2])
    assert np.corrcoef(found.ravel(), louder.ravel())[0, 1] > 0.95
    other = Whisper(settings).frames([noise(2 * RATE, 1) * np.linspace(0, 1, 2 * RATE, dtype="f4")])
    assert np.corrcoef(found.ravel(), other.ravel())[0, 1] < 0.95
