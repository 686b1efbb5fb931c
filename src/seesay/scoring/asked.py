"""The search that most tasks share: test pictures' queries rank the items of a gallery."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seesay.scoring.corpus import Corpus, Items, note, split
from seesay.settings.evaluation import EvaluationSettings
from seesay.shared.ranking import Floats, Integers, Ranks, count

# The gallery items of each label, and the labels of each picture.
Right = tuple[list[Integers], list[Integers]]


@dataclass(frozen=True)
class Asked:
    """A corpus, the gallery to search in it, and the name of the task for messages."""

    corpus: Corpus
    gallery: str
    task: str
    settings: EvaluationSettings = field(default_factory=EvaluationSettings)
    threads: int = 1

    @property
    def pictures(self) -> NDArray[np.bool_]:
        """Mask of the gallery's pictures, (pictures,)."""
        test = self.corpus.test
        return test if self.gallery == "test" else np.ones_like(test)

    def queries(self, items: Items) -> Items:
        """The items of the test pictures."""
        return items.of(self.corpus.test)

    def searched(self, items: Items) -> Items:
        """The items of the gallery's pictures."""
        return items.of(self.pictures)


def by_picture(asked: Asked, found: Items) -> Right:
    """An item of the query's picture is relevant."""
    pictures = len(asked.corpus.test)
    return split(found.image, found.item, pictures), list(np.arange(pictures)[:, None])


def by_word(asked: Asked, found: Items) -> Right:
    """A token of any word in the captions of the query's picture is relevant."""
    corpus = asked.corpus
    word = corpus.word[found.origin]
    return split(word, np.arange(len(word)), len(corpus.vocabulary)), corpus.words


def search(
    asked: Asked,
    queries: Items,
    found: Items,
    right: Right,
    size: int | None = None,
    own: Integers | None = None,
    hidden: list[Integers] | None = None,
    pool: Callable[[Floats], Floats] | None = None,
) -> pd.DataFrame:
    """Rank the items `found` for each query: columns `query` to `gallery_size` of RANKS.

    `own` (queries,) is each query's position among the found, if it is one of them; `hidden` has
    the positions that each query leaves out. `pool` turns similarities to items (b, n) into those
    to `size` other things. A query with nothing relevant in the gallery is left out and counted on
    standard error.
    """
    # Items of any picture of a query are relevant.
    holders, labels = right
    sets = [tuple(part.tolist()) for part in split(queries.item, queries.image, len(queries.names))]
    groups = {images: number for number, images in enumerate(dict.fromkeys(sets))}
    none = np.empty(0, dtype=np.int64)
    relevant = [
        np.unique(np.concatenate([none, *(holders[x] for image in images for x in labels[image])]))
        for images in groups
    ]
    kept, ranks = count(
        asked.corpus.asked(queries).vectors,
        found.vectors,
        np.array([groups[images] for images in sets], dtype=np.int64),
        relevant,
        own=own,
        threads=asked.threads,
        description=f"{asked.task}, {asked.gallery}",
        hidden=hidden,
        pool=pool,
    )
    check_kept(asked, kept, queries.names)
    # A query's own token has its type and talker: it is hidden already.
    left_out = [own is not None] * len(sets) if hidden is None else [len(part) for part in hidden]
    size = len(found.names) if size is None else size
    return frame(
        ranks,
        query=queries.names[kept],
        **pictures_of(asked.corpus, [sets[query] for query in kept]),
        gallery_size=size - np.array(left_out, dtype=np.int64)[kept],
    )


def check_kept(asked: Asked, kept: Integers, names: NDArray[np.object_]) -> None:
    """Tell on standard error how many queries cannot be ranked, or that the task is left out."""
    total, where = len(names), f"{asked.task}, gallery {asked.gallery}"
    if len(kept) == 0:
        note(
            f"{where}: none of the {total} test queries has anything relevant in it; the task is"
            " left out"
        )
    elif len(kept) < total:
        first = names[np.setdiff1d(np.arange(total), kept)[0]]
        note(
            f"{where}: {total - len(kept)} of {total} queries have nothing relevant in it and are"
            f" left out, e.g. {first}"
        )


def pictures_of(corpus: Corpus, sets: Sequence[Sequence[int]]) -> dict[str, object]:
    """The columns image_id and other_images of RANKS, from the positions of each query's pictures.

    They are in the order of their ids.
    """
    ids = corpus.image_ids
    others = [json.dumps([*ids[list(images[1:])]]) if len(images) > 1 else None for images in sets]
    return {"image_id": ids[[images[0] for images in sets]], "other_images": others}


def frame(ranks: Ranks, **columns: object) -> pd.DataFrame:
    """Rows of RANKS; `columns` are query, image_id, gallery_size and perhaps other_images."""
    counts = {name: getattr(ranks, name).astype(np.int32) for name in Ranks.__annotations__}
    return pd.DataFrame({**columns, **counts, "rank": ranks.expected()})
