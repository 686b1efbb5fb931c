"""TextGrids and the audio files beside them: whose words, on which channel, from which time."""

from pathlib import Path

import pytest
import soundfile

from seesay.corpora import conformance
from seesay.corpora.formats.praat import Grid
from seesay.corpora.textgrid import begin
from seesay.settings.corpora import Corpus
from support.speech_layouts import RATE, WORDS, grid, read, sound
from support.textgrids import Made, plain, written

OTHER = [(0.0, 0.3, "dog"), (1.0, 1.5, "sat")]


def pairs(words: list[tuple]) -> list[tuple]:
    return [(recording, talker, word) for recording, talker, word, _, _ in words]


@pytest.mark.parametrize(
    ("first", "second"), [("ann - words", "bob - words"), ("ann - word", "bob - word")]
)
@pytest.mark.parametrize("reader", ["textgrid", "lucid"])
def test_two_talkers_of_a_mono_recording(tmp_path: Path, first: str, second: str, reader: str):
    """The layout of MFA and of FAVE: both are heard on the only channel."""
    sound(tmp_path / "talk.wav")
    grid(tmp_path / "talk.TextGrid", {first: WORDS, "ann - phones": WORDS, second: OTHER})
    recordings, words, _ = read(reader, tmp_path)
    assert recordings == {"talk": ("talk.wav", None, "bob")}
    assert pairs(words) == [
        ("talk", "bob", "dog"),
        ("talk", "ann", "The"),
        ("talk", "ann", "cat"),
        ("talk", "bob", "sat"),
    ]
    assert conformance.check(Corpus(reader=reader, path=str(tmp_path))) == []


def test_talkers_by_letter_number_or_place_of_a_mono_recording(tmp_path: Path):
    for name, tiers in {"F1M2": ("A word", "B word"), "F3M4": ("word_1", "word_2")}.items():
        sound(tmp_path / f"{name}.wav")
        grid(tmp_path / f"{name}.TextGrid", dict(zip(tiers, (WORDS, OTHER), strict=True)))
    for letter, rows in {"A": WORDS, "B": OTHER}.items():
        grid(tmp_path / f"F5M6_{letter}.TextGrid", {"word": rows})
    sound(tmp_path / "F5M6.wav")
    recordings, words, _ = read("lucid", tmp_path)
    assert {name: found[:2] for name, found in recordings.items()} == {
        name: (f"{name}.wav", None) for name in ("F1M2", "F3M4", "F5M6")
    }
    assert {(recording, talker) for recording, talker, *_ in words} == {
        (name, talker) for name in recordings for talker in (name[:2], name[2:])
    }
    assert len(words) == 3 * 4


def test_talkers_of_a_stereo_recording_keep_their_channels(tmp_path: Path):
    sound(tmp_path / "talk.wav", channels=2)
    sound(tmp_path / "three.wav", channels=2)
    grid(tmp_path / "talk.TextGrid", {"ann - words": WORDS, "bob - words": OTHER})
    three = {"ann - words": WORDS, "bob - words": OTHER, "cyd - words": [(0.1, 0.2, "who")]}
    grid(tmp_path / "three.TextGrid", three)
    recordings, words, _ = read("textgrid", tmp_path)
    assert recordings == {
        "talk": ("talk.wav", 0, "ann"),
        "talk#1": ("talk.wav", 1, "bob"),
        # More talkers than channels: nobody has a channel.
        "three": ("three.wav", None, "bob"),
    }
    assert len(words) == 4 + 5


def test_a_recording_is_heard_on_one_channel_or_on_all(tmp_path: Path):
    sound(tmp_path / "call.wav", channels=2)
    grid(tmp_path / "call.TextGrid", {"word": WORDS})
    grid(tmp_path / "call_A.TextGrid", {"word": [(1.2, 1.5, "dog")]})
    recordings, words, rejects = read("textgrid", tmp_path)
    assert recordings == {"call": ("call.wav", None, "call")}
    assert len(words) == 2
    assert "heard on its first channel or on all" in rejects["call_A.TextGrid:1:1"]


def test_a_tier_of_categories_is_no_talker(tmp_path: Path):
    sound(tmp_path / "a.wav")
    kinds = [(0.2, 0.5, "article"), (0.5, 1.0, "noun")]
    grid(tmp_path / "a.TextGrid", {"word": WORDS, "word category": kinds, "word_class": kinds})
    sound(tmp_path / "b.wav")
    grid(tmp_path / "b.TextGrid", {"word category": kinds})
    _, words, rejects = read("textgrid", tmp_path)
    assert pairs(words) == [("a", "a", "The"), ("a", "a", "cat")]
    assert "(its tiers: 'word category')" in rejects["b.TextGrid"]


def test_a_part_that_was_extracted_with_its_times(tmp_path: Path):
    rows = [(2, 3, ""), (3, 4, "dog"), (4, 6, "runs"), (6, 12, "home")]
    text = written([Made("IntervalTier", "words", rows)], False, plain)
    text = text.replace("xmin = 0 ", "xmin = 2 ").replace("xmax = 4 \ntiers", "xmax = 12 \ntiers")
    for name, seconds in {"part": 10, "whole": 12, "unclear": 11, "longer": 600}.items():
        sound(tmp_path / f"{name}.wav", seconds=seconds)
        (tmp_path / f"{name}.TextGrid").write_text(text)
    _, words, rejects = read("textgrid", tmp_path)
    assert words == [
        ("part", "part", "dog", 1, 2),
        ("part", "part", "runs", 2, 4),
        ("part", "part", "home", 4, 10),
        ("whole", "whole", "dog", 3, 4),
        ("whole", "whole", "runs", 4, 6),
        ("whole", "whole", "home", 6, 12),
    ]
    for name in ("unclear", "longer"):
        assert "it goes from xmin 2 to xmax 12 s" in rejects[f"{name}.TextGrid"]


@pytest.mark.parametrize(
    ("start", "end", "seconds", "expected"),
    [
        (0, 3, 9, 0),
        (0.001, 3, 9, 0),
        (2, 12, 10.05, 2),
        (2, 12, 12.05, 0),
        (2, 12, 11.8, None),
        (0.05, 10, 10, 0),
        (0.05, 10.05, 10, 0.05),
        (-0.2, 3, 3, 0),
        (-0.2, 3, 3.2, -0.2),
        (-0.2, 3, 60, 0),
    ],
)
def test_where_an_audio_file_begins(start, end, seconds, expected):
    assert begin(Grid(start, end, []), seconds) == expected


def test_a_negative_onset_is_no_word(tmp_path: Path):
    rows = [(-0.2, 1, "dog"), (1, 3, "runs")]
    text = written([Made("IntervalTier", "words", rows)], False, plain)
    sound(tmp_path / "a.wav", seconds=3)
    (tmp_path / "a.TextGrid").write_text(
        text.replace("xmin = 0 ", "xmin = -0.2 ").replace("xmax = 4 \n", "xmax = 3 \n")
    )
    _, words, rejects = read("textgrid", tmp_path)
    assert words == [("a", "a", "runs", 1, 3)]
    assert "a negative onset" in rejects["a.TextGrid:1:1"]


def test_a_file_that_is_cut_off_in_another_tier(tmp_path: Path):
    sound(tmp_path / "a.wav")
    content = grid(tmp_path / "a.TextGrid", {"word": WORDS, "phone": WORDS}).read_bytes()
    (tmp_path / "a.TextGrid").write_bytes(content[:-40])
    _, words, rejects = read("textgrid", tmp_path)
    assert len(words) == 2
    assert "cut off in the tier 'phone'" in rejects["a.TextGrid:end"]


def test_an_encoding_is_named_or_asked_for(tmp_path: Path):
    sound(tmp_path / "a.wav")
    grid(tmp_path / "a.TextGrid", {"word": [(0, 1, "été")]}, encoding="latin-1")
    _, words, rejects = read("textgrid", tmp_path)
    assert words == []
    assert "options.encoding" in rejects["a.TextGrid"]
    _, words, rejects = read("textgrid", tmp_path, encoding="latin-1")
    assert (words, rejects) == ([("a", "a", "été", 0, 1)], {})


def test_an_audio_file_that_cannot_be_opened_is_the_stages_to_name(tmp_path: Path):
    (tmp_path / "a.wav").write_text("no sound")
    grid(tmp_path / "a.TextGrid", {"ann - word": WORDS, "bob - word": OTHER})
    recordings, _, rejects = read("textgrid", tmp_path)
    assert list(recordings) == ["a", "a#1"]
    assert list(rejects) == ["a.TextGrid"]  # the noise


def test_labels_in_more_than_one_line(tmp_path: Path):
    soundfile.write(tmp_path / "a.wav", [0.0] * RATE * 2, RATE)
    grid(tmp_path / "a.TextGrid", {"word": [(0, 1, "cat\n"), (1, 2, "the\ndog")]})
    _, words, rejects = read("textgrid", tmp_path)
    assert pairs(words) == [("a", "a", "cat")]
    assert rejects["a.TextGrid:1:2"].endswith(": a 1.0 2.0 the dog")


def test_a_talker_whose_tier_is_called_otherwise_is_told(tmp_path: Path):
    sound(tmp_path / "talk.wav")
    tiers = {"Ann - Words": WORDS, "Bob - word": OTHER, "word category": WORDS}
    grid(tmp_path / "talk.TextGrid", tiers)
    _, words, rejects = read("textgrid", tmp_path)
    assert {talker for _, talker, *_ in words} == {"Bob"}
    assert list(rejects) == ["talk.TextGrid:Ann - Words"]


def test_talkers_who_are_set_off_by_a_blank_alone(tmp_path: Path):
    sound(tmp_path / "talk.wav")
    grid(tmp_path / "talk.TextGrid", {"ann words": WORDS, "bob words": OTHER})
    _, words, _ = read("textgrid", tmp_path)
    assert {talker for _, talker, *_ in words} == {"ann", "bob"}


def test_numbers_of_tiers_may_count_from_0(tmp_path: Path):
    sound(tmp_path / "talk.wav", channels=2)
    grid(tmp_path / "talk.TextGrid", {"words_0": WORDS, "words_1": OTHER})
    recordings, words, _ = read("textgrid", tmp_path)
    assert {name: found[1] for name, found in recordings.items()} == {"talk": 0, "talk#1": 1}
    assert {pair[:2] for pair in pairs(words)} == {("talk", "talk"), ("talk#1", "talk#1")}


def test_audio_and_textgrids_in_folders_of_their_own(tmp_path: Path):
    """MFA's layout, where talkers call their recordings alike."""
    for talker, rows in {"ann": WORDS, "bob": OTHER}.items():
        sound(tmp_path / "audio" / talker / "1.wav")
        grid(tmp_path / "aligned" / talker / "1.TextGrid", {"words": rows})
    recordings, words, rejects = read("textgrid", tmp_path, talker="([^/]+)/[^/]+$")
    assert {name: found[2] for name, found in recordings.items()} == {
        "audio/ann/1": "ann",
        "audio/bob/1": "bob",
    }
    assert pairs(words) == [
        ("audio/ann/1", "ann", "The"),
        ("audio/ann/1", "ann", "cat"),
        ("audio/bob/1", "bob", "dog"),
        ("audio/bob/1", "bob", "sat"),
    ]
    assert not any("audio file" in reason for reason in rejects.values())


def test_an_audio_file_has_one_textgrid(tmp_path: Path):
    """That beside it; what lies elsewhere under its name may be another recording's."""
    sound(tmp_path / "ann" / "1.wav")
    grid(tmp_path / "ann" / "1.TextGrid", {"words": WORDS})
    grid(tmp_path / "bob" / "1.TextGrid", {"words": OTHER})
    _, words, rejects = read("textgrid", tmp_path)
    assert [word for _, _, word in pairs(words)] == ["The", "cat"]
    reason = "its audio file has another TextGrid; leave one of the two: ann/1.TextGrid"
    assert rejects["bob/1.TextGrid"] == reason
