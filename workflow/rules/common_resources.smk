"""Resources of jobs: memory by the size of their data, and GPUs.

Inputs: CONFIG and the functions of common_experiments.smk.
Outputs: features_memory(), fc7_memory(), proposals_gpu() and others that rules call.
"""

from seesay.planning import memory
from seesay.settings.choice import chosen


def fc7_memory(wildcards, attempt):
    """Memory in MB of a job of the stage fc7."""
    return variant_section(wildcards, "fc7").memory * attempt


def regions_memory(wildcards, attempt):
    """Memory in MB of a job of the stage regions."""
    return memory.proposals_mb(variant_section(wildcards, "regions")) * attempt


def features_memory(wildcards, input, attempt):
    """Memory in MB of a job that holds the features of an experiment and may train on them."""
    training, logmel = (
        CONFIG.section_of(wildcards.experiment, stage)
        for stage in ("training", "logmel")
    )
    held = max(input.size_mb, memory.vectors_mb(input))
    return memory.training_mb(training, logmel.frames, held) * attempt


def proposals_gpu(wildcards):
    """GPUs of a job of the stage regions: those of the method that proposes."""
    section = variant_section(wildcards, "regions")
    return GPU if chosen(section, "proposals").gpu else 0


def logmel_memory(wildcards, attempt):
    """Memory in MB of a job of the stage logmel; a model of speech comes with torch."""
    return (4000 if variant_section(wildcards, "logmel").model else 1500) * attempt
