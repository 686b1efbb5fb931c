"""The word-aligned speech corpus: recordings and spoken words."""

import hashlib
import importlib
from pathlib import Path

import pandas as pd
import pyarrow as pa
import soundfile

from seesay import tables
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
    usable is left, and at the first bad row where `on_bad_input` is `fail`.
    """
    reader = importlib.import_module(f"seesay.corpora.{settings.reader}")
    found, spoken, refused = reader.read(corpus)
    rejects = [("speech", reject.id, reject.reason) for reject in refused]
    rows = []
    for recording in progress(found, "reading recordings", "recordings"):
        try:
            info = soundfile.info(str(recording.path))
            digest = hashlib.blake2b(recording.path.read_bytes(), digest_size=16).hexdigest()
        except (soundfile.SoundFileError, OSError) as error:
            reason = f"{recording.path}: cannot be read ({error}); replace it"
            rejects.append(("speech", recording.recording_id, reason))
            continue
        rows.append(
            (
                recording.recording_id,
                str(recording.path),
                digest,
                recording.talker,
                info.samplerate,
                info.frames / info.samplerate,
            )
        )
    recordings = pd.DataFrame(rows, columns=[c.name for c in RECORDINGS.columns])
    words = pd.DataFrame(
        [(w.recording_id, w.talker, w.word, w.onset, w.offset) for w in spoken],
        columns=["recording_id", "talker", "word", "onset", "offset"],
    )
    words, bad = check_words(words, recordings)
    rejects += bad
    if rejects and settings.on_bad_input == "fail":
        _, first, reason = rejects[0]
        raise InputError(f"{first}: {reason} (and {len(rejects) - 1} more; on_bad_input: fail)")
    if words.empty:
        raise InputError(
            f"{corpus}: no usable spoken word ({len(rejects)} rejects); see speech.path"
        )
    recordings = recordings[recordings["recording_id"].isin(words["recording_id"])]
    tables.write(RECORDINGS, recordings_out, recordings)
    tables.write(SPOKEN_WORDS, words_out, words)
    tables.write(REJECTS, rejects_out, tables.rejects(rejects))
    joined = words.merge(recordings[["recording_id", "path", "digest"]], on="recording_id")
    shards = {i: shard_of(i, len(manifests)) for i in recordings["recording_id"]}
    shard = joined["recording_id"].map(shards)
    for number, path in enumerate(manifests):
        tables.write(TOKEN_MANIFEST, path, joined[shard == number])


def check_words(
    words: pd.DataFrame, recordings: pd.DataFrame
) -> tuple[pd.DataFrame, list[tuple[str, str, str]]]:
    """The usable words with their token ids, and the rejects (stage, id, reason) of the others.

    Refused: words of an unreadable recording, words that end after their recording does, and
    the second of two words with one onset.
    """
    words = words.assign(
        word=words["word"].str.lower(),
        token_id=words["recording_id"] + "@" + words["onset"].map("{:.3f}".format),
    ).sort_values(["token_id", "offset", "word"], kind="stable", ignore_index=True)
    duration = words["recording_id"].map(recordings.set_index("recording_id")["duration"])
    silent = duration.isna()
    short = ~silent & (words["offset"] > duration + SLACK)
    twice = words["token_id"].duplicated() & ~silent & ~short
    rejects = [
        ("speech", token, "its recording cannot be read") for token in words["token_id"][silent]
    ]
    rejects += [
        (
            "speech",
            row.token_id,
            f"ends at {row.offset:.3f} s, but the recording is only "
            f"{row.duration:.3f} s long: the wav is shorter than its tokens say",
        )
        for row in words[short].assign(duration=duration[short]).itertuples()
    ]
    rejects += [
        ("speech", f"{row.token_id} {row.word}", "another word has the same onset")
        for row in words[twice].itertuples()
    ]
    return words[~(silent | short | twice)], rejects
