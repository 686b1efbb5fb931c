"""Part of `seesay check`: the human words that the run will test."""

from collections.abc import Iterator

import pandas as pd

from seesay.audio.human import gather, heard, summaries, vocabulary
from seesay.captions.words import drop_rare
from seesay.commands.check_findings import Finding
from seesay.commands.prediction import Outcome, Texts
from seesay.planning.config import Config
from seesay.shared import tables
from seesay.shared.rejects import lines

SECTION = "human"


def predict(config: Config, texts: Texts, now: Outcome) -> Iterator[Finding]:
    """The words of each source that the captions' speech has, and what is left out.

    Uses the functions of the stage; only files that the captions have under another name stay
    unknown. Raises InputError as `seesay.audio.human.gather` does.
    """
    said = now.matched.spoken_captions
    uses = drop_rare(texts.words, texts.captions, config.words.min_count)[0]
    unopened = pd.DataFrame({"recording_id": [], "digest": []})
    captions = heard(said, texts.tokens, unopened)
    known = vocabulary(set(said["spoken_word"]), uses)
    words, rejects = gather(config.human, known, captions, pd.Series(texts.splits.index))
    for line in summaries(words):
        yield Finding("ok", SECTION, line)
    used = set(words.loc[words["use"] == "test", "source"])
    for name in sorted({corpus.name for corpus in config.evaluation.human} - used):
        yield Finding("warn", SECTION, f"{name}: no word for the test; see the notes below")
    found = tables.rejects((SECTION, reject.id, reject.reason) for reject in rejects)
    for line in lines(found):
        yield Finding("note", SECTION, line.removeprefix(f"{SECTION}: "))
