"""One file over HTTP: had whole and right, or not at all.

Servers stall, break off and answer with something else. What has come is kept beside the file,
in a hidden `.NAME.part`, and the next attempt goes on from there; only a whole and right file
takes the name.
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
LEAST_RATE = 2_000  # bytes/s; what comes more slowly, byte by byte, is given up as what stalls is
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
        most: Bytes that it may have; of more, no matter what is announced, nothing is kept.
        bar: Whether to show how many MB have come.
        tag: What the server called this version of the file.
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
    part, got = wanted.part, Got()
    have = part.stat().st_size if part.exists() else 0
    if have and not (wanted.digest or wanted.tag):
        have = 0
    # The bytes as they lie there: of packed ones no range could be counted.
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
    """How many bytes have come, and that they come fast enough."""

    def __init__(self) -> None:
        self.bytes = self.before = 0

    @contextlib.contextmanager
    def fast_enough(self, timeout: float) -> Iterator[None]:
        """Raise AgainError as soon as what came in two timeouts is less than LEAST_RATE.

        A timer does so, since reading a drop every second ends no timeout, not even in a head. It
        needs the main thread; elsewhere there is none.
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
    """Raise RefusedError for more bytes than a file may have, InputError for a full disk."""
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
    """Write what comes behind the first `start` bytes, and yield once a MB."""
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
