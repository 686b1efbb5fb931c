"""What the columns of a table of words hold, by their names."""

from collections.abc import Sequence

NAMES = {
    "file": ("file", "filename", "file_name", "wav", "audio", "path", "recording"),
    "speaker": ("speaker", "talker", "speaker_id", "talker_id", "spk"),
    "onset": ("onset", "start", "begin", "start_time"),
    "offset": ("offset", "end", "stop", "end_time"),
    "word": ("word", "token", "label"),
    "channel": ("channel",),
    "picture": ("picture", "image", "image_id"),
    "text": ("text", "transcript", "transcription", "sentence"),
    "caption": ("sent_no", "caption_number", "comment_number"),
}


def kinds_of(header: Sequence[str]) -> dict[str, str | None] | None:
    """The name of the column of each kind in NAMES, or None where a kind has no column.

    None for a header without words, or with words but no way to find them: a row has to be a word
    with times, a file of one word, or a file with its text.
    """
    here = {name.lower(): name for name in header}
    found = {
        kind: next((here[name] for name in names if name in here), None)
        for kind, names in NAMES.items()
    }
    there = {kind for kind, name in found.items() if name}
    if {"file", "word", "onset", "offset"} <= there:
        return found | {"text": None}
    if "file" not in there or {"onset", "offset"} & there:
        return None
    if "word" in there:
        # A single word is no whole caption.
        return found | {"text": None, "caption": None}
    return found | {"channel": None} if "text" in there else None
