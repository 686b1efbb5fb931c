"""The head of the page: title, sources of the data, warnings, and counts."""

from seesay.reporting import credits
from seesay.reporting.counts import facts
from seesay.reporting.runs import Context, Run
from seesay.reporting.speech_sources import kind_of_speech

PLACE = 0
NEEDS = {
    "images": "pictures/images.parquet",
    "captions": "pictures/captions.parquet",
    "spoken_captions": "matching/spoken_captions.parquet",
    "recordings": "speech/recordings.parquet",
    "spoken_words": "speech/spoken_words.parquet",
    "fc7": None,
    "human_words": None,
}


def describe(run: Run) -> Context:
    """Values for the template; `human` says that there are human words."""
    return {
        "facts": facts(run),
        "human": bool(run.paths("human_words")),
        "kind": kind_of_speech(run.config),
        "label": credits.label(run.source),
        "guesses": credits.guesses(run.config),
    }
