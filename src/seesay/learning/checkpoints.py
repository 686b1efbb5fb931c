"""Checkpoints: files that keep the state of a long training between epochs."""

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from textwrap import shorten
from types import TracebackType
from typing import Any

import torch
from filelock import FileLock, Timeout

from seesay.shared import writing
from seesay.shared.errors import InputError

LOCK, RUN = "lock", "run.json"


def fingerprint(files: Sequence[Path], **facts: object) -> str:
    """The identity of a run: a digest of the files' bytes and of settings, seed and code stamp."""
    digest = hashlib.blake2b(
        json.dumps(facts, sort_keys=True, default=str).encode(), digest_size=10
    )
    for path in files:
        with path.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


class State:
    """The training state of one network: a file that is replaced as a whole.

    `start` identifies what training began from, if that depends on earlier training.
    """

    def __init__(self, file: Path, identity: str, start: str = "") -> None:
        self.file, self.identity, self.start = file, identity, start

    def load(self) -> dict[str, Any] | None:
        """The last saved state, or None without one or from another start.

        Raises InputError for a damaged state, and for one of another run.
        """
        if not self.file.exists():
            return None
        try:
            # Torch ignores the checksums that it writes; training would go on with a flipped bit.
            with zipfile.ZipFile(self.file) as records:
                damaged = records.testzip()
            if damaged:
                raise ValueError(f"the record {damaged} is not as it was written")
            state = torch.load(self.file, map_location="cpu", weights_only=True)
            if not isinstance(state, dict):
                raise ValueError("it holds no state")
            identity = state["identity"]
        # Torch and zipfile raise errors of every kind for damaged files.
        except Exception as error:
            cause = shorten(str(error), 120, placeholder=" ...") or type(error).__name__
            raise InputError(
                f"{self.file}: a damaged state ({cause}); delete the folder"
            ) from error
        if identity != self.identity:
            raise InputError(
                f"{self.file}: the state of another run ({identity}), with other "
                "inputs, settings, seed or code; delete the folder"
            )
        found: dict[str, Any] | None = state if state.get("start") == self.start else None
        return found

    def of_round(self, number: int, start: str) -> "State":
        """The state of a pseudo-word round, in a file beside this one; rounds count from 1."""
        file = self.file.with_name(f"{self.file.stem}-{number}.pt")
        return State(file, self.identity, start)

    def save(self, **state: Any) -> None:
        """Replace the saved state. Raises OSError with the file's name."""
        with writing.replacing(self.file) as part, _Sink(part) as sink:
            try:
                torch.save({"identity": self.identity, "start": self.start, **state}, sink)
            finally:
                if sink.error:
                    raise sink.error

    def clear(self) -> None:
        """Remove the state and those of its rounds: the run has ended and cannot be extended."""
        for file in (self.file, *self.file.parent.glob(f"{self.file.stem}-*.pt")):
            file.unlink(missing_ok=True)


class _Sink(io.BufferedWriter):
    """A file that keeps the cause of a failed write, which torch replaces by its own error."""

    error: OSError | None = None

    def __init__(self, part: Path) -> None:
        super().__init__(io.FileIO(part, "r+"))

    def write(self, data: Any) -> int:
        try:
            return super().write(data) if self.error is None else len(data)
        except OSError as error:
            self.error = error
            return len(data)


class Checkpoint:
    """The states of one run, in a folder named after its fingerprint; use it in a `with` block.

    The folder is locked while in use, so that an orphaned job and its successor never both
    write: entering it then raises InputError. `run` names the run, for people and for
    `seesay.commands.clean`.
    """

    def __init__(self, folder: Path, identity: str, **run: object) -> None:
        self.identity, self.run = identity, run
        self.folder = folder / identity
        self.lock = FileLock(self.folder / LOCK)

    def __enter__(self) -> "Checkpoint":
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self.lock.acquire(timeout=0)
        except Timeout:
            raise InputError(
                f"{self.folder}: another job is training this very run; wait for it or end it"
            ) from None
        writing.write_text(self.folder / RUN, json.dumps(self.run, sort_keys=True) + "\n")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.lock.release()

    def of(self, system: str) -> State:
        """The state of one of the run's systems."""
        return State(self.folder / f"{system}.pt", self.identity)
