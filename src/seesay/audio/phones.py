"""The phones of synthetic speech, by which found segments are scored.

eSpeak NG tells them while it says the script once more. Other engines tell none.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd

from seesay.audio import espeak_phones, scripts
from seesay.schemas.audio import PHONES, RECORDINGS
from seesay.settings.synthesis import SynthesisSettings
from seesay.shared import lifeline, tables
from seesay.shared.errors import InputError
from seesay.shared.progress import progress
from seesay.shared.voices import engine_of


def tell(
    captions: Path,
    speech: Path,
    recordings: Path,
    out: Path,
    settings: SynthesisSettings,
    jobs: int,
) -> None:
    """Write PHONES: those of the recordings of eSpeak NG's talkers, each a whole caption.

    `captions` is the table that the script was made from, `speech` the folder of the synthesis.
    `jobs` talkers speak at a time. Raises InputError if the recordings are not what they say now.
    """
    kind = scripts.find(settings.script)
    said = kind.talks(tables.read(kind.TABLE, captions), settings)
    work = [
        {
            "talker": name,
            "script": talk.script,
            "names": talk.names,
            "folder": str(speech),
            "word_gap": settings.word_gap,
            "seed": settings.seed,
        }
        for name, talk in said.items()
        if engine_of(name) == "espeak"
    ]
    with ThreadPoolExecutor(jobs) as pool:
        told = list(progress(pool.map(_spoken, work), "phones", "talkers", len(work)))
    columns = ["file", "phone", "onset", "offset"]
    rows = pd.DataFrame([row for some in told for row in some], columns=columns)
    known = tables.read(RECORDINGS, recordings)
    ids = {Path(path).resolve(): name for name, path in known[["recording_id", "path"]].to_numpy()}
    files = {name: ids.get((speech / name).resolve()) for name in rows["file"].unique()}
    rows = rows.assign(recording_id=rows["file"].map(files)).dropna(subset="recording_id")
    rows = rows.sort_values(["recording_id", "onset"], ignore_index=True)
    tables.write(PHONES, out, rows[[column.name for column in PHONES.columns]])


def _spoken(work: dict[str, Any]) -> list[tuple[str, str, float, float]]:
    """`espeak_phones.phones` in its own process."""
    done = lifeline.asked(espeak_phones.__name__, work)
    if done.returncode:
        cause = lifeline.last_words(done)
        raise InputError(f"phones of talker {work['talker']}: {cause}")
    rows: list[tuple[str, str, float, float]] = json.loads(done.stdout)
    return rows
