"""Lists of the checkpoints pictures and speech, for the stages after them.

Inputs: the checkpoints, and SHARDS and at() of common.smk.
Outputs: listed(), pictures_manifest() and others that rules call.
"""

from snakemake.exceptions import IncompleteCheckpointException
from snakemake.io import checkpoint_target


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


def pictures_manifest(wildcards):
    """The picture manifest of a shard, once the corpus has been listed."""
    return manifest("pictures", wildcards.shard)


def pictures_manifests(wildcards):
    """The picture manifests of all shards; the last is missing if their number has grown."""
    return [manifest("pictures", shard) for shard in reversed(SHARDS)][::-1]


def speech_manifest(wildcards):
    """The token manifest of a shard, once the corpus has been listed."""
    return manifest("speech", wildcards.shard)
