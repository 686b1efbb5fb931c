"""What `seesay check` finds: one line each."""

from collections.abc import Iterator
from dataclasses import dataclass

from seesay.errors import InputError
from seesay.printable import printable


@dataclass(frozen=True)
class Finding:
    """One line: `ok`, `note` or `fail`, the section of the config that it is about, and what."""

    mark: str
    section: str
    text: str

    def __str__(self) -> str:
        return f"{self.mark:<4}  {self.section}: {printable(' '.join(self.text.split()))}"


@dataclass
class Counts:
    """What was found so far, for the estimate of the disk.

    Attributes:
        fetching: The command that fetches what may be fetched.
        pictures: Pictures with captions.
        captions: Their captions.
        tokens: Spoken words; None where they are still to be generated or aligned.
    """

    fetching: str
    pictures: int = 0
    captions: int = 0
    tokens: int | None = None


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
