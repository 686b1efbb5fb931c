"""Downloads one file over HTTP, complete and checked, or not at all.

Servers stall, break off and answer with something else. The bytes so far stay beside the file, in a
hidden `.NAME.part`, and the next attempt continues from there; only a complete and right file takes
the name.
"""

import contextlib
import shutil
import signal
import sys
import threading
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

from seesay.settings.fetch import FetchSettings
from seesay.shared.digests import sha256
from seesay.shared.errors import InputError
from seesay.shared.progress import progress

CHUNK, MB = 1 << 13, 1_000_000
LONGEST_PAUSE = 60
LEAST_RATE = 2_000  # bytes/s; a slower download counts as stalled
# Statuses below 500 that may change in a moment.
PASSING = (408, 425, 429)


class AgainError(Exception):
    """A failure that the next attempt may not have."""


class RefusedError(InputError):
    """The server does not have this file, or has a wrong one; it may have others."""


@dataclass
class Wanted:
    """A file to download.

    Attributes:
        url: Its address.
        path: Where it goes.
        digest: Its SHA-256 in hexadecimal, or the beginning of it; "" if unknown.
        check: Returns what is wrong with a file in one line, or ""; besides the digest.
        most: Most bytes of the file; a larger one is dropped, whatever size was announced.
        bar: Whether to show the MB so far.
        tag: The server's name of this version of the file.
    """

    url: str
    path: Path
    digest: str = ""
    check: Callable[[Path], str] | None = None
    most: int = 1_000 * MB
    bar: bool = False
    tag: str = ""

    @property
    def part(self) -> Path:
        """Where the bytes go until the file is complete."""
        return self.path.with_name(f".{self.path.name}.part")

    def fault(self, path: Path) -> str:
        """What is wrong with the file at `path`; "" if nothing."""
        found = sha256(path)
        if not found.startswith(self.digest):
            return f"its SHA-256 begins with {found[:12]}, not with {self.digest[:12]}"
        return self.check(path) if self.check else ""


def there(wanted: Wanted) -> bool:
    """Whether the file exists and is right."""
    return wanted.path.is_file() and not wanted.fault(wanted.path)


def download(wanted: Wanted, settings: FetchSettings) -> None:
    """Download a file, and replace the old one once the new one is complete and right.

    Raises RefusedError, in one line, if the server refuses it or sends another file, and InputError
    if all attempts fail.
    """
    wanted.path.parent.mkdir(parents=True, exist_ok=True)
    if not wanted.digest:
        # An old part: nothing shows whether the rest would belong to it.
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
    part, got = wanted.part, Got()
    have = part.stat().st_size if part.exists() else 0
    if have and not (wanted.digest or wanted.tag):
        have = 0
    # Unpacked bytes, because ranges count these.
    headers = {"Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
        if wanted.tag:
            headers["If-Range"] = wanted.tag
    with (
        got.fast_enough(settings.timeout),
        requests.get(
            wanted.url, headers=headers, stream=True, timeout=settings.timeout
        ) as response,
    ):
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
        _refuse_large(wanted, start + (left or 0))
        with part.open("ab" if goes_on else "wb") as file:
            written = _write(response, file, got, wanted, start)
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


class Got:
    """Counts the bytes so far, and checks that they come fast enough."""

    def __init__(self) -> None:
        self.bytes = self.before = 0

    @contextlib.contextmanager
    def fast_enough(self, timeout: float) -> Iterator[None]:
        """Raise AgainError as soon as two timeouts bring less than LEAST_RATE.

        A timer does this, because a drop every second never times out, not even in a header. It
        needs the main thread; elsewhere there is no timer.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        seconds = max(1.0, 2 * timeout)

        def look(*_: object) -> None:
            if self.bytes - self.before < LEAST_RATE * seconds:
                raise AgainError(f"it comes at less than {LEAST_RATE // 1000} kB/s")
            self.before = self.bytes

        kept = signal.signal(signal.SIGALRM, look)
        signal.setitimer(signal.ITIMER_REAL, seconds, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, kept)


def _refuse_large(wanted: Wanted, size: int) -> None:
    """Raise RefusedError for a file that is too large, InputError for a full disk."""
    if size > wanted.most:
        wanted.part.unlink(missing_ok=True)
        raise RefusedError(
            f"{wanted.url}: more than the {wanted.most // MB:,} MB that such a file may have; see"
            " whether the address is still right"
        )
    have = wanted.part.stat().st_size if wanted.part.exists() else 0
    free = shutil.disk_usage(wanted.path.parent).free
    if size - have > free:
        raise InputError(
            f"{wanted.path}: {size // MB:,} MB, and {free // MB:,} MB are free there; free some"
            " space"
        )


def _write(
    response: requests.Response, file: BinaryIO, got: Got, wanted: Wanted, start: int
) -> Iterator[None]:
    """Write the bytes after the first `start`, and yield once a MB."""
    size = 0
    try:
        for chunk in response.iter_content(CHUNK):
            got.bytes += len(chunk)
            if start + got.bytes > wanted.most:
                _refuse_large(wanted, start + got.bytes)
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
    """Print on standard error that an attempt failed, and why."""
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
