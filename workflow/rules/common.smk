"""What the rule files share: the validated config, and the functions that rules call.

Comes in: the config that Snakemake read (config/config.yaml, or the one --configfile).
Goes out: CONFIG, SHARDS, SEEDS, EXPERIMENTS, SYSTEMS, at(), stamp(), settings(), scaled().
"""

import importlib
import sys
from pathlib import Path

from seesay import stamps
from seesay.config import load
from seesay.errors import InputError

try:
    CONFIG = load(config)
except InputError as error:
    sys.exit(f"error: {error}")

SCRIPTS = f"{workflow.basedir}/workflow/scripts"
SHARDS = [str(shard) for shard in range(CONFIG.shards)]
SEEDS = [str(seed) for seed in CONFIG.seeds]
EXPERIMENTS = sorted(CONFIG.experiments)
SYSTEMS = ["model", "random_projection", "untrained", "shuffled"]

# Job environments need not have seesay installed: its source goes with the workflow.
shell.prefix(f"set -euo pipefail; export PYTHONPATH={workflow.basedir}/src; ")


wildcard_constraints:
    shard="[0-9]+",
    seed="[0-9]+",
    experiment="[A-Za-z0-9_]+",
    system="|".join(SYSTEMS),


def at(path):
    """A path below the results folder of this config."""
    return f"{CONFIG.results}/{path}"


def stamp(script, *readers):
    """The code stamp of a stage's script (see seesay.stamps)."""
    return stamps.stamp(script, [f"seesay.corpora.{reader}" for reader in readers])


def settings(stage, experiment=None):
    """A stage's settings alone, as one canonical JSON string."""
    return CONFIG.stage_json(stage, experiment)


def scaled(mem_mb):
    """Memory in MB that grows with each attempt."""

    def by_attempt(wildcards, attempt):
        return mem_mb * attempt

    return by_attempt


def corpus_files(reader, path):
    """Every file that a corpus reader reads, as inputs; a missing folder is one clear line."""
    files = importlib.import_module(f"seesay.corpora.{reader}").sources
    try:
        return [str(source) for source in files(Path(path))]
    except InputError as error:
        sys.exit(f"error: {error}")
