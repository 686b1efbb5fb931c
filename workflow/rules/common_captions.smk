"""Experiments that hear whole captions (training.unit: caption), and their files.

Inputs: CONFIG and the functions of common_experiments.smk.
Outputs: CAPTIONED, of_unit(), caption_stages(), caption_frames() and others that rules call.
"""

import json

# Experiments whose network hears whole captions.
CAPTIONED = [
    name
    for name in EXPERIMENTS
    if CONFIG.section_of(name, "training").unit == "caption"
]

# The keys of training that say how the scores of captions are pooled.
POOLING = {"caption_pooling", "temperature"}


def of_unit(unit):
    """A regular expression of the experiments that hear this unit; without any it never matches."""
    names = [name for name in EXPERIMENTS if (name in CAPTIONED) == (unit == "caption")]
    return "|".join(names) or "(?!)"


def caption_frames(wildcards):
    """The shards of the frames of whole recordings as the experiment of a job has them."""
    return shards_of("caption_frames", CONFIG.variant(wildcards.experiment, "logmel"))


def caption_pooling(wildcards):
    """How the scores of captions are pooled, as JSON."""
    section = CONFIG.section_of(wildcards.experiment, "training")
    return section.model_dump_json(include=POOLING)


def heard_whole():
    """The moments of the model whose finds are shown, if it hears captions, and the true words."""
    if HEARD not in CAPTIONED:
        return []
    return [
        at(f"embedding/{FIRST}/moments.parquet"),
        at("speech/spoken_words.parquet"),
    ]


def heard_pooling():
    """How that model's scores of captions are pooled, as JSON; {} if it hears words."""
    section = CONFIG.section_of(HEARD, "training")
    included = POOLING if HEARD in CAPTIONED else set()
    return fixed(section.model_dump_json(include=included))


def heard_code():
    """The entries that such a model adds to the code stamp of the stage listen."""
    return [*chosen_stamp("listen", HEARD).values()] if HEARD in CAPTIONED else []


def caption_evaluation(wildcards):
    """The settings of the evaluation of captions, as JSON."""
    own = json.loads(caption_pooling(wildcards))
    return json.dumps(json.loads(settings("evaluation")) | own, sort_keys=True)


def caption_evaluation_stamp():
    """The code stamp of the evaluation of captions, with what every such experiment chooses."""
    return stamps.stamp(
        "caption_evaluation",
        task_modules(CONFIG.evaluation.tasks),
        chosen={"seesay.scoring.captions.moments", *CHOSEN},
        about=ABOUT,
    )


def moments_tables(wildcards):
    """The moments of each network of a job's experiment, if it hears captions."""
    if wildcards.experiment not in CAPTIONED:
        return []
    path = "{fold}embedding/{experiment}/{system}/{seed}/moments.parquet"
    return expand(
        of_each(path, NETWORKS),
        **{key: getattr(wildcards, key) for key in ("fold", "experiment", "seed")},
    )


def localisation_tables():
    """The tables of keyword localisation of every system, where one is made."""
    if not (CAPTIONED and GROUNDED):
        return []
    return expand(
        of_runs("localisation/{experiment}/{system}/{seed}.parquet"),
        experiment=EXPERIMENTS,
    )


def caption_rejects():
    """The rejects of the frames of whole recordings, of every experiment that hears them."""
    heard = {CONFIG.variant(name, "logmel") for name in CAPTIONED}
    return [
        path
        for variant in sorted(heard)
        for path in shards_of("caption_frames", variant, "rejects")
    ]


def caption_stages(stages):
    """The inputs of stages with those of networks that hear captions; nothing without any."""
    if not CAPTIONED:
        return {}
    return {
        "caption_frames": ["speech"],
        "caption_training": [
            *("pictures", "matching", "speech", "fc7", "fragments"),
            *("caption_frames", "text"),
        ],
        "caption_embedding": [
            *("caption_training", "fc7", "fragments", "caption_frames", "logmel"),
        ],
        "caption_evaluation": [
            *("caption_embedding", "frequency", "pictures", "matching", "speech"),
        ],
        "localisation": [
            *("embedding", "caption_embedding", "regions", "scenes", "matching"),
        ],
        "metrics": [*stages["metrics"], "caption_evaluation", "localisation"],
        "grounding": [*stages["grounding"], "caption_embedding"],
        "listen": [*stages["listen"], "caption_embedding"],
        "map": [*stages["map"], "caption_embedding"],
        "report": [*stages["report"], "caption_training"],
    }
