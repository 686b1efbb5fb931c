"""Inputs of stages that read files of others: corpora, and the files that come with them.

Inputs: CONFIG and the functions of common.smk.
Outputs: corpora_stamp(), pictures_sources() and others that rules call.
"""

import importlib
import json
import sys
from pathlib import Path

from seesay.audio import transcripts as alignment_utterances
from seesay.shared import voices as engines
from seesay.corpora import READERS, finding
from seesay.planning.parts import lacking
from seesay.shared.errors import InputError
from seesay.settings.choice import chosen

# Our readers by stage; human words are read like speech.
OURS_OF = READERS | {"human": READERS["speech"]}


def corpora(stage):
    """The corpora that a stage reads: the config's, or for pictures and speech the generated one.

    A config for other stages alone has none.
    """
    if stage in lacking(CONFIG):
        return []
    return list(getattr(CONFIG, stage).corpora) or [CONFIG.made(stage)]


def readers(stage):
    """The readers of these corpora, bound to their folders and options."""
    return [finding.find(corpus, OURS_OF[stage]) for corpus in corpora(stage)]


def corpora_settings(stage):
    """The settings of a stage with its corpora, as canonical JSON."""
    listed = [corpus.model_dump(mode="json") for corpus in corpora(stage)]
    return json.dumps(json.loads(settings(stage)) | {"corpora": listed}, sort_keys=True)


def corpora_stamp(stage, script=None):
    """The code stamp of a stage with the readers of its corpora."""
    used = {finding.code(corpus.reader, OURS_OF[stage]) for corpus in corpora(stage)}
    return stamp(script or stage, *sorted(used))


def corpora_sources(stage):
    """Every file of a stage's corpora, or the folder of the generated one.

    A missing folder or section is one clear line. Links that lead nowhere are left to the reader's
    rejects, and so are pipes, which Snakemake would wait for.
    """
    if stage in lacking(CONFIG):
        sys.exit(f"error: config: {lacking(CONFIG)[stage]}")
    if not getattr(CONFIG, stage).corpora:
        return [corpus.path for corpus in corpora(stage)]
    try:
        files = [str(path) for reader in readers(stage) for path in reader.sources()]
    except InputError as error:
        sys.exit(f"error: {error}")
    return [path for path in dict.fromkeys(tame(files)) if Path(path).is_file()]


def tame(files):
    """The files, if Snakemake can handle their names; otherwise one clear line."""
    if finding.awkward(files):
        sys.exit(f"error: {finding.awkward(files)}")
    return files


def fragments_of_split():
    """The folder of ready-made fragments, if the split is read from it."""
    return CONFIG.fragments.path if CONFIG.pictures.split.method == "fragments" else ""


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


def spoken_recordings(wildcards):
    """The recordings, if they say the captions themselves."""
    spoken = CONFIG.matching.method == "spoken"
    return [at("speech/recordings.parquet")] if spoken else []


def human_sources(wildcards):
    """Every file of the corpora of human words."""
    return corpora_sources("human")


def fragments_sources(wildcards):
    """The files of ready-made fragments; a missing one gives one clear line."""
    files = importlib.import_module("seesay.corpora.fragments").sources
    try:
        return [str(path) for path in files(Path(CONFIG.fragments.path)).values()]
    except InputError as error:
        sys.exit(f"error: {error}")


def alignment_sources(wildcards):
    """Every recording and transcript to align, and the user's dictionary."""
    given = CONFIG.alignment.dictionary
    if given is not None and not Path(given).is_file():
        sys.exit(f"error: {given}: no such file; alignment.dictionary names it")
    try:
        files = [path for reader in untimed_readers() for path in reader.sources()]
        if CONFIG.alignment.path:
            files = alignment_utterances.sources(Path(CONFIG.alignment.path))
    except InputError as error:
        sys.exit(f"error: {error}")
    return tame([*map(str, files), *filter(None, [given])])


def untimed_readers():
    """The readers of the corpora to align."""
    ours = OURS_OF["speech"]
    return [finding.find(corpus, ours) for corpus in CONFIG.alignment.corpora]


def alignment_readers():
    """The code of these readers, for the stamp."""
    names = {corpus.reader for corpus in CONFIG.alignment.corpora}
    return [finding.code(name, OURS_OF["speech"]) for name in sorted(names)]


def engine_files(wildcards):
    """The files of the synthesisers; a missing one gives one clear line."""
    lack = engines.missing(CONFIG.synthesis)
    if lack:
        sys.exit(f"error: {lack}")
    return engines.files(CONFIG.synthesis)
