"""The human words (evaluation.human): the systems that hear them, and their tables.

Inputs: CONFIG and the functions of common_experiments.smk.
Outputs: HEARING, TOLD, human_logmel(), training_human(), training_spare(), training_logmel(),
human_ranks(), human_tables(), heard_people() and human_rejects().
"""

# Systems that are told each word, and those that hear it.
TOLD = [system for system in SYSTEMS if system in ("text", "frequency")]
HEARING = [system for system in SYSTEMS if system not in TOLD]


def human_logmel(wildcards):
    """The log-Mel vectors of the human words as the experiment of a job has them."""
    variant = CONFIG.variant(wildcards.experiment, "logmel")
    return [at(f"{wildcards.fold}human/logmel/{variant}words.parquet")]


def training_human(wildcards):
    """The human words, if the experiment of a job trains on any."""
    heard = CONFIG.section_of(wildcards.experiment, "training").human_words
    return [at(f"{wildcards.fold}human/words.parquet")] if heard else []


def training_spare(wildcards):
    """All tokens of the captions' speech, if the experiment of a job trains on spare ones."""
    spare = CONFIG.section_of(wildcards.experiment, "training").spare_words
    return [TOKENS] if spare else []


def training_logmel(wildcards):
    """The log-Mel vectors of all tokens that the experiment of a job may train on."""
    people = human_logmel(wildcards) if training_human(wildcards) else []
    return [*experiment_tables("logmel")(wildcards), *people]


def human_ranks():
    """The ranks of the human words of every system, if the config has human words."""
    if not CONFIG.evaluation.human:
        return []
    return expand(
        of_runs("human/ranks/{experiment}/{system}/{seed}.parquet"),
        experiment=EXPERIMENTS,
    )


def human_tables(*names):
    """Tables of the human words, if the config has any."""
    return [at(f"human/{name}.parquet") for name in names if CONFIG.evaluation.human]


def heard_people():
    """Tables of the human words that the page plays, for the system that it shows."""
    if not CONFIG.evaluation.human:
        return []
    return [
        at(f"human/embedding/{FIRST}/words.parquet"),
        *human_tables("words", "manifest"),
        at(f"human/ranks/{FIRST}.parquet"),
    ]


def human_rejects():
    """What the stage human refused, and log-Mel vectors that its words lack."""
    if not CONFIG.evaluation.human:
        return []
    variants_made = sorted(variants("logmel"))
    return [
        at("human/rejects.parquet"),
        *(at(f"human/logmel/{variant}rejects.parquet") for variant in variants_made),
    ]
