"""Lists of the checkpoints pictures, speech and segmentation, for the stages after them.

Inputs: the checkpoints, CONFIG, and the functions of common.smk and common_shown.smk.
Outputs: FINDS, TOKENS, listed(), pictures_manifest(), segmented() and others that rules call.
"""

import json

from seesay.settings.choice import about
from snakemake.exceptions import IncompleteCheckpointException
from snakemake.io import checkpoint_target

# Whether tokens are found, not given.
FINDS = CONFIG.segmentation.finds
# The spoken words whose tokens say the captions.
TOKENS = at(
    "segmentation/spoken_words.parquet" if FINDS else "speech/spoken_words.parquet"
)


def listed(*stages):
    """The lists of these checkpoints, for rules that depend on them through other rules alone.

    When a checkpoint has run, Snakemake plans again only the jobs that take a file straight from
    it; the others stay planned, though the lists turned out the same. The files are ancient:
    they bring on the second look and no rerun of their own.
    """
    lists = {
        "pictures": "pictures/images.parquet",
        "speech": "speech/recordings.parquet",
        "segmentation": "segmentation/segments.parquet",
    }
    found = ["segmentation"] if FINDS and "speech" in stages else []
    return ancient([at(lists[stage]) for stage in (*stages, *found)])


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


def pictures_manifest(wildcards):
    """The picture manifest of a shard, once the corpus has been listed."""
    return manifest("pictures", wildcards.shard)


def pictures_manifests(wildcards):
    """The picture manifests of all shards; the last is missing if their number has grown."""
    return [manifest("pictures", shard) for shard in reversed(SHARDS)][::-1]


def speech_manifest(wildcards):
    """The token manifest of a shard, once the corpus has been listed and segmented."""
    return manifest("segmentation" if FINDS else "speech", wildcards.shard)


def segmentation_pictures(wildcards):
    """The pictures' splits and captions, if the method learns from pictures."""
    names = ("images", "captions") if CONFIG.segmentation.pictures else ()
    return [at(f"pictures/{name}.parquet") for name in names]


def segmentation_fc7(wildcards):
    """The features of the pictures, if the method learns from them."""
    return shown_tables("fc7") if CONFIG.segmentation.pictures else []


def segmentation_lists(wildcards):
    """The lists that a method depends on through other rules alone."""
    return listed("pictures") if CONFIG.segmentation.pictures else []


def segmentation_memory(wildcards, input, attempt):
    """Memory in MB: features and embeddings of spans, if the method learns."""
    learns = CONFIG.segmentation.pictures
    return (round(4000 + 3 * input.size_mb) if learns else 1500) * attempt


def segmentation_rejects():
    """The recordings without any segment, if segments are found."""
    return [at("segmentation/rejects.parquet")] if FINDS else []


def segmented(reads_of):
    """The inputs of each stage, with segments in place of the spoken words if they are found."""
    if not FINDS:
        return reads_of
    found = {
        stage: ["segmentation" if read == "speech" else read for read in reads]
        for stage, reads in reads_of.items()
    }
    learns = ["pictures", "fc7", "fragments"] if CONFIG.segmentation.pictures else []
    found |= {
        "segmentation": ["speech", *learns],
        "segmentation_controls": ["speech", "pictures"],
        "segmentation_scores": [
            *("segmentation", "pictures", "segmentation_controls"),
            *(["phones"] if PHONES_TOLD else []),
        ],
        "report": [*found["report"], "segmentation_scores"],
    }
    return found | ({"phones": ["synthesis", "speech"]} if PHONES_TOLD else {})


# Methods that stand beside the one that finds the tokens.
BESIDE = [name for name in ("energy", "uniform") if name != CONFIG.segmentation.method]


def beside_stamp():
    """The code stamp of these methods, whichever the run's own is."""
    own = {f"seesay.audio.segmentations.{name}" for name in BESIDE}
    return stamps.stamp("segmentation_controls", chosen=own)


def beside_settings():
    """The settings that these methods read, as JSON."""
    package = "seesay.audio.segmentations"
    read = {key for name in BESIDE for key in about(package, name).reads}
    given = json.loads(settings("segmentation"))
    return json.dumps({key: given[key] for key in sorted(read & set(given))})


# eSpeak NG's English talkers can tell the phones that they say.
PHONES_TOLD = (
    FINDS
    and CONFIG.synthesis is not None
    and "espeak" in CONFIG.synthesis.engines
    and CONFIG.synthesis.language == "en"
)


def phone_tables():
    """The phones of synthetic speech, if they are known."""
    return [at("segmentation/phones.parquet")] if PHONES_TOLD else []


def segmentation_scores():
    """The scores of the segments, if segments are found."""
    return [at("segmentation/scores.parquet")] if FINDS else []
