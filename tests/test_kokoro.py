"""Kokoro: its words as symbols and times; with the model, its speech, said twice and in pieces.

The model and its voices are files that a user supplies. Tests that speak skip where onnxruntime is
not installed or $SEESAY_KOKORO names no folder with kokoro.onnx and the voices (docs/voices.md).
"""

import importlib.util
import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import onnx
import pandas as pd
import pytest
import soundfile

from seesay.audio import aligner, synthesis
from seesay.audio.engines import Casting, build, kokoro
from seesay.captions import pronunciations
from seesay.schemas.vision import CAPTIONS
from seesay.settings.synthesis import KokoroSettings, SynthesisSettings
from seesay.shared import tables, voices
from seesay.shared.errors import InputError

CAPTION = ["a", "brown", "dog", "jumps", "over", "some", "yellow", "flowers"]


@pytest.fixture
def files() -> dict[str, str]:
    if importlib.util.find_spec("onnxruntime") is None:
        pytest.skip("onnxruntime is not installed: pip install 'seesay[kokoro]'")
    folder = os.environ.get("SEESAY_KOKORO")
    if not folder:
        pytest.skip("$SEESAY_KOKORO names no folder with kokoro.onnx and its voices")
    given = {"model": f"{folder}/kokoro.onnx", "voices": folder}
    assert voices.lack("kokoro", KokoroSettings(**given)) is None
    return given


def test_a_blank_belongs_to_the_word_after_it_and_a_word_without_phonemes_has_no_place():
    symbols, spans = kokoro.sentence(["ðə", "", "dˈɑɡ", "ɹˈʌn"])
    assert symbols == "ðə dˈɑɡ ɹˈʌn."
    assert spans == [(0, 0, 2), (2, 2, 7), (3, 7, 12)]
    assert all(symbols[start] == " " for _, start, _ in spans[1:])
    assert kokoro.sentence(["", ""]) == (".", [])


def test_word_times_are_sums_of_the_durations_of_their_symbols():
    # Of "ðə dˈɑɡ.": the 0, ð, ə, the blank, d, ˈ, ɑ, ɡ, the full stop, the 0.
    durations = np.array([10, 2, 3, 1, 2, 1, 4, 2, 5, 9], np.float32)
    _, spans = kokoro.sentence(["ðə", "dˈɑɡ"])
    found = kokoro.word_times(durations, spans)
    units = [(0, 10, 15), (1, 15, 25)]
    assert found == [(i, a * 600 - 840, b * 600 - 840) for i, a, b in units]
    # Sound cannot begin before the file does.
    assert kokoro.word_times(np.ones(10), spans)[0] == (0, 0, 3 * 600 - 840)


def test_a_long_sentence_is_cut_between_words_and_keeps_each_of_them():
    assert kokoro.pieces(CAPTION) == [CAPTION]
    assert kokoro.pieces(["", ""]) == kokoro.pieces([]) == []
    exact = ["m" * 254, "n" * 254]
    assert kokoro.pieces(exact) == [exact]
    assert kokoro.pieces(["m" * 254, "n" * 255]) == [["m" * 254], ["n" * 255]]
    assert kokoro.pieces(["m" * 510, "n"]) == [["", "n"]]
    assert kokoro.pieces(["", "m" * 509, "n"]) == [["", "m" * 509], ["n"]]
    random = np.random.default_rng(0)
    for _ in range(50):
        words = ["m" * int(size) for size in random.integers(0, 510, 30)]
        found = kokoro.pieces(words)
        assert [word for piece in found for word in piece] == words
        assert all(len(kokoro.sentence(piece)[0]) <= kokoro.LONGEST for piece in found)


def test_a_model_without_durations_and_a_file_that_is_no_model_are_one_line(tmp_path: Path):
    pytest.importorskip("onnxruntime", reason="onnxruntime, an extra, is not installed")
    value = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1])
    other = onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1])
    node = onnx.helper.make_node("Round", ["x"], ["y"])
    graph = onnx.helper.make_graph([node], "g", [value], [other])
    onnx.save(onnx.helper.make_model(graph), tmp_path / "other.onnx")
    (tmp_path / "text.onnx").write_text("no model")
    np.zeros((510, 1, 256), np.float32).tofile(tmp_path / "af_x.bin")
    for name, cause in (("other", "0 places predict durations"), ("text", "no model of Kokoro")):
        options = {"model": str(tmp_path / f"{name}.onnx"), "voices": str(tmp_path)}
        with pytest.raises(InputError, match=cause):
            build(Casting("kokoro-F01", 0, 1, options))


def test_word_times_agree_with_alignment_and_words_it_cannot_say_have_none(files, tmp_path: Path):
    speaker = build(Casting("kokoro-M02", 0, 1, files))
    ((samples, times),) = speaker.speak([["狗", *CAPTION[:3], "狗", *CAPTION[3:], "-"]])
    assert [index for index, _, _ in times] == [1, 2, 3, *range(5, 10)]
    assert all(a < b for _, a, b in times)
    assert all(before[2] <= after[1] for before, after in pairwise(times))
    soundfile.write(tmp_path / "a.wav", samples, speaker.sample_rate)
    known = pronunciations.load(None)
    said = {word: known[word] for word in CAPTION}
    found = aligner.align(aligner.Work(tmp_path / "a.wav", tuple(CAPTION), said, 1e-80))
    ours = np.array([time[1:] for time in times]) / speaker.sample_rate
    assert np.median(np.abs(ours - np.array(found))) < 0.03
    assert speaker.transcribe("yellow") == "jˈɛlO"
    assert speaker.transcribe("狗") == ""


def test_a_sentence_longer_than_the_network_reads_is_said_whole(files):
    speaker = build(Casting("kokoro-F01", 0, 1, files))
    words = ["extraordinarily"] * 30
    ((samples, times),) = speaker.speak([words])
    assert [index for index, _, _ in times] == list(range(30))
    assert times[-1][2] <= len(samples)
    lengths = np.array([b - a for _, a, b in times]) / speaker.sample_rate
    assert (lengths > 0.3).all()
    assert (lengths < 2).all()


def test_captions_are_said_the_same_twice_and_what_is_unsaid_is_a_reject(files, tmp_path: Path):
    texts = ["A brown dog jumps.", "狗 runs!", "狗"]
    captions = pd.DataFrame({"image_id": ["a", "b", "c"], "caption": [0, 0, 0], "text": texts})
    tables.write(CAPTIONS, tmp_path / "captions.parquet", captions)
    settings = SynthesisSettings(
        script="captions", engines=("kokoro",), kokoro=KokoroSettings(**files), talkers=2
    )
    made = []
    for name in ("one", "two"):
        folder = tmp_path / name
        rejects = tmp_path / f"{name}.parquet"
        synthesis.synthesise(tmp_path / "captions.parquet", folder, rejects, settings, 1)
        made.append({file.name: file.read_bytes() for file in sorted(folder.iterdir())})
    assert made[0] == made[1]
    words = pd.read_csv(tmp_path / "one" / "words.tsv", sep="\t")
    assert sorted(words["word"]) == sorted(["a", "brown", "dog", "jumps", "runs"])
    assert set(words["speaker"]) <= {"kokoro-F01", "kokoro-M01"}
    lost = tables.read(tables.REJECTS, tmp_path / "one.parquet")
    assert lost[["id", "reason"]].to_numpy().tolist() == [
        ["狗", "kokoro does not speak it, 2 times"]
    ]


def test_talkers_have_voices_of_their_own(files):
    def said(name: str) -> bytes:
        ((samples, _),) = build(Casting(f"kokoro-{name}", 0, 1, files)).speak([["lion"]])
        return samples.tobytes()

    # M14 is the first that mixes two voices.
    sounds = [said(name) for name in ("F01", "F02", "F12", "M01", "M14")]
    assert len(set(sounds)) == len(sounds)
