"""Where a long training keeps its state between epochs."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from pickle import UnpicklingError
from types import TracebackType
from typing import Any

import torch
from filelock import FileLock, Timeout

from seesay.errors import InputError


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
            state: dict[str, Any] = torch.load(self.file, map_location="cpu", weights_only=True)
        except (RuntimeError, EOFError, OSError, UnpicklingError) as error:
            raise InputError(
                f"{self.file}: a damaged state ({str(error).splitlines()[0]}); delete the folder"
            ) from error
        if state.get("identity") != self.identity:
            raise InputError(
                f"{self.file}: the state of another run ({state.get('identity')}), with other "
                "inputs, settings, seed or code; delete the folder"
            )
        return state

    def save(self, **state: Any) -> None:
        """Replace the saved state."""
        part = self.file.with_suffix(".part")
        torch.save({"identity": self.identity, **state}, part)
        part.replace(self.file)

    def clear(self) -> None:
        """Forget the state: the run has ended and nothing could go on from it."""
        self.file.unlink(missing_ok=True)


class Checkpoint:
    """The states of one run, in a folder named after its fingerprint; use it in a `with` block.

    The folder is locked while in use, so that an orphaned job and its successor never both
    write. A file of another run is refused. A state is written beside its place and renamed.
    """

    def __init__(self, folder: Path, identity: str) -> None:
        self.identity = identity
        self.folder = folder / identity
        self.lock = FileLock(self.folder / "lock")

    def __enter__(self) -> "Checkpoint":
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self.lock.acquire(timeout=0)
        except Timeout:
            raise InputError(
                f"{self.folder}: another job is training this very run; wait for it or end it"
            ) from None
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
