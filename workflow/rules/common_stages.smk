"""The stages: their rule files and their inputs.

Inputs: CONFIG and the names of common_shown.smk.
Outputs: RULE_FILES, stages().
"""

import json

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
    "training": ["pictures", "matching", "fc7", "fragments", "logmel", "text"],
    "embedding": ["training", "fc7", "fragments", "logmel", "matching", "text"],
    "evaluation": ["embedding", "frequency", "pictures", "matching", "speech"],
    "given_evaluation": ["embedding", "pictures", "matching", "speech"],
    "frequency": ["pictures", "matching", "fc7", "fragments", "logmel"],
    "grounding": ["embedding", "frequency", "regions", "scenes", "matching"],
    "human": ["pictures", "words", "matching", "speech"],
    "human_logmel": ["human"],
    "human_embedding": ["training", "human_logmel", "embedding"],
    "human_ranks": ["embedding", "human_embedding", "pictures", "matching"],
    "human_breakdown": ["human_ranks", "pictures", "matching"],
    "metrics": ["evaluation", "given_evaluation", "grounding", "human_ranks"],
    "breakdown": ["evaluation", "given_evaluation", "regions", "matching"],
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
    "items": [
        "evaluation",
        "given_evaluation",
        "grounding",
        "human_ranks",
        "matching",
        "regions",
    ],
    "items_tsv": ["items"],
}


# The files of rules in this folder, in the order of the stages.
RULE_FILES = [
    *("fetch", "scenes", "pictures", "fragments", "words", "synthesis", "alignment"),
    *("speech", "segmentation", "segmentation_scores", "matching", "logmel", "text"),
    *("training", "embedding", "frequency"),
    *(["caption_training", "caption_evaluation", "localisation"] if CAPTIONED else []),
    *(
        "evaluation",
        *(["given_evaluation"] if GIVEN else []),
        "grounding",
        "human",
        "human_ranks",
        "metrics",
        "breakdown",
        "human_breakdown",
        "legacy",
    ),
    *("listen", "map", "lexicon", "report", "study", "items", "targets"),
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
    if set(CAPTIONED) == set(EXPERIMENTS):
        unused |= {"training", "embedding", "evaluation"}
    if not GIVEN:
        unused.add("given_evaluation")
    if not GROUNDED:
        unused.add("grounding")
        unused.add("localisation")
    if not CONFIG.evaluation.human:
        unused |= {name for name in STAGES if name.partition("_")[0] == "human"}
    if not LEXICONS:
        unused.add("lexicon")
    if "text" not in CONFIG.controls:
        unused.add("text")
    if not CONFIG.evaluation.legacy:
        unused |= {"legacy", "legacy_metrics"}
    reads_of = STAGES | caption_stages(STAGES)
    if any(CONFIG.section_of(name, "training").human_words for name in EXPERIMENTS):
        reads_of = reads_of | {
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
