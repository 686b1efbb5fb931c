"""Recordings of corpora whose words have no times, with what they say, for the stage alignment."""

from collections.abc import Mapping, Sequence

import pandas as pd

from seesay.audio.reading import named
from seesay.audio.transcripts import Utterance
from seesay.corpora import SPEECH, Recording, Reject
from seesay.corpora.apart import keep_apart, pictures_named
from seesay.corpora.finding import find
from seesay.settings.corpora import Corpus

Texts = Mapping[tuple[str, int], str]  # of captions, by picture and number


def texts_of(captions: pd.DataFrame) -> Texts:
    """The texts of CAPTIONS, by picture and number."""
    rows = captions[["image_id", "caption", "text"]].itertuples(index=False, name=None)
    return {(image_id, int(number)): text for image_id, number, text in rows}


def read(corpora: Sequence[Corpus], texts: Texts) -> tuple[list[Utterance], list[Reject]]:
    """The utterances of the corpora, sorted by file, and rejects.

    A recording that says a caption of the run says its own text, or else what is written there.
    Raises InputError if a corpus cannot be read, or if two share an id.
    """
    pictures = pictures_named({picture for picture, _ in texts})
    utterances: list[Utterance] = []
    rejects: list[Reject] = []
    ids = []
    for corpus in corpora:
        recordings, words, refused = named(corpus, find(corpus, SPEECH).read())
        rejects += refused
        timed = {word.recording_id for word in words}
        ids.append((corpus, "recording", [recording.recording_id for recording in recordings]))
        for recording in recordings:
            found = _utterance(recording, recording.recording_id in timed, pictures, texts)
            if isinstance(found, Reject):
                rejects.append(found)
            else:
                utterances.append(found)
    keep_apart("alignment.corpora", ids)
    return sorted(utterances, key=lambda utterance: utterance.file), rejects


def _utterance(
    recording: Recording, timed: bool, pictures: Mapping[str, str], texts: Texts
) -> Utterance | Reject:
    """What a recording says, or why it is not aligned."""
    name, text = recording.recording_id, recording.text
    if timed:
        reason = "its words have times; name its corpus in speech.corpora"
        return Reject(name, reason)
    if recording.channel is not None:
        return Reject(name, "one channel of several; give its sound a file of its own")
    if recording.caption is not None:
        written = texts.get((pictures.get(recording.picture, ""), recording.caption))
        if written is None:
            caption = f"{recording.picture}#{recording.caption}"
            return Reject(name, f"says a caption that is not in this run: {caption!r}", True)
        text = text or written
    return Utterance(
        f"{name}{recording.path.suffix.lower()}",
        recording.path,
        recording.talker,
        text,
        recording.picture,
        recording.caption,
        recording.start,
        recording.end,
    )
