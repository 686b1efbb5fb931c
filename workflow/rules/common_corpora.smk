"""What the stages read that others made: corpora of files, and the lists of the checkpoints.

Comes in: CONFIG and the functions of common.smk.
Goes out: corpora_stamp(), pictures_sources(), manifest(), listed() and others that rules call.
"""

import importlib
import json
import sys
from pathlib import Path

from snakemake.exceptions import IncompleteCheckpointException
from snakemake.io import checkpoint_target

from seesay import alignment_utterances
from seesay.corpora import READERS, finding
from seesay.errors import InputError
from seesay.settings.corpora import Corpus


def corpora(stage):
    """The corpora that the stage pictures or speech reads: the config's, or the generated one."""
    generated = {
        "pictures": Corpus(reader="pascal1k", path=at("scenes/pictures")),
        "speech": Corpus(
            reader="lucid",
            path=at("alignment/speech" if CONFIG.alignment else "synthesis/speech"),
        ),
    }
    return list(getattr(CONFIG, stage).corpora) or [generated[stage]]


def readers(stage):
    """The readers of these corpora, bound to their folders and options."""
    return [finding.find(corpus, READERS[stage]) for corpus in corpora(stage)]


def corpora_settings(stage):
    """The settings of a stage with its corpora, as canonical JSON."""
    listed = [corpus.model_dump(mode="json") for corpus in corpora(stage)]
    return json.dumps(json.loads(settings(stage)) | {"corpora": listed}, sort_keys=True)


def corpora_stamp(stage, *more):
    """The code stamp of a stage with the readers of its corpora, and with more modules."""
    used = {finding.code(corpus.reader, READERS[stage]) for corpus in corpora(stage)}
    return stamp(stage, *sorted(used), *more)


def corpora_sources(stage):
    """Every file of a stage's corpora, or the folder of the generated one.

    A missing folder is one clear line. Links that lead nowhere are left to the reader's rejects,
    and so are pipes, which Snakemake would wait for.
    """
    if not getattr(CONFIG, stage).corpora:
        return [corpus.path for corpus in corpora(stage)]
    try:
        files = [str(path) for reader in readers(stage) for path in reader.sources()]
    except InputError as error:
        sys.exit(f"error: {error}")
    return [path for path in dict.fromkeys(tame(files)) if Path(path).is_file()]


def tame(files):
    """The files, if Snakemake can take their names; else one clear line."""
    if finding.awkward(files):
        sys.exit(f"error: {finding.awkward(files)}")
    return files


def fragments_of_split():
    """The folder of ready-made fragments where the split is read from it, or else nothing."""
    return CONFIG.fragments.path if CONFIG.pictures.split.method == "fragments" else ""


def fragments_readers():
    """The module that reads the split from ready-made fragments, where it is read from them."""
    return ["seesay.corpora.fragments"] if fragments_of_split() else []


def pictures_sources(wildcards):
    """Every file of the picture corpora and of the split."""
    files = CONFIG.pictures.split_files()
    for path in files:
        if not Path(path).is_file():
            sys.exit(f"error: {path}: no such file; pictures.split names it")
    if fragments_of_split():
        files += fragments_sources(wildcards)
    return corpora_sources("pictures") + files


def speech_sources(wildcards):
    """Every file of the speech corpora."""
    return corpora_sources("speech")


def fragments_sources(wildcards):
    """The files of ready-made fragments; a missing one is one clear line."""
    files = importlib.import_module("seesay.corpora.fragments").sources
    try:
        return [str(path) for path in files(Path(CONFIG.fragments.path)).values()]
    except InputError as error:
        sys.exit(f"error: {error}")


def alignment_sources(wildcards):
    """Every recording and transcript that is to be aligned, and the user's dictionary."""
    given = CONFIG.alignment.dictionary
    if given is not None and not Path(given).is_file():
        sys.exit(f"error: {given}: no such file; alignment.dictionary names it")
    try:
        files = alignment_utterances.sources(Path(CONFIG.alignment.path))
    except InputError as error:
        sys.exit(f"error: {error}")
    return tame([*map(str, files), *filter(None, [given])])


def matching_modules():
    """The module that keeps talkers and words for the test split, where the config wants it."""
    section = CONFIG.matching
    wanted = section.unseen_talkers or section.unseen_words
    return ["seesay.unseen"] if wanted else []


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
