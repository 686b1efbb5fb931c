"""Forced alignment of speech with transcripts but no times: onset and offset of each word.

The output folder has LUCID's layout, so LUCID's reader reads it. Utterances are independent and
shared out among processes, whose number changes no result.
"""

import multiprocessing
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from seesay.audio import transcripts
from seesay.audio.aligner import Work, align
from seesay.audio.transcripts import Utterance
from seesay.captions import pronunciations
from seesay.captions.pronunciations import Pronunciations
from seesay.corpora import Reject
from seesay.corpora.lucid import TOKENS
from seesay.settings.alignment import AlignmentSettings
from seesay.shared import lifeline, sources, writing
from seesay.shared.errors import InputError
from seesay.shared.progress import progress
from seesay.shared.rejects import write_rejects

HEADER = ("filename", "onset", "offset", "word", "talker")


def align_corpus(folder: Path, rejects: Path, settings: AlignmentSettings, jobs: int) -> None:
    """Write the aligned utterances into `folder` and the others into the table `rejects`.

    `folder` holds links to the recordings and LUCID's token table, and appears when complete.
    `jobs` processes share the work. Raises InputError if no utterance can be aligned, and, with
    `on_bad_input: fail`, at the first that cannot.
    """
    root = Path(settings.path)
    given = None if settings.dictionary is None else Path(settings.dictionary)
    before = sources.seen([*transcripts.sources(root), *filter(None, [given])])
    utterances, refused = transcripts.read(root, settings.talker)
    known = pronunciations.load(given)
    prepared: list[tuple[Utterance, Work]] = []
    for utterance in utterances:
        work = prepare(utterance, known, settings.beam)
        if isinstance(work, Reject):
            refused.append(work)
        else:
            prepared.append((utterance, work))
    if refused and settings.on_bad_input == "fail":
        raise failure(root, refused[0], "on_bad_input: fail")
    aligned: list[tuple[Utterance, list[tuple[str, float, float]]]] = []
    shown = progress(shared(prepared, jobs), "aligning", "utterances", len(prepared))
    for (utterance, work), times in zip(prepared, shown, strict=True):
        if not isinstance(times, str):
            words = [(w, *time) for w, time in zip(work.words, times, strict=True)]
            aligned.append((utterance, words))
            continue
        refused.append(Reject(utterance.file, times))
        if settings.on_bad_input == "fail":
            raise failure(root, refused[-1], "on_bad_input: fail")
    if not aligned:
        raise failure(root, refused[0], "no utterance can be aligned")
    sources.still(before)
    write_folder(folder, aligned)
    rows = (("alignment", reject.id, reject.reason) for reject in refused)
    write_rejects(rejects, rows)


def prepare(utterance: Utterance, known: Pronunciations, beam: float) -> Work | Reject:
    """The words of an utterance with their pronunciations, or why it cannot be aligned."""
    words, unknown = pronunciations.words_of(utterance.text, known)
    if unknown:
        missing = ", ".join(repr(word) for word in unknown)
        reason = f"no pronunciation of {missing}; write it into alignment.dictionary"
        return Reject(utterance.file, reason)
    if not words:
        return Reject(utterance.file, "its transcript holds no word")
    return Work(utterance.path, tuple(words), {word: known[word] for word in words}, beam)


def failure(root: Path, reject: Reject, problem: str) -> InputError:
    """The error for an utterance that cannot be aligned."""
    return InputError(f"{root}: {reject.id}: {reject.reason} ({problem})")


def shared(
    prepared: Iterable[tuple[Utterance, Work]], jobs: int
) -> Iterator[list[tuple[float, float]] | str]:
    """The times of every utterance in order, or why it has none, from `jobs` processes."""
    work = [part for _, part in prepared]
    if jobs == 1:
        yield from map(align, work)
        return
    # Fresh processes: a fork would inherit other libraries' threads in any state.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, context, lifeline.end_with, (os.getpid(),))
    try:
        yield from pool.map(align, work)
    except BrokenProcessPool:
        raise InputError(
            "a process that aligned speech was ended from outside, most likely for want of "
            "memory; give the rule alignment more mem_mb or fewer threads"
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


def write_folder(
    folder: Path, aligned: list[tuple[Utterance, list[tuple[str, float, float]]]]
) -> None:
    """LUCID's token table and a link to every recording, written beside and renamed."""
    with writing.folder(folder) as part:
        lines = ["\t".join(HEADER)]
        for utterance, words in aligned:
            link = part / utterance.file
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(utterance.path.resolve())
            lines += [
                f"{utterance.file}\t{onset:.4f}\t{offset:.4f}\t{word}\t{utterance.talker}"
                for word, onset, offset in words
            ]
        (part / TOKENS).write_text("\n".join([*lines, ""]), encoding="utf-8", newline="\n")
