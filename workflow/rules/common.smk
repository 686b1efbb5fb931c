"""What all files of this folder share: the validated config, and the functions they call.

Comes in: the config that Snakemake read (config/config.yaml, or the one --configfile).
Goes out: CONFIG, SHARDS, SEEDS, EXPERIMENTS, SYSTEMS, at(), stamp(), settings(), scaled().
"""

import hashlib
import importlib
import json
import sys
from pathlib import Path

from seesay import stamps
from seesay.config import load
from seesay.corpora import SPEECH, finding
from seesay.errors import InputError
from seesay.settings.corpora import Corpus

try:
    CONFIG = load(config)
except InputError as error:
    sys.exit(f"error: {error}")

SHARDS = [str(shard) for shard in range(CONFIG.shards)]
SEEDS = [str(seed) for seed in CONFIG.seeds]
EXPERIMENTS = sorted(CONFIG.experiments)
SYSTEMS = ["model", "random_projection", "untrained", "shuffled"]

# Job environments need not have seesay installed: its source goes with the workflow. What is on
# the user's own PYTHONPATH, a reader of theirs, stays there.
shell.prefix(
    f"set -euo pipefail; export PYTHONPATH='{workflow.basedir}/src'"
    "${{PYTHONPATH:+:$PYTHONPATH}}"
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


def speech_corpora():
    """The speech corpora: those of the config, or else the generated one."""
    generated = Corpus(reader="lucid", path=at("synthesis/speech"))
    return list(CONFIG.speech.corpora) or [generated]


def speech_settings():
    """The settings of the stage speech with its corpora, as canonical JSON."""
    corpora = [corpus.model_dump(mode="json") for corpus in speech_corpora()]
    return json.dumps(
        json.loads(settings("speech")) | {"corpora": corpora}, sort_keys=True
    )


def speech_stamp():
    """The code stamp of the stage speech, with the readers of its corpora."""
    readers = {finding.code(corpus.reader, SPEECH) for corpus in speech_corpora()}
    return stamps.stamp("speech", sorted(readers))


def speech_sources(wildcards):
    """Every file of the speech corpora, or the generated folder."""
    if CONFIG.synthesis is not None:
        return [corpus.path for corpus in speech_corpora()]
    try:
        readers = [finding.find(corpus, SPEECH) for corpus in speech_corpora()]
        return list(
            dict.fromkeys(str(p) for reader in readers for p in reader.sources())
        )
    except InputError as error:
        sys.exit(f"error: {error}")


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
