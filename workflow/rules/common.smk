"""Shared by all files of this folder: the validated config, and functions that rules call.

Inputs: the config that Snakemake read (config/config.yaml, or the --configfile).
Outputs: CONFIG, SHARDS, FOLDS, SEEDS, EXPERIMENTS, SYSTEMS, GPU, at(), stamp() ...
"""

import functools
import shlex
import sys
from pathlib import Path

from seesay.shared import gpus
from seesay.planning import choices, folds, home, stamps
from seesay.planning.config import load
from seesay.planning.config_file import refuse_blocked
from seesay.shared.errors import InputError

if workflow.modifier.path_modifier.replace_prefix("x") != "x":
    sys.exit(
        "error: a prefix of the module's paths would miss what its settings name; drop prefix and"
        " replace_prefix, and give config: another folder as `results`"
    )
try:
    CONFIG = load(
        config, {*workflow.configfiles, *workflow.overwrite_configfiles}, whole=False
    )
    refuse_blocked(Path(CONFIG.results))
except InputError as error:
    sys.exit(f"error: {error}")

SHARDS = [str(shard) for shard in range(CONFIG.shards)]
# Folders of each fold's matching and later stages; fold 0 is at the top, as without folds.
FOLDS = [folds.prefix(fold) for fold in CONFIG.pictures.folds]
SEEDS = [str(seed) for seed in CONFIG.seeds]
EXPERIMENTS = CONFIG.trained
# Networks, trained or not, the model before those that keep pace with it; and a prior, which has
# none.
NETWORKS = ["model", "random_projection", "untrained", *sorted(CONFIG.controls)]
SYSTEMS = [*NETWORKS, "frequency"]
# Modules that the settings choose outside experiments, and those that any experiment chooses.
CHOSEN, ABOUT = choices.of_all(CONFIG), choices.of_any(CONFIG)
# Experiment shown under "Listen and look".
HEARD = CONFIG.listen.experiment or min(EXPERIMENTS)
FIRST = f"{HEARD}/model/{SEEDS[0]}"

# Job environments need not have seesay installed: its source goes with the workflow. The
# interpreter is the one that runs snakemake, also when its environment was not activated, unless
# --sdm asks for conda's or the container's. What is on the user's own PYTHONPATH, a reader of
# theirs, stays there.
SDM = workflow.deployment_settings.deployment_method
SOURCE = home.alone(HOME)
OURS = "" if SDM else f"{shlex.quote(str(Path(sys.executable).parent))}:"
shell.prefix(
    f"set -euo pipefail; export PATH={OURS}$PATH"
    f" PYTHONPATH={shlex.quote(str(SOURCE))}"
    "${{PYTHONPATH:+:$PYTHONPATH}}"
    f" SCRIPTS={shlex.quote(f'{HOME}/workflow/scripts')}"
    # A job ends when this process does: that of the run, or on a cluster that of the job.
    " SEESAY_RUN=$PPID; "
)

if any(method.name == "APPTAINER" for method in SDM):

    container: f"{HOME}/envs/seesay.sif"


wildcard_constraints:
    shard="[0-9]+",
    seed="[0-9]+",
    experiment="[A-Za-z0-9_]+",
    system="|".join(SYSTEMS),
    variant="([0-9a-f]{8}/)?",
    fold="(folds/[0-9]+/)?",


def at(path):
    """A path below the results folder of this config."""
    return f"{CONFIG.results}/{path}"


def of_each(path, systems=SYSTEMS):
    """A path of every system, for the experiment and seed of a job.

    A job does all systems: each alone takes less time than starting Python and torch.
    """
    return [at(path.replace("{system}", system)) for system in systems]


def of_folds(path):
    """A path of every fold, with its other wildcards."""
    return expand(at(f"{{fold}}{path}"), fold=FOLDS, allow_missing=True)


def of_runs(path, systems=SYSTEMS):
    """A path of every fold, system and seed, fold by fold, of the experiment to be filled in."""
    return expand(of_folds(path), system=systems, seed=SEEDS, allow_missing=True)


def there(*systems):
    """The networks among these that this config has; it may leave out trained controls."""
    return [system for system in systems if system in NETWORKS]


@functools.cache
def stamp(script, *readers):
    """The code stamp of a stage's script, with readers of corpora that it imports by name.

    What experiments may choose otherwise is left to chosen_code(). Rules spread it out, an entry
    a param, so that a printed reason has only the changed entries.
    """
    return stamps.stamp(script, readers, chosen=CHOSEN, about=ABOUT)


def scaled(mem_mb):
    """Memory in MB that grows with each attempt."""

    def by_attempt(wildcards, attempt):
        return mem_mb * attempt

    return by_attempt


# profiles/default lets jobs take one in all, so that they take turns on a GPU but not on CPUs.
# A cluster's profile says itself which rules take one: the machine that submits may differ.
GPU = gpus.here()


for part in (
    *("settings", "experiments", "captions", "files", "resources", "corpora"),
    *("lists", "human", "rejects", "shown", "given", "stages", "codes", "targets"),
):

    include: f"common_{part}.smk"
