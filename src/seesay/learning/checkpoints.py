"""Where a long training keeps its state between epochs."""

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
    """A digest of the files' bytes and of facts (settings, seed, code stamp): a run's identity."""
    digest = hashlib.blake2b(
        json.dumps(facts, sort_keys=True, default=str).encode(), digest_size=10
    )
    for path in files:
        with path.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


class State:
    """What one network of a run has come to: a file that is replaced as a whole."""

    def __init__(self, file: Path, identity: str) -> None:
        self.file = file
        self.identity = identity

    def load(self) -> dict[str, Any] | None:
        """The last saved state, or None. Raises InputError for a state of another run."""
        if not self.file.exists():
            return None
        try:
            # Torch does not look at the checksums that it writes; a flipped bit would be learnt.
            with zipfile.ZipFile(self.file) as records:
                damaged = records.testzip()
            if damaged:
                raise ValueError(f"the record {damaged} is not as it was written")
            state = torch.load(self.file, map_location="cpu", weights_only=True)
            if not isinstance(state, dict):
                raise ValueError("it holds no state")
            identity = state["identity"]
        # What torch and zipfile raise for damaged files is of every kind, and all of it means that.
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
        found: dict[str, Any] = state
        return found

    def save(self, **state: Any) -> None:
        """Replace the saved state. Raises OSError with the file's name."""
        with writing.replacing(self.file) as part, _Sink(part) as sink:
            try:
                torch.save({"identity": self.identity, **state}, sink)
            finally:
                if sink.error:
                    raise sink.error

    def clear(self) -> None:
        """Forget the state: the run has ended and nothing could go on from it."""
        self.file.unlink(missing_ok=True)


class _Sink(io.BufferedWriter):
    """A file for torch, which hides why it cannot be written behind an error of its own."""

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
    write. A file of another run is refused. A state is written beside its place and renamed.
    `run` says whose it is, for people and for `seesay.commands.clean`.
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
