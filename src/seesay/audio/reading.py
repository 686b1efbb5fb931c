"""What a reader of speech returns, checked and under its corpus's name, and as frames."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from seesay.corpora import Recording, Reject, SpokenWord
from seesay.settings.corpora import Corpus
from seesay.shared.errors import InputError
from seesay.shared.printable import cleaned, composed, printable, unprintable


def named(
    corpus: Corpus, found: tuple[list[Recording], list[SpokenWord], list[Reject]]
) -> tuple[list[Recording], list[SpokenWord], list[Reject]]:
    """A reader's result under the corpus's name: every id and talker as `name/id`.

    Composes ids, talkers and words (NFC). Raises InputError if it is not the result of a speech
    reader, or has an id twice.
    """
    kinds: tuple[type, ...] = (Recording, SpokenWord, Reject)
    right = isinstance(found, tuple) and len(found) == len(kinds)
    if not right or not all(isinstance(one, kinds[i]) for i in range(3) for one in found[i]):
        raise InputError(
            f"{corpus.reader}: gives no recordings, words and rejects; is it a reader of speech?"
        )
    recordings, words, rejects = found
    recordings, words, odd = shown(recordings, words)
    rejects = [*map(_printable, rejects), *odd]
    ids = pd.Series([recording.recording_id for recording in recordings], dtype="str")
    if ids.duplicated().any():
        twice = ids[ids.duplicated()].iloc[0]
        raise InputError(f"{corpus.path}: {corpus.reader} gives the recording {twice!r} twice")
    if not corpus.name:
        return recordings, words, rejects

    def under(one: Any) -> Any:
        fields = [f for f in ("recording_id", "talker", "id") if hasattr(one, f)]
        return replace(one, **{f: corpus.under(getattr(one, f)) for f in fields})

    return [*map(under, recordings)], [*map(under, words)], [*map(under, rejects)]


def shown(
    recordings: list[Recording], words: list[SpokenWord]
) -> tuple[list[Recording], list[SpokenWord], list[Reject]]:
    """Recordings and words with composed names and clean words, like captions.

    Rejects a word that is unprintable, or whose talker is, and an unprintable recording with all
    its words.
    """
    recordings = [
        replace(
            r,
            recording_id=composed(r.recording_id),
            talker=printable(composed(r.talker)),
            picture=composed(r.picture),
            text=cleaned(r.text),
        )
        for r in recordings
    ]
    faults = {
        r.recording_id: unprintable(f"{r.recording_id}{Path(r.path).name}{r.picture}{r.text}")
        for r in recordings
    }
    recordings = [r for r in recordings if not faults[r.recording_id]]
    rejects = [
        Reject(
            printable(name),
            f"its name holds {odd}, which cannot be printed; rename the file; its words are left"
            " out with it",
        )
        for name, odd in faults.items()
        if odd
    ]
    kept = []
    for word in map(_cleaned, words):
        if faults.get(word.recording_id):
            continue
        odd = unprintable(f"{word.recording_id}{word.talker}{word.word}{word.picture}")
        if not odd:
            kept.append(word)
            continue
        name = printable(f"{word.recording_id}@{word.onset:.3f}")
        said = f"{word.word!a} by {word.talker!a}" + f" about {word.picture!a}" * bool(word.picture)
        reason = f"{odd} cannot be printed: {said}; correct it"
        rejects.append(Reject(name, reason))
    return recordings, kept, rejects


def timed(
    corpus: Corpus, recordings: list[Recording], words: list[SpokenWord]
) -> tuple[list[Recording], list[Reject]]:
    """The recordings, and rejects of those that say something whose words have no times.

    Raises InputError if all are such.
    """
    known = {word.recording_id for word in words}
    untimed = {
        recording.recording_id
        for recording in recordings
        if recording.recording_id not in known and (recording.text or recording.caption is not None)
    }
    if recordings and len(untimed) == len(recordings):
        raise InputError(
            f"{corpus.path}: none of its {len(recordings):,} recordings has word times; name it in"
            " alignment.corpora, which finds them"
        )
    reason = "no word times; name its corpus in alignment.corpora, which finds them"
    found = [recording for recording in recordings if recording.recording_id not in untimed]
    return found, [Reject(name, reason) for name in sorted(untimed)]


def frame_of(words: list[SpokenWord]) -> pd.DataFrame:
    """Words as a frame: recording_id, talker, word, onset and offset."""
    return pd.DataFrame(
        [(w.recording_id, w.talker, w.word, w.onset, w.offset) for w in words],
        columns=["recording_id", "talker", "word", "onset", "offset"],
    )


def captions_said(recordings: list[Recording]) -> pd.DataFrame:
    """The picture and caption that each recording says, missing for none, as in RECORDINGS."""
    return captions_frame((r.recording_id, r.picture, r.caption) for r in recordings)


def captions_frame(rows: Iterable[tuple[str, str, int | None]]) -> pd.DataFrame:
    """Recordings, their pictures ("" for none) and captions as a frame, like captions_said."""
    found = pd.DataFrame(
        [(name, picture or None, caption) for name, picture, caption in rows],
        columns=["recording_id", "picture", "caption"],
    )
    return found.astype({"caption": "Int32"})


def _cleaned(word: SpokenWord) -> SpokenWord:
    if f"{word.recording_id}{word.talker}{word.word}{word.picture}".isascii():
        return word
    recording_id, talker, picture = map(composed, (word.recording_id, word.talker, word.picture))
    times = word.onset, word.offset
    return SpokenWord(recording_id, talker, cleaned(word.word), *times, picture)


def _printable(reject: Reject) -> Reject:
    return replace(reject, id=printable(reject.id), reason=printable(reject.reason))
