"""What all files of this folder share: the validated config, and the functions they call.

Comes in: the config that Snakemake read (config/config.yaml, or the one --configfile).
Goes out: CONFIG, SHARDS, SEEDS, EXPERIMENTS, SYSTEMS, GPU, at(), stamp(), settings() ...
"""

import functools
import hashlib
import importlib
import json
import re
import shlex
import sys
from pathlib import Path

from snakemake.exceptions import IncompleteCheckpointException
from snakemake.io import checkpoint_target

from seesay import alignment_utterances, gpus, stamps
from seesay.config import load
from seesay.corpora import READERS, finding
from seesay.errors import InputError
from seesay.settings.corpora import Corpus

try:
    CONFIG = load(config)
except InputError as error:
    sys.exit(f"error: {error}")

SHARDS = [str(shard) for shard in range(CONFIG.shards)]
SEEDS = [str(seed) for seed in CONFIG.seeds]
EXPERIMENTS = sorted(CONFIG.experiments)
# Networks, trained or not, the model before those that keep pace with it; and a prior, which has
# none.
NETWORKS = ["model", "random_projection", "untrained", "shuffled", "text"]
SYSTEMS = [*NETWORKS, "frequency"]
# Whose finds the report lets one hear and see.
HEARD = CONFIG.listen.experiment or EXPERIMENTS[0]
FIRST = f"{HEARD}/model/{SEEDS[0]}"

# Job environments need not have seesay installed: its source goes with the workflow. The
# interpreter is the one that runs snakemake, also when its environment was not activated, unless
# --sdm asks for conda's or the container's. What is on the user's own PYTHONPATH, a reader of
# theirs, stays there.
HOME = Path(workflow.basedir)
SDM = workflow.deployment_settings.deployment_method
OURS = "" if SDM else f"{shlex.quote(str(Path(sys.executable).parent))}:"
shell.prefix(
    f"set -euo pipefail; export PATH={OURS}$PATH"
    f" PYTHONPATH={shlex.quote(str(HOME / 'src'))}"
    "${{PYTHONPATH:+:$PYTHONPATH}}"
    f" SCRIPTS={shlex.quote(str(HOME / 'workflow' / 'scripts'))}; "
)

if any(method.name == "APPTAINER" for method in SDM):

    container: f"{workflow.basedir}/envs/seesay.sif"


wildcard_constraints:
    shard="[0-9]+",
    seed="[0-9]+",
    experiment="[A-Za-z0-9_]+",
    system="|".join(SYSTEMS),
    variant="([0-9a-f]{8}/)?",


# Experiments that learn pseudo-words.
LEXICONS = [
    name for name in EXPERIMENTS if CONFIG.section_of(name, "training").pseudo_words
]


def at(path):
    """A path below the results folder of this config."""
    return f"{CONFIG.results}/{path}"


def of_each(path, systems=SYSTEMS):
    """A path of every system, of the experiment and seed of a job.

    A job does all systems: each alone takes less time than starting Python and torch.
    """
    return [at(path.replace("{system}", system)) for system in systems]


@functools.cache
def stamp(script, *modules):
    """The code stamp of a stage's script, with the modules that it imports by name.

    Rules spread it out, an entry a param, so that a printed reason has only the changed entries.
    """
    return stamps.stamp(script, modules)


def settings(stage, experiment=None):
    """A stage's settings alone, as one canonical JSON string."""
    return CONFIG.stage_json(stage, experiment)


def scaled(mem_mb):
    """Memory in MB that grows with each attempt."""

    def by_attempt(wildcards, attempt):
        return mem_mb * attempt

    return by_attempt


# profiles/default lets jobs take one in all, so that they take turns on a GPU but not on CPUs.
# A cluster's profile says itself which rules take one: the machine that submits may differ.
GPU = gpus.here()


@functools.cache
def variants(stage):
    """An experiment for each folder that a stage makes: "" for the config's own settings."""
    return {CONFIG.variant(name, stage): name for name in reversed(EXPERIMENTS)}


def variant_experiment(wildcards, stage):
    """An experiment with the settings that a job's folder stands for; None for the config's own."""
    if not wildcards.variant:
        return None
    if wildcards.variant not in variants(stage):
        sys.exit(
            f"error: {at(f'{stage}/{wildcards.variant}')}: no experiment of this config has the"
            " settings of this folder"
        )
    return variants(stage)[wildcards.variant]


def variant_section(wildcards, stage):
    """The settings of a stage that a job's folder stands for."""
    name = variant_experiment(wildcards, stage)
    return getattr(CONFIG, stage) if name is None else CONFIG.section_of(name, stage)


def variant_settings(stage):
    """These settings as canonical JSON, by the job."""

    def of(wildcards):
        return settings(stage, variant_experiment(wildcards, stage))

    return of


def variant_code(stage, module):
    """What the stamp holds besides, for the module that a job's settings choose."""

    def of(wildcards):
        return chosen_stamp(stage, module(variant_section(wildcards, stage)))

    return of


@functools.cache
def chosen_stamp(script, *modules):
    """The entries of the code stamp that modules imported by name add or change, as one text."""
    return " ".join(sorted(set(stamp(script, *modules)) - set(stamp(script))))


def proposals_module(section):
    """The module that proposes boxes."""
    return f"seesay.proposals.{section.proposals}"


def network_module(section):
    """The module of an image network."""
    return (
        "seesay.detector"
        if section.network == "fasterrcnn"
        else f"seesay.fc7_networks.{section.network}"
    )


def matching_modules():
    """The module that keeps talkers and words for the test split, where the config wants it."""
    section = CONFIG.matching
    wanted = section.unseen_talkers or section.unseen_words
    return ["seesay.unseen"] if wanted else []


def training_modules(stage, experiment):
    """The modules that an experiment's training settings choose, for a stage that uses them."""
    chosen = CONFIG.section_of(experiment, "training")
    # The control that reads has the encoder mlp.
    encoders = sorted({chosen.speech_encoder, "mlp"})
    modules = [f"seesay.speech_encoders.{encoder}" for encoder in encoders]
    if stage == "training" and chosen.batch_pictures > 1:
        modules += ["seesay.batches", f"seesay.batch_losses.{chosen.loss}"]
        terms = ("word_term", "semantic_term")
        modules += [f"seesay.batch_losses.{t}" for t in terms if getattr(chosen, t)]
    if stage == "training" and chosen.criterion == "r10":
        modules.append("seesay.criterion")
    if stage == "training" and chosen.pseudo_words:
        modules.append("seesay.pseudo_words")
    return modules


def chosen_code(stage):
    """What the stamp holds besides, for the modules that an experiment chooses."""

    def of(wildcards):
        return chosen_stamp(stage, *training_modules(stage, wildcards.experiment))

    return of


def shards_of(stage, variant, kind="shards"):
    """The shards of a stage's table in one of its folders."""
    return expand(at(f"{stage}/{variant}{kind}/{{shard}}.parquet"), shard=SHARDS)


def experiment_tables(stage):
    """The shards of a stage's table as the experiment of a job has them."""

    def of(wildcards):
        return shards_of(stage, CONFIG.variant(wildcards.experiment, stage))

    return of


def shown(stage):
    """The experiment whose tables the report shows: one with the config's own settings, or any."""
    return min(EXPERIMENTS, key=lambda name: CONFIG.variant(name, stage) != "")


def shown_tables(stage):
    """The shards of a stage's table that the report shows."""
    return shards_of(stage, CONFIG.variant(shown(stage), stage))


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
    return NETWORK_MB[variant_section(wildcards, "fc7").network] * attempt


def regions_memory(wildcards, attempt):
    """Memory in MB of a job of the stage regions."""
    detecting = variant_section(wildcards, "regions").proposals == "rpn"
    return (NETWORK_MB["fasterrcnn"] if detecting else 1500) * attempt


def fc7_weights(wildcards):
    """The file of weights of a job of the stage fc7, if any."""
    return weights_file("fc7", variant_section(wildcards, "fc7").weights)


def regions_weights(wildcards):
    """The file of weights of a job of the stage regions, if any."""
    section = variant_section(wildcards, "regions")
    return (
        weights_file("regions", section.weights) if section.proposals == "rpn" else []
    )


def regions_of_fc7(wildcards):
    """The boxes that a job of the stage fc7 scores."""
    name = variant_experiment(wildcards, "fc7")
    variant = "" if name is None else CONFIG.variant(name, "regions")
    return at(f"regions/{variant}shards/{wildcards.shard}.parquet")


def logmel_model(wildcards):
    """The model of speech of a job of the stage logmel, if any; a missing one is one line."""
    given = variant_section(wildcards, "logmel").model
    if given is not None and not Path(given).is_file():
        sys.exit(f"error: {given}: no such file; logmel.model names it")
    return [] if given is None else [given]


def logmel_code(wildcards):
    """What the stamp holds besides where a model of speech gives the frames."""
    model = variant_section(wildcards, "logmel").model
    return chosen_stamp("logmel", *(["seesay.speech_model"] if model else []))


def logmel_memory(wildcards, attempt):
    """Memory in MB of a job of the stage logmel; a model of speech comes with torch."""
    return (4000 if variant_section(wildcards, "logmel").model else 1500) * attempt


def weights_file(stage, given):
    """The file of weights that a stage's settings name, as a list; none for a word."""
    if given in ("DEFAULT", "random"):
        return []
    if not Path(given).is_file():
        sys.exit(f"error: {given}: no such file; {stage}.weights names it")
    return [given]


def corpora(stage):
    """The corpora that the stage pictures or speech reads: the config's, or the generated one."""
    generated = {
        "pictures": Corpus(reader="pascal1k", path=at("scenes/pictures")),
        "speech": Corpus(
            reader="lucid",
            path=at("alignment/speech" if CONFIG.alignment else "synthesis/speech"),
        ),
    }
    return list(getattr(CONFIG, stage).corpora) or [generated[stage]]


def readers(stage):
    """The readers of these corpora, bound to their folders and options."""
    return [finding.find(corpus, READERS[stage]) for corpus in corpora(stage)]


def corpora_settings(stage):
    """The settings of a stage with its corpora, as canonical JSON."""
    listed = [corpus.model_dump(mode="json") for corpus in corpora(stage)]
    return json.dumps(json.loads(settings(stage)) | {"corpora": listed}, sort_keys=True)


def corpora_stamp(stage, *more):
    """The code stamp of a stage with the readers of its corpora, and with more modules."""
    used = {finding.code(corpus.reader, READERS[stage]) for corpus in corpora(stage)}
    return stamp(stage, *sorted(used), *more)


def corpora_sources(stage):
    """Every file of a stage's corpora, or the folder of the generated one.

    A missing folder is one clear line. Links that lead nowhere are left to the reader's rejects.
    """
    if not getattr(CONFIG, stage).corpora:
        return [corpus.path for corpus in corpora(stage)]
    try:
        files = [str(path) for reader in readers(stage) for path in reader.sources()]
    except InputError as error:
        sys.exit(f"error: {error}")
    if finding.awkward(files):
        sys.exit(f"error: {finding.awkward(files)}")
    return [path for path in dict.fromkeys(files) if Path(path).exists()]


def fragments_of_split():
    """The folder of ready-made fragments where the split is read from it, or else nothing."""
    return CONFIG.fragments.path if CONFIG.pictures.split.method == "fragments" else ""


def fragments_readers():
    """The module that reads the split from ready-made fragments, where it is read from them."""
    return ["seesay.corpora.fragments"] if fragments_of_split() else []


def pictures_sources(wildcards):
    """Every file of the picture corpora and of the split."""
    files = CONFIG.pictures.split_files()
    for path in files:
        if not Path(path).is_file():
            sys.exit(f"error: {path}: no such file; pictures.split names it")
    if fragments_of_split():
        files += fragments_sources(wildcards)
    return corpora_sources("pictures") + files


def speech_sources(wildcards):
    """Every file of the speech corpora."""
    return corpora_sources("speech")


def fragments_sources(wildcards):
    """The files of ready-made fragments; a missing one is one clear line."""
    files = importlib.import_module("seesay.corpora.fragments").sources
    try:
        return [str(path) for path in files(Path(CONFIG.fragments.path)).values()]
    except InputError as error:
        sys.exit(f"error: {error}")


def listed(*stages):
    """The lists of these checkpoints, for rules that depend on them through other rules alone.

    When a checkpoint has run, Snakemake plans again only the jobs that take a file straight from
    it; the others stay planned, though the lists turned out the same. The files are ancient:
    they bring on the second look and no rerun of their own.
    """
    lists = {
        "pictures": "pictures/images.parquet",
        "speech": "speech/recordings.parquet",
    }
    return ancient([at(lists[stage]) for stage in stages])


def manifest(stage, shard):
    """The manifest of a shard, once the checkpoint `stage` has listed its corpora.

    Until then Snakemake would wait for the checkpoint's first output alone. Waiting for the
    manifest itself runs the checkpoint again where just that is missing: after a change of
    `shards`, say.
    """
    path = at(f"{stage}/shards/{shard}.parquet")
    try:
        getattr(checkpoints, stage).get()
    except IncompleteCheckpointException as incomplete:
        raise IncompleteCheckpointException(incomplete.rule, checkpoint_target(path))
    return path


def pictures_manifests(wildcards):
    """The picture manifests of all shards; the last is missing if their number has grown."""
    return [manifest("pictures", shard) for shard in reversed(SHARDS)][::-1]


def region_tables():
    """The shards of the table `regions`; ready-made fragments have no boxes."""
    if CONFIG.fragments:
        return []
    return shards_of("regions", CONFIG.variant(shown("fc7"), "regions"))


def heard_regions():
    """The shards of the table `regions` of the experiment whose finds are shown."""
    if CONFIG.fragments:
        return []
    return shards_of("regions", CONFIG.variant(HEARD, "regions"))


def boxed():
    """The experiments whose fragments have these boxes."""
    variant = CONFIG.variant(shown("fc7"), "regions")
    return [name for name in EXPERIMENTS if CONFIG.variant(name, "regions") == variant]


def region_rejects():
    """The rejects of the stage that makes the fragments."""
    if CONFIG.fragments:
        return [at("fragments/rejects.parquet")]
    return [
        path
        for variant in sorted(variants("regions"))
        for path in shards_of("regions", variant, "rejects")
    ]


def logmel_rejects():
    """The rejects of the stage logmel, of every experiment's settings."""
    return [
        path
        for variant in sorted(variants("logmel"))
        for path in shards_of("logmel", variant, "rejects")
    ]


def pictures_manifest(wildcards):
    """The picture manifest of a shard, once the corpus has been listed."""
    return manifest("pictures", wildcards.shard)


def alignment_sources(wildcards):
    """Every recording and transcript that is to be aligned, and the user's dictionary."""
    given = CONFIG.alignment.dictionary
    if given is not None and not Path(given).is_file():
        sys.exit(f"error: {given}: no such file; alignment.dictionary names it")
    try:
        files = alignment_utterances.sources(Path(CONFIG.alignment.path))
    except InputError as error:
        sys.exit(f"error: {error}")
    return [*map(str, files), *filter(None, [given])]


def alignment_rejects():
    """The rejects of the alignment, where there is one."""
    return [] if CONFIG.alignment is None else [at("alignment/rejects.parquet")]


def speech_manifest(wildcards):
    """The token manifest of a shard, once the corpus has been listed."""
    return manifest("speech", wildcards.shard)


def proposals_gpu(wildcards):
    """GPUs of a job of the stage regions: the region proposal network's alone."""
    rpn = variant_section(wildcards, "regions").proposals == "rpn"
    return GPU if rpn else 0


def training_settings(wildcards):
    """The training settings of an experiment, as canonical JSON."""
    return settings("training", wildcards.experiment)


def word_tables(wildcards):
    """What a network takes for words: log-Mel vectors, or one-hot types where it reads them."""
    if wildcards.system == "text":
        return [at(f"text/{wildcards.experiment}.parquet")]
    return experiment_tables("logmel")(wildcards)


def training_code(wildcards, input):
    """The code stamp of the training as one text, which names its checkpoints.

    It takes `input` so that Snakemake does not compare it: the stamp itself is compared.
    """
    modules = training_modules("training", wildcards.experiment)
    return " ".join(stamp("training", *modules))


def recipe(wildcards):
    """How an experiment's features are made, as canonical JSON, and where its boxes are.

    A stage whose tables others made is null.
    """
    stages = ("logmel",) if CONFIG.fragments else ("logmel", "regions", "fc7")
    made = dict.fromkeys(("logmel", "regions", "fc7"))
    for stage in stages:
        section = CONFIG.section_of(wildcards.experiment, stage)
        made[stage] = section.model_dump(mode="json")
    made["boxes"] = f"regions/{CONFIG.variant(wildcards.experiment, 'regions')}shards"
    return json.dumps(made, sort_keys=True)


def legacy_numbers():
    """The numbers of the authors' evaluation, where the config asks for them."""
    return [at("legacy/metrics.tsv")] if CONFIG.evaluation.legacy else []


# Only of composed scenes is it known where everything is.
GROUNDED = CONFIG.scenes is not None and CONFIG.fragments is None


def grounding_tables():
    """The tables `grounding` of every system, where the truth is known."""
    if not GROUNDED:
        return []
    return expand(
        at("grounding/{experiment}/{system}/{seed}.parquet"),
        experiment=EXPERIMENTS,
        system=SYSTEMS,
        seed=SEEDS,
    )


# The studies that docs/results.md shows, in this order; each has a config of its name.
STUDIES = ["results/flickr8k/study.md", "results/flickr8k_large/study.md"]


def studies(wildcards):
    """The studies that are finished, and that of this config, which may not be yet."""
    there = [path for path in STUDIES if Path(path).exists() or path == at("study.md")]
    if not there:
        sys.exit(
            f"error: docs/results.md shows {' and '.join(STUDIES)}, and none of them is there;"
            " give --configfile config/flickr8k.yaml"
        )
    return there


# What each stage reads, for the drawing.
STAGES = {
    "fetch": [],
    "scenes": [],
    "pictures": ["scenes"],
    "regions": ["pictures"],
    "fc7": ["pictures", "regions"],
    "fragments": ["pictures"],
    "words": ["pictures"],
    "synthesis": ["words"],
    "alignment": [],
    "speech": ["synthesis", "alignment"],
    "spoken_types": ["speech"],
    "matching": ["pictures", "words", "spoken_types", "speech"],
    "matching_quality": ["matching"],
    "logmel": ["speech"],
    "text": ["matching", "logmel"],
    "training": ["pictures", "matching", "fc7", "fragments", "logmel", "text"],
    "embedding": ["training", "fc7", "fragments", "logmel", "matching", "text"],
    "evaluation": ["embedding", "frequency", "pictures", "matching"],
    "frequency": ["pictures", "matching", "fc7", "fragments", "logmel"],
    "grounding": ["embedding", "frequency", "regions", "scenes", "matching"],
    "metrics": ["evaluation", "grounding"],
    "breakdown": ["evaluation", "regions", "matching"],
    "legacy": ["training", "pictures", "fc7", "logmel", "matching", "text"],
    "legacy_metrics": ["legacy"],
    "listen": [
        "embedding",
        "pictures",
        "regions",
        "words",
        "matching",
        "speech",
        "logmel",
    ],
    "map": ["embedding", "pictures", "matching"],
    "lexicon": ["training", "pictures", "matching", "speech", "logmel"],
    "report": [
        "metrics",
        "breakdown",
        "legacy_metrics",
        "training",
        "matching_quality",
        "listen",
        "map",
        "lexicon",
    ],
    "study": ["metrics", "training"],
}


def stages():
    """The stages of this config, as JSON: of optional ones and alternatives, those at work."""
    optional = ("scenes", "synthesis", "alignment", "fragments")
    unused = {name for name in optional if getattr(CONFIG, name) is None}
    # No part of a run.
    unused |= {"fetch", "study"}
    if CONFIG.fragments:
        unused |= {"regions", "fc7"}
    if not GROUNDED:
        unused.add("grounding")
    if not LEXICONS:
        unused.add("lexicon")
    if not CONFIG.evaluation.legacy:
        unused |= {"legacy", "legacy_metrics"}
    used = {
        stage: [read for read in reads if read not in unused]
        for stage, reads in STAGES.items()
        if stage not in unused
    }
    return json.dumps(used)


def codes(wildcards, input):
    """A hash of each stage's code stamp, as JSON, taken from the rules themselves.

    It takes `input` so that Snakemake does not compare it: a stage whose code has changed and
    whose tables have not is no reason to write the report again.
    """
    entry = re.compile(r"[\w./]+:[0-9a-f]{12}|[\w.-]+==\S+")
    found = {}
    for each in workflow.rules:
        parts = [p for p in each.params if isinstance(p, str) and entry.fullmatch(p)]
        if parts and each.name in json.loads(stages()):
            text = "\n".join(parts)
            found[each.name] = hashlib.sha256(text.encode()).hexdigest()[:12]
    return json.dumps(found, sort_keys=True)


def templates():
    """A digest of the page's templates and style, which the code stamp does not see."""
    folder = Path(workflow.basedir, "src", "seesay", "templates")
    texts = [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]
    return hashlib.sha256(b"\0".join(texts)).hexdigest()[:12]
