"""Targets that make single stages, and what they need of the config.

Inputs: CONFIG and the functions of common.smk, common_experiments.smk and common_shown.smk.
Outputs: alignment_captions(), feature_files(), logmel_files(), matching_files(),
evaluation_files() and others that the rules of targets.smk call.
"""

import sys


def feature_files(wildcards):
    """The features of the pictures by every experiment's settings, with the files of others."""
    found = [
        path
        for variant in sorted(variants("fc7"))
        for path in shards_of("fc7", variant)
    ]
    if CONFIG.fragments:
        return found
    return [
        *found,
        *region_rejects(),
        *expand(at("features/{variant}npz"), variant=sorted(variants("fc7"))),
    ]


def regions_of_features(wildcards):
    """The shards of the boxes of features."""
    name = variant_experiment(wildcards, "fc7")
    return shards_of("regions", "" if name is None else CONFIG.variant(name, "regions"))


def fc7_of_features(wildcards):
    """The shards of the features that a job writes once more."""
    return shards_of("fc7", wildcards.variant)


def logmel_files(wildcards):
    """The log-Mel vectors of all tokens, by every experiment's settings, and the rejects."""
    return [
        *(
            path
            for variant in sorted(variants("logmel"))
            for path in shards_of("logmel", variant)
        ),
        *logmel_rejects(),
    ]


def matching_files(wildcards):
    """The tables of the matching of every fold, and its counts."""
    tables = ("replacements", "spoken_captions", "unsayable", "rejects")
    counts = ("steps", "pos", "talker_words", "durations")
    return [
        *(path for name in tables for path in of_folds(f"matching/{name}.parquet")),
        *expand(at("matching/quality/{name}.parquet"), name=counts),
    ]


def evaluation_files(wildcards):
    """The ranks and ABX of every system, and the numbers made of them."""
    tables = [
        of_runs(f"evaluation/{{experiment}}/{{system}}/{{seed}}/{name}.parquet")
        for name in ("ranks", "abx")
    ]
    return [
        at("metrics.tsv"),
        *(path for paths in tables for path in expand(paths, experiment=EXPERIMENTS)),
    ]


def alignment_captions(wildcards):
    """The captions, if recordings of corpora are aligned, which may say them."""
    said = CONFIG.alignment.corpora and "pictures" not in lacking(CONFIG)
    return [at("pictures/captions.parquet")] if said else []


def no_alignment(wildcards):
    """End in one line: nothing is to be aligned."""
    sys.exit(
        "error: config: there is no section alignment; name in it the recordings to align"
    )
