"""Generated speech: synthetic talkers say a script (`seesay.audio.scripts`)."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from seesay.audio import scripts, talkers
from seesay.settings.choice import about
from seesay.settings.synthesis import SynthesisSettings
from seesay.shared import lifeline, tables, writing
from seesay.shared.errors import InputError
from seesay.shared.progress import progress
from seesay.shared.rejects import Row, write_rejects
from seesay.shared.voices import engine_of, missing


def synthesise(
    captions: Path, folder: Path, rejects: Path, settings: SynthesisSettings, jobs: int
) -> None:
    """Write wavs and tables into `folder`, which appears when complete.

    `captions` is the table that the script is made from. `jobs` talkers speak at a time, each in
    its own process; their number changes no byte. `rejects` has a row for each word that an engine
    did not speak, or not aloud. Raises InputError if an engine cannot speak.
    """
    if lack := missing(settings):
        raise InputError(lack)
    kind = scripts.find(settings.script)
    said = kind.talks(tables.read(kind.TABLE, captions), settings)
    with writing.folder(folder) as part:
        work = [
            {
                "talker": name,
                "script": talk.script,
                "names": talk.names,
                "folder": str(part),
                "word_gap": settings.word_gap,
                "pause": 0.0 if talk.names else settings.pause,
                "minutes": settings.minutes,
                "seed": settings.seed,
                "options": options(settings, engine_of(name)),
            }
            for name, talk in said.items()
        ]
        with ThreadPoolExecutor(jobs) as pool:
            spoken = list(progress(pool.map(speak, work), "speaking", "talkers", len(work)))
        rows, types, untimed = map(list, zip(*spoken, strict=True))
        kind.write_tables(part, list(said.values()), rows, types)
        facts = [about("seesay.audio.engines", engine) for engine in settings.engines]
        engines = " and ".join(f"{each.title} ({each.terms})" for each in facts)
        (part / "ATTRIBUTION.txt").write_text(kind.NOTICE.format(engines=engines))
        write_rejects(rejects, unspoken(dict(zip(said, untimed, strict=True))))


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


def speak(work: dict[str, Any]) -> tuple[list[list[Any]], dict[str, str], list[str]]:
    """`seesay.audio.talkers.record` in its own process."""
    done = lifeline.asked(talkers.__name__, work)
    if done.returncode:
        cause = lifeline.last_words(done)
        if done.returncode == talkers.REFUSED:
            raise OSError(*json.loads(cause))
        raise InputError(
            f"talker {work['talker']} cannot speak by {engine_of(work['talker'])} (exit status"
            f" {done.returncode}): {cause}"
        )
    rows, types, untimed = json.loads(done.stdout)
    return rows, types, untimed
