"""Forced alignment of speech with transcripts but no times: onset and offset of each word.

The output folder has LUCID's layout, so LUCID's reader reads it; with `alignment.corpora` it has
the layout of the reader `tsv`, with the captions that recordings say. Utterances are independent
and shared out among processes, whose number changes no result.
"""

import multiprocessing
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from seesay.audio import transcripts, untimed
from seesay.audio.aligner import Work, align
from seesay.audio.transcripts import Utterance
from seesay.captions import pronunciations
from seesay.captions.pronunciations import Pronunciations
from seesay.corpora import SPEECH, Reject
from seesay.corpora.finding import find
from seesay.corpora.lucid import TOKENS
from seesay.schemas.vision import CAPTIONS
from seesay.settings.alignment import AlignmentSettings
from seesay.shared import lifeline, sources, tables, writing
from seesay.shared.errors import InputError
from seesay.shared.progress import progress
from seesay.shared.rejects import write_rejects

HEADER = ("filename", "onset", "offset", "word", "talker")
WORDS, SPOKEN = "words.tsv", ("file", "onset", "offset", "word", "speaker", "picture", "caption")


def align_corpus(
    folder: Path,
    rejects: Path,
    settings: AlignmentSettings,
    jobs: int,
    captions: Path | None = None,
) -> None:
    """Write the aligned utterances into `folder` and the others into the table `rejects`.

    `folder` holds links to the recordings and a token table, and appears when complete. `captions`
    are the run's, which recordings of corpora may say. `jobs` processes share the work. Raises
    InputError if no utterance can be aligned, and, with `on_bad_input: fail`, at the first that
    cannot.
    """
    root = Path(settings.path or settings.corpora[0].path)
    given = None if settings.dictionary is None else Path(settings.dictionary)
    read = [path for corpus in settings.corpora for path in find(corpus, SPEECH).sources()]
    read += transcripts.sources(root) if settings.path else []
    before = sources.seen([*read, *filter(None, [given])])
    if settings.path:
        utterances, refused = transcripts.read(root, settings.talker)
    else:
        texts = {} if captions is None else untimed.texts_of(tables.read(CAPTIONS, captions))
        utterances, refused = untimed.read(settings.corpora, texts)
    known = pronunciations.load(given)
    prepared: list[tuple[Utterance, Work]] = []
    for utterance in utterances:
        work = prepare(utterance, known, settings.beam)
        if isinstance(work, Reject):
            refused.append(work)
        else:
            prepared.append((utterance, work))
    bad = [reject for reject in refused if not reject.by_rule]
    if bad and settings.on_bad_input == "fail":
        raise failure(root, bad[0], "on_bad_input: fail")
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
        first = refused[0] if refused else Reject("its recordings", "there are none")
        raise failure(root, first, "no utterance can be aligned")
    sources.still(before)
    write_folder(folder, aligned, captioned=not settings.path)
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
    said = {word: known[word] for word in words}
    return Work(utterance.path, tuple(words), said, beam, utterance.start, utterance.end)


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
    folder: Path,
    aligned: list[tuple[Utterance, list[tuple[str, float, float]]]],
    captioned: bool = False,
) -> None:
    """A token table and a link to every recording, written beside and renamed.

    The table is LUCID's or, if `captioned`, one that also names the captions that recordings say.
    """
    with writing.folder(folder) as part:
        lines = ["\t".join(SPOKEN if captioned else HEADER)]
        for utterance, words in aligned:
            link = part / utterance.file
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(utterance.path.resolve())
            number = "" if utterance.caption is None else utterance.caption
            said = f"\t{utterance.picture}\t{number}" if captioned else ""
            lines += [
                f"{utterance.file}\t{onset:.4f}\t{offset:.4f}\t{word}\t{utterance.talker}{said}"
                for word, onset, offset in words
            ]
        table = part / (WORDS if captioned else TOKENS)
        table.write_text("\n".join([*lines, ""]), encoding="utf-8", newline="\n")
