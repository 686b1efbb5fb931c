"""Generated speech: synthetic talkers say the captions' words in running sentences.

The folder has LUCID's layout, so LUCID's reader reads it. It is labelled as synthetic wherever it
shows.
"""

import json
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd

from seesay.audio import talkers
from seesay.audio.synthesis_script import bags, choose_fillers, sentences, top_up
from seesay.corpora.lucid import TOKENS
from seesay.schemas.captions import CAPTION_WORDS
from seesay.settings.choice import about
from seesay.settings.synthesis import SynthesisSettings
from seesay.shared import lifeline, tables, writing
from seesay.shared.errors import InputError
from seesay.shared.progress import progress
from seesay.shared.randomness import generator
from seesay.shared.rejects import Row, write_rejects
from seesay.shared.voices import engine_of, missing, talker_names

NOTICE = """\
Synthetic speech, made by seesay with {engines}.
No person speaks here. The layout is that of the LUCID corpus; the contents are not LUCID's.
"""
HEADER = ["filename", "onset", "offset", "word", "talker", "task", "condition", "word_length"]


def synthesise(
    caption_words: Path, folder: Path, rejects: Path, settings: SynthesisSettings, jobs: int
) -> None:
    """Write wavs and tables in LUCID's layout into `folder`, which appears when complete.

    `jobs` talkers speak at a time, each in its own process; their number changes no byte. `rejects`
    has a row for each word that an engine did not speak, or not aloud. Raises InputError if an
    engine cannot speak.
    """
    if lack := missing(settings):
        raise InputError(lack)
    said = scripts(tables.read(CAPTION_WORDS, caption_words), settings)
    with writing.folder(folder) as part:
        work = [
            {
                "talker": name,
                "script": script,
                "folder": str(part),
                "word_gap": settings.word_gap,
                "pause": settings.pause,
                "minutes": settings.minutes,
                "seed": settings.seed,
                "options": options(settings, engine_of(name)),
            }
            for name, script in said.items()
        ]
        with ThreadPoolExecutor(jobs) as pool:
            spoken = list(progress(pool.map(speak, work), "speaking", "talkers", len(work)))
        write_tables(part, [rows for rows, *_ in spoken], [types for _, types, _ in spoken])
        facts = [about("seesay.audio.engines", engine) for engine in settings.engines]
        engines = " and ".join(f"{each.title} ({each.terms})" for each in facts)
        (part / "ATTRIBUTION.txt").write_text(NOTICE.format(engines=engines))
        write_rejects(rejects, unspoken({t: s[2] for t, s in zip(said, spoken, strict=True)}))


def options(settings: SynthesisSettings, engine: str) -> dict[str, Any]:
    """An engine's own settings, {} without any."""
    own = getattr(settings, engine, None)
    return {} if own is None else dict(own.model_dump(mode="json"))


def unspoken(untimed: dict[str, list[str]]) -> list[Row]:
    """Rows of rejects: the words that each talker's engine did not speak.

    eSpeak NG has none: it speaks a word without times together with the next.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for talker, words in untimed.items():
        counts.update((engine_of(talker), word) for word in words)
    return [
        ("synthesis", word, f"{engine} does not speak it, {count} times")
        for (engine, word), count in sorted(counts.items())
        if engine != "espeak"
    ]


def scripts(words: pd.DataFrame, settings: SynthesisSettings) -> dict[str, list[list[str]]]:
    """The sentences of each talker who says any, as lists of words, from CAPTION_WORDS."""
    names = talker_names(settings.talkers, settings.engines)
    fillers = choose_fillers(words, settings.unsaid, settings.seed)
    said = bags(words, names, fillers, settings.surplus, settings.fillers, settings.seed)
    engines = [engine_of(name) for name in names]
    top_up(said, words, fillers, engines, settings.least, settings.seed)
    return {
        name: sentences(said[name], generator("synthesis", settings.seed, name))
        for name in names
        if said[name]
    }


def speak(work: dict[str, Any]) -> tuple[list[list[Any]], dict[str, str], list[str]]:
    """`seesay.audio.talkers.record` in its own process."""
    command, environment = lifeline.helper(talkers.__name__)
    done = subprocess.run(
        command,
        input=json.dumps(work),
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    if done.returncode:
        cause = (done.stderr.strip().splitlines() or ["no message"])[-1]
        if done.returncode == talkers.REFUSED:
            raise OSError(*json.loads(cause))
        raise InputError(
            f"talker {work['talker']} cannot speak by {engine_of(work['talker'])} (exit status"
            f" {done.returncode}): {cause}"
        )
    rows, types, untimed = json.loads(done.stdout)
    return rows, types, untimed


def write_tables(
    folder: Path, rows: list[list[list[Any]]], transcriptions: list[dict[str, str]]
) -> None:
    """LUCID's token table and dictionary, from the talkers' (filename, onset, offset, word)."""
    tokens = pd.DataFrame([row for some in rows for row in some], columns=HEADER[:4])
    tokens = tokens.assign(
        talker=tokens["filename"].str.partition("_")[0],
        task="sentences",
        condition="synthetic",
        word_length=tokens["word"].str.len(),
    )
    tokens[HEADER].to_csv(
        folder / TOKENS,
        sep="\t",
        index=False,
        float_format="%.4f",
        lineterminator="\n",
    )
    # A word's transcription is that of the first talker who says it.
    by_word = {word: said for types in reversed(transcriptions) for word, said in types.items()}
    counts = tokens["word"].value_counts().sort_index()
    types = pd.DataFrame({"word": counts.index, "frequency": counts.to_numpy()})
    types.insert(1, "transcription", types["word"].map(by_word))
    types["length"] = types["word"].str.len()
    types.to_csv(folder / "lucid_native.words.txt", sep="\t", index=False, lineterminator="\n")
