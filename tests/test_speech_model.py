"""Frames of a model of speech: against the model called directly, and files that are none."""

import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from seesay.audio import logmel
from seesay.audio.speech_model import SpeechModel, chunks
from seesay.planning.stamps import SCRIPTS, stamp
from seesay.schemas.audio import LOGMEL
from seesay.settings.logmel import LogmelSettings
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.sound import pieces
from support.frames import (
    RATE,
    SETTINGS,
    WIDTH,
    Convolutions,
    extract,
    manifest,
    noise,
    record,
    saved,
)
from support.stored import CHANGE

pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit:FutureWarning")


class Shapeless(torch.nn.Module):
    def __init__(self, how: str) -> None:
        super().__init__()
        self.how = how

    def forward(self, wave: torch.Tensor) -> torch.Tensor:
        if self.how == "flat":
            return wave
        if self.how == "whole numbers":
            return torch.ones(1, 5, 6, dtype=torch.int64)
        if self.how == "empty":
            return torch.ones(1, 0, 6)
        if self.how == "not finite":
            return torch.full((1, 5, 6), float("nan"))
        return wave.reshape(7, 7)


class Two(torch.nn.Module):
    def forward(self, wave: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return wave, wave


@pytest.fixture
def module():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return Convolutions().eval()


def chosen(path, **changes):
    values = {"model": str(path), "filters": WIDTH} | changes
    return LogmelSettings.model_validate(SETTINGS.model_dump() | values)


def by_hand(module, sound, times):
    """The model's frames at times in s, each number by itself; what lies outside is clipped."""
    with torch.no_grad():
        heard = module(torch.from_numpy(sound)[None])[0].numpy()
    length = len(sound) / len(heard) / RATE
    centres = (np.arange(len(heard)) + 0.5) * length
    return np.stack([np.interp(times, centres, column) for column in heard.T], axis=-1)


def test_vectors_are_the_models_frames_cut_by_hand(module, tmp_path):
    sound = noise(3 * RATE + 77)
    path, model = record(tmp_path, "a.wav", sound, subtype="FLOAT"), saved(tmp_path, module)
    words = [("a", path, 1.2, 1.8), ("a", path, 0.05, 0.25), ("a", path, 2.9, 3.1)]
    steps = np.arange(-10, 11) * 0.02
    options = {"hop": 0.02, "frames": 21}
    vectors, padded, reasons = extract(tmp_path, words, chosen(model, **options))
    assert not reasons
    # The middle 1.5 s is grid frame 75; 0.15 s lies half way and goes up; 3 s is 150 of 150.
    for token, middle in (("a@1.200", 1.5), ("a@0.050", 0.16), ("a@2.900", 3.0)):
        times = middle + steps
        beyond = (times < -1e-9) | (times > 3.0 + 1e-9)
        expected = np.where(beyond[:, None], 0, by_hand(module, sound, times))
        np.testing.assert_allclose(vectors[token], expected, rtol=CHANGE, atol=1e-5)
        assert padded[token] == beyond.sum()
    masked, _, _ = extract(tmp_path, words, chosen(model, span="masked", **options))
    times = 1.5 + steps
    outside = (times < 1.2 - 1e-9) | (times > 1.8 + 1e-9)
    assert outside.sum() == 0
    times = 0.16 + steps
    outside = (times < 0.05) | (times > 0.25)
    expected = np.where(outside[:, None], 0, by_hand(module, sound, times))
    np.testing.assert_allclose(masked["a@0.050"], expected, rtol=CHANGE, atol=1e-5)
    assert outside.sum() > 10


def test_a_word_is_stretched(module, tmp_path):
    sound = noise(2 * RATE)
    path, model = record(tmp_path, "a.wav", sound, subtype="FLOAT"), saved(tmp_path, module)
    options = chosen(model, span="word", frames=8, hop=0.02, normalise="recording")
    vectors, _, _ = extract(tmp_path, [("a", path, 0.4, 0.9)], options)
    grid = by_hand(module, sound, np.arange(101) * 0.02)
    grid -= grid.mean(axis=0)
    times = 0.4 + (np.arange(8) + 0.5) / 8 * 0.5
    expected = [np.interp(times, np.arange(101) * 0.02, column) for column in grid.T]
    np.testing.assert_allclose(
        vectors["a@0.400"], np.stack(expected, axis=-1), rtol=CHANGE, atol=1e-5
    )


def test_chunks_hold_every_sample_with_what_is_around_it():
    for total in (0, 5, 11, 12, 13, 29, 31, 40):
        sound = np.arange(total, dtype=np.float32)
        found = list(chunks(np.array_split(sound, 3), 10, 2))
        done = 0
        for number, (start, samples, until) in enumerate(found):
            last = number == len(found) - 1
            assert start == max(0, done - 2)
            assert until == (total if last else done + 9)
            stop = total if last else done + 12
            assert samples.tolist() == list(range(start, stop))
            done = until + 1
        # The last has something to hear beside what is around it.
        assert len(found) == 1 or len(found[-1][1]) >= 4
        other = list(chunks([sound[:1], sound[1:]], 10, 2))
        assert [each[1].tolist() for each in other] == [each[1].tolist() for each in found]


def test_long_recordings_are_heard_in_chunks(module, tmp_path, monkeypatch):
    sound = noise(7 * RATE + 123)
    compute = SpeechModel(chosen(saved(tmp_path, module)))
    whole = compute.frames([sound])
    assert whole.shape == (701, WIDTH)
    longest, heard = [], compute._heard
    monkeypatch.setattr(compute, "_heard", lambda x: (longest.append(len(x)), heard(x))[1])
    monkeypatch.setattr(SpeechModel, "chunk", 2)
    monkeypatch.setattr(SpeechModel, "margin", 1)
    parts = compute.frames(np.split(sound, [1000, 50_000]))
    assert np.array_equal(parts, compute.frames([sound]))
    assert len(longest) == 2 * 4
    assert max(longest) <= 4 * RATE
    assert parts.shape == whole.shape
    # By hand: three seconds for the first two, four for the next two, and what is left.
    bounds = [(0, 3, 0, 2), (1, 5, 2, 4), (3, 7, 4, 6), (5, 8, 6, 8)]
    for start, stop, first, last in bounds:
        times = np.arange(first * 100, min(last * 100, 701)) / 100
        expected = by_hand(module, sound[start * RATE : stop * RATE], times - start)
        found = parts[first * 100 : last * 100]
        np.testing.assert_allclose(found, expected, atol=1e-4)


def test_a_model_hears_the_recording_at_the_working_rate(module, tmp_path):
    path = record(tmp_path, "a.wav", noise(22050), 22050, subtype="FLOAT")
    options = chosen(saved(tmp_path, module), hop=0.02, frames=1)
    vectors, _, _ = extract(tmp_path, [("a", path, 0.4, 0.6)], options)
    sound = np.concatenate(list(pieces(path, RATE)))
    expected = by_hand(module, sound, np.array([0.5]))
    np.testing.assert_allclose(vectors["a@0.400"], expected, rtol=CHANGE, atol=1e-5)


def test_the_script_writes_the_same_table_twice_and_of_its_size(module, tmp_path):
    path = record(tmp_path, "a.wav", noise(2 * RATE))
    listed = manifest(tmp_path, [("a", path, 0.4, 0.9), ("a", path, 5.0, 5.2)])
    options = chosen(saved(tmp_path, module), frames=9).model_dump_json()
    bytes_ = []
    for name in ("one", "two"):
        out, rejects = tmp_path / f"{name}.parquet", tmp_path / f"{name}-rejects.parquet"
        command = [sys.executable, SCRIPTS / "logmel.py", "--manifest", listed, "--logmel", out]
        command += ["--rejects", rejects, "--settings", options]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        bytes_.append(out.read_bytes())
    assert bytes_[0] == bytes_[1]
    assert tables.width(out, "feature") == 9 * WIDTH
    assert tables.read(LOGMEL, out)["token_id"].tolist() == ["a@0.400"]
    assert tables.read(tables.REJECTS, rejects)["id"].tolist() == ["a@5.000"]


@pytest.mark.parametrize(
    ("module", "said"),
    [
        (Shapeless("flat"), r"gives \(1, 16000\) for a waveform \(1, 16000\), not frames"),
        (Shapeless("empty"), r"gives \(1, 0, 6\) for"),
        (Shapeless("whole numbers"), "gives torch.int64, not frames"),
        (Shapeless("not finite"), "numbers that are not finite"),
        (Shapeless("other"), r"fails on a waveform \(1, 16000\) of float32"),
        (Two(), "gives tuple, not frames"),
        (Convolutions(), "frames of 6 numbers, and logmel.filters is 5; set logmel.filters to 6"),
    ],
)
def test_a_module_that_gives_other_things_is_one_line(module, said, tmp_path):
    path = saved(tmp_path, module)
    width = 5 if isinstance(module, Convolutions) else 6
    with pytest.raises(InputError, match=said) as error:
        SpeechModel(chosen(path, filters=width))
    assert str(error.value).startswith(f"{path}: ")
    assert "\n" not in str(error.value)


def test_a_file_that_is_no_module_is_one_line(tmp_path):
    path = tmp_path / "model.pt"
    with pytest.raises(InputError, match=r"model\.pt: no such file; logmel\.model names it"):
        SpeechModel(chosen(path))
    path.write_bytes(b"RIFF")
    with pytest.raises(InputError, match=r"model\.pt: not a TorchScript file; write it with"):
        SpeechModel(chosen(path))
    torch.save(Convolutions().state_dict(), path)
    with pytest.raises(InputError, match=r"model\.pt: not a TorchScript file \(.*; write it"):
        SpeechModel(chosen(path))


def test_a_recording_too_short_for_the_model_is_rejected(module, tmp_path):
    sounds = [record(tmp_path, f"{name}.wav", noise(n)) for name, n in (("a", 90), ("b", RATE))]
    words = [("a", sounds[0], 0.0, 0.005), ("b", sounds[1], 0.4, 0.6)]
    vectors, _, reasons = extract(tmp_path, words, chosen(saved(tmp_path, module)))
    assert list(vectors) == ["b@0.400"]
    assert "fails on a waveform (1, 90)" in reasons["a@0.000"]


def test_without_a_model_nothing_of_it_is_imported_or_stamped():
    assert not any(
        entry.startswith(("torch==", "seesay.audio.speech_model")) for entry in stamp("logmel")
    )
    with_it = stamp("logmel", ["seesay.audio.speech_model"])
    assert any(entry.startswith("torch==") for entry in with_it)
    assert type(logmel.maker(SETTINGS)) is logmel.LogMel
    code = (
        "import sys, json; from seesay.audio.logmel import maker;"
        "from seesay.settings.logmel import LogmelSettings as S;"
        f"maker(S(**json.loads('{json.dumps(SETTINGS.model_dump())}')));"
        "assert 'torch' not in sys.modules and 'seesay.audio.speech_model' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_many_filters_want_a_model():
    with pytest.raises(ValidationError, match=r"at most 256 where there is no logmel\.model"):
        LogmelSettings(**(SETTINGS.model_dump() | {"filters": 768}))
    assert chosen("hubert.pt", filters=768, frames=21).size == 21 * 768
