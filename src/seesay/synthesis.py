"""Generated speech: eSpeak NG talkers say the captions' words in running sentences.

The folder has LUCID's own layout, so the reader that reads LUCID reads it. It is synthetic, and
is labelled so wherever it shows.
"""

import multiprocessing
import os
import shutil
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pandas as pd

from seesay import tables
from seesay.progress import progress
from seesay.randomness import generator
from seesay.synthesis_script import bags, choose_fillers, sentences
from seesay.talkers import SynthesisSettings, speak
from seesay.words import CAPTION_WORDS

NOTICE = """\
Synthetic speech, made by seesay with eSpeak NG (a program under the GPL-3.0).
No person speaks here. The layout is that of the LUCID corpus; the contents are not LUCID's.
"""
HEADER = ["filename", "onset", "offset", "word", "talker", "task", "condition", "word_length"]


def talker_names(count: int) -> list[str]:
    """F01, F02, ... and M01, M02, ...; the odd one is male."""
    return [f"F{i + 1:02}" for i in range(count // 2)] + [
        f"M{i + 1:02}" for i in range(count - count // 2)
    ]


def synthesise(caption_words: Path, folder: Path, settings: SynthesisSettings, jobs: int) -> None:
    """Write wavs and tables in LUCID's layout into `folder`, which appears when it is whole.

    `jobs` talkers speak at a time, each in a process of its own; the bytes do not depend on it.
    """
    words = tables.read(CAPTION_WORDS, caption_words)
    talkers = talker_names(settings.talkers)
    fillers = choose_fillers(words, settings.unsaid, settings.seed)
    said = bags(
        words,
        talkers,
        fillers,
        settings.surplus,
        settings.fillers,
        settings.fillers_share,
        settings.seed,
    )
    part = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        work = [
            (talker, sentences(said[talker], random), part, settings)
            for talker in talkers
            for random in [generator("synthesis", "sentences", settings.seed, talker)]
        ]
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(jobs, mp_context=context, max_tasks_per_child=1) as pool:
            spoken = pool.map(speak, work)
            rows = [
                row for some in progress(spoken, "speaking", "talkers", len(work)) for row in some
            ]
        tokens = pd.DataFrame(rows, columns=HEADER)
        tokens.to_csv(part / "lucid_native.tokens.txt", sep="\t", index=False, lineterminator="\n")
        counts = tokens["word"].value_counts().sort_index()
        types = pd.DataFrame(
            {
                "word": counts.index,
                "transcription": counts.index,
                "frequency": counts.to_numpy(),
                "length": counts.index.str.len(),
            }
        )
        types.to_csv(part / "lucid_native.words.txt", sep="\t", index=False, lineterminator="\n")
        (part / "ATTRIBUTION.txt").write_text(NOTICE)
        shutil.rmtree(folder, ignore_errors=True)
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
