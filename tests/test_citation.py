"""CITATION.cff, by the rules of the Citation File Format 1.2.0, and in step with the package."""

import tomllib
from typing import Literal

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from support import ROOT


class Strict(BaseModel):
    """Keys are those of the format, hyphens for underscores, and no others."""

    model_config = ConfigDict(
        extra="forbid", strict=True, alias_generator=lambda name: name.replace("_", "-")
    )


class Person(Strict):
    family_names: str = Field(min_length=1)
    given_names: str = Field(min_length=1)
    affiliation: str = Field(default="-", min_length=1)


class Entity(Strict):
    name: str = Field(min_length=1)


class Reference(Strict):
    type: Literal["unpublished", "article", "conference-paper", "report"]
    title: str = Field(min_length=1)
    authors: list[Person | Entity] = Field(min_length=1)
    year: int
    scope: str = ""


class Citation(Strict):
    """The keys that the format requires, and the further ones that are used here."""

    cff_version: Literal["1.2.0"]
    message: str = Field(min_length=1)
    title: str = Field(min_length=1)
    authors: list[Person | Entity] = Field(min_length=1)
    type: Literal["software"]
    abstract: str
    keywords: list[str] = Field(min_length=1)
    license: str
    version: str
    references: list[Reference] = Field(min_length=1)


@pytest.fixture
def values():
    return yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


@pytest.fixture
def citation(values):
    return Citation.model_validate(values)


@pytest.mark.parametrize("key", ["cff-version", "message", "title", "authors"])
def test_what_the_format_requires_is_required_here(values, key):
    del values[key]
    with pytest.raises(ValidationError, match=key):
        Citation.model_validate(values)


def test_it_names_the_paper_and_its_authors(citation):
    paper = citation.references[0]
    assert (paper.title, paper.year) == ("Learning Words from Images and Speech", 2014)
    names = [f"{author.given_names} {author.family_names}" for author in paper.authors]
    assert names == ["Gabriel Synnaeve", "Maarten Versteegh", "Emmanuel Dupoux"]
    readme = " ".join((ROOT / "README.md").read_text().split())
    assert f"{', '.join(names)}, *{paper.title}*, {paper.year}" in readme


def test_it_is_in_step_with_the_package(citation):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert (citation.version, citation.license) == (project["version"], project["license"])
    authors = [author.name for author in citation.authors]
    assert authors == [author["name"] for author in project["authors"]]
    holder = next(line for line in (ROOT / "LICENSE").read_text().splitlines() if "(c)" in line)
    assert all(holder.endswith(name) for name in authors)
