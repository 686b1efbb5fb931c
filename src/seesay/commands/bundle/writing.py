"""The archive of a run: its members, in a zip file with the same bytes for the same results."""

import hashlib
import io
import json
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import metadata as packages
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import yaml

from seesay.commands.bundle import card, config, crate
from seesay.commands.bundle.run import PAGES, Run
from seesay.commands.run_config import config_of
from seesay.planning.config import Config
from seesay.planning.home import HOME
from seesay.planning.stamps import LOCK, locked
from seesay.schemas.items import codebook
from seesay.shared import writing

EPOCH = (1980, 1, 1, 0, 0, 0)  # the first time that a zip file can have
PACKED = {".parquet", ".safetensors"}  # deflating them saves little


@dataclass(frozen=True)
class Part:
    """A member to be written: its name, what it is, and its content."""

    name: str
    about: str
    content: bytes | Path

    def open(self) -> IO[bytes]:
        """The content as a file."""
        given = self.content
        return given.open("rb") if isinstance(given, Path) else io.BytesIO(given)


def write(
    results: Path, out: Path, own_config: Path | None = None, authors: Sequence[str] = ()
) -> list[str]:
    """Write the archive of a run to `out`, and return lines about it.

    `own_config` is the user's config file, which replaces the one that is made from the record.
    `authors` are the names of those who made the run.
    Raises InputError if the run is not finished, or the config is another run's.
    """
    run = Run.read(results)
    settings = config_of(run.record, results)
    run = replace(run, config=settings.model_dump(mode="json"))
    code = _code()
    others = _other_versions(run)
    with TemporaryDirectory() as folder:
        parts = [*_texts(run, settings, own_config, code, others), *_files(run, Path(folder))]
        with writing.replacing(out) as part, part.open("r+b") as file:
            digest = _archive(run, file, parts, code, authors)
    lines = [f"note: {line}" for line in others]
    if late := run.newer:
        lines.append(
            f"note: {late[0]} is newer than report.html; if a later run has not ended, run the"
            " workflow to its end and bundle again"
        )
    size = out.stat().st_size / 1e6
    return [*lines, f"{out}: {len(parts) + 2} files, {size:,.1f} MB, sha256 {digest}"]


def _archive(
    run: Run,
    file: io.BufferedRandom,
    parts: list[Part],
    code: dict[str, str],
    authors: Sequence[str],
) -> str:
    """Write the members, the metadata and the manifest, and return the archive's SHA-256."""
    with ZipFile(file, "w") as archive:
        members = [_member(archive, part) for part in sorted(parts, key=lambda part: part.name)]
        cited = yaml.safe_load((HOME / "CITATION.cff").read_text(encoding="utf-8"))
        title = run.config["report"]["title"]
        found = crate.metadata(title, run.day, members, code, cited, authors)
        text = json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        about = Part(crate.METADATA, "The metadata of this archive", text.encode())
        members.append(_member(archive, about))
        lines = [f"{member.sha256}  {member.name}\n" for member in members]
        _member(archive, Part(crate.MANIFEST, "", "".join(lines).encode()))
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()


def _member(archive: ZipFile, part: Part) -> crate.Member:
    """Write a member; its size and digest are those of the bytes that were written."""
    info = ZipInfo(part.name, EPOCH)
    info.create_system, info.external_attr = 3, 0o644 << 16  # on every system, as on Unix
    info.compress_type = ZIP_STORED if Path(part.name).suffix in PACKED else ZIP_DEFLATED
    digest, size = hashlib.sha256(), 0
    with part.open() as source, archive.open(info, "w", force_zip64=True) as target:
        while chunk := source.read(crate.CHUNK):
            digest.update(chunk)
            size += target.write(chunk)
    return crate.Member(part.name, part.about, size, digest.hexdigest())


def _texts(
    run: Run, settings: Config, own_config: Path | None, code: dict[str, str], others: list[str]
) -> Iterator[Part]:
    """The members that are made for the archive."""
    if own_config is None:
        yield Part("config.yaml", "The config of the run", config.short(settings).encode())
    else:
        content = config.given(own_config, settings, run.results)
        yield Part("config.yaml", "The config of the run", content)
    whole = config.whole(settings).encode()
    yield Part("effective.yaml", "Every setting of the run, defaults included", whole)
    yield Part("MODEL_CARD.md", "The model card", card.card(run, code, others).encode())
    terms = card.licences(run.config).encode()
    yield Part("LICENCES.md", "Licences of the data, the weights and the programs used", terms)
    yield Part("items.md", "The columns of the tables in items/", codebook().encode())


def _files(run: Run, folder: Path) -> Iterator[Part]:
    """The members that are files of the run, and the tables of items."""
    for name, about in PAGES.items():
        yield Part(name, about, run.results / name)
    for path in sorted((run.results / "report").glob("*.svg")):
        yield Part(f"report/{path.name}", "A figure of the report", path)
    for path, name, about in run.models:
        yield Part(name, about, path)
    for experiment in run.config["experiments"]:
        table = run.items(experiment, folder / f"{experiment}.parquet")
        yield Part(f"items/{experiment}.parquet", f"Every query and its rank ({experiment})", table)
    voices = run.results / "synthesis" / "speech" / "ATTRIBUTION.txt"
    if voices.is_file():
        yield Part("licences/voices.txt", "Who made the voices", voices)
    yield Part("licences/seesay.txt", "The licence of seesay", HOME / "LICENSE")
    yield Part("envs/requirements.lock", "The versions of all packages, with hashes", LOCK)


def _code() -> dict[str, str]:
    """The version of this seesay, and its commit in a clone."""
    found = {"version": packages.version("seesay")}
    if (HOME / ".git").exists():
        git = ["git", "-C", str(HOME), "describe", "--always", "--dirty", "--abbrev=40"]
        try:
            said = subprocess.run(git, check=True, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError):  # no git, or no commit
            return found
        found["commit"] = said.stdout.strip()
    return found


def _other_versions(run: Run) -> list[str]:
    """The packages of which the run had another version than the lock, a line each."""
    versions = locked(LOCK)
    return [
        f"the run had {name} {version}, and the lock has {versions[name]}"
        for name, version in sorted(run.record["versions"].items())
        if versions.get(name, version) != version
    ]
