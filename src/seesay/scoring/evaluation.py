"""The rank tasks for one system: the four of the paper (section 3, Results), and others.

Queries are of the test pictures; galleries are the fragments, tokens, types, captions or
pictures of the test set, or of the whole corpus. docs/tasks.md says what each task asks.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seesay.schemas.scoring import RANKS
from seesay.scoring import abx
from seesay.scoring.abx_triplets import draw, judge
from seesay.scoring.caption_search import best_fragments, caption_scores
from seesay.scoring.corpus import Corpus, Items, load, note, split
from seesay.settings.evaluation import PAPER, EvaluationSettings
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.ranking import Floats, Integers, Ranks, count, count_lines

TASKS = PAPER
WHOSE = ("experiment", "system", "seed")


def evaluate(
    images: Path,
    words: Path,
    spoken_captions: Path,
    pictures: Path,
    ranks: Path,
    settings: EvaluationSettings,
    experiment: str,
    system: str,
    seed: int,
    threads: int = 1,
    spoken_words: Path | None = None,
    pairs: Path | None = None,
) -> None:
    """Rank every test query in every task and gallery, and write the table `ranks`.

    `images` and `words` hold the embeddings of one system, `pictures` the table `images`.
    The system `frequency` looks at no query. Queries with nothing relevant in the gallery cannot
    be ranked: they are counted on standard error, and a task without any other is left out. The
    task abx has no ranks: its scores go to the table ABX, `pairs`, which is empty without it.
    Raises InputError as `load` does, and when every task is left out.
    """
    corpus = replace(load(images, words, spoken_captions, pictures), blind=system == "frequency")
    frame, where = rank_all(corpus, settings, threads), (experiment, system, seed)
    heard = 0
    if spoken_words is not None and pairs is not None:
        asked = "abx" in settings.tasks
        heard = abx.write(corpus, spoken_words, pairs, settings.abx_context, where, asked)
    if frame.empty and not heard:
        raise InputError(
            f"{spoken_captions}: no query of {', '.join(settings.tasks)} has anything to find; "
            "give the test pictures more spoken captions, or name other evaluation.tasks"
        )
    tables.write(RANKS, ranks, frame.assign(experiment=experiment, system=system, seed=seed))


def rank_all(corpus: Corpus, settings: EvaluationSettings, threads: int = 1) -> pd.DataFrame:
    """The ranks of every task and gallery: the columns of `rank`, with task and gallery."""
    parts = [pd.DataFrame(columns=[c.name for c in RANKS.columns if c.name not in WHOSE])]
    for task in settings.tasks:
        for gallery in galleries(task, settings.galleries):
            if task == "abx_token_weighted":
                part = rank_abx(corpus, settings.abx_draws)
            elif task in ("picture_by_caption", "caption_by_picture"):
                part = rank_captions(corpus, task, gallery, threads)
            else:
                part = rank(corpus, task, gallery, threads)
            parts.append(part.assign(task=task, gallery=gallery))
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


def galleries(task: str, asked: Sequence[str]) -> Sequence[str]:
    """The galleries in which a task has ranks, of those that are asked.

    Triplets are of test tokens alone: the model has heard the others.
    """
    return {"abx": (), "abx_token_weighted": ("test",)}.get(task, asked)


def rank(corpus: Corpus, task: str, gallery: str, threads: int = 1) -> pd.DataFrame:
    """The ranks of one task's test queries in one gallery: columns `query` to `gallery_size`."""
    wanted = _wanted(corpus, gallery)
    similarity = task.startswith("word_similarity")
    by_word = similarity or task == "image_token_by_word"
    queries = (corpus.tokens if by_word else corpus.fragments).of(corpus.test)
    found = (corpus.fragments if task == "image_token_by_word" else corpus.tokens).of(wanted)
    size, pool = len(found.names), None
    if task == "distinct_type_by_image":
        types, number = np.unique(corpus.word[found.origin], return_inverse=True)
        holders = split(types, np.arange(len(types)), len(corpus.vocabulary))
        labels, size = corpus.words, len(types)
        pool = partial(_best_of_types, number=number, types=size)
    elif task == "word_type_by_image":
        holders = split(corpus.word[found.origin], np.arange(size), len(corpus.vocabulary))
        labels = corpus.words
    else:
        holders = split(found.image, found.item, len(wanted))
        labels = list(np.arange(len(wanted))[:, None])
    hidden = _hidden(corpus, task, queries, found)
    own = np.searchsorted(found.origin, queries.origin) if similarity else None

    # A query of several pictures finds the items of any of them.
    sets = [tuple(part.tolist()) for part in split(queries.item, queries.image, len(queries.names))]
    groups = {images: number for number, images in enumerate(dict.fromkeys(sets))}
    none = np.empty(0, dtype=np.int64)
    relevant = [
        np.unique(np.concatenate([none, *(holders[x] for image in images for x in labels[image])]))
        for images in groups
    ]
    kept, ranks = count(
        corpus.asked(queries).vectors,
        found.vectors,
        np.array([groups[images] for images in sets], dtype=np.int64),
        relevant,
        own=own,
        threads=threads,
        description=f"{task}, {gallery}",
        hidden=hidden,
        pool=pool,
    )
    _check_kept(kept, queries.names, task, gallery)
    # A query's own token is of its own type and talker: hidden already.
    left_out = [similarity] * len(sets) if hidden is None else [len(items) for items in hidden]
    return _frame(
        ranks,
        query=queries.names[kept],
        image_id=corpus.image_ids[[sets[query][0] for query in kept]],
        gallery_size=size - np.array(left_out, dtype=np.int64)[kept],
    )


def rank_captions(corpus: Corpus, task: str, gallery: str, threads: int = 1) -> pd.DataFrame:
    """The ranks of `picture_by_caption` or `caption_by_picture`, as `rank` gives them."""
    by_caption = task == "picture_by_caption"
    wanted = _wanted(corpus, gallery)
    spoken = np.flatnonzero((corpus.test if by_caption else wanted)[corpus.captions.image])
    tokens, fragments = corpus.tokens, corpus.fragments.of(wanted if by_caption else corpus.test)
    pictures, starts = np.unique(fragments.image, return_index=True)
    if by_caption:
        tokens = corpus.asked(tokens)
    else:
        fragments = corpus.asked(fragments)
    said = [corpus.captions.tokens[caption] for caption in spoken]
    used, row = np.unique(np.concatenate(said), return_inverse=True)
    best = best_fragments(
        tokens.vectors[used], fragments.vectors, starts, threads, f"{task}, {gallery}"
    )
    rows = np.split(row, np.cumsum([len(part) for part in said])[:-1])
    scores = caption_scores(best, rows)
    # The place of each caption's picture; one without fragments has none.
    place = np.searchsorted(pictures, corpus.captions.image[spoken])
    place[~np.isin(corpus.captions.image[spoken], pictures)] = len(pictures)
    if by_caption:
        names, images = corpus.captions.names[spoken], corpus.captions.image[spoken]
        relevant = [at[at < len(pictures)] for at in place[:, None]]
    else:
        names, images = corpus.image_ids[pictures], pictures
        scores = np.ascontiguousarray(scores.T)
        relevant = split(place, np.arange(len(spoken)), len(pictures) + 1)[: len(pictures)]
    kept, ranks = count_lines(zip(scores, relevant, strict=True))
    _check_kept(kept, names, task, gallery)
    return _frame(
        ranks,
        query=names[kept],
        image_id=corpus.image_ids[images[kept]],
        gallery_size=scores.shape[1],
    )


def rank_abx(corpus: Corpus, draws: int) -> pd.DataFrame:
    """The triples of `abx_token_weighted`, each a query X with a gallery of A, its like, and B."""
    tokens = corpus.tokens.of(corpus.test)
    word, talker = corpus.word[tokens.origin], corpus.talker[tokens.origin]
    triples = draw(tokens.names, word, talker, draws)
    worse, even = judge(corpus.asked(tokens).vectors, tokens.vectors, triples)
    if not len(triples.x):
        note(
            "abx_token_weighted: no two talkers say the same word in the test set; the task is left"
            " out"
        )
    ones = np.ones(len(triples.x), dtype=np.int64)
    first = np.array([part[0] for part in split(tokens.item, tokens.image, len(tokens.names))])
    names = [tokens.names[part] for part in triples]
    return _frame(
        Ranks(worse.astype(np.int64), even.astype(np.int64), ones, ones),
        query=["|".join(triple) for triple in zip(*names, strict=True)],
        image_id=corpus.image_ids[first[triples.x]],
        gallery_size=2 * ones,
    )


def _wanted(corpus: Corpus, gallery: str) -> NDArray[np.bool_]:
    """Which pictures a gallery has, (pictures,)."""
    return corpus.test if gallery == "test" else np.ones_like(corpus.test)


def _best_of_types(similarity: Floats, number: Integers, types: int) -> Floats:
    """Similarities to tokens (b, n) as those to types (b, `types`): each type's best token's.

    The order of the types is that in which a search lists them when it names a type once.
    """
    order = np.argsort(number, kind="stable")
    starts = np.searchsorted(number[order], np.arange(types))
    best: Floats = np.maximum.reduceat(similarity[:, order], starts, axis=1)
    return best


def _hidden(corpus: Corpus, task: str, queries: Items, found: Items) -> list[Integers] | None:
    """For each query the found tokens that a task of Word Similarity leaves out, or None."""
    if not task.startswith("word_similarity_other"):
        return None
    words, talkers = corpus.word[found.origin], corpus.talker[found.origin]
    same_word = split(words, np.arange(len(words)), len(corpus.vocabulary))
    same_talker = split(talkers, np.arange(len(words)), int(corpus.talker.max()) + 1)
    word, talker = corpus.word[queries.origin], corpus.talker[queries.origin]
    if task == "word_similarity_other_types":
        return [same_word[of] for of in word]
    if task == "word_similarity_other_talkers":
        return [same_talker[of] for of in talker]
    pairs = zip(word, talker, strict=True)
    return [np.union1d(same_word[of], same_talker[by]) for of, by in pairs]


def _check_kept(kept: Integers, names: NDArray[np.object_], task: str, gallery: str) -> None:
    """Say which queries could not be ranked, and whether the task is left out."""
    total = len(names)
    if len(kept) == 0:
        note(
            f"{task}, gallery {gallery}: none of the {total} test queries has anything relevant in "
            "it; the task is left out"
        )
    elif len(kept) < total:
        first = names[np.setdiff1d(np.arange(total), kept)[0]]
        note(
            f"{task}, gallery {gallery}: {total - len(kept)} of {total} queries have nothing "
            f"relevant in it and are left out, e.g. {first}"
        )


def _frame(ranks: Ranks, **columns: object) -> pd.DataFrame:
    counts = {name: getattr(ranks, name).astype(np.int32) for name in Ranks.__annotations__}
    return pd.DataFrame({**columns, **counts, "rank": ranks.expected()})
