"""A run's own embeddings as files of vectors, as another model would give them."""

import numpy as np

from seesay.commands.search import embeddings
from seesay.schemas.learning import IMAGE_EMBEDDINGS, WORD_EMBEDDINGS


def own_vectors(results, folder, seed=1):
    """Write p.npz and w.npz: vectors of the fragments and words by the model of `paper`."""
    own = results / f"embedding/paper/model/{seed}"
    keys, vectors = embeddings(IMAGE_EMBEDDINGS, own / "images.parquet")
    ids = keys["image_id"].to_numpy().astype(str)
    np.savez(folder / "p.npz", ids=ids, regions=keys["region"].to_numpy(), vectors=vectors)
    keys, vectors = embeddings(WORD_EMBEDDINGS, own / "words.parquet")
    np.savez(folder / "w.npz", ids=keys["token_id"].to_numpy().astype(str), vectors=vectors)
