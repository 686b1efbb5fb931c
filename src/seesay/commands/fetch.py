"""Downloads, only on request: torchvision's weights, and the pictures of Pascal1K.

No other stage downloads anything. LUCID is not fetched, because its licence forbids passing it on:
docs/paper.md says where to get it.
"""

import contextlib
import importlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from seesay.corpora.files import COMMON, visible_files
from seesay.corpora.formats import uiuc_page
from seesay.settings.fetch import FetchSettings
from seesay.shared import pixels, writing
from seesay.shared.digests import sha256
from seesay.shared.download import RefusedError, Wanted, download, there
from seesay.shared.errors import InputError
from seesay.shared.progress import progress
from seesay.vision.networks.weights import published

SUMS = "SHA256SUMS"
LARGEST = 20_000_000  # most bytes of a page or picture; Pascal1K's have at most 1 MB


def fetch(networks: Sequence[str], folder: Path | None, settings: FetchSettings) -> None:
    """Download what is missing: the weights of image networks, and Pascal1K into `folder`.

    Raises InputError in one line if something could not be downloaded.
    """
    for network in networks:
        fetch_weights(address(network), settings)
    if folder is not None and settings.pascal1k:
        fetch_pictures(settings.pascal1k, folder, settings)


def address(network: str) -> str:
    """The address of the weights of an image network that no package carries."""
    url: str = importlib.import_module(f"seesay.vision.networks.{network}").URL
    return url


def fetch_weights(url: str, settings: FetchSettings) -> None:
    """Download a file into torch hub's checkpoint folder, unless it exists and is right."""
    path, digest = published(url)
    # All torchvision networks used here are smaller than Wanted allows.
    wanted = Wanted(url, path, digest, bar=True)
    with alone(path.parent):
        if there(wanted):
            print(f"{path}: there already")
            return
        download(wanted, settings)
    print(f"{path}: fetched")


def fetch_pictures(url: str, folder: Path, settings: FetchSettings) -> None:
    """Download the page of Pascal1K and every picture that it shows with sentences.

    Writes the SHA-256 of all files to `SHA256SUMS` in the folder, as `sha256sum` does, and checks
    files against such a list if it exists. A folder with pictures but without our page is the
    user's own, and is left alone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    page, before = folder / uiuc_page.NAME, _pictures(folder)
    if before and not page.is_file():
        print(f"{folder}: has {len(before)} pictures of your own; nothing is fetched into it")
        return
    with alone(folder), _Sums.kept(folder / SUMS) as sums:
        wanted = Wanted(url, page, sums.of(page), uiuc_page.fault, LARGEST)
        if not there(wanted):
            download(wanted, settings)
        sums.add(page)
        names = uiuc_page.addresses(page, url)
        refused = []
        for name, address in progress(names.items(), "Pascal1K", "picture", len(names)):
            path = before.get(Path(name).name, folder / name)
            wanted = Wanted(address, path, sums.of(path), picture_fault, LARGEST)
            try:
                if not there(wanted):
                    download(wanted, settings)
            except RefusedError as error:
                refused.append(str(error))
                continue
            sums.add(path)
    if refused:
        raise InputError(f"{len(refused)} of {len(names)} pictures not fetched: {refused[0]}")
    print(f"{folder}: all {len(names)} pictures are there")


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep a second fetch out of a folder. Raises InputError if one is at work."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / ".fetch.lock", timeout=0):
            yield
    except Timeout:
        raise InputError(f"{folder}: another fetch is at work there; wait for its end") from None


def picture_fault(path: Path) -> str:
    """What is wrong with a picture; "" if nothing."""
    content, fault = pixels.read(path)
    picture = fault or pixels.upright(content)
    return picture if isinstance(picture, str) else ""


def _pictures(folder: Path) -> dict[str, Path]:
    """The pictures below a folder by name; Pascal1K has no name twice."""
    return {path.name: path for path in visible_files(folder) if path.suffix.lower() in COMMON}


@dataclass
class _Sums:
    """A file as `sha256sum` writes it: the SHA-256 of each file below a folder."""

    folder: Path
    lines: dict[str, str]

    @classmethod
    @contextlib.contextmanager
    def kept(cls, path: Path) -> Iterator["_Sums"]:
        """Read the sums, if any, and write them at the end, even after an error."""
        lines = {}
        text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
        for number, line in enumerate(text.splitlines(), start=1):
            match = re.fullmatch(r"([0-9a-f]{64}) [ *](.+)", line)
            if match is None:
                raise InputError(f"{path}: line {number}: no SHA-256 and name; fix or remove it")
            lines[match[2].removeprefix("./")] = match[1]
        sums = cls(path.parent, lines)
        try:
            yield sums
        finally:
            rows = [f"{digest}  {name}\n" for name, digest in sorted(sums.lines.items())]
            writing.write_text(path, "".join(rows))

    def of(self, path: Path) -> str:
        """The sum of a file, "" if unknown."""
        return self.lines.get(path.relative_to(self.folder).as_posix(), "")

    def add(self, path: Path) -> None:
        """Add the sum of an existing file, unless it is known."""
        name = path.relative_to(self.folder).as_posix()
        if name not in self.lines:
            self.lines[name] = sha256(path)
