"""The findings of `seesay check`: one line each."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from seesay.shared.errors import InputError
from seesay.shared.printable import printable


@dataclass(frozen=True)
class Finding:
    """One line: its mark, its section of the config, and its text.

    Marks are `ok`, `note`, `warn` (the run goes through, but may say little), `fail`, and `row`, a
    table row with its own spaces.
    """

    mark: str
    section: str
    text: str

    def __str__(self) -> str:
        if self.mark == "row":
            return f"      {printable(self.text)}"
        return f"{self.mark:<4}  {self.section}: {printable(' '.join(self.text.split()))}"


@dataclass
class Counts:
    """Counts so far, for the disk estimate and for the prediction of matching.

    Attributes:
        fetching: The command that downloads missing files.
        pictures: Pictures with captions.
        captions: Their captions.
        tokens: Spoken words; None if they are still to be generated or aligned.
        found: The split pictures, if all could be read.
        splits: The split of each, by id.
        spoken: A frame for each speech corpus: recording_id, talker, word, onset, offset.
        recordings: A frame for each speech corpus: recording_id, picture, caption.
        utterances: The recordings of corpora to align.
        sharing: Recordings that share their file and channel with another one.
    """

    fetching: str
    pictures: int = 0
    captions: int = 0
    tokens: int | None = None
    found: list[Any] = field(default_factory=list)
    splits: dict[str, str] = field(default_factory=dict)
    spoken: list[Any] = field(default_factory=list)
    recordings: list[Any] = field(default_factory=list)
    utterances: list[Any] = field(default_factory=list)
    sharing: list[str] = field(default_factory=list)


def safe(section: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    """The findings, followed by the error that ends them, if any."""
    try:
        yield from findings
    except InputError as error:
        yield Finding("fail", section, str(error))
    except OSError as error:
        yield Finding("fail", section, f"{error.filename or 'a file'}: {error.strerror or error}")
    except Exception as error:  # a user's reader may raise anything
        yield Finding("fail", section, f"a reader ended in {type(error).__name__}: {error}")
