"""The word-aligned speech corpora: recordings and spoken words."""

from pathlib import Path
from typing import Any

import pandas as pd

from seesay.audio.exclusion import Exclusion
from seesay.audio.reading import captions_said, frame_of, named, timed
from seesay.corpora import SPEECH, Recording, Reject
from seesay.corpora.apart import keep_apart
from seesay.corpora.finding import find
from seesay.schemas.audio import RECORDINGS, SPOKEN_WORDS, TOKEN_MANIFEST
from seesay.settings.corpora import Corpus
from seesay.settings.speech import SpeechSettings
from seesay.shared import sound, sources, tables
from seesay.shared.errors import InputError, cause
from seesay.shared.progress import progress
from seesay.shared.randomness import shard_of
from seesay.shared.rejects import write_rejects

SLACK = 0.01  # most s by which an offset may exceed the recording's end: rounding of alignments


def read_corpora(
    recordings_out: Path,
    words_out: Path,
    rejects_out: Path,
    manifests: list[Path],
    settings: SpeechSettings,
) -> None:
    """Read the speech corpora and write the tables `recordings`, `spoken_words`, `rejects`.

    Also writes one manifest a shard, by the hash of the recording's id. Raises InputError if
    nothing usable is left of a corpus, if two corpora share an id or a talker, and, with
    `on_bad_input: fail`, at the first bad row; a row that the layout itself leaves out is not bad.
    """
    if not settings.corpora:
        raise InputError("speech.corpora is empty; give a corpus")
    read = [path for corpus in settings.corpora for path in find(corpus, SPEECH).sources()]
    before = sources.seen(read)
    exclusion = Exclusion(settings.exclude)
    parts = [read_corpus(corpus, settings.on_bad_input, exclusion) for corpus in settings.corpora]
    kept = zip(settings.corpora, parts, strict=True)
    keep_apart("speech.corpora", [one for corpus, part in kept for one in ids_of(corpus, *part)])
    unused = exclusion.rest()
    if unused and settings.on_bad_input == "fail":
        raise InputError(f"{unused[0].id}: {unused[0].reason}; correct it or leave it out")
    recordings = pd.concat([part[0] for part in parts], ignore_index=True)
    words = pd.concat([part[1] for part in parts], ignore_index=True)
    sources.still(before)
    tables.write(RECORDINGS, recordings_out, recordings)
    tables.write(SPOKEN_WORDS, words_out, words)
    refused = [*unused, *(reject for part in parts for reject in part[2])]
    write_rejects(rejects_out, (("speech", reject.id, reject.reason) for reject in refused))
    heard = recordings[["recording_id", "path", "digest", "channel"]]
    joined = words.merge(heard, on="recording_id")
    shards = {name: shard_of(name, len(manifests)) for name in recordings["recording_id"]}
    shard = joined["recording_id"].map(shards)
    for number, path in enumerate(manifests):
        tables.write(TOKEN_MANIFEST, path, joined[shard == number])


def read_corpus(
    corpus: Corpus, on_bad_input: str, exclusion: Exclusion
) -> tuple[pd.DataFrame, pd.DataFrame, list[Reject]]:
    """The usable recordings and words of one corpus, and its rejects, with the corpus's ids."""
    found, spoken, refused = named(corpus, find(corpus, SPEECH).read())
    found, spoken, excluded = exclusion.apply(found, spoken)
    refused += excluded
    if excluded and not spoken:
        raise InputError(f"{corpus.path}: speech.exclude leaves no word of it; leave out less")
    found, untimed = timed(corpus, found, spoken)
    recordings, bad = open_recordings(found)
    words, bad_words = check_words(frame_of(spoken), recordings)
    bad += [*untimed, *bad_words]
    unused = ~recordings["recording_id"].isin(words["recording_id"])
    bad += [Reject(name, "no usable word") for name in recordings.loc[unused, "recording_id"]]
    bad = [reject for reject in refused if not reject.by_rule] + bad
    if bad and (on_bad_input == "fail" or words.empty):
        problem = "no usable spoken word" if words.empty else "on_bad_input: fail"
        first = f"{bad[0].id}: {bad[0].reason}"
        raise InputError(f"{corpus.path}: {first} ({len(bad) - 1} more such; {problem})")
    if words.empty:
        raise InputError(f"{corpus.path}: no spoken word; see speech.corpora")
    rejects = [*bad, *(reject for reject in refused if reject.by_rule)]
    return recordings[~unused], words, rejects


def ids_of(
    corpus: Corpus, recordings: pd.DataFrame, words: pd.DataFrame, *_: Any
) -> list[tuple[Corpus, str, list[str]]]:
    """A corpus's recordings and talkers, for `keep_apart`."""
    return [
        (corpus, "recording", [*recordings["recording_id"]]),
        (corpus, "talker", [*words["talker"].unique()]),
    ]


def open_recordings(recordings: list[Recording]) -> tuple[pd.DataFrame, list[Reject]]:
    """The table `recordings` of the readable ones, and rejects of the others.

    A file with less sound than it promises is rejected; for compressed formats, decoding reveals
    it.
    """
    rows, rejects = [], []
    opened: dict[Path, tuple[sound.Facts, str] | str] = {}
    for recording in progress(recordings, "reading recordings", "recordings"):
        path = recording.path
        if path not in opened:
            opened[path] = _opened(path)
        found = opened[path]
        if isinstance(found, str):
            rejects.append(Reject(recording.recording_id, found))
            continue
        facts, digest = found
        channel = recording.channel
        if channel is None:
            channel = 0 if facts.channels == 1 else -1
        elif not 0 <= channel < facts.channels:
            reason = f"channel {channel + 1} is asked for, but it has {facts.channels}"
            rejects.append(Reject(recording.recording_id, f"{reason}; fix its words or the file"))
            continue
        row = (recording.recording_id, str(path), digest, channel, recording.talker)
        rows.append((*row, facts.rate, facts.duration))
    columns = [column.name for column in RECORDINGS.columns if not column.optional]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.merge(captions_said(recordings), on="recording_id"), rejects


def _opened(path: Path) -> tuple[sound.Facts, str] | str:
    """A recording's facts and its digest, or why it cannot be used."""
    try:
        facts = sound.facts(path)
        return facts, sources.digest(path)
    except InputError as error:
        return cause(error, path)


def check_words(words: pd.DataFrame, recordings: pd.DataFrame) -> tuple[pd.DataFrame, list[Reject]]:
    """The usable words, lower-cased and with their token ids, and rejects of the others.

    Rejected are words of an unreadable recording, words with impossible times, words that end after
    their recording does, and the second of a talker's two words with one onset. One reject counts
    the words of an unreadable recording.
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
    lost = ~silent & ~((words["onset"] >= 0) & (words["offset"] > words["onset"]))
    rejects += [
        Reject(str(row.token_id), f"{row.word!r} goes from {row.onset} to {row.offset} s; fix it")
        for row in words[lost].itertuples()
    ]
    silent |= lost
    short = ~silent & (words["offset"] > duration + SLACK)
    rejects += [
        Reject(
            str(row.token_id),
            f"{row.word!r} ends at {row.offset:.3f} s, but the recording is {row.duration:.3f} s "
            "long: the wav is shorter than its tokens say; replace the file or correct the row",
        )
        for row in words[short].assign(duration=duration[short]).itertuples()
    ]
    words = words[~(silent | short)]
    # If talkers begin a word together, the first by name has the bare id.
    others = words["talker"] != words.groupby("token_id")["talker"].transform("min")
    words["token_id"] = words["token_id"].where(~others, words["token_id"] + "@" + words["talker"])
    twice = words["token_id"].duplicated()
    rejects += [
        Reject(str(row.token_id), f"{row.word!r} has the onset of another word; correct the row")
        for row in words[twice].itertuples()
    ]
    return words[~twice], rejects
