"""The metadata of an archive as RO-Crate 1.1 (https://w3id.org/ro/crate/1.1)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

METADATA, MANIFEST = "ro-crate-metadata.json", "manifest-sha256.txt"
CHUNK = 1 << 20  # bytes of a member that are held at once
VERSION = "1.1"
ABOUT = (
    "A finished run of seesay, which learns words from pictures and speech: models, their model"
    " card, report, metrics, every query, config, versions and licences."
)
# Not yet a term of RO-Crate 1.1.
SHA256 = {"sha256": "https://schema.org/sha256"}
FORMATS = {
    ".html": "text/html",
    ".json": "application/json",
    ".md": "text/markdown",
    ".lock": "text/plain",
    ".parquet": "application/vnd.apache.parquet",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".tsv": "text/tab-separated-values",
    ".yaml": "application/yaml",
}
OTHER = "application/octet-stream"


@dataclass(frozen=True)
class Member:
    """A file of an archive: its name, what it is, its size in bytes, and its SHA-256."""

    name: str
    about: str
    size: int
    sha256: str


def metadata(
    title: str,
    day: str,
    members: Iterable[Member],
    code: dict[str, str],
    cited: dict[str, Any],
    authors: Sequence[str] = (),
) -> dict[str, Any]:
    """The metadata of a run: its files and authors, the software that made it, and the paper.

    `code` names the version and commit of seesay, and `cited` is the content of CITATION.cff.
    """
    from rocrate.rocrate import ROCrate

    crate = ROCrate(version=VERSION)
    crate.name, crate.description, crate.datePublished = title, ABOUT, day
    crate.metadata.extra_terms.update(SHA256)
    files = {
        member.name: crate.add_file(
            dest_path=member.name,
            properties={
                "name": member.about,
                "contentSize": str(member.size),
                "sha256": member.sha256,
                "encodingFormat": FORMATS.get(PurePosixPath(member.name).suffix, OTHER),
            },
        )
        for member in members
    }
    crate.license = files["LICENCES.md"]
    if authors:
        people = [{"@type": "Person", "name": name} for name in authors]
        crate.root_dataset["author"] = _all(crate, people, "run")
    software, paper = _cited(crate, code, cited)
    crate.root_dataset["citation"] = [paper, software]
    made = [name for name in files if name.endswith((".html", ".tsv", ".safetensors", ".parquet"))]
    action = crate.add_action(
        software,
        identifier="#run",
        object=[files["config.yaml"], files["envs/requirements.lock"]],
        result=[files[name] for name in made],
        properties={"name": "The run of the workflow", "endTime": day},
    )
    crate.root_dataset["mentions"] = action
    found: dict[str, Any] = crate.metadata.generate()
    return found


def _add(crate: Any, identifier: str, properties: dict[str, str]) -> Any:
    """Add an entity that is no file."""
    from rocrate.model.contextentity import ContextEntity

    return crate.add(ContextEntity(crate, identifier, properties=properties))


def _all(crate: Any, people: Iterable[dict[str, str]], whose: str) -> Any:
    """Add the authors of a work, and return them: a list, or the only one."""
    added = [_add(crate, f"#author-of-{whose}-{place}", one) for place, one in enumerate(people, 1)]
    return added if len(added) > 1 else added[0]


def _cited(crate: Any, code: dict[str, str], cited: dict[str, Any]) -> tuple[Any, Any]:
    """Add seesay and the paper to the metadata, each with its authors."""
    reference = cited["references"][0]
    paper = _add(crate, "#paper", {"@type": "ScholarlyArticle", "name": reference["title"]})
    paper["author"] = _all(crate, map(_person, reference["authors"]), "paper")
    paper["datePublished"] = str(reference["year"])
    software = _add(crate, "#seesay", {"@type": "SoftwareApplication", "name": "seesay"})
    software["softwareVersion"] = code["version"]
    if "commit" in code:
        software["identifier"] = code["commit"]
    software["author"] = _all(crate, map(_person, cited["authors"]), "seesay")
    software["citation"] = paper
    return software, paper


def listed(given: Any) -> dict[str, str]:
    """The SHA-256 of each file that an archive's metadata lists, "" where it has none.

    Raises ValueError if it is no RO-Crate metadata.
    """
    from rocrate.rocrate import ROCrate

    if not isinstance(given, dict):
        raise ValueError("no JSON object")
    try:
        crate = ROCrate(source=given)
    except Exception as error:  # of any kind: the library checks little
        raise ValueError(str(error) or type(error).__name__) from error
    files = [entity for entity in crate.data_entities if entity.type == "File"]
    return {file.id: str(file.get("sha256", "")) for file in files}


def _person(author: dict[str, str]) -> dict[str, str]:
    """An author of CITATION.cff as an entity."""
    if "family-names" in author:
        name = f"{author['given-names']} {author['family-names']}"
        return {"@type": "Person", "name": name}
    return {"@type": "Organization", "name": author["name"]}
