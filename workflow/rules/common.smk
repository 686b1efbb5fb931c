"""What all files of this folder share: the validated config, and the functions they call.

Comes in: the config that Snakemake read (config/config.yaml, or the one --configfile).
Goes out: CONFIG, SHARDS, SEEDS, EXPERIMENTS, SYSTEMS, at(), stamp(), settings(), scaled() ...
"""

import hashlib
import importlib
import json
import sys
from pathlib import Path

from seesay import stamps
from seesay.config import load
from seesay.errors import InputError

try:
    CONFIG = load(config)
except InputError as error:
    sys.exit(f"error: {error}")

SHARDS = [str(shard) for shard in range(CONFIG.shards)]
SEEDS = [str(seed) for seed in CONFIG.seeds]
EXPERIMENTS = sorted(CONFIG.experiments)
SYSTEMS = ["model", "random_projection", "untrained", "shuffled"]

# Job environments need not have seesay installed: its source goes with the workflow.
shell.prefix(
    f"set -euo pipefail; export PYTHONPATH='{workflow.basedir}/src'"
    f" SCRIPTS='{workflow.basedir}/workflow/scripts'; "
)


wildcard_constraints:
    shard="[0-9]+",
    seed="[0-9]+",
    experiment="[A-Za-z0-9_]+",
    system="|".join(SYSTEMS),


def at(path):
    """A path below the results folder of this config."""
    return f"{CONFIG.results}/{path}"


def stamp(script, *readers, chosen=()):
    """The code stamp of a stage's script (see seesay.stamps).

    `readers` are the corpus readers, `chosen` other modules of seesay, that the config names.
    """
    modules = [f"corpora.{reader}" for reader in readers] + list(chosen)
    return stamps.stamp(script, [f"seesay.{module}" for module in modules])


def settings(stage, experiment=None):
    """A stage's settings alone, as one canonical JSON string."""
    return CONFIG.stage_json(stage, experiment)


def scaled(mem_mb):
    """Memory in MB that grows with each attempt."""

    def by_attempt(wildcards, attempt):
        return mem_mb * attempt

    return by_attempt


def image_network():
    """The module of the image network that the config names."""
    network = CONFIG.fc7.network
    return "detector" if network == "fasterrcnn" else f"fc7_networks.{network}"


# MB that an image network needs with a batch of 64 crops of 224 px, or a picture of 750 x 1333:
# measured peaks (1550, 1240, 2990 and 1580), and at least a quarter more.
NETWORK_MB = {
    "efficientnet_lite0": 2000,
    "alexnet": 2000,
    "vgg16": 4000,
    "fasterrcnn": 2500,
}


def fc7_memory(wildcards, attempt):
    """Memory in MB of a job of the stage fc7."""
    return NETWORK_MB[CONFIG.fc7.network] * attempt


def regions_memory(wildcards, attempt):
    """Memory in MB of a job of the stage regions."""
    detecting = CONFIG.regions.proposals == "rpn"
    return (NETWORK_MB["fasterrcnn"] if detecting else 1500) * attempt


def weights_file(stage):
    """The file of weights that a stage's settings name, as a list; none for a word."""
    given = getattr(CONFIG, stage).weights
    if given in ("DEFAULT", "random"):
        return []
    if not Path(given).is_file():
        sys.exit(f"error: {given}: no such file; {stage}.weights names it")
    return [given]


def corpus_files(reader, path):
    """Every file that a corpus reader reads, as inputs; a missing folder is one clear line."""
    files = importlib.import_module(f"seesay.corpora.{reader}").sources
    try:
        return [str(source) for source in files(Path(path))]
    except InputError as error:
        sys.exit(f"error: {error}")


def pictures_corpus():
    """The folder of the pictures."""
    return CONFIG.pictures.path or at("scenes/pictures")


def pictures_sources(wildcards):
    """Every file of the corpus and of its split, or the generated folder."""
    lists = CONFIG.pictures.split_files()
    for path in lists:
        if not Path(path).is_file():
            sys.exit(f"error: {path}: no such file; pictures.split names it")
    if CONFIG.pictures.path is None:
        return [pictures_corpus(), *lists]
    return corpus_files(CONFIG.pictures.reader, CONFIG.pictures.path) + lists


def pictures_manifest(wildcards):
    """The picture manifest of a shard, once the corpus has been listed."""
    return checkpoints.pictures.get().output.manifests[int(wildcards.shard)]


def speech_corpus():
    """The folder of the speech corpus."""
    return CONFIG.speech.path or at("synthesis/speech")


def speech_sources(wildcards):
    """Every file of the speech corpus, or the generated folder."""
    if CONFIG.synthesis is not None:
        return [speech_corpus()]
    return corpus_files(CONFIG.speech.reader, CONFIG.speech.path)


def speech_manifest(wildcards):
    """The token manifest of a shard, once the corpus has been listed."""
    return checkpoints.speech.get().output.manifests[int(wildcards.shard)]


def model_history(wildcards):
    """The history of the model that the shuffled control keeps pace with."""
    if wildcards.system != "shuffled":
        return []
    return at(f"training/{wildcards.experiment}/model/{wildcards.seed}/history.parquet")


def training_settings(wildcards):
    """The training settings of an experiment, as canonical JSON."""
    return settings("training", wildcards.experiment)


# What each stage reads, for the drawing.
STAGES = {
    "scenes": [],
    "pictures": ["scenes"],
    "regions": ["pictures"],
    "fc7": ["pictures", "regions"],
    "words": ["pictures"],
    "synthesis": ["words"],
    "speech": ["synthesis"],
    "spoken_types": ["speech"],
    "matching": ["pictures", "words", "spoken_types", "speech"],
    "logmel": ["speech"],
    "training": ["pictures", "matching", "fc7", "logmel"],
    "embedding": ["training", "fc7", "logmel", "matching"],
    "evaluation": ["embedding", "pictures", "matching"],
    "metrics": ["evaluation"],
    "report": ["metrics", "training"],
}


def stages():
    """The stages of this config, as JSON: the generators only where they are at work."""
    unused = {name for name in ("scenes", "synthesis") if getattr(CONFIG, name) is None}
    used = {
        stage: [read for read in reads if read not in unused]
        for stage, reads in STAGES.items()
        if stage not in unused
    }
    return json.dumps(used)


def templates():
    """A digest of the page's template and style, which the code stamp does not see."""
    folder = Path(workflow.basedir, "src", "seesay", "templates")
    texts = [path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()]
    return hashlib.sha256(b"\0".join(texts)).hexdigest()[:12]
