"""What `seesay check` finds: one line each."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from seesay.shared.errors import InputError
from seesay.shared.printable import printable


@dataclass(frozen=True)
class Finding:
    """One line: its mark, the section of the config that it is about, and what.

    Marks are `ok`, `note`, `warn` (the run goes through, and may say little), `fail`, and `row`, a
    row of a table, which has its own spaces.
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
    """What was found so far, for the estimate of the disk and for what matching will find.

    Attributes:
        fetching: The command that fetches what may be fetched.
        pictures: Pictures with captions.
        captions: Their captions.
        tokens: Spoken words; None where they are still to be generated or aligned.
        found: The pictures that are split, where all could be read.
        splits: The split of each, by id.
        spoken: A frame a corpus of speech: recording_id, talker, word, onset, offset.
    """

    fetching: str
    pictures: int = 0
    captions: int = 0
    tokens: int | None = None
    found: list[Any] = field(default_factory=list)
    splits: dict[str, str] = field(default_factory=dict)
    spoken: list[Any] = field(default_factory=list)


def safe(section: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    """The findings, and what ends them as one more."""
    try:
        yield from findings
    except InputError as error:
        yield Finding("fail", section, str(error))
    except OSError as error:
        yield Finding("fail", section, f"{error.filename or 'a file'}: {error.strerror or error}")
    except Exception as error:  # a reader of the user's own may raise anything
        yield Finding("fail", section, f"a reader ended in {type(error).__name__}: {error}")
