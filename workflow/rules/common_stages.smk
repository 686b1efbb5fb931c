"""The stages: their rule files, their inputs, and a hash of each one's code.

Inputs: CONFIG and the names of common_shown.smk.
Outputs: RULE_FILES, stages(), codes().
"""

import hashlib
import json
import re

# The inputs of each stage, for the drawing.
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
    "caption_frames": ["speech"],
    "caption_training": [
        *(
            "pictures",
            "matching",
            "speech",
            "fc7",
            "fragments",
            "caption_frames",
            "text",
        ),
    ],
    "training": ["pictures", "matching", "fc7", "fragments", "logmel", "text"],
    "caption_embedding": [
        "caption_training",
        "fc7",
        "fragments",
        "caption_frames",
        "logmel",
    ],
    "caption_evaluation": [
        "caption_embedding",
        "frequency",
        "pictures",
        "matching",
        "speech",
    ],
    "localisation": ["embedding", "caption_embedding", "regions", "scenes", "matching"],
    "embedding": ["training", "fc7", "fragments", "logmel", "matching", "text"],
    "evaluation": ["embedding", "frequency", "pictures", "matching", "speech"],
    "frequency": ["pictures", "matching", "fc7", "fragments", "logmel"],
    "grounding": ["embedding", "frequency", "regions", "scenes", "matching"],
    "human": ["pictures", "words", "matching", "speech"],
    "human_logmel": ["human"],
    "human_embedding": ["training", "human_logmel", "embedding"],
    "human_ranks": ["embedding", "human_embedding", "pictures", "matching"],
    "human_breakdown": ["human_ranks", "pictures", "matching"],
    "metrics": [
        "evaluation",
        "caption_evaluation",
        "grounding",
        "localisation",
        "human_ranks",
    ],
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
        "human_ranks",
    ],
    "map": ["embedding", "pictures", "matching"],
    "lexicon": ["training", "pictures", "matching", "speech", "logmel"],
    "report": [
        "metrics",
        "breakdown",
        "human_breakdown",
        "legacy_metrics",
        "training",
        "matching_quality",
        "listen",
        "map",
        "lexicon",
    ],
    "study": ["metrics", "training"],
    "items": ["evaluation", "grounding", "human_ranks", "matching", "regions"],
    "items_tsv": ["items"],
}


# The files of rules in this folder, in the order of the stages.
RULE_FILES = [
    *("fetch", "scenes", "pictures", "fragments", "words", "synthesis", "alignment"),
    *("speech", "segmentation", "segmentation_scores", "matching", "logmel", "text"),
    *("training", "embedding", "frequency"),
    *(["caption_training", "caption_evaluation"] if CAPTIONED else []),
    *(
        "evaluation",
        "grounding",
        "human",
        "human_ranks",
        "metrics",
        "breakdown",
        "human_breakdown",
        "legacy",
    ),
    *("listen", "map", "lexicon", "report", "study", "items"),
    *([] if CONFIG.fragments else ["regions", "fc7"]),
]


def stages():
    """The stages that this config runs, as JSON."""
    optional = ("scenes", "synthesis", "alignment", "fragments")
    unused = {name for name in optional if getattr(CONFIG, name) is None}
    # On demand, not part of a run.
    unused |= {"fetch", "study", "items", "items_tsv"}
    if CONFIG.fragments:
        unused |= {"regions", "fc7"}
    if not CAPTIONED:
        unused |= {name for name in STAGES if name.partition("_")[0] == "caption"}
    if set(CAPTIONED) == set(EXPERIMENTS):
        unused |= {"training", "embedding", "evaluation"}
    if not GROUNDED:
        unused.add("grounding")
    if not (CAPTIONED and GROUNDED):
        unused.add("localisation")
    if not CONFIG.evaluation.human:
        unused |= {name for name in STAGES if name.partition("_")[0] == "human"}
    if not LEXICONS:
        unused.add("lexicon")
    if "text" not in CONFIG.controls:
        unused.add("text")
    if not CONFIG.evaluation.legacy:
        unused |= {"legacy", "legacy_metrics"}
    reads_of = STAGES
    if any(CONFIG.section_of(name, "training").human_words for name in EXPERIMENTS):
        reads_of = STAGES | {
            stage: [*STAGES[stage], "human", "human_logmel"]
            for stage in ("text", "training")
        }
    if CONFIG.synthesis and CONFIG.synthesis.script == "captions":
        reads_of = reads_of | {"synthesis": ["pictures"]}
    reads_of = segmented(reads_of)
    used = {
        stage: [read for read in reads if read not in unused]
        for stage, reads in reads_of.items()
        if stage not in unused
    }
    return json.dumps(used)


def codes(wildcards, input):
    """A hash of each stage's code stamp, as JSON, taken from the rules themselves.

    It takes `input` so that Snakemake does not compare it: a stage whose code has changed and
    whose tables have not is no reason to write the report again.
    """
    found = {}
    # By their names here, not by those in a workflow that imports this one.
    for name in json.loads(stages()):
        params = getattr(rules, name).rule.params
        parts = [entry for param in params for entry in stamp_entries(param)]
        if parts:
            text = "\n".join(parts)
            found[name] = hashlib.sha256(text.encode()).hexdigest()[:12]
    return json.dumps(found, sort_keys=True)


def stamp_entries(param):
    """The entries of a code stamp in a rule's param: those of all experiments, if jobs differ."""
    if hasattr(param, "entries"):
        return param.entries
    # The name of a user's reader may hold any letter.
    entry = re.compile(r".+:[0-9a-f]{12}|[\w.-]+==\S+")
    return [param] if isinstance(param, str) and entry.fullmatch(param) else []
