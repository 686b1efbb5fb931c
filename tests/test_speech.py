"""Reading a word-aligned speech corpus: what is taken, and what is refused and why."""

import os
import re
import wave
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from seesay.audio.exclusion import Exclusion
from seesay.audio.speech import check_words, open_recordings, read_corpora
from seesay.corpora import SPEECH, Recording, SpokenWord, lucid
from seesay.corpora.finding import find
from seesay.schemas.audio import RECORDINGS, SPOKEN_WORDS, TOKEN_MANIFEST
from seesay.settings.corpora import Corpus
from seesay.settings.speech import SpeechSettings
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.randomness import shard_of
from seesay.shared.tables import REJECTS

HEADER = "filename\tonset\toffset\tword\ttalker\ttask\tcondition\tword_length"
GOOD = [
    "F01_01.wav\t0.10\t0.50\tThe\tF01\tmap\tnb\t3",
    "F01_01.wav\t0.50\t0.90\tcat\tF01\tmap\tnb\t3",
    "M01_01\t0.20\t0.60\tdog\tM01\tmap\tnb\t3",
]


def corpus(folder: Path, rows: list[str], header: str = HEADER, end: str = "\n") -> Path:
    """A LUCID folder of two recordings of a second each, one in a subfolder."""
    for name in ("F01_01.wav", "men/M01_01.wav"):
        sound(folder / name)
    (folder / lucid.TOKENS).write_text(end.join([header, *rows]) + end)
    return folder


def sound(path: Path, seconds: float = 1.0, channels: int = 1) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = np.sin(np.arange(round(seconds * 8000)) / 3) / 2
    soundfile.write(path, np.stack([samples] * channels, 1), 8000, subtype="PCM_16")


def read_lucid(folder: Path):
    return lucid.read(folder, lucid.Options())


def refused(folder: Path) -> dict[str, str]:
    return {reject.id: reject.reason for reject in read_lucid(folder)[2]}


def read(folder: Path, on_bad_input: str = "reject", shards: int = 3) -> dict[str, pd.DataFrame]:
    """Run the stage on one LUCID folder; its tables by name."""
    return read_all([Corpus(reader="lucid", path=str(folder))], folder, on_bad_input, shards)


def read_all(
    corpora: list[Corpus], folder: Path, on_bad_input: str = "reject", shards: int = 3
) -> dict[str, pd.DataFrame]:
    """Run the stage and write beside `folder`; its tables by name."""
    out = folder.with_name("out")
    settings = SpeechSettings(corpora=tuple(corpora), on_bad_input=on_bad_input)
    paths = [out / f"{name}.parquet" for name in ("recordings", "words", "rejects")]
    manifests = [out / f"shards/{shard}.parquet" for shard in range(shards)]
    read_corpora(*paths, manifests, settings)
    known = zip((RECORDINGS, SPOKEN_WORDS, REJECTS), paths, strict=True)
    found = {table.name: tables.read(table, path) for table, path in known}
    for shard, path in enumerate(manifests):
        found[f"shard {shard}"] = tables.read(TOKEN_MANIFEST, path)
    return found


def test_a_hand_written_corpus(tmp_path: Path):
    found = read(corpus(tmp_path / "lucid", GOOD))
    words = found["spoken_words"]
    assert words.to_dict("list") == {
        "token_id": ["F01_01@0.100", "F01_01@0.500", "men/M01_01@0.200"],
        "recording_id": ["F01_01", "F01_01", "men/M01_01"],
        "talker": ["F01", "F01", "M01"],
        "word": ["the", "cat", "dog"],
        "onset": [0.1, 0.5, 0.2],
        "offset": [0.5, 0.9, 0.6],
    }
    recordings = found["recordings"]
    assert list(recordings["recording_id"]) == ["F01_01", "men/M01_01"]
    assert list(recordings["path"]) == [
        str(tmp_path / "lucid/F01_01.wav"),
        str(tmp_path / "lucid/men/M01_01.wav"),
    ]
    assert list(recordings["sample_rate"]) == [8000, 8000]
    assert list(recordings["duration"]) == [1.0, 1.0]
    assert list(recordings["channel"]) == [0, 0]
    assert found["rejects"].empty


def test_each_token_is_in_the_shard_of_its_recording(tmp_path: Path):
    found = read(corpus(tmp_path / "lucid", GOOD))
    digests = dict(
        zip(found["recordings"]["recording_id"], found["recordings"]["digest"], strict=False)
    )
    seen = []
    for shard in range(3):
        for row in found[f"shard {shard}"].itertuples():
            assert shard_of(row.recording_id, 3) == shard
            assert row.digest == digests[row.recording_id]
            seen.append(row.token_id)
    assert sorted(seen) == list(found["spoken_words"]["token_id"])


def test_the_order_of_rows_and_windows_line_ends_change_nothing(tmp_path: Path):
    plain = read(corpus(tmp_path / "a" / "lucid", GOOD))
    other = corpus(tmp_path / "b" / "lucid", GOOD[::-1], end="\r\n")
    text = (other / lucid.TOKENS).read_bytes()
    (other / lucid.TOKENS).write_bytes(b"\xef\xbb\xbf" + text)
    found = read(other)
    for name in ("spoken_words", "rejects"):
        pd.testing.assert_frame_equal(plain[name], found[name])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("F01_01.wav\tearly\t0.5\tcat\tF01\tmap\tnb\t3", "no onset or offset in seconds"),
        ("F01_01.wav\t0.1\tnan\tcat\tF01\tmap\tnb\t3", "no onset or offset in seconds"),
        ("F01_01.wav\t0.1\tinf\tcat\tF01\tmap\tnb\t3", "no onset or offset in seconds"),
        ("F01_01.wav\t0.5\t0.5\tcat\tF01\tmap\tnb\t3", "the offset is not after the onset"),
        ("F01_01.wav\t0.6\t0.5\tcat\tF01\tmap\tnb\t3", "the offset is not after the onset"),
        ("F01_01.wav\t-0.6\t0.5\tcat\tF01\tmap\tnb\t3", "a negative onset"),
        ("F09_01.wav\t0.1\t0.5\tcat\tF09\tmap\tnb\t3", "no file of that name among the 2"),
        ("F01_01.wav\t0.1\t0.5\t\tF01\tmap\tnb\t3", "no word"),
        ("F01_01.wav\t0.1\t0.5\tcat\t\tmap\tnb\t3", "no talker"),
        ("F01_01.wav\t0.1\t0.5", "3 columns where the header has 8"),
    ],
)
def test_a_bad_row_is_refused_by_its_line(tmp_path: Path, row: str, reason: str):
    # A blank line before it: lines are counted as an editor counts them.
    folder = corpus(tmp_path / "lucid", [*GOOD, "", row])
    assert list(refused(folder)) == [f"{lucid.TOKENS}:6"]
    assert reason in refused(folder)[f"{lucid.TOKENS}:6"]
    assert len(read_lucid(folder)[1]) == len(GOOD)
    with pytest.raises(InputError, match=f"{lucid.TOKENS}:6") as error:
        read(folder, on_bad_input="fail")
    assert "\n" not in str(error.value)


def test_noises_are_counted_and_no_fault(tmp_path: Path):
    marked = ["<LAUGH>", "we-", "'s", "!ah", "don't"]
    rows = [f"M01_01\t0.{i}\t0.9\t{word}\tM01\tmap\tnb\t3" for i, word in enumerate(marked, 3)]
    folder = corpus(tmp_path / "lucid", [*GOOD, *rows])
    found = read(folder, on_bad_input="fail")
    assert len(found["spoken_words"]) == len(GOOD)
    (reject,) = found["rejects"].itertuples()
    assert reject.id == f"{lucid.TOKENS}, M01_01"
    assert reject.reason.startswith("5 words with one of < > ! - ' dropped")


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["F01_01", "M01_01.wav", "men/M01_01", "X"]),
            st.sampled_from(["0.1", "0.2", "x", "-1"]),
            st.sampled_from(["0.15", "0.3", ""]),
            st.sampled_from(["cat", "<um>", ""]),
            st.sampled_from(["F01", ""]),
        ),
        max_size=12,
    )
)
def test_no_row_is_lost_without_a_word(rows, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("lucid")
    corpus(folder, ["\t".join([*row, "map", "nb", "3"]) for row in rows])
    _, words, rejects = read_lucid(folder)
    lines = [reject for reject in rejects if reject.id.startswith(f"{lucid.TOKENS}:")]
    dropped = sum(int(reject.reason.split()[0]) for reject in rejects if reject.by_rule)
    assert len(words) + len(lines) + dropped == len(rows)


def test_a_name_that_two_files_have_must_be_written_out(tmp_path: Path):
    folder = corpus(tmp_path / "lucid", GOOD)
    sound(folder / "women/M01_01.wav")
    assert "two audio files have that name" in refused(folder)[f"{lucid.TOKENS}:4"]
    (folder / lucid.TOKENS).write_text(
        "\n".join([HEADER, *GOOD[:2], GOOD[2].replace("M01_01", "men/M01_01.wav")])
    )
    _, words, rejects = read_lucid(folder)
    assert words[-1].recording_id == "men/M01_01"
    # The third file is not passed over in silence.
    assert [reject.id for reject in rejects] == ["women/M01_01"]


def test_two_extensions_of_one_name(tmp_path: Path):
    folder = corpus(tmp_path / "lucid", GOOD)
    soundfile.write(folder / "F01_01.flac", np.zeros(100), 8000)
    assert list(refused(folder)) == ["F01_01.flac"]


def test_a_folder_that_is_no_lucid(tmp_path: Path):
    with pytest.raises(InputError, match=r"nowhere: no such folder; see its path in the config"):
        read_lucid(tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"has no file \.wav, \.flac, \.mp3, \.\.\., \.textgrid"):
        read_lucid(tmp_path)
    sound(tmp_path / "F01_01.wav")
    with pytest.raises(InputError, match=f"has no {lucid.TOKENS} and no TextGrid"):
        read_lucid(tmp_path)
    corpus(tmp_path, ["F01_01.wav\t0.1\t0.5\tcat"], header="filename\tonset\toffset\tword")
    with pytest.raises(InputError, match=f"{lucid.TOKENS}: line 1: no column talker"):
        read_lucid(tmp_path)
    (tmp_path / lucid.TOKENS).write_text("")
    with pytest.raises(InputError, match="no column filename, onset, offset, word, talker"):
        read_lucid(tmp_path)


def test_sources_are_the_table_and_the_audio(tmp_path: Path):
    folder = corpus(tmp_path / "lucid", GOOD)
    (folder / "notes.txt").write_text("not read")
    (folder / ".hidden.wav").write_text("not read")
    names = [path.relative_to(folder).as_posix() for path in lucid.sources(folder, lucid.Options())]
    assert names == [lucid.TOKENS, "F01_01.wav", "men/M01_01.wav"]


def test_a_wav_that_is_shorter_than_its_tokens_say(tmp_path: Path):
    folder = corpus(tmp_path / "lucid", [*GOOD, "F01_01.wav\t0.8\t1.5\tlate\tF01\tmap\tnb\t4"])
    found = read(folder)
    assert len(found["spoken_words"]) == 3
    (reject,) = found["rejects"].itertuples()
    assert (reject.stage, reject.id) == ("speech", "F01_01@0.800")
    assert "'late' ends at 1.500 s, but the recording is 1.000 s long" in reject.reason
    with pytest.raises(InputError, match="the wav is shorter than its tokens say"):
        read(folder, on_bad_input="fail")


def test_a_wav_that_is_cut_off(tmp_path: Path):
    """The header still claims a second: more may be wrong with it than its end."""
    folder = corpus(tmp_path / "lucid", GOOD)
    path = folder / "F01_01.wav"
    path.write_bytes(path.read_bytes()[: 44 + 2 * 4800])  # 0.6 s of 16-bit samples
    with wave.open(str(path)) as file:
        assert file.getnframes() == 8000
    found = read(folder)
    (reject,) = found["rejects"].itertuples()
    assert reject.id == "F01_01"
    assert "ends at 0.600 s, but its header says 1.000 s; replace it" in reject.reason
    assert list(found["recordings"]["recording_id"]) == ["men/M01_01"]


def test_a_file_that_is_no_audio_takes_its_words_along(tmp_path: Path):
    folder = corpus(tmp_path / "lucid", GOOD)
    (folder / "F01_01.wav").write_text("nothing to hear")
    found = read(folder)
    assert list(found["recordings"]["recording_id"]) == ["men/M01_01"]
    (reject,) = found["rejects"].itertuples()
    assert reject.id == "F01_01"
    assert "cannot be read as audio" in reject.reason
    assert "its 2 words are left out with it" in reject.reason


def test_a_recording_of_no_usable_word_is_listed(tmp_path: Path):
    folder = corpus(tmp_path / "lucid", [*GOOD[:2], "M01_01\t3\t4\tdog\tM01\tmap\tnb\t3"])
    found = read(folder)
    assert list(found["recordings"]["recording_id"]) == ["F01_01"]
    assert list(found["rejects"]["id"]) == ["men/M01_01", "men/M01_01@3.000"]


def test_a_corpus_without_a_word_ends_the_run(tmp_path: Path):
    folder = corpus(tmp_path / "lucid", [row.replace("\t0.", "\t7.") for row in GOOD])
    with pytest.raises(InputError, match="no usable spoken word"):
        read(folder)
    assert not list((tmp_path / "out").glob("*.parquet"))


def test_a_second_corpus_leaves_the_ids_of_the_first(tmp_path: Path):
    first = Corpus(reader="lucid", path=str(corpus(tmp_path / "lucid", GOOD)))
    other = corpus(tmp_path / "other", [*GOOD, "F01_01\t0.95\t7\tlate\tF01\tmap\tnb\t4"])
    second = Corpus(name="b.2", reader="lucid", path=str(other))
    alone = read_all([first], tmp_path / "a/x")
    both = read_all([first, second], tmp_path / "b/x")
    swapped = read_all([second, first], tmp_path / "c/x")
    for name in both:
        pd.testing.assert_frame_equal(both[name], swapped[name])
    for name in ("recordings", "spoken_words"):
        key = both[name].columns[0]
        old = both[name][~both[name][key].str.startswith("b.2/")].reset_index(drop=True)
        pd.testing.assert_frame_equal(old, alone[name])
    words = both["spoken_words"]
    new = words[words["token_id"].str.startswith("b.2/")]
    assert list(new["token_id"]) == [
        "b.2/F01_01@0.100",
        "b.2/F01_01@0.500",
        "b.2/men/M01_01@0.200",
    ]
    assert list(new["talker"]) == ["b.2/F01", "b.2/F01", "b.2/M01"]
    assert list(both["rejects"]["id"]) == ["b.2/F01_01@0.950"]


def test_corpora_that_are_not_apart(tmp_path: Path):
    folder = corpus(tmp_path / "lucid", GOOD)
    entry = Corpus(reader="lucid", path=str(folder))
    with pytest.raises(ValidationError, match="2 corpora have no name; names keep ids apart"):
        read_all([entry, entry], folder)
    twice = entry.model_copy(update={"name": "x"})
    with pytest.raises(ValidationError, match="2 corpora have the name 'x'"):
        read_all([twice, twice], folder)
    # The ids of a corpus without a name may look like another's.
    (tmp_path / "up").mkdir()
    (tmp_path / "up/x").symlink_to(folder)
    (tmp_path / "up" / lucid.TOKENS).write_text((folder / lucid.TOKENS).read_text())
    outer = Corpus(reader="lucid", path=str(tmp_path / "up"))
    message = r"both have the recording 'x/F01_01'; change a name in speech.corpora"
    with pytest.raises(InputError, match=message):
        read_all([outer, twice], folder)
    with pytest.raises(InputError, match=r"speech.corpora is empty"):
        read_all([], folder)


def test_a_channel_is_not_taken_for_a_file_of_its_name(tmp_path: Path):
    """`x.wav`'s second channel and `x#1.wav`: one talker's word was heard in the other's file."""
    sound(tmp_path / "x.wav", channels=2)
    sound(tmp_path / "x#1.wav")
    rows = ["x.wav\t0.1\t0.5\tcat\tann\t2", "x#1.wav\t0.1\t0.5\tdog\tbob\t1"]
    header = "file\tonset\toffset\tword\tspeaker\tchannel"
    entry = Corpus(reader="tsv", path=str(tmp_path), options={"columns": {"channel": "channel"}})
    for order in (rows, rows[::-1]):
        (tmp_path / "words.tsv").write_text("\n".join([header, *order]))
        message = (
            r"x.wav \(channel 2\) and .*/x#1.wav would both be the recording 'x#1'; rename one"
        )
        with pytest.raises(InputError, match=message):
            read_all([entry], tmp_path)
    (tmp_path / "words.tsv").write_text("\n".join([header, rows[1]]))
    assert list(read_all([entry], tmp_path)["spoken_words"]["token_id"]) == ["x#1@0.100"]


def test_a_folder_that_is_called_as_another_corpus(tmp_path: Path):
    """They share no id yet; a file that is added to either could make them."""
    for place in ("up/pas/F01_01.wav", "other/F02_01.wav"):
        sound(tmp_path / place)
    (tmp_path / "up" / lucid.TOKENS).write_text("\n".join([HEADER, *GOOD[:2]]))
    row = GOOD[0].replace("F01", "F02")
    (tmp_path / "other" / lucid.TOKENS).write_text("\n".join([HEADER, row]))
    unnamed = Corpus(reader="lucid", path=str(tmp_path / "up"))
    named = Corpus(name="pas", reader="lucid", path=str(tmp_path / "other"))
    message = rf"{tmp_path}/up has the recording 'pas/F01_01', and {tmp_path}/other is called 'pas'"
    for corpora in ([unnamed, named], [named, unnamed]):
        with pytest.raises(InputError, match=message):
            read_all(corpora, tmp_path / "x")
    read_all([unnamed, named.model_copy(update={"name": "pas2"})], tmp_path / "x")


def excluded(corpora: list[Corpus], folder: Path, *patterns: str, bad: str = "fail"):
    settings = SpeechSettings(corpora=tuple(corpora), on_bad_input=bad, exclude=patterns)
    paths = [folder / f"{name}.parquet" for name in ("recordings", "words", "rejects")]
    read_corpora(*paths, [folder / "shard.parquet"], settings)
    known = zip((RECORDINGS, SPOKEN_WORDS, REJECTS), paths, strict=True)
    return [tables.read(table, path) for table, path in known]


def test_talkers_and_recordings_that_are_left_out(tmp_path: Path):
    rows = [*GOOD, "M01_01\t0.7\t0.9\tcow\tF01\tmap\tnb\t3"]
    first = Corpus(reader="lucid", path=str(corpus(tmp_path / "lucid", rows)))
    second = first.model_copy(update={"name": "b"})
    recordings, words, rejects = excluded([first, second], tmp_path, "F01", "b/men/.*")
    assert list(recordings["recording_id"]) == ["b/F01_01", "men/M01_01"]
    assert list(words["token_id"]) == ["b/F01_01@0.100", "b/F01_01@0.500", "men/M01_01@0.200"]
    assert dict(zip(rejects["id"], rejects["reason"], strict=True)) == {
        "F01": "a talker left out by speech.exclude, with 3 words",
        "b/men/M01_01": "left out by speech.exclude, with 2 words",
    }


def test_a_recording_whose_first_talker_is_left_out_is_the_next_ones(tmp_path: Path):
    words = [SpokenWord("a", talker, "dog", n, n + 0.5) for n, talker in enumerate("XXYZ")]
    recordings = [Recording("a", tmp_path / "a.wav", "X"), Recording("b", tmp_path, "X")]
    kept, said, _ = Exclusion([re.compile("X")]).apply(recordings[:1], words)
    assert [(r.recording_id, r.talker) for r in kept] == [("a", "Y")]
    assert [word.talker for word in said] == ["Y", "Z"]
    kept, *_ = Exclusion([re.compile("Z")]).apply(recordings, words)
    assert [(r.recording_id, r.talker) for r in kept] == [("a", "X"), ("b", "X")]


def test_an_exclusion_that_matches_nothing_is_said(tmp_path: Path):
    entry = Corpus(reader="lucid", path=str(corpus(tmp_path / "lucid", GOOD)))
    # A whole id is matched: F0 and F01_0 are none.
    with pytest.raises(InputError, match=r"speech.exclude: 'F0' matches no whole id"):
        excluded([entry], tmp_path, "F0")
    _, words, rejects = excluded([entry], tmp_path, "F01", "F01_0", bad="reject")
    assert list(words["talker"]) == ["M01"]
    assert list(rejects["id"]) == ["F01", "speech.exclude"]
    with pytest.raises(InputError, match=r"speech.exclude leaves no word of it; leave out less"):
        excluded([entry], tmp_path, ".*")


def test_what_a_reader_gives_is_composed(tmp_path: Path):
    sound(tmp_path / "a.wav")
    reader = tmp_path / "reader.py"
    reader.write_text(
        "from seesay.corpora import *\ndef sources(root): return [root / 'a.wav']\n"
        "def read(root): return [Recording('e\\u0301', root / 'a.wav', 'e\\u0301')],"
        " [SpokenWord('e\\u0301', 'e\\u0301', 'cafe\\u0301', 0.1, 0.5)], []\n"
    )
    entry = Corpus(reader=str(reader), path=str(tmp_path))
    words = read_all([entry], tmp_path / "x")["spoken_words"]
    assert words.iloc[0].tolist()[:4] == ["é@0.100", "é", "é", "café"]


@pytest.mark.parametrize("bell", ["\a", "\u200e\x1b[2J", "\ud800"])
def test_what_cannot_be_printed_is_rejected(tmp_path: Path, bell: str):
    sound(tmp_path / "a.wav")
    reader = tmp_path / "reader.py"
    words = [
        ("T", "cat", 0.1, "p"),
        ("T", f"c{bell}t", 0.3, ""),
        (f"T{bell}", "cat", 0.5, ""),
        ("T", "cat", 0.7, f"p{bell}"),
    ]
    spoken = [f"SpokenWord('a', {t!a}, {w!a}, {on}, {on + 0.1}, {p!a})" for t, w, on, p in words]
    reader.write_text(
        "from seesay.corpora import *\ndef sources(root): return [root / 'a.wav']\n"
        f"def read(root): return [Recording('a', root / 'a.wav', 'T')], [{', '.join(spoken)}],"
        f" [Reject({'x' + bell!a}, {bell!a})]\n"
    )
    found = read_all([Corpus(reader=str(reader), path=str(tmp_path))], tmp_path / "x")
    assert list(found["spoken_words"]["token_id"]) == ["a@0.100"]
    assert {"a@0.300", "a@0.500", "a@0.700"} < set(found["rejects"]["id"])
    assert all(map(str.isprintable, found["rejects"]["reason"]))


@pytest.mark.parametrize("name", [b"h\xfcnd", b"h\x1bnd"])
def test_a_recording_whose_name_cannot_be_printed_is_left_out(tmp_path: Path, name: bytes):
    """As an archive of an old system unpacks: such names are no UTF-8."""
    sound(tmp_path / "in/ann/cat.wav")
    odd = os.path.join(os.fsencode(tmp_path / "in/ann"), name + b".wav")
    Path(os.fsdecode(odd)).write_bytes((tmp_path / "in/ann/cat.wav").read_bytes())
    corpora = [Corpus(reader="isolated", path=str(tmp_path / "in"), options={"edges": "file"})]
    found = read_all(corpora, tmp_path)
    assert list(found["recordings"]["recording_id"]) == ["ann/cat"]
    (reason,) = found["rejects"]["reason"]
    assert reason.startswith("its name holds U+")


def test_times_in_no_regular_file_are_told(tmp_path: Path):
    sound(tmp_path / "a.wav")
    (tmp_path / "a.ctm").write_text("a 1 0 0.5 cat\n")
    os.mkfifo(tmp_path / "b.ctm")
    (tmp_path / "c.ctm").symlink_to(tmp_path / "nowhere.ctm")
    _, words, rejects = find(Corpus(reader="ctm", path=str(tmp_path)), SPEECH).read()
    assert len(words) == 1
    assert sorted(reject.id for reject in rejects) == ["b.ctm", "c.ctm"]


def test_a_soft_hyphen_is_no_part_of_a_word(tmp_path: Path):
    """Captions lose theirs, too, so that the word is found."""
    folder = corpus(tmp_path / "lucid", [GOOD[1].replace("cat", "ca\u00adt")])
    assert list(read(folder)["spoken_words"]["word"]) == ["cat"]


def test_every_corpus_must_give_a_word(tmp_path: Path):
    first = Corpus(reader="lucid", path=str(corpus(tmp_path / "lucid", GOOD)))
    bad = corpus(tmp_path / "bad", [row.replace("\t0.", "\t7.") for row in GOOD])
    second = Corpus(name="bad", reader="lucid", path=str(bad))
    with pytest.raises(InputError, match=f"{bad}: .*no usable spoken word"):
        read_all([first, second], tmp_path / "x")


def test_a_new_recording_changes_its_own_manifest_alone(tmp_path: Path):
    folder = corpus(tmp_path / "lucid", GOOD)
    entry = Corpus(reader="lucid", path=str(folder))

    def manifests():
        read_all([entry], folder, shards=8)
        return [(tmp_path / f"out/shards/{n}.parquet").read_bytes() for n in range(8)]

    before = manifests()
    assert manifests() == before
    sound(folder / "F02_01.wav")
    table = folder / lucid.TOKENS
    table.write_text(table.read_text() + "F02_01\t0.1\t0.5\tcow\tF02\tmap\tnb\t3\n")
    after = manifests()
    changed = [n for n in range(8) if before[n] != after[n]]
    assert changed == [shard_of("F02_01", 8)]


def test_channels_of_a_file(tmp_path: Path):
    sound(tmp_path / "mono.wav")
    sound(tmp_path / "stereo.wav", channels=2)
    given = [("mono", None), ("mono", 0), ("mono", 1), ("stereo", None), ("stereo", 1)]
    found = [
        Recording(f"{name}{channel}", tmp_path / f"{name}.wav", "T", channel)
        for name, channel in given
    ]
    recordings, rejects = open_recordings(found)
    assert list(recordings["channel"]) == [0, 0, -1, 1]
    assert [reject.id for reject in rejects] == ["mono1"]
    assert "channel 2 is asked for, but it has 1" in rejects[0].reason


def test_what_a_reader_may_not_give(tmp_path: Path):
    sound(tmp_path / "a.wav")
    head = "from seesay.corpora import *\ndef sources(root): return [root / 'a.wav']\n"
    reader = tmp_path / "reader.py"
    recording = "Recording('a', root / 'a.wav', 'T')"
    for number, (result, message) in enumerate(
        [
            ("[], []", "is it a reader of speech"),
            ("[1], [], []", "is it a reader of speech"),
            (f"[{recording}] * 2, [], []", "gives the recording 'a' twice"),
            (f"[{recording}], [], []", "a: no usable word"),
            (f"[{recording}], [SpokenWord('a', 'T', 'x', 0.5, float('nan'))], []", "to nan s"),
        ]
    ):
        reader = tmp_path / f"reader{number}.py"
        reader.write_text(f"{head}def read(root): return {result}\n")
        with pytest.raises(InputError, match=message):
            read_all([Corpus(reader=str(reader), path=str(tmp_path))], tmp_path / "x")


def test_two_words_with_one_onset():
    recordings = pd.DataFrame({"recording_id": ["a"], "duration": [2.0]})
    rows = [("a", "T", word, onset, 1.0) for word, onset in (("One", 0.5), ("two", 0.5004))]
    words = pd.DataFrame(rows, columns=["recording_id", "talker", "word", "onset", "offset"])
    kept, rejects = check_words(words, recordings)
    assert list(kept["word"]) == ["one"]
    assert [(reject.id, reject.reason) for reject in rejects] == [
        ("a@0.500", "'two' has the onset of another word; correct the row")
    ]


def test_two_talkers_who_begin_together():
    """Of one recording: both words stay, each under an id of its own."""
    recordings = pd.DataFrame({"recording_id": ["a"], "duration": [2.0]})
    rows = [("bob", "two", 0.5), ("ann", "one", 0.5), ("ann", "again", 0.5), ("bob", "on", 0.9)]
    words = pd.DataFrame(
        [("a", talker, word, onset, 1.0) for talker, word, onset in rows],
        columns=["recording_id", "talker", "word", "onset", "offset"],
    )
    for order in (words, words[::-1]):
        kept, rejects = check_words(order.reset_index(drop=True), recordings)
        assert sorted(zip(kept["token_id"], kept["word"], strict=True)) == [
            ("a@0.500", "again"),
            ("a@0.500@bob", "two"),
            ("a@0.900", "on"),
        ]
        assert [reject.id for reject in rejects] == ["a@0.500"]


def test_a_digest_is_of_the_bytes(tmp_path: Path):
    sound(tmp_path / "a.wav")
    sound(tmp_path / "b.wav")
    sound(tmp_path / "c.wav", seconds=1.1)
    found = [Recording(name, tmp_path / f"{name}.wav", "T") for name in "abc"]
    a, b, c = open_recordings(found)[0]["digest"]
    assert a == b != c


def test_timit_in_the_layout_of_lucid(tmp_path: Path, real_data: Path):
    """Real recordings and hand-made word times come through as they are."""
    source = real_data / "timit_10"
    rows = []
    for wrd in sorted(source.glob("*/*.wrd")):
        talker = wrd.parent.name
        path = tmp_path / "lucid" / talker / f"{wrd.stem}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(wrd.with_suffix(".wav"))
        for line in wrd.read_text().splitlines():
            onset, offset, word = line.split()
            rows.append((f"{talker}/{wrd.stem}", int(onset) / 16000, int(offset) / 16000, word))
    lines = [f"{n}\t{a:.4f}\t{b:.4f}\t{w}\t{n[:9]}\tread\tnb\t{len(w)}" for n, a, b, w in rows]
    (tmp_path / "lucid" / lucid.TOKENS).write_text("\n".join([HEADER, *lines]))
    found = read(tmp_path / "lucid")
    words = found["spoken_words"]
    clitics = sum("'" in word for *_, word in rows)
    assert clitics > 0
    assert len(words) == len(rows) - clitics
    assert set(found["recordings"]["sample_rate"]) == {16000}
    assert found["recordings"]["talker"].nunique() == 10
    expected = sorted((name, onset) for name, onset, _, word in rows if "'" not in word)
    got = sorted(zip(words["recording_id"], words["onset"], strict=True))
    assert [name for name, _ in got] == [name for name, _ in expected]
    np.testing.assert_allclose([t for _, t in got], [t for _, t in expected], atol=5e-5)
