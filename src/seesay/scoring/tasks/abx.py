"""ABX by cells of words and talkers, as the field has it: across and within talkers."""

from pathlib import Path

import pandas as pd

from seesay.scoring import abx
from seesay.scoring.corpus import Corpus
from seesay.scoring.names import Task
from seesay.settings.evaluation import EvaluationSettings

ABOUT = Task(
    title="ABX",
    query="token",
    items="tokens",
    metrics=("right",),
    acoustic=True,
    place=30,
    parts={
        "abx_across": {
            "title": "ABX across talkers",
            "question": "A and X are one word form by two talkers, B another form by A’s talker."
            " How often X is nearer to A: the mean of pairs of words, each the mean of its talkers,"
            " as ZeroSpeech and fastabx have it; the error rate is the rest.",
            "study": {"ABX across talkers, % right": "right"},
        },
        "abx_across_lemma": {
            "title": "ABX across talkers, lemmas",
            "question": "The same of words counted as captions are matched by: dogs is dog.",
        },
        "abx_across_neighbours": {
            "title": "ABX across talkers, neighbours",
            "question": "The same of forms that one phone tells apart.",
        },
        "abx_within": {
            "title": "ABX within talkers",
            "question": "X, A and B are by one talker.",
            "study": {"within": "right"},
        },
        "abx_within_lemma": {
            "title": "ABX within talkers, lemmas",
            "question": "The same of lemmas.",
        },
        "abx_within_neighbours": {
            "title": "ABX within talkers, neighbours",
            "question": "The same of forms that one phone tells apart.",
        },
    },
)


def score(corpus: Corpus, spoken_words: Path, settings: EvaluationSettings) -> pd.DataFrame:
    """The columns task to neighbour of the table ABX. Raises InputError as `abx.items` does."""
    return abx.pairs(abx.items(corpus, spoken_words), settings.abx_context)
