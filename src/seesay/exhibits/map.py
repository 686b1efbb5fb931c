"""The shared space on a plane: t-SNE of spoken words and picture fragments of the test split.

A spoken word lies at the mean of its tokens. Nearness is the cosine, as in every search of the
paper.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.metrics import pairwise_distances
from threadpoolctl import threadpool_limits

from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.exhibits import MAP, NEIGHBOURS
from seesay.scoring.corpus import load
from seesay.settings.map import MapSettings
from seesay.shared import tables
from seesay.shared.randomness import generator, stable_hash
from seesay.shared.vectors import unit

Floats = NDArray[np.float64]

FEWEST = 5  # fewer items cannot be laid out
BLOCK = 512  # items whose distances to all others are held at once


def draw(
    images: Path,
    words: Path,
    spoken_captions: Path,
    pictures: Path,
    out: Path,
    settings: MapSettings,
) -> None:
    """Write the table `map` of one system's embeddings.

    `images` and `words` hold the embeddings, `pictures` the table `images`. Raises InputError as
    `evaluation.load`.
    """
    corpus = load(images, words, spoken_captions, pictures)
    tokens, fragments = corpus.tokens.of(corpus.test), corpus.fragments.of(corpus.test)
    said = tables.read(SPOKEN_CAPTIONS, spoken_captions).drop_duplicates("token_id")
    word = said.set_index("token_id")["spoken_word"].reindex(tokens.names).to_numpy()
    types, means, count = of_words(word.astype(str), tokens.vectors)

    number = min(settings.fragments, len(fragments.names))
    rng = generator("map", "fragments", settings.seed)
    drawn = np.sort(rng.choice(len(fragments.names), number, replace=False))
    vectors = np.concatenate([means, fragments.vectors[drawn].astype(np.float64)])
    places = layout(vectors, settings.perplexity, settings.seed)
    frame = pd.DataFrame(
        {
            "kind": ["word"] * len(types) + ["fragment"] * number,
            "item": [*types.tolist(), *fragments.names[drawn].tolist()],
            "image_id": [""] * len(types)
            + corpus.image_ids[fragments.image[drawn]].astype(str).tolist(),
            "region": [-1] * len(types)
            + [int(name.rpartition("#")[2]) for name in fragments.names[drawn]],
            "tokens": [*count.tolist(), *[0] * number],
            "x": places[:, 0],
            "y": places[:, 1],
            "kept": kept(vectors, places),
        }
    )
    tables.write(MAP, out, frame)


def of_words(
    word: NDArray[np.str_], vectors: NDArray[np.float32]
) -> tuple[NDArray[np.str_], Floats, NDArray[np.int64]]:
    """The distinct words, sorted, the means of their tokens' vectors, and their numbers of tokens.

    `word` is (n,), `vectors` (n, d); the means are (words, d).
    """
    types, code, count = np.unique(word, return_inverse=True, return_counts=True)
    sums = np.zeros((len(types), vectors.shape[1]))
    np.add.at(sums, code, vectors.astype(np.float64))
    return types, sums / count[:, None], count


def layout(vectors: Floats, perplexity: float, seed: int) -> Floats:
    """The places (n, 2) of `vectors` (n, d) by t-SNE on their cosines, starting from their PCA.

    A seed always gives the same places, because it runs on one thread. A perplexity too high for
    the number of items is lowered; fewer than five items are laid out by PCA alone.
    """
    scaled = unit(vectors)
    # With all items on one spot, PCA divides by zero.
    with threadpool_limits(1), np.errstate(invalid="ignore"):
        start = np.zeros((len(scaled), 2))
        wide = min(2, *scaled.shape)
        found = PCA(wide, svd_solver="full").fit_transform(scaled)
        start[:, :wide] = found
        spread = start[:, 0].std()
        if len(scaled) < FEWEST:
            return start
        if spread < 1e-9:
            # All on one spot: start at random.
            start = generator("map", "start", seed).normal(size=start.shape)
            spread = 1.0
        model = TSNE(
            metric="cosine",
            perplexity=min(perplexity, (len(scaled) - 1) / 3),
            init=(start / spread * 1e-4).astype(np.float32),
            random_state=stable_hash("map", "tsne", seed) % 2**32,
            n_jobs=1,
        )
        places: Floats = model.fit_transform(scaled).astype(np.float64)
    return places


def kept(vectors: Floats, places: Floats) -> Floats:
    """For each item, the share of its 10 nearest by cosine among its 10 nearest on the map."""
    number = min(NEIGHBOURS, len(vectors) - 1)
    if number < 1:
        return np.ones(len(vectors))
    near = [_nearest(vectors, "cosine", number), _nearest(places, "euclidean", number)]
    both = [len(np.intersect1d(a, b)) for a, b in zip(*near, strict=True)]
    return np.array(both) / number


def _nearest(items: Floats, metric: str, number: int) -> NDArray[np.int64]:
    """The `number` nearest others of each item, (n, number), nearest first."""
    found = []
    for start in range(0, len(items), BLOCK):
        distances = pairwise_distances(items[start : start + BLOCK], items, metric=metric)
        np.fill_diagonal(distances[:, start:], -np.inf)
        order = np.argsort(distances.round(9), axis=1, kind="stable")
        found.append(order[:, 1 : number + 1])
    return np.concatenate(found)
