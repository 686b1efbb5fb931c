"""Checks of given embeddings: files, sizes, and vectors that can be read."""

from collections.abc import Iterator

from seesay.commands.check_findings import Counts, Finding, safe
from seesay.commands.evaluate.fitting import refuse_sizes
from seesay.commands.evaluate.ranking import read_given
from seesay.planning.config import Config

SECTION = "experiments"


def given(config: Config, counts: Counts) -> Iterator[Finding]:
    """Whether the vectors of every experiment with given embeddings can be read."""
    for name, experiment in config.experiments.items():
        if experiment.embeddings:
            seeds = config.seeds if experiment.embeddings.by_seed else config.seeds[:1]
            for seed in seeds:
                files = experiment.embeddings.of(str(seed))
                which = f"{name}, seed {seed}" if experiment.embeddings.by_seed else name
                yield from safe(SECTION, _files(which, files))


def _files(name: str, files: dict[str, str]) -> Iterator[Finding]:
    found = read_given(name, files).parts
    refuse_sizes(found)
    sizes = ", ".join(f"{len(part.values):,} {part.kind.name}s" for part in found)
    yield Finding("ok", SECTION, f"{name}: {sizes}, vectors of {found[0].size} numbers")
