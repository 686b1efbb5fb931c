"""The tables of rejects of every stage that runs.

Inputs: CONFIG and the functions of common.smk, common_experiments.smk and common_human.smk.
Outputs: LEXICONS, rejects() and those of single stages.
"""

# Experiments that learn pseudo-words.
LEXICONS = [
    name for name in EXPERIMENTS if CONFIG.section_of(name, "training").pseudo_words
]


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


def alignment_rejects():
    """The rejects of the alignment, if there is one."""
    return [] if CONFIG.alignment is None else [at("alignment/rejects.parquet")]


def synthesis_rejects():
    """The words that no synthesiser spoke, if speech is synthesised."""
    return [] if CONFIG.synthesis is None else [at("synthesis/rejects.parquet")]


def rejects():
    """The rejects of every stage."""
    return [
        at("pictures/rejects.parquet"),
        *region_rejects(),
        at("words/rejects.parquet"),
        *synthesis_rejects(),
        *alignment_rejects(),
        at("speech/rejects.parquet"),
        *segmentation_rejects(),
        at("matching/rejects.parquet"),
        *logmel_rejects(),
        *caption_rejects(),
        *human_rejects(),
        at("listen/rejects.parquet"),
        *expand(at("lexicon/{experiment}/rejects.parquet"), experiment=LEXICONS),
    ]
