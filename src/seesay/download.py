"""One file over HTTP: had whole and right, or not at all.

Servers stall, break off and answer with something else. What has come is kept beside the file,
in a hidden `.NAME.part`, and the next attempt goes on from there; only a whole and right file
takes the name.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import requests
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential,
)

from seesay.digests import sha256
from seesay.errors import InputError
from seesay.progress import progress
from seesay.settings.fetch import FetchSettings

CHUNK, MB = 1 << 16, 1_000_000
LONGEST_PAUSE = 60
# Statuses that may be otherwise in a moment, beside those from 500 on.
PASSING = (408, 425, 429)


class AgainError(Exception):
    """What may go well at the next attempt."""


class RefusedError(InputError):
    """A file that this server does not have, or has wrong; others it may have."""


@dataclass
class Wanted:
    """A file that is wanted.

    Attributes:
        url: Its address.
        path: Where it goes.
        digest: Its SHA-256 in hexadecimal, or the beginning of it; "" where it is not known.
        check: What is wrong with a file in one line, "" if nothing; beside the digest.
        bar: Whether to show how many MB have come.
        tag: What the server called this version of the file.
    """

    url: str
    path: Path
    digest: str = ""
    check: Callable[[Path], str] | None = None
    bar: bool = False
    tag: str = ""

    @property
    def part(self) -> Path:
        """Where the bytes go until the file is whole."""
        return self.path.with_name(f".{self.path.name}.part")

    def fault(self, path: Path) -> str:
        """What is wrong with the file at `path`, or nothing."""
        found = sha256(path)
        if not found.startswith(self.digest):
            return f"its SHA-256 begins with {found[:12]}, not with {self.digest[:12]}"
        return self.check(path) if self.check else ""


def there(wanted: Wanted) -> bool:
    """Whether the file is there already, and right."""
    return wanted.path.is_file() and not wanted.fault(wanted.path)


def download(wanted: Wanted, settings: FetchSettings) -> None:
    """Fetch a file; what was under its name is replaced, once the new one is whole and right.

    Raises RefusedError, in one line, where the server refuses it or sends another file, and
    InputError where all attempts fail.
    """
    wanted.path.parent.mkdir(parents=True, exist_ok=True)
    if not wanted.digest:
        # Of another day, and nothing could tell whether the rest belongs to it.
        wanted.part.unlink(missing_ok=True)
    attempts = Retrying(
        retry=retry_if_exception_type((AgainError, requests.ConnectionError, requests.Timeout)),
        stop=stop_after_attempt(settings.attempts),
        wait=wait_exponential(settings.pause, max=max(LONGEST_PAUSE, settings.pause)),
        before_sleep=_tell,
        reraise=True,
    )
    try:
        attempts(_attempt, wanted, settings)
    except (AgainError, requests.RequestException) as error:
        kept = "; run it again, it goes on where it stopped" if wanted.part.exists() else ""
        tried = attempts.statistics["attempt_number"]
        raise InputError(f"{wanted.url}: {_why(error)} (attempt {tried}){kept}") from error


def _attempt(wanted: Wanted, settings: FetchSettings) -> None:
    part = wanted.part
    have = part.stat().st_size if part.exists() else 0
    if have and not (wanted.digest or wanted.tag):
        have = 0
    # The bytes as they lie there: of packed ones no range could be counted.
    headers = {"Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
        if wanted.tag:
            headers["If-Range"] = wanted.tag
    with requests.get(
        wanted.url, headers=headers, stream=True, timeout=settings.timeout
    ) as response:
        status = response.status_code
        if status == 416:
            part.unlink(missing_ok=True)
            raise AgainError("what had come is longer than the file")
        if status in PASSING or status >= 500:
            raise AgainError(f"the server says {status} {response.reason}")
        if not response.ok:
            raise RefusedError(
                f"{wanted.url}: the server says {status} {response.reason}; see whether the"
                " address is still right"
            )
        goes_on = status == 206
        if goes_on and not response.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
            part.unlink(missing_ok=True)
            raise AgainError("the server sent another part than the one asked for")
        start = have if goes_on else 0
        tag = response.headers.get("ETag", "")
        wanted.tag = "" if tag.startswith("W/") else tag
        length = response.headers.get("Content-Length")
        left = int(length) if length and length.isdecimal() else None
        with part.open("ab" if goes_on else "wb") as file:
            written = _write(response, file)
            total = None if left is None else -(-left // MB)
            bar = progress(written, wanted.path.name, "MB", total) if wanted.bar else written
            for _ in bar:
                pass
    size = part.stat().st_size
    if left is not None and size != start + left:
        raise AgainError(f"it broke off after {size:,} of {start + left:,} bytes")
    fault = wanted.fault(part)
    if fault:
        part.unlink()
        if goes_on:
            raise AgainError(f"{fault}; what had come before may be of another file")
        raise RefusedError(f"{wanted.url}: {fault}; another file is there now, it is not kept")
    part.replace(wanted.path)


def _write(response: requests.Response, file: BinaryIO) -> Iterator[None]:
    """Write what comes, and yield once a MB."""
    size = 0
    try:
        for chunk in response.iter_content(CHUNK):
            file.write(chunk)
            size += len(chunk)
            while size >= MB:
                size -= MB
                yield
    except requests.exceptions.ChunkedEncodingError as error:
        raise AgainError("it broke off") from error
    if size:
        yield


def _tell(state: RetryCallState) -> None:
    """Say on standard error that an attempt failed, and why."""
    error = state.outcome.exception() if state.outcome else None
    wanted: Wanted = state.args[0]
    wait = state.next_action.sleep if state.next_action else 0
    print(f"{wanted.path.name}: {_why(error)}; again in {wait:g} s", file=sys.stderr)


def _why(error: BaseException | None) -> str:
    """The cause in a few words."""
    if isinstance(error, requests.Timeout) or "timed out" in str(error):
        return "nothing came for too long"
    if isinstance(error, requests.exceptions.SSLError):
        return "the server has no certificate that can be trusted"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return " ".join(str(error).split())
