"""The word-aligned speech corpus: recordings and spoken words."""

import hashlib
import importlib
from pathlib import Path

import pandas as pd
import pyarrow as pa
import soundfile

from seesay import tables
from seesay.corpora import Recording, Reject
from seesay.errors import InputError
from seesay.progress import progress
from seesay.randomness import shard_of
from seesay.settings.speech import SpeechSettings
from seesay.tables import REJECTS, Column, Table

SLACK = 0.01  # s that an offset may lie beyond the recording's end: rounding of alignments


RECORDINGS = Table(
    "recordings",
    ("recording_id",),
    (
        Column("recording_id", pa.string(), "path in the corpus, without extension"),
        Column("path", pa.string(), "the audio file"),
        Column("digest", pa.string(), "digest of the file's bytes"),
        Column("talker", pa.string(), "who speaks"),
        Column("sample_rate", pa.int32(), "sample rate of the file", "Hz"),
        Column("duration", pa.float64(), "length of the recording", "s"),
    ),
)
SPOKEN_WORDS = Table(
    "spoken_words",
    ("token_id",),
    (
        Column("token_id", pa.string(), "recording_id@onset"),
        Column("recording_id", pa.string(), "where it is heard"),
        Column("talker", pa.string(), "who says it"),
        Column("word", pa.string(), "the word, lower-cased"),
        Column("onset", pa.float64(), "start, from the start of the recording", "s"),
        Column("offset", pa.float64(), "end, from the start of the recording", "s"),
    ),
)
TOKEN_MANIFEST = Table(
    "token_manifest",
    ("token_id",),
    (
        Column("token_id", pa.string(), "the token"),
        Column("recording_id", pa.string(), "its recording"),
        Column("path", pa.string(), "the audio file"),
        Column("digest", pa.string(), "digest of the file's bytes"),
        Column("onset", pa.float64(), "start", "s"),
        Column("offset", pa.float64(), "end", "s"),
    ),
)


def read_corpus(
    corpus: Path,
    recordings_out: Path,
    words_out: Path,
    rejects_out: Path,
    manifests: list[Path],
    settings: SpeechSettings,
) -> None:
    """Read a speech corpus and write the tables `recordings`, `spoken_words`, `rejects`.

    Also one manifest a shard, by the hash of the recording's id. Raises InputError when nothing
    usable is left, and at the first bad row where `on_bad_input` is `fail`; what the layout
    itself wants left out is no bad row.
    """
    reader = importlib.import_module(f"seesay.corpora.{settings.reader}")
    found, spoken, refused = reader.read(corpus)
    recordings, bad = open_recordings(found)
    words = pd.DataFrame(
        [(w.recording_id, w.talker, w.word, w.onset, w.offset) for w in spoken],
        columns=["recording_id", "talker", "word", "onset", "offset"],
    )
    words, bad_words = check_words(words, recordings)
    bad += bad_words
    unused = ~recordings["recording_id"].isin(words["recording_id"])
    bad += [Reject(name, "no usable word") for name in recordings.loc[unused, "recording_id"]]
    recordings = recordings[~unused]
    bad = [reject for reject in refused if not reject.by_rule] + bad
    if bad and (settings.on_bad_input == "fail" or words.empty):
        problem = "no usable spoken word" if words.empty else "on_bad_input: fail"
        first = f"{bad[0].id}: {bad[0].reason}"
        raise InputError(f"{corpus}: {first} ({len(bad) - 1} more such; {problem})")
    if words.empty:
        raise InputError(f"{corpus}: no spoken word; see speech.path")
    rejects = [*bad, *(reject for reject in refused if reject.by_rule)]
    tables.write(RECORDINGS, recordings_out, recordings)
    tables.write(SPOKEN_WORDS, words_out, words)
    rows = (("speech", reject.id, reject.reason) for reject in rejects)
    tables.write(REJECTS, rejects_out, tables.rejects(rows))
    joined = words.merge(recordings[["recording_id", "path", "digest"]], on="recording_id")
    shards = {name: shard_of(name, len(manifests)) for name in recordings["recording_id"]}
    shard = joined["recording_id"].map(shards)
    for number, path in enumerate(manifests):
        tables.write(TOKEN_MANIFEST, path, joined[shard == number])


def open_recordings(found: list[Recording]) -> tuple[pd.DataFrame, list[Reject]]:
    """The table `recordings` of those that can be read, and rejects of the others."""
    rows, rejects = [], []
    for recording in progress(found, "reading recordings", "recordings"):
        path = recording.path
        try:
            info = soundfile.info(str(path))
            digest = hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()
        except (soundfile.SoundFileError, OSError) as error:
            cause = str(error).removeprefix(f"Error opening {str(path)!r}: ")
            reason = f"{path}: cannot be read as audio ({cause}); replace or remove it"
            rejects.append(Reject(recording.recording_id, reason))
            continue
        duration = info.frames / info.samplerate
        row = (recording.recording_id, str(path), digest, recording.talker)
        rows.append((*row, info.samplerate, duration))
    return pd.DataFrame(rows, columns=[c.name for c in RECORDINGS.columns]), rejects


def check_words(words: pd.DataFrame, recordings: pd.DataFrame) -> tuple[pd.DataFrame, list[Reject]]:
    """The usable words, lower-cased and with their token ids, and rejects of the others.

    Refused: words of an unreadable recording, words that end after their recording does, and
    the second of two words with one onset. The words of an unreadable recording are counted in
    one reject.
    """
    words = words.assign(
        word=words["word"].astype("str").str.lower(),
        token_id=words["recording_id"].astype("str") + "@" + words["onset"].map("{:.3f}".format),
    ).sort_values(["token_id", "offset", "word"], kind="stable", ignore_index=True)
    duration = words["recording_id"].map(recordings.set_index("recording_id")["duration"])
    silent = duration.isna()
    rejects = [
        Reject(str(name), f"its {count} words are left out with it")
        for name, count in words.loc[silent, "recording_id"].value_counts().sort_index().items()
    ]
    short = ~silent & (words["offset"] > duration + SLACK)
    rejects += [
        Reject(
            str(row.token_id),
            f"{row.word!r} ends at {row.offset:.3f} s, but the recording is {row.duration:.3f} s "
            "long: the wav is shorter than its tokens say; replace the file or mend the row",
        )
        for row in words[short].assign(duration=duration[short]).itertuples()
    ]
    words = words[~(silent | short)]
    twice = words["token_id"].duplicated()
    rejects += [
        Reject(str(row.token_id), f"{row.word!r} has the onset of another word; mend the row")
        for row in words[twice].itertuples()
    ]
    return words[~twice], rejects
