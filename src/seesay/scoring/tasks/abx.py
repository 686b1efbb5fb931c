"""ABX by cells of words and talkers, as the field defines it: across and within talkers."""

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
            "question": "A and X are the same word form by two talkers; B is another form by A’s"
            " talker. Accuracy: how often X is nearer to A than to B, averaged over talkers and"
            " then over pairs of words, as in ZeroSpeech and fastabx. The ABX error rate is 100 %"
            " minus this accuracy.",
            "study": {"ABX across talkers, accuracy": "right"},
        },
        "abx_across_lemma": {
            "title": "ABX across talkers, lemmas",
            "question": "As ABX across talkers, with lemmas instead of forms, as in the matching of"
            " captions: dog and dogs are one word.",
        },
        "abx_across_neighbours": {
            "title": "ABX across talkers, neighbours",
            "question": "As ABX across talkers, for pairs of forms that differ in one phone.",
        },
        "abx_within": {
            "title": "ABX within talkers",
            "question": "As ABX across talkers, but X, A and B are all by the same talker.",
            "study": {"within": "right"},
        },
        "abx_within_lemma": {
            "title": "ABX within talkers, lemmas",
            "question": "As ABX within talkers, with lemmas instead of forms.",
        },
        "abx_within_neighbours": {
            "title": "ABX within talkers, neighbours",
            "question": "As ABX within talkers, for pairs of forms that differ in one phone.",
        },
    },
)


def score(corpus: Corpus, spoken_words: Path, settings: EvaluationSettings) -> pd.DataFrame:
    """The columns task to neighbour of the table ABX. Raises InputError as `abx.items` does."""
    return abx.pairs(abx.items(corpus, spoken_words), settings.abx_context)
