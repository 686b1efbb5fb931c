"""Resources of jobs: memory by the size of their data, and GPUs.

Inputs: CONFIG and the functions of common_experiments.smk.
Outputs: features_memory(), fc7_memory(), proposals_gpu() and others that rules call.
"""

from seesay.planning import memory

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


def features_memory(wildcards, input, attempt):
    """Memory in MB of a job that holds the features of an experiment and may train on them."""
    training, logmel = (
        CONFIG.section_of(wildcards.experiment, stage)
        for stage in ("training", "logmel")
    )
    return memory.training_mb(training, logmel.frames, input.size_mb) * attempt


def proposals_gpu(wildcards):
    """GPUs of a job of the stage regions: the region proposal network's alone."""
    rpn = variant_section(wildcards, "regions").proposals == "rpn"
    return GPU if rpn else 0


def logmel_memory(wildcards, attempt):
    """Memory in MB of a job of the stage logmel; a model of speech comes with torch."""
    return (4000 if variant_section(wildcards, "logmel").model else 1500) * attempt
