"""What the tasks that the paper does not have ask, in words, and which metrics tell."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """What is asked in words, the metrics that tell, and what is ranked."""

    name: str
    asks: str
    metrics: tuple[str, ...]
    items: str


_LIKE = "As Word Similarity, where the nearest"
TASKS = {
    "picture_by_caption": Task(
        "Picture by caption",
        "Query: a spoken caption. Its score for a picture is the mean, over its words, of the"
        " cosine of the picture’s best fragment.",
        ("r1", "r5", "r10", "median_rank"),
        "pictures",
    ),
    "caption_by_picture": Task(
        "Caption by picture",
        "The same scores the other way: query a picture, right is any of its captions.",
        ("r1", "r5", "r10", "median_rank"),
        "captions",
    ),
    "distinct_type_by_image": Task(
        "Distinct types by image",
        "Query: a fragment; every spoken word is listed once, by its best token. A frequent word is"
        " right more often: hold it against the frequency prior.",
        ("r1", "r5"),
        "words",
    ),
    "word_similarity_other_types": Task(
        "Word Similarity, other words",
        f"{_LIKE} are other words: tokens of the same word are left out.",
        ("r10",),
        "tokens",
    ),
    "word_similarity_other_talkers": Task(
        "Word Similarity, other talkers",
        f"{_LIKE} are other voices: tokens of the same talker are left out.",
        ("r10",),
        "tokens",
    ),
    "word_similarity_other_both": Task(
        "Word Similarity, neither",
        "Without tokens of the same word and of the same talker: what no acoustics can tell.",
        ("r10",),
        "tokens",
    ),
    "abx_across": Task(
        "ABX across talkers",
        "A and X are one word form by two talkers, B another form by A’s talker. How often X is"
        " nearer to A: the mean of pairs of words, each the mean of its talkers, as ZeroSpeech and"
        " fastabx have it; the error rate is the rest.",
        ("right",),
        "tokens",
    ),
    "abx_across_lemma": Task(
        "ABX across talkers, lemmas",
        "The same of words counted as captions are matched by: dogs is dog.",
        ("right",),
        "tokens",
    ),
    "abx_across_neighbours": Task(
        "ABX across talkers, neighbours",
        "The same of forms that one phone tells apart.",
        ("right",),
        "tokens",
    ),
    "abx_within": Task(
        "ABX within talkers",
        "X, A and B are by one talker.",
        ("right",),
        "tokens",
    ),
    "abx_within_lemma": Task(
        "ABX within talkers, lemmas", "The same of lemmas.", ("right",), "tokens"
    ),
    "abx_within_neighbours": Task(
        "ABX within talkers, neighbours",
        "The same of forms that one phone tells apart.",
        ("right",),
        "tokens",
    ),
    "abx_token_weighted": Task(
        "ABX across talkers, token-weighted",
        "Drawn triplets, each of which counts once: a frequent word as often as it is said.",
        ("r1",),
        "tokens",
    ),
    "grounding": Task(
        "Grounding",
        "Where the truth is known: is the middle of the picture’s best fragment inside the thing"
        " that the word names, and how well do the boxes overlap?",
        ("pointing", "iou"),
        "fragments",
    ),
    "grounding_parts": Task(
        "Grounding, parts alone",
        "The same without the whole picture among the fragments.",
        ("pointing", "iou"),
        "fragments",
    ),
}
# What evaluation.tasks calls abx.
ABX = ("abx_across", "abx_within", "abx_across_lemma", "abx_within_lemma")
# What human words ask (evaluation.human), of each source.
HUMAN = {
    "human_recognition": Task(
        "Recognition",
        "Query: a human word. Every word that the captions’ speech says is listed once, by its"
        " nearest token there; right is the word itself.",
        ("r1", "r10"),
        "words",
    ),
    "picture_by_human_word": Task(
        "Picture by human word",
        "Query: a human word. Test pictures, each by its best fragment; right are those whose"
        " spoken captions say the word, and the one that it was said about.",
        ("r1", "r10"),
        "pictures",
    ),
    "human_word_by_picture": Task(
        "Human word by picture",
        "Query: a test picture, by its best fragment, among the source’s human words; right are"
        " the words of its captions, and those said about it.",
        ("r1", "r10"),
        "human words",
    ),
}
