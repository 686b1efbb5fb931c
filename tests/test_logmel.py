"""log-Mel vectors: against librosa, hand-placed clicks and tones, and broken recordings."""

import json
import math
import os
import subprocess
import sys
import tracemalloc

import librosa
import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from seesay.audio import logmel
from seesay.audio.logmel import LogMel, extract_shard
from seesay.schemas.audio import LOGMEL
from seesay.settings.logmel import LogmelSettings
from seesay.shared import sound as reading
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.sound import pieces
from support import ROOT
from support.frames import RATE, SETTINGS, extract, manifest, noise, record
from support.stored import CHANGE, stored

SILENCE = math.log(1e-10)


def changed(**values):
    return LogmelSettings.model_validate(SETTINGS.model_dump() | values)


@pytest.mark.filterwarnings("ignore:n_fft=512 is too large")
@pytest.mark.parametrize(
    ("samples", "options"),
    [
        (RATE * 2 + 77, {}),
        (159, {}),  # shorter than a hop
        (RATE, {"filters": 26, "window": 0.032, "hop": 0.0125, "low": 0.0, "high": 6000.0}),
    ],
)
def test_frames_are_librosas(samples, options):
    chosen = changed(**options)
    sound = noise(samples)
    mel = librosa.feature.melspectrogram(
        y=sound,
        sr=RATE,
        n_fft=512,
        win_length=round(chosen.window * RATE),
        hop_length=round(chosen.hop * RATE),
        window="hann",
        center=True,
        pad_mode="constant",
        power=2.0,
        n_mels=chosen.filters,
        fmin=chosen.low,
        fmax=chosen.high,
    )
    expected = np.log(np.maximum(mel, chosen.floor)).T
    found = LogMel(chosen).frames([sound])
    assert found.dtype == np.float32
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, atol=2e-4)


def test_frames_are_librosas_on_real_speech(real_data):
    path = sorted(real_data.glob("timit_10/**/*.wav"))[0]
    sound, rate = soundfile.read(path, dtype="float32")
    assert rate == RATE
    spectrum = np.abs(librosa.stft(sound, n_fft=512, win_length=400, hop_length=160)) ** 2
    filters = librosa.filters.mel(sr=RATE, n_fft=512, n_mels=40, fmin=64, fmax=8000)
    expected = np.log(np.maximum(filters @ spectrum, 1e-10)).T
    found = LogMel(SETTINGS).frames(pieces(path, RATE))
    # librosa's spectrum, too, is in float32: the quietest frames differ by its rounding.
    np.testing.assert_allclose(found, expected, atol=0.02)
    assert np.abs(found - expected).mean() < 1e-5


def test_a_frame_by_hand():
    """One frame of a small set-up, by the textbook sums in float64."""
    chosen = changed(sample_rate=4000, window=0.008, hop=0.004, filters=4, low=0, high=2000)
    sound = noise(100)
    width, centre = 32, 3 * 16
    total = np.zeros(17)
    for k in range(17):
        wave = 0j
        for n in range(width):
            hann = 0.5 - 0.5 * math.cos(2 * math.pi * n / width)
            phase = complex(0, -2 * math.pi * k * n / width)
            wave += hann * float(sound[centre - 16 + n]) * np.exp(phase)
        total[k] = abs(wave) ** 2
    filters = librosa.filters.mel(sr=4000, n_fft=32, n_mels=4, fmin=0, fmax=2000)
    found = LogMel(chosen).frames([sound])[3]
    np.testing.assert_allclose(found, np.log(filters @ total), rtol=1e-5)


@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(0, 20000), max_size=6), block=st.sampled_from([1, 7, 512]))
def test_frames_do_not_depend_on_pieces_or_blocks(cuts, block):
    sound = noise(20000, seed=1)
    whole = LogMel(SETTINGS).frames([sound])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logmel, "FRAMES", block)
        parts = LogMel(SETTINGS).frames(np.split(sound, sorted(cuts)))
    assert np.array_equal(whole, parts)


def test_threads_change_no_bit():
    code = (
        "import numpy as np, hashlib; import tests.test_logmel as t;"
        "f = t.LogMel(t.SETTINGS).frames([t.noise(200_000)]);"
        "print(hashlib.sha256(f.tobytes()).hexdigest())"
    )
    digests = set()
    for threads in ("1", "3"):
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        search = os.pathsep.join(str(ROOT / folder) for folder in ("", "tests", "src"))
        environment = os.environ | dict.fromkeys(names, threads) | {"PYTHONPATH": search}
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        digests.add(done.stdout)
    assert len(digests) == 1


@pytest.mark.parametrize("rate", [16000, 22050, 44100])
def test_a_click_is_in_the_middle_frame(tmp_path, rate):
    """A click at 1.5 s, the middle of the word 1.2-1.8 s: frames are 10 ms apart around it."""
    sound = np.zeros(3 * rate, np.float32)
    sound[round(1.5 * rate)] = 0.9
    path = record(tmp_path, "a.wav", sound, rate)
    vectors, padded, _ = extract(tmp_path, [("a", path, 1.2, 1.8)])
    loudness = vectors["a@1.200"].sum(axis=1)
    assert loudness.argmax() == 35
    # The window of 25 ms reaches the click from one frame to either side.
    heard = np.flatnonzero(loudness > loudness.max() - 250)
    assert list(heard) == [34, 35, 36]
    assert loudness[34] == pytest.approx(loudness[36], abs=0.5)
    assert padded["a@1.200"] == 0


@pytest.mark.parametrize(
    ("onset", "offset", "middle"),
    [(0.0, 0.0, 0), (0.1, 0.3, 20), (0.38, 0.39, 39), (0.381, 0.388, 38), (1.0, 1.009, 100)],
)
def test_middles(onset, offset, middle):
    """The nearest frame; 0.385 s lies half way and goes up."""
    found = LogMel(SETTINGS).middles(np.array([onset]), np.array([offset]))
    assert found.tolist() == [middle]


def test_vectors_are_frame_major_cuts_of_the_frames(tmp_path):
    sound = noise(2 * RATE)
    path = record(tmp_path, "a.wav", sound, subtype="FLOAT")
    frames = LogMel(SETTINGS).frames([sound])
    vectors, _, _ = extract(tmp_path, [("a", path, 0.5, 0.9), ("a", path, 0.9, 1.4)])
    np.testing.assert_array_equal(vectors["a@0.500"], stored(frames[70 - 35 : 70 + 36]))
    np.testing.assert_array_equal(vectors["a@0.900"], stored(frames[115 - 35 : 115 + 36]))
    schema = next(tables.batches(LOGMEL, tmp_path / "logmel.parquet")).schema
    assert schema.field("feature").type.list_size == 2840


def test_edges_are_padded_with_silence_and_counted(tmp_path):
    """One second has frames 0 to 100. Middles: 0.1 s = frame 10, 0.95 s = 95, 0.5 s = 50."""
    sound = noise(RATE)
    path = record(tmp_path, "a.wav", sound, subtype="FLOAT")
    frames = LogMel(SETTINGS).frames([sound])
    words = [("a", path, 0.0, 0.2), ("a", path, 0.4, 0.6), ("a", path, 0.9, 1.0)]
    vectors, padded, rejects = extract(tmp_path, words)
    assert padded == {"a@0.000": 25, "a@0.400": 0, "a@0.900": 30}
    first, last = vectors["a@0.000"], vectors["a@0.900"]
    np.testing.assert_allclose(first[:25], SILENCE, rtol=CHANGE)
    np.testing.assert_array_equal(first[25:], stored(frames[:46]))
    np.testing.assert_allclose(last[41:], SILENCE, rtol=CHANGE)
    np.testing.assert_array_equal(last[:41], stored(frames[60:]))
    assert rejects == {}


def test_resampling_keeps_a_tone_where_it_is(tmp_path):
    """A tone of 1 kHz, recorded at 22,050 Hz, gives the frames of one recorded at 16,000 Hz."""
    words = []
    for name, rate in (("low", 16000), ("high", 22050)):
        tone = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(2 * rate) / rate)
        path = record(tmp_path, f"{name}.wav", tone, rate, subtype="FLOAT")
        words.append((name, path, 0.8, 1.2))
    vectors, _, _ = extract(tmp_path, words)
    expected, found = vectors["low@0.800"], vectors["high@0.800"]
    loud = expected > expected.max() - 7
    assert loud.any(axis=1).all()
    np.testing.assert_allclose(found[loud], expected[loud], atol=0.01)


@pytest.mark.parametrize("rate", [8000, 22050, 44100])
def test_resampling_in_pieces_is_resampling_the_whole(tmp_path, rate, monkeypatch):
    sound = noise(3 * rate + 11)
    path = record(tmp_path, "a.wav", sound, rate, subtype="FLOAT")
    monkeypatch.setattr(reading, "SAMPLES", 1000)
    found = np.concatenate(list(pieces(path, RATE)))
    np.testing.assert_array_equal(found, soxr.resample(sound, rate, RATE))


def test_channels_are_averaged(tmp_path):
    left, right = noise(RATE, 1), noise(RATE, 2)
    path = record(tmp_path, "a.wav", np.stack([left, right], axis=1), subtype="FLOAT")
    found = np.concatenate(list(pieces(path, RATE)))
    np.testing.assert_allclose(found, (left + right) / 2, atol=1e-7)


@pytest.mark.parametrize("rate", [16000, 44100])
def test_a_channel_alone_is_heard(tmp_path, rate):
    left, right = noise(rate, 1), noise(rate, 2)
    both = record(tmp_path, "both.wav", np.stack([left, right], 1), rate, subtype="FLOAT")
    for channel, alone in enumerate((left, right)):
        path = record(tmp_path, "alone.wav", alone, rate, subtype="FLOAT")
        found, expected = (
            np.concatenate([*pieces(p, RATE, channel * (p == both))]) for p in (both, path)
        )
        np.testing.assert_array_equal(found, expected)
    with pytest.raises(InputError, match=r"both.wav: has 2 channels, not 3"):
        list(pieces(both, RATE, 2))


def test_a_shard_hears_the_channel_of_its_manifest(tmp_path):
    left, right = noise(RATE, 1), noise(RATE, 2)
    path = record(tmp_path, "a.wav", np.stack([left, right], 1), subtype="FLOAT")
    words = [(name, path, 0.4, 0.6) for name in ("a", "a#1", "mean")]
    expected = [left, right, (left + right) / 2]
    vectors, _, _ = extract(tmp_path, words, channel=[0, 1, -1])
    for name, sound in zip(("a", "a#1", "mean"), expected, strict=True):
        frames = LogMel(SETTINGS).frames([sound])[50 - 35 : 50 + 36]
        np.testing.assert_allclose(vectors[f"{name}@0.400"], frames, rtol=CHANGE, atol=1e-4)


def test_bad_recordings_are_rejected_token_by_token(tmp_path):
    good = record(tmp_path, "good.wav", noise(RATE))
    text = tmp_path / "text.wav"
    text.write_text("not audio")
    short = record(tmp_path, "short.flac", noise(RATE * 20))
    short.write_bytes(short.read_bytes()[:100_000])
    silent = noise(RATE)
    silent[700] = np.nan
    nan = record(tmp_path, "nan.wav", silent, subtype="FLOAT")
    words = [
        ("good", good, 0.2, 0.4),
        ("good", good, 1.2, 1.4),
        ("text", text, 0.0, 0.2),
        ("text", text, 0.3, 0.5),
        ("gone", tmp_path / "gone.wav", 0.1, 0.2),
        ("short", short, 0.1, 0.2),
        ("nan", nan, 0.1, 0.2),
    ]
    vectors, _, rejects = extract(tmp_path, words)
    assert list(vectors) == ["good@0.200"]
    refused = ["gone@0.100", "good@1.200", "nan@0.100", "short@0.100", "text@0.000", "text@0.300"]
    assert sorted(rejects) == refused
    assert "1.300 s, is not within the recording" in rejects["good@1.200"]
    assert "not finite" in rejects["nan@0.100"]
    assert "but its header says 20.000 s; replace it" in rejects["short@0.100"]
    for token in ("gone@0.100", "text@0.300"):
        assert "cannot be read" in rejects[token]
        assert "replace or remove it" in rejects[token]
    for token in rejects:
        assert "\n" not in rejects[token]


@pytest.mark.parametrize("value", [np.nan, -np.inf, 1e25])
@pytest.mark.parametrize("span", ["window", "masked", "word"])
@pytest.mark.parametrize("rate", [RATE, 22050])
def test_one_sample_that_no_sound_has_costs_the_words_around_it_alone(tmp_path, value, span, rate):
    samples = noise(rate * 4)
    samples[2 * rate] = value
    bad = record(tmp_path, "bad.wav", samples, rate, subtype="FLOAT")
    samples[2 * rate] = 0
    whole = record(tmp_path, "whole.wav", samples, rate, subtype="FLOAT")
    times = [(0.5, 0.7), (1.9, 2.1), (3.0, 3.3)]
    words = [(path.stem, path, *time) for path in (bad, whole) for time in times]
    vectors, _, rejects = extract(tmp_path, words, changed(span=span))
    assert list(rejects) == ["bad@1.900"]
    assert rejects["bad@1.900"].startswith("around 2.000 s the recording holds samples that")
    for onset in ("0.500", "3.000"):
        np.testing.assert_array_equal(vectors[f"bad@{onset}"], vectors[f"whole@{onset}"])
    with pytest.raises(InputError, match=r"bad\.wav: bad@1\.900: around 2\.000 s"):
        extract(tmp_path, words, changed(span=span, on_bad_input="fail"))


@pytest.mark.parametrize(("onset", "name"), [(0.1, "gone.wav"), (5.0, "good.wav")])
def test_bad_input_can_end_the_run(tmp_path, onset, name):
    record(tmp_path, "good.wav", noise(RATE))
    words = [("a", tmp_path / name, onset, onset + 0.1)]
    with pytest.raises(InputError, match=name):
        extract(tmp_path, words, changed(on_bad_input="fail"))
    assert not (tmp_path / "logmel.parquet").exists()


def test_rows_do_not_depend_on_the_order_of_the_manifest_and_are_sorted(tmp_path):
    words = []
    for name in ("b", "a-b", "a"):
        path = record(tmp_path, f"{name}.wav", noise(RATE, seed=len(words)))
        words += [(name, path, onset, onset + 0.1) for onset in (0.3, 0.1, 0.7)]
    digests = []
    for order in (words, words[::-1]):
        extract(tmp_path, order)
        digests.append((tmp_path / "logmel.parquet").read_bytes())
        names = [
            token
            for batch in tables.batches(LOGMEL, tmp_path / "logmel.parquet")
            for token in batch.column("token_id").to_pylist()
        ]
        assert names == sorted(names)
        assert len(names) == 9
    assert digests[0] == digests[1]


def test_memory_does_not_grow_with_the_file(tmp_path):
    """12 minutes of 44.1 kHz stereo are 254 MB as float32; read in pieces they take few."""
    path = tmp_path / "long.wav"
    with soundfile.SoundFile(path, "w", 44100, 2) as file:
        for _ in range(12):
            file.write(np.zeros((44100 * 60, 2), np.int16))
    tracemalloc.start()
    try:
        frames = LogMel(SETTINGS).frames(pieces(path, RATE))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert frames.shape == (72001, 40)
    np.testing.assert_allclose(frames, SILENCE, rtol=1e-6)
    assert peak < 48 * 2**20


def test_memory_does_not_grow_with_the_corpus(tmp_path):
    """Eight times the recordings, each of a minute and 200 tokens: no more is held at once."""
    path = record(tmp_path, "a.wav", noise(60 * RATE))
    peaks = []
    for recordings in (2, 16):
        links = [tmp_path / f"r{n}.wav" for n in range(recordings)]
        for link in links:
            link.unlink(missing_ok=True)
            link.symlink_to(path)
        words = [(link.stem, link, t / 4, t / 4 + 0.2) for link in links for t in range(200)]
        listed = manifest(tmp_path, words)
        tracemalloc.start()
        try:
            extract_shard(listed, tmp_path / "out.parquet", tmp_path / "no.parquet", SETTINGS)
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    # What grows is the list of tokens: 2,800 more of them, at well under 1 kB each.
    assert peaks[1] - peaks[0] < 2.5 * 2**20
    # All vectors of the 16 recordings together are 36 MB.
    assert peaks[1] < 20 * 2**20


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"high": 9000.0}, "at most half of sample_rate"),
        ({"low": 8000.0}, "must be below high"),
        ({"frames": 70}, "must be odd"),
        ({"sample_rate": 11025, "high": 5000.0}, "whole number of samples"),
        ({"hop": 0.01001}, "whole number of samples"),
        ({"floor": 0.0}, "floor"),
        ({"on_bad_input": "ignore"}, "on_bad_input"),
    ],
)
def test_settings_that_make_no_sense(values, message):
    with pytest.raises(ValidationError, match=message):
        changed(**values)


def test_too_many_filters_are_an_error():
    with pytest.raises(InputError, match="take fewer filters or a longer window"):
        LogMel(changed(filters=200))


def test_the_script(tmp_path):
    path = record(tmp_path, "a.wav", noise(RATE))
    words = manifest(tmp_path, [("a", path, 0.4, 0.6)])
    script = ROOT / "workflow" / "scripts" / "logmel.py"
    out = tmp_path / "new" / "logmel.parquet"
    done = subprocess.run(
        [
            sys.executable, script, "--manifest", words, "--logmel", out,
            "--rejects", tmp_path / "new" / "rejects.parquet",
            "--settings", json.dumps(SETTINGS.model_dump()),
        ],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert tables.read(LOGMEL, out)["token_id"].tolist() == ["a@0.400"]


def test_a_stretched_word_is_its_own_frames_in_proportion(tmp_path):
    # A ramp of frames: what is at a place is the place.
    chosen = changed(span="word", frames=8)
    frames = np.arange(50, dtype=np.float32)[:, None] * np.ones((1, 40), np.float32)
    vectors, padded = LogMel(chosen).stretch(frames, np.array([0.1, 0.4]), np.array([0.26, 0.6]))
    rows = vectors.reshape(2, 8, 40)
    # 16 hops in 8 frames: the middles of pairs of hops.
    np.testing.assert_allclose(rows[0, :, 3], 10 + 2 * (np.arange(8) + 0.5), atol=1e-4)
    places = 40 + 20 * (np.arange(8) + 0.5) / 8
    inside = places <= 49
    np.testing.assert_allclose(rows[1, inside, 0], places[inside], atol=1e-4)
    assert (rows[1, ~inside] == np.float32(SILENCE)).all()
    assert padded.tolist() == [0, (~inside).sum()]


def test_the_span_word_does_not_depend_on_its_neighbours(tmp_path):
    sound = noise(RATE)
    louder = sound.copy()
    louder[: round(0.25 * RATE)] *= 9  # ends a window before the word
    for span, frames in (("word", 40), ("masked", 71), ("window", 71)):
        found = []
        for name, samples in (("a", sound), ("b", louder)):
            folder = tmp_path / span / name
            folder.mkdir(parents=True)
            path = record(folder, "a.wav", samples)
            words = [("a", path, 0.3, 0.6)]
            vectors, _, _ = extract(folder, words, changed(span=span, frames=frames))
            found.append(next(iter(vectors.values())))
        assert np.allclose(*found, atol=1e-3) == (span != "window"), span


def test_a_masked_window_is_silent_outside_of_its_word(tmp_path):
    path = record(tmp_path, "a.wav", noise(RATE * 2))
    words = [("a", path, 1.0, 1.2)]
    masked = next(iter(extract(tmp_path, words, changed(span="masked"))[0].values()))
    window = next(iter(extract(tmp_path, words)[0].values()))
    # The middle, 1.1 s, is frame 35 of 71; the word is 10 frames either side.
    inside = np.zeros(71, bool)
    inside[25:46] = True
    assert (masked[inside] == window[inside]).all()
    np.testing.assert_allclose(masked[~inside], SILENCE, rtol=CHANGE)


def test_a_recordings_means_are_taken_off(tmp_path):
    path = record(tmp_path, "a.wav", noise(RATE * 2))
    words = [("a", path, 0.5, 0.9)]
    plain = next(iter(extract(tmp_path, words)[0].values()))
    normal = next(iter(extract(tmp_path, words, changed(normalise="recording"))[0].values()))
    means = LogMel(SETTINGS).frames(pieces(path, RATE)).mean(axis=0)
    np.testing.assert_allclose(normal, plain - means, rtol=CHANGE, atol=5e-3)


@pytest.mark.parametrize("span", ["window", "masked", "word"])
def test_a_token_s_own_level_and_range_are_taken_off(tmp_path, span):
    path = record(tmp_path, "a.wav", 0.5 * noise(RATE * 2))
    quiet = record(tmp_path, "b.wav", 0.05 * noise(RATE * 2))
    vectors = []
    for number, file in enumerate((path, quiet)):
        folder = tmp_path / str(number)
        folder.mkdir()
        words = [("a", file, 0.2, 0.4)]
        plain = next(iter(extract(folder, words, changed(span=span))[0].values()))
        words = [("a", file, 0.2, 0.4)]
        options = changed(span=span, normalise="token")
        vectors.append(next(iter(extract(folder, words, options)[0].values())))
        # The token begins before its recording, so its window has silent frames.
        sounds = (plain > SILENCE + 0.01).any(axis=1)
        assert sounds.all() == (span == "word")
        expected = (plain - plain[sounds].mean()) / plain[sounds].std()
        np.testing.assert_allclose(vectors[-1][sounds], expected[sounds], rtol=CHANGE, atol=0.01)
        assert (vectors[-1][~sounds] == 0).all()
    # Ten times as quiet is the same; 16 bits round a little.
    np.testing.assert_allclose(*vectors, atol=0.1)


def test_a_silent_token_has_a_level_of_0():
    silent = np.full((2, SETTINGS.size), SILENCE, np.float32)
    assert (LogMel(changed(normalise="token")).level(silent) == 0).all()


def test_a_stretched_word_may_have_an_even_number_of_frames():
    assert changed(span="word", frames=40).size == 1600
    with pytest.raises(ValidationError, match="frames must be odd"):
        changed(span="masked", frames=40)
