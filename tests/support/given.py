"""A run's own embeddings as files of vectors, as another model would give them."""

import numpy as np

from seesay.commands.search import embeddings
from seesay.schemas.learning import IMAGE_EMBEDDINGS, WORD_EMBEDDINGS


def as_npz(path, keys, vectors):
    """Write ids, and numbers of fragments, with their vectors; returns the file."""
    names = dict(zip(("ids", "regions"), keys.columns, strict=False))
    arrays = {name: keys[column].to_numpy() for name, column in names.items()}
    arrays["ids"] = arrays["ids"].astype(str)
    np.savez(path.with_suffix(".npz"), **arrays, vectors=vectors)
    return path.with_suffix(".npz")


def own_vectors(results, folder, seed=1):
    """Write p.npz and w.npz: vectors of the fragments and words by the model of `paper`."""
    own = results / f"embedding/paper/model/{seed}"
    for name, table, file in (("p", IMAGE_EMBEDDINGS, "images"), ("w", WORD_EMBEDDINGS, "words")):
        as_npz(folder / name, *embeddings(table, own / f"{file}.parquet"))
