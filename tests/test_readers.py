"""The speech readers: every layout, hand-worked, and real corpora."""

import re
import unicodedata
from pathlib import Path

import numpy as np
import pytest
import soundfile

from seesay.corpora import SPEECH, UNKNOWN_TALKER, conformance, finding, flickr8k, isolated
from seesay.corpora.lucid import TALKER
from seesay.corpora.spoken import talker_of
from seesay.settings.corpora import Corpus
from seesay.shared.errors import InputError
from support.speech_layouts import (
    LONG,
    RATE,
    SHORT,
    WORDS,
    ctm,
    flickr_audio,
    grid,
    read,
    sound,
    timit,
    tsv,
    words_apart,
    write,
)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nothing of the kind",
        b"\x00\x01\x02",
        "naïve TextGrid".encode("latin-1"),
        b"\xff\xfeo",
        (LONG.format(count=1) + 'item [1]:\n class = "IntervalTier"\n').encode(),
        SHORT.format(count=1).encode() + b'"IntervalTier"\n"word"\n0\n2\n3\n0\n',
        b'{"TextGrid": 1}',
    ],
)
def test_a_file_that_is_no_textgrid_is_one_line(tmp_path: Path, content: bytes):
    sound(tmp_path / "a.wav")
    (tmp_path / "a.TextGrid").write_bytes(content)
    _, words, rejects = read("textgrid", tmp_path)
    assert words == []
    assert set(rejects) == {"a.TextGrid", "a"}
    assert "\n" not in rejects["a.TextGrid"]


def test_the_first_listed_tier_is_read(tmp_path: Path):
    sound(tmp_path / "a.wav")
    other = [(0.3, 0.4, "no")]
    grid(tmp_path / "a.TextGrid", {"words": other, "Word": WORDS, "ORT": other})
    recordings, words, rejects = read("textgrid", tmp_path)
    assert recordings == {"a": ("a.wav", None, "a")}
    assert words == [("a", "a", "The", 0.2, 0.5), ("a", "a", "cat", 0.5, 1.0)]
    assert list(rejects) == ["a.TextGrid"]
    assert rejects["a.TextGrid"].startswith("1 words dropped in which")
    assert [w[2] for w in read("textgrid", tmp_path, tiers=["ort"])[1]] == ["no"]
    _, words, rejects = read("textgrid", tmp_path, tiers=["Wort"])
    assert words == []
    assert "has no tier called Wort; name it in options.tiers" in rejects["a.TextGrid"]


def test_intervals_that_make_no_sense(tmp_path: Path):
    sound(tmp_path / "a.wav")
    bad = [(0.5, 0.5, "none"), (0.9, 0.7, "back"), (1.0, 1.2, "two words"), (1.3, 1.5, "cat")]
    grid(tmp_path / "a.TextGrid", {"word": bad})
    _, words, rejects = read("textgrid", tmp_path)
    assert [word[2] for word in words] == ["cat"]
    assert list(rejects) == [f"a.TextGrid:1:{n}" for n in (1, 2, 3)]
    assert "several words" in rejects["a.TextGrid:1:3"]


def test_a_textgrid_in_another_folder_and_one_without_audio(tmp_path: Path):
    sound(tmp_path / "wav/a.wav")
    grid(tmp_path / "grids/a.TextGrid", {"word": WORDS})
    grid(tmp_path / "grids/b.TextGrid", {"word": WORDS})
    recordings, words, rejects = read("textgrid", tmp_path, talker="[^/]+$")
    assert list(recordings) == ["wav/a"]
    assert len(words) == 2
    assert rejects["grids/b.TextGrid"] == "no audio file has its name; put one beside it"


def test_lucid_dialogues_by_the_labels_of_tiers(tmp_path: Path):
    """One stereo file and one TextGrid for two talkers: by channel, by number, by name."""
    other = [(0.1, 0.4, "dog"), (0.2, 0.6, "overlap")]
    for name, labels in {
        "x_F1M12a_A": ("A word", "B word"),
        "x_F2M2": ("word_1", "word_2"),
        # The order of the names says the channel, not that of the tiers.
        "x_F3M3": ("M3 - word", "F3 - word"),
        "x_F4M4": ("word", "word"),
    }.items():
        sound(tmp_path / f"{name.removesuffix('_A')}.wav", channels=2)
        first, second = labels
        if first == second:
            text = grid(tmp_path / "t", {"word": WORDS, "word ": other}).read_text()
            (tmp_path / f"{name}.TextGrid").write_text(text.replace('"word "', '"word"'))
        else:
            grid(tmp_path / f"{name.removesuffix('_A')}.TextGrid", {first: WORDS, second: other})
    recordings, words, rejects = read("lucid", tmp_path)
    assert recordings == {
        "x_F1M12a": ("x_F1M12a.wav", 0, "F1"),
        "x_F1M12a#1": ("x_F1M12a.wav", 1, "M12"),
        "x_F2M2": ("x_F2M2.wav", 0, "F2"),
        "x_F2M2#1": ("x_F2M2.wav", 1, "M2"),
        "x_F3M3": ("x_F3M3.wav", 0, "F3"),
        "x_F3M3#1": ("x_F3M3.wav", 1, "M3"),
        "x_F4M4": ("x_F4M4.wav", 0, "F4"),
        "x_F4M4#1": ("x_F4M4.wav", 1, "M4"),
    }
    assert ("x_F3M3#1", "M3", "cat", 0.5, 1.0) in words
    assert ("x_F3M3", "F3", "dog", 0.1, 0.4) in words
    assert len(words) == 4 * 4
    assert all("1 words with one of < >" in reason for reason in rejects.values())
    assert len(rejects) == 4


def test_lucid_dialogues_by_the_letter_of_the_file(tmp_path: Path):
    """A TextGrid a talker: for a channel of the stereo file, or for a file of the talker's own."""
    sound(tmp_path / "NB/x_F1M2_1.wav", channels=2)
    grid(tmp_path / "NB/x_F1M2_1_A.TextGrid", {"word": WORDS})
    grid(tmp_path / "NB/x_F1M2_1_B.TextGrid", {"word": WORDS, "phone": WORDS})
    # Swapped: A is the second talker, on the second channel.
    sound(tmp_path / "VOC/x_F3M4_1.wav", channels=2)
    grid(tmp_path / "VOC/x_F3M4_1_A_2.TextGrid", {"word": WORDS})
    # Files of their own.
    for letter in "AB":
        sound(tmp_path / f"own/x_F5M6_1_{letter}.wav")
    grid(tmp_path / "own/x_F5M6_1_A.TextGrid", {"A word": WORDS, "B word": WORDS})
    grid(tmp_path / "own/x_F5M6_1_B.TextGrid", {"word": WORDS})
    recordings, words, rejects = read("lucid", tmp_path)
    assert recordings == {
        "NB/x_F1M2_1": ("x_F1M2_1.wav", 0, "F1"),
        "NB/x_F1M2_1#1": ("x_F1M2_1.wav", 1, "M2"),
        "VOC/x_F3M4_1#1": ("x_F3M4_1.wav", 1, "M4"),
        "own/x_F5M6_1_A": ("x_F5M6_1_A.wav", None, "F5"),
        "own/x_F5M6_1_B": ("x_F5M6_1_B.wav", None, "M6"),
    }
    assert len(words) == 5 * 2
    assert "the other talker" in rejects["own/x_F5M6_1_A.TextGrid:B"]


def test_lucid_without_a_talker_in_the_name(tmp_path: Path):
    sound(tmp_path / "reading.wav")
    grid(tmp_path / "reading.TextGrid", {"word": WORDS})
    sound(tmp_path / "F1M2.wav", channels=2)
    grid(tmp_path / "F1M2.TextGrid", {"word": WORDS})
    _, words, rejects = read("lucid", tmp_path)
    assert words == []
    assert "whose words these are is not clear" in rejects["reading.TextGrid:1"]
    assert "whose words these are is not clear" in rejects["F1M2.TextGrid:1"]
    assert len(read("lucid", tmp_path, talker="^reading|F1")[1]) == 4


@pytest.mark.parametrize(
    ("name", "talkers"),
    [
        ("S1_F12M3B1", ["F12", "M3"]),
        ("nb/S1_F1CF3B1_1_A", ["F1", "CF3"]),
        ("F9/S1_F1B2M1", ["F1", "B2M1"]),
        ("M20_01", ["M20"]),
        ("story", []),
    ],
)
def test_talkers_of_lucid_by_the_name(name: str, talkers: list[str]):
    assert TALKER.findall(name) == talkers


def test_lucids_silence_is_no_word(tmp_path: Path):
    sound(tmp_path / "F1.wav")
    grid(tmp_path / "F1.TextGrid", {"word": [(0, 0.2, "SIL"), (0.2, 0.4, "silp"), (1, 2, "silly")]})
    _, words, rejects = read("lucid", tmp_path)
    assert [word[2] for word in words] == ["silly"]
    assert rejects["F1.TextGrid"].startswith("2 words")


def test_a_stereo_tier_labelled_in_a_file_of_one_name(tmp_path: Path):
    sound(tmp_path / "call_B.wav", channels=2)
    grid(tmp_path / "call_B.TextGrid", {"left words": WORDS, "right words": WORDS})
    recordings, _, _ = read("textgrid", tmp_path)
    assert recordings == {
        "call_B": ("call_B.wav", 0, "call_B"),
        "call_B#1": ("call_B.wav", 1, "call_B#1"),
    }


def test_timit(tmp_path: Path):
    recordings, words, rejects = read("timit", timit(tmp_path / "timit"))
    assert recordings == {
        "dr1/fcjf0/SA1": ("SA1.WAV", None, "fcjf0"),
        "dr1/mabc0/sa1": ("sa1.wav", None, "mabc0"),
    }
    # Sample numbers are at 16 kHz, though these files are at 8 kHz.
    assert words == [
        ("dr1/fcjf0/SA1", "fcjf0", "she", 0.0, 0.1),
        ("dr1/fcjf0/SA1", "fcjf0", "don't", 0.1, 0.3),
        ("dr1/mabc0/sa1", "mabc0", "she", 0.00625, 0.1),
    ]
    assert set(rejects) == {
        "dr1/fcjf0/SA1.WRD:3",
        "dr1/mabc0/sa1.wrd:2",
        "dr1/mabc0/sa1.wrd:4",
        "dr1/mabc0/sa2.wrd",
    }
    assert read("timit", tmp_path / "timit", rate=8000, talker="^[^/]+")[1][1][1:] == (
        "dr1",
        "don't",
        0.2,
        0.6,
    )


def test_ctm(tmp_path: Path):
    recordings, words, rejects = read("ctm", ctm(tmp_path / "ctm"))
    assert recordings == {
        "audio/call": ("call.wav", 0, "call"),
        "audio/call#1": ("call.wav", 1, "call#1"),
        "mono": ("mono.flac", 0, "mono"),
    }
    assert words == [
        ("audio/call", "call", "hello", 0.1, 0.3),
        ("audio/call#1", "call#1", "goodbye", 0.1, 0.4),
        ("audio/call#1", "S7", "hmm", 0.5, 0.8),
        ("mono", "mono", "word", 0.5, 0.6),
    ]
    lines = {f"words.ctm:{n}" for n in (7, 9, 10, 11)}
    assert set(rejects) == {*lines, "words.ctm, call"}
    assert rejects["words.ctm, call"].startswith("2 words")


def test_ctm_with_a_list_of_talkers(tmp_path: Path):
    write(ctm(tmp_path / "ctm") / "talkers.txt", "call.wav 1 Ann", "call B Bob", "x", "")
    _, words, rejects = read("ctm", tmp_path / "ctm", talkers="talkers.txt")
    assert [word[1] for word in words] == ["Ann", "Bob", "Bob"]
    assert "no talker" in rejects["words.ctm:8"]
    assert "talkers.txt:3" in rejects
    with pytest.raises(InputError, match=r"has no nobody.txt; see talkers"):
        read("ctm", tmp_path / "ctm", talkers="nobody.txt")


def test_a_list_of_talkers_counts_channels_for_itself(tmp_path: Path):
    rows = ["call 1 0.1 0.2 hello", "call 2 0.1 0.3 goodbye"]
    write(ctm(tmp_path / "ctm") / "words.ctm", *rows)
    listed = [";; file, channel, talker", "call 0 Ann", "call 1 Bob", "call 1 Cy"]
    write(tmp_path / "ctm/talkers.txt", *listed)
    _, words, rejects = read("ctm", tmp_path / "ctm", talkers="talkers.txt")
    assert [word[1:3] for word in words] == [("Ann", "hello"), ("Bob", "goodbye")]
    assert "a second talker of one file or channel" in rejects["talkers.txt:4"]


def test_flickr_audio(tmp_path: Path):
    recordings, words, rejects = read("flickr_audio", flickr_audio(tmp_path))
    assert {name: found[2] for name, found in recordings.items()} == {
        "wavs/10_ab_0": "7",
        "wavs/10_ab_1": "12",
    }
    assert words == [
        ("wavs/10_ab_0", "7", "A", 0.1, 0.4),
        ("wavs/10_ab_1", "12", "DOG", 0.2, 0.6),
    ]
    assert rejects == {}


def test_tsv(tmp_path: Path):
    folder = tsv(tmp_path)
    recordings, words, rejects = read("tsv", folder, columns={"channel": "side"})
    assert recordings == {"a": ("a.flac", 0, "ann"), "sub/b#1": ("b.wav", 1, "bob")}
    assert [word[2] for word in words] == ['say"s', "cat"]
    assert set(rejects) == {"words.tsv:5", "words.tsv:6", "words.tsv, b"}
    # Commas, quotes and other names.
    write(folder / "w.csv", "Talker,W,On,Off,F", 'ann,"cat",0.1,0.2,a', "ann,cat,0.1")
    names = {"file": "F", "speaker": "Talker", "onset": "On", "offset": "Off", "word": "W"}
    _, words, rejects = read("tsv", folder, table="w.csv", columns=names)
    assert words == [("a", "ann", "cat", 0.1, 0.2)]
    assert "3 columns where the header has 5" in rejects["w.csv:3"]
    with pytest.raises(InputError, match="no column On, W"):
        read("tsv", folder, columns={"word": "W", "onset": "On"})


def about(reader: str, root: Path, **options) -> list[tuple[str, str, str]]:
    """The recording, the word and the picture of each word."""
    corpus = Corpus(reader=reader, path=str(root), options=options)
    return [(w.recording_id, w.word, w.picture) for w in finding.find(corpus, SPEECH).read()[1]]


def test_a_table_of_words_that_are_their_files_and_said_about_pictures(tmp_path: Path):
    """No times, nobody's name, and a picture in most rows: columns alone say so."""
    for name in ("cat/1", "cat/2", "dog/3", "dog/4"):
        sound(tmp_path / f"{name}.wav", seconds=0.5 + int(name[-1]) / 8)
    write(tmp_path / "dog/4.wav", "no sound")
    write(
        tmp_path / "words.tsv",
        "file\tword\timage",
        "cat/1.wav\tcat\tpets/12.jpg",
        "cat/2.wav\tcat\t",
        "dog/3.wav\tdog\t./pets\\a.b",
        "dog/4.wav\tdog\t12.jpg",
        "dog/5.wav\tdog\t12.jpg",
        "dog/3.wav\t[noise]\t12.jpg",
    )
    columns = {"onset": None, "offset": None, "speaker": None, "picture": "image"}
    recordings, words, rejects = read("tsv", tmp_path, columns=columns)
    assert words == [
        ("cat/1", UNKNOWN_TALKER, "cat", 0.0, 0.625),
        ("cat/2", UNKNOWN_TALKER, "cat", 0.0, 0.75),
        ("dog/3", UNKNOWN_TALKER, "dog", 0.0, 0.875),
    ]
    assert set(recordings) == {"cat/1", "cat/2", "dog/3"}
    assert about("tsv", tmp_path, columns=columns) == [
        ("cat/1", "cat", "pets/12"),
        ("cat/2", "cat", ""),
        ("dog/3", "dog", "pets/a.b"),
    ]
    assert set(rejects) == {"words.tsv:5", "words.tsv:6", "words.tsv, dog/3.wav", "dog/4"}
    assert rejects["words.tsv:5"].startswith("cannot be read as audio")
    assert rejects["words.tsv:6"].startswith("no file of that name")
    corpus = Corpus(reader="tsv", path=str(tmp_path), options={"columns": columns})
    assert conformance.check(corpus) == []
    with pytest.raises(InputError, match="no column picture; the header needs file, word, picture"):
        read("tsv", tmp_path, columns=columns | {"picture": "picture"})


def test_a_table_with_a_start_or_an_end_alone(tmp_path: Path):
    sound(tmp_path / "a.wav", seconds=1.5)
    write(tmp_path / "words.tsv", "file\tword\tspeaker\ttime", "a\tcat\tann\t0.5", "a\tx\tann\t2")
    _, words, rejects = read("tsv", tmp_path, columns={"onset": "time", "offset": None})
    assert words == [("a", "ann", "cat", 0.5, 1.5)]
    assert rejects == {"words.tsv:3": "the offset is not after the onset: a 2 x"}
    _, words, _ = read("tsv", tmp_path, columns={"onset": None, "offset": "time"})
    assert words[0] == ("a", "ann", "cat", 0.0, 0.5)


def test_pictures_in_the_names_of_spoken_captions_and_of_isolated_words(tmp_path: Path):
    folder = flickr_audio(tmp_path / "flickr")
    write(folder / "more.ctm", "10_ab_1.wav 1 0.9 0.4 Runs", "10_ab_1 1 1.4 0.4 fast")
    assert about("flickr_audio", folder) == [
        ("wavs/10_ab_0", "A", "10_ab"),
        ("wavs/10_ab_1", "DOG", "10_ab"),
        ("wavs/10_ab_1", "Runs", "10_ab"),
        ("wavs/10_ab_1", "fast", "10_ab"),
    ]
    for name in ("cat/10_ab_0", "cat/x"):
        sound(tmp_path / f"words/{name}.wav")
    options = {"word": "^([^/]+)/", "talker": "^(c)", "edges": "file"}
    found = about("isolated", tmp_path / "words", **options)
    assert found == [("cat/10_ab_0", "cat", ""), ("cat/x", "cat", "")]
    found = about("isolated", tmp_path / "words", **options, picture=r"/(.+)_\d$")
    assert found == [("cat/10_ab_0", "cat", "10_ab"), ("cat/x", "cat", "")]


def test_isolated_words(tmp_path: Path):
    recordings, words, rejects = read("isolated", words_apart(tmp_path / "folder"))
    assert [word[:3] for word in words] == [
        ("ann/cat_1", "ann", "cat"),
        ("ann/cat_2", "ann", "cat"),
        ("bob/take/dog", "bob", "dog"),
        ("sun", "folder", "sun"),
    ]
    assert {word[3:] for word in words} == {(0.5, 0.9)}
    assert set(recordings) == {word[0] for word in words}
    assert set(rejects) == {"ice cream", "still", "text"}
    assert "nothing is heard in it" in rejects["still"]
    assert "several words" in rejects["ice cream"]
    _, words, rejects = read("isolated", tmp_path / "folder", edges="file", talker="cyd")
    assert words[-1] == ("sun", "cyd", "sun", 0.0, 1.5)
    assert set(rejects) == {"ice cream", "text"}


def test_isolated_words_in_a_folder_a_word(tmp_path: Path):
    """Speech Commands' layout."""
    for name in ("dog/ann_nohash_0", "dog/ann_nohash_1", "cat/bob_nohash_0"):
        sound(tmp_path / f"{name}.wav")
    sound(tmp_path / "_background_noise_/pink_noise.wav")
    options = {"word": "^([^/]+)/", "talker": "([^/_]+)_nohash"}
    _, words, rejects = read("isolated", tmp_path, **options)
    assert [word[:3] for word in words] == [
        ("cat/bob_nohash_0", "bob", "cat"),
        ("dog/ann_nohash_0", "ann", "dog"),
        ("dog/ann_nohash_1", "ann", "dog"),
    ]
    assert list(rejects) == ["_background_noise_/pink_noise"]
    assert rejects["_background_noise_/pink_noise"].startswith("1 words dropped")
    message = r"'_?[a-z_]*/.*' would be the word '.*_nohash' by the talker '(cat|dog)'.*give"
    with pytest.raises(InputError, match=message) as error:
        read("isolated", tmp_path)
    _, _, rejects = read("isolated", tmp_path, word=".+")
    assert rejects["dog/ann_nohash_0"] == "'dog/ann_nohash_0' holds a folder; see options.word"
    # The advice helps.
    given = re.findall(r"(?:word|talker): '([^']+)'", str(error.value))
    assert read("isolated", tmp_path, word=given[0], talker=given[1])[1] == words


def test_isolated_words_without_a_talker_say_so(tmp_path: Path):
    for name in ("dog/ann_nohash_0", "dog/odd"):
        sound(tmp_path / f"{name}.wav")
    options = {"word": "^([^/]+)/", "talker": "([^/_]+)_nohash"}
    _, words, rejects = read("isolated", tmp_path, **options)
    assert len(words) == 1
    assert rejects == {"dog/odd": "no talker is found in its name; see options.talker"}


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("ann/cat", "cat"),
        ("ann/cat_2", "cat"),
        ("ann/cat12", "cat"),
        ("ann/ice-cream 3", "ice-cream"),
        ("10", "10"),
        ("ann/7", "7"),
        ("a1/b2/dog-1", "dog"),
        ("ann/7_2", "7"),
        ("ann/MP3_2", "MP3"),
        ("ann/dog__2", "dog"),
    ],
)
def test_the_word_in_a_name(name: str, word: str):
    assert talker_of(isolated.Options().word, name) == word


@pytest.mark.parametrize(
    ("pattern", "talkers"),
    [
        (None, ["ann", "bob", "all"]),
        ("^[^/]+", ["ann", "bob", "sun"]),
        ("^(ann|bob)/", ["ann", "bob", ""]),
        ("ann", ["ann", "", ""]),
        ("cyd", ["ann", "bob", "cyd"]),  # a plain name, for the files in no folder
        ("^cyd", ["", "", ""]),
    ],
)
def test_talkers_of_isolated_words(pattern: str | None, talkers: list[str]):
    names = ["ann/cat", "bob/dog", "sun"]
    found = isolated.talkers_of(names, re.compile(pattern) if pattern else None, "all")
    assert [found[name] for name in names] == talkers


def test_a_channel_of_isolated_words(tmp_path: Path):
    samples = np.zeros((RATE, 2))
    samples[800:1600, 0] = samples[4000:4800, 1] = 0.5
    soundfile.write(tmp_path / "cat.wav", samples, RATE)
    times = {None: (0.1, 0.6), 1: (0.1, 0.2), 2: (0.5, 0.6), "B": (0.5, 0.6)}
    for channel, (onset, offset) in times.items():
        recordings, words, _ = read("isolated", tmp_path, channel=channel)
        name = "cat#1" if channel in (2, "B") else "cat"
        assert recordings[name][1] == {1: 0, 2: 1, "B": 1}.get(channel)
        assert [(word[0], *word[3:]) for word in words] == [(name, onset, offset)]
    _, words, rejects = read("isolated", tmp_path, channel=3, edges="file")
    assert words == []
    assert "channel 3 is asked for, but it has 2" in rejects["cat"]


@pytest.mark.parametrize("below", [20, 60])
def test_edges_are_those_of_a_plain_loop(tmp_path: Path, below: float):
    rng = np.random.default_rng(2)
    samples = rng.normal(0, 10 ** rng.uniform(-4, 0, 200).repeat(80)[:15950, None], (15950, 2)) / 9
    soundfile.write(tmp_path / "a.wav", samples, RATE, subtype="FLOAT")
    power = []
    for start in range(0, len(samples), 80):
        total = sum(float(np.float32(x)) ** 2 for x in samples[start : start + 80].reshape(-1))
        power.append(total / 160)
    loud = [n for n, p in enumerate(power) if p >= max(power) / 10 ** (below / 10)]
    expected = (loud[0] * 80 / RATE, min(loud[-1] * 80 + 80, len(samples)) / RATE)
    assert isolated.edges(tmp_path / "a.wav", below) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("reader", "folder", "counts"),
    [
        # 46 talkers read the same 69 words; all rows of the table are good.
        ("tsv", "accent_46", (46, 46, 3174, 0)),
        # `cat */*.wrd | wc -l`: 873, of which 21 have an apostrophe and are words all the same.
        ("timit", "timit_10", (100, 10, 873, 0)),
        ("isolated", "gcompris_en", (564, 1, 564, 0)),
    ],
)
def test_real_corpora(real_data: Path, reader: str, folder: str, counts):
    recordings, words, rejects = read(reader, real_data / folder)
    talkers = {word[1] for word in words}
    assert (len(recordings), len(talkers), len(words), len(rejects)) == counts
    assert conformance.check(Corpus(reader=reader, path=str(real_data / folder))) == []


@pytest.mark.parametrize(
    ("folder", "columns", "counts"),
    [
        ("eccc_words", {"speaker": "talker"}, (2469, 3, 2469, 0)),
        (
            "spokencoco_nouns",
            {"speaker": "talker", "onset": None, "offset": None, "picture": "coco_image"},
            (1448, 514, 1448, 636),  # the others are words of two parts, as fire hydrant
        ),
        (
            "flickr_audio_nouns",
            {"speaker": None, "onset": None, "offset": None, "picture": "image"},
            (342, 1, 342, 0),
        ),
    ],
)
def test_real_words_by_their_columns_alone(real_data: Path, folder: str, columns, counts):
    root = real_data / folder
    recordings, words, rejects = read("tsv", root, columns=columns)
    talkers = {word[1] for word in words}
    assert (len(recordings), len(talkers), len(words), len(rejects)) == counts
    if folder == "flickr_audio_nouns":
        pictures = {picture for _, _, picture in about("tsv", root, columns=columns)}
        roots = [real_data / "flickr8k_1000", real_data / "flickr8k_more"]
        known = {p.image_id for r in roots for p in flickr8k.read(r)[0]}
        assert pictures <= known


def test_a_real_corpus_as_textgrids_and_ctm(tmp_path: Path, real_data: Path):
    """The same words of TIMIT through four readers."""
    _, expected, _ = read("timit", real_data / "timit_10")
    plain = [word for word in expected if "'" not in word[2]]
    lines = []
    for name in sorted({word[0] for word in expected}):
        path = tmp_path / f"{name}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(real_data / "timit_10" / f"{name}.wav")
        words = [(word[3], word[4], word[2]) for word in expected if word[0] == name]
        # Praat has no overlaps; they are read all the same.
        short, wide = len(lines) % 2 == 0, len(lines) % 3 == 0
        tiers = {"phone": [(0, 2, "x")], "word": words}
        grid(tmp_path / f"{name}.TextGrid", tiers, short, "utf-16" if wide else "utf-8")
        lines += [f"{name} 1 {on:.6f} {off - on:.6f} {word}" for on, off, word in words]
    write(tmp_path / "all.ctm", *lines)
    talker = {"talker": "([^/]+)/[^/]+$"}
    assert read("textgrid", tmp_path, **talker)[1] == expected
    _, words, rejects = read("lucid", tmp_path, **talker)
    assert words == plain
    assert sum(int(reason.split()[0]) for reason in rejects.values()) == 21
    _, words, _ = read("ctm", tmp_path, **talker)
    assert [word[:3] for word in words] == [word[:3] for word in expected]
    np.testing.assert_allclose([w[3:] for w in words], [w[3:] for w in expected], atol=2e-6)


def test_ctm_alternatives_of_which_the_first_is_kept(tmp_path: Path):
    sound(tmp_path / "call.wav", channels=2)
    write(
        tmp_path / "a.ctm",
        "call A 0.1 0.1 well",
        "call A * * <ALT_BEGIN>",
        "call A 0.2 0.1 um",
        "call A * * <ALT>",
        "call A 0.2 0.1 uh",
        "call A 0.3 0.1 so",
        "call A * * <ALT>",
        "call A * * @",
        "call A * * <ALT_END>",
        "call A 0.5 0.1 yes",
        "call B * * <alt_begin>",
        "call B 0.5 0.1 no",
        "call B * * <alt>",
        "call A 0.7 0.1 now",  # nobody closed the other's
    )
    for noises in ({}, {"noises": "^uh$"}):
        _, words, rejects = read("ctm", tmp_path, **noises)
        assert [word[2] for word in words] == ["well", "um", "yes", "now", "no"]
        assert list(rejects) == ["a.ctm, call"]
    _, _, found = finding.find(Corpus(reader="ctm", path=str(tmp_path)), SPEECH).read()
    assert [(r.reason[:23], r.by_rule) for r in found] == [
        ("6 words dropped in whic", True),
        ("3 lines of alternatives", True),
    ]


@pytest.mark.parametrize("ending", ["", ".wav"])
def test_ctm_names_with_dots(tmp_path: Path, ending: str):
    """As AMI's: whatever follows a dot is part of the name, but an audio file's extension."""
    for name in ("M1.H-0", "M1.H-1"):
        sound(tmp_path / f"{name}.wav")
    write(tmp_path / "a.ctm", "M1.H-0 1 0.5 0.3 okay", "M1.H-1 1 0.6 0.3 yeah")
    write(tmp_path / "spk.txt", f"M1.H-0{ending} P", f"M1.H-1{ending} 1 Q")
    _, words, rejects = read("ctm", tmp_path, talkers="spk.txt")
    assert [word[:3] for word in words] == [("M1.H-0", "P", "okay"), ("M1.H-1", "Q", "yeah")]
    assert rejects == {}


def test_flickr_audio_of_names_with_dots(tmp_path: Path):
    sound(tmp_path / "wavs/10.a_0.wav")
    sound(tmp_path / "wavs/10.b_0.wav")
    write(tmp_path / "wav2spk.txt", "10.a_0.wav 7", "10.b_0.wav 12")
    write(tmp_path / "flickr_8k.ctm", "10.a.jpg_#0 1 0.1 0.3 A", "10.b.jpg_#0 1 0.2 0.4 DOG")
    _, words, _ = read("flickr_audio", tmp_path)
    assert [word[:3] for word in words] == [("wavs/10.a_0", "7", "A"), ("wavs/10.b_0", "12", "DOG")]


def test_ctm_channels_that_count_from_0(tmp_path: Path):
    """As lhotse writes them; one 0 in any file says so for all."""
    sound(tmp_path / "both.wav", channels=2)
    sound(tmp_path / "mono.wav")
    write(tmp_path / "a.ctm", "both 1 0.6 0.3 cat", "both B 0.1 0.3 cow")
    write(tmp_path / "b.ctm", "mono 0 0.1 0.3 dog", "both 0 0.1 0.3 dog", "mono 0 0.5 0.3 runs")
    write(tmp_path / "spk.txt", "both 0 Ann", "both 1 Bob", "mono Cyd")
    recordings, words, rejects = read("ctm", tmp_path, talkers="spk.txt")
    assert {name: found[1] for name, found in recordings.items()} == {
        "both": 0,
        "both#1": 1,
        "mono": 0,
    }
    assert [word[:3] for word in words] == [
        ("both", "Ann", "dog"),
        ("both#1", "Bob", "cow"),
        ("both#1", "Bob", "cat"),
        ("mono", "Cyd", "dog"),
        ("mono", "Cyd", "runs"),
    ]
    assert rejects == {}


def test_ctms_of_folders_with_files_of_one_name(tmp_path: Path):
    for talker in ("ann", "bob"):
        sound(tmp_path / talker / "one.wav")
        write(tmp_path / talker / "one.ctm", f"one 1 0.1 0.3 {talker}s")
    write(tmp_path / "all.ctm", "one 1 0.5 0.3 whose")
    _, words, rejects = read("ctm", tmp_path, talker="^[^/]+")
    assert [word[:3] for word in words] == [("ann/one", "ann", "anns"), ("bob/one", "bob", "bobs")]
    assert "two audio files have that name" in rejects["all.ctm:1"]


def test_a_table_with_a_column_twice_or_a_number_of_pythons(tmp_path: Path):
    sound(tmp_path / "a.wav")
    write(tmp_path / "words.tsv", "file\tonset\toffset\tword\tspeaker\tword")
    with pytest.raises(InputError, match="two columns are called 'word'; rename one"):
        read("tsv", tmp_path)
    write(
        tmp_path / "w.csv",
        "file,onset,offset,word,speaker",
        "a,0_1,2,cat,ann",
        f"a,1,2,{'x' * 200000},ann",
    )
    _, words, rejects = read("tsv", tmp_path, table="w.csv")
    assert len(words) == 1
    assert "no onset or offset in seconds" in rejects["w.csv:2"]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_accents_are_composed_in_every_reader(tmp_path: Path, form: str):
    """Names of files on a Mac, and words in what its programs write, are decomposed."""

    def said(text: str) -> str:
        return unicodedata.normalize(form, text)

    other = unicodedata.normalize("NFD" if form == "NFC" else "NFC", "é")
    for reader in ("ctm", "tsv", "textgrid", "timit", "isolated"):
        sound(tmp_path / reader / said("André") / said("é.wav"))
    write(tmp_path / "ctm/a.ctm", f"{other} 1 0.1 0.3 {said('été')}")
    write(tmp_path / "ctm/list.txt", f"{said('é')} {said('André')}")
    header = "file\tonset\toffset\tword\tspeaker"
    write(tmp_path / "tsv/words.tsv", header, f"{other}\t0.1\t0.4\t{said('été')}\t{said('André')}")
    grid(tmp_path / "textgrid" / f"{other}.TextGrid", {"word": [(0.1, 0.4, said("été"))]})
    write(tmp_path / "timit" / said("André") / said("é.wrd"), f"1600 6400 {said('été')}")
    options = {
        "ctm": {"talkers": "list.txt"},
        "textgrid": {"talker": "^."},
        "isolated": {"edges": "file"},
    }
    for reader in ("ctm", "tsv", "textgrid", "timit", "isolated"):
        recordings, words, rejects = read(reader, tmp_path / reader, **options.get(reader, {}))
        assert rejects == {}
        assert list(recordings) == ["André/é"]
        talker = "é" if reader == "textgrid" else "André"
        said_word = "é" if reader == "isolated" else "été"
        assert [word[:3] for word in words] == [("André/é", talker, said_word)]
