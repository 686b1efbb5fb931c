"""The model that the page shows: an experiment and a seed of a finished run."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seesay.commands.run_config import config_of
from seesay.commands.run_record import RECORD, record_of
from seesay.planning.experiments import section, trained
from seesay.shared.errors import InputError


@dataclass(frozen=True)
class Chosen:
    """A model of a run: its folder, the run's whole config, the experiment and the seed."""

    folder: Path
    config: Mapping[str, Any]
    experiment: str
    seed: int

    @classmethod
    def of(cls, results: Path, experiment: str | None, seed: int | None) -> "Chosen":
        """The model of a run in its results folder.

        By default the experiment is that of the report's *Listen and look*, or else the first that
        hears words, and the seed is the run's first. Raises InputError without a finished run, and
        for an experiment or seed that it lacks.
        """
        record = record_of(results)
        if record is None:
            raise InputError(
                f"{results / RECORD}: no such file, so no run has ended there; run make report, or"
                " give the results folder of a finished run (seesay demo RESULTS)"
            )
        config = config_of(record, results).model_dump(mode="json")
        name, seeds = _experiment(config, experiment), list(config["seeds"])
        chosen = seeds[0] if seed is None else seed
        if chosen not in seeds:
            raise InputError(f"--seed {seed}: the run has {', '.join(map(str, seeds))}")
        return cls(results / "training" / name / "model" / str(chosen), config, name, chosen)


def _experiment(config: Mapping[str, Any], wanted: str | None) -> str:
    heard = [
        name
        for name in sorted(trained(config))
        if section(config, name, "training").get("unit", "word") == "word"
    ]
    if not heard:
        raise InputError("all experiments of the run hear whole captions; the page takes words")
    if wanted is None:
        shown = config.get("listen", {}).get("experiment")
        return shown if shown in heard else heard[0]
    if wanted not in heard:
        raise InputError(
            f"--experiment {wanted}: the run's experiments that hear words are {', '.join(heard)}"
        )
    return wanted
