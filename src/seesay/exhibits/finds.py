"""A model's nearest items to chosen words and pictures, as records of the page."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from seesay.exhibits.choice import Record, voices
from seesay.exhibits.near import Near
from seesay.scoring.corpus import Items

Chosen = tuple[str, Record, list[int]]  # a group's name, its record and labels of its queries


@dataclass(frozen=True)
class Finds:
    """Chosen queries of the test split and the model's nearest items to each.

    Attributes:
        tokens, fragments: The test split's items, the gallery of the other's queries.
        heard, looked: Their rows, with the `rank` of each as a query.
        words, pictures: Chosen words and pictures (`choose`).
        spoken, shown: Positions of the chosen tokens and fragments.
        fragments_of, tokens_of: The nearest items of each of `spoken` and `shown`.
    """

    tokens: Items
    fragments: Items
    heard: pd.DataFrame
    looked: pd.DataFrame
    words: list[Chosen]
    pictures: list[Chosen]
    spoken: list[int]
    shown: list[int]
    fragments_of: list[list[Near]]
    tokens_of: list[list[Near]]


@dataclass(frozen=True)
class Shelves:
    """The page's lists, to which records refer by number.

    Attributes:
        order, token: Positions of the tokens in the page, and the number of each.
        image_ids, picture: The pictures in the page, and the number of each.
        sounds: A token of every word of the test split, for the map.
    """

    order: list[int]
    token: dict[int, int]
    image_ids: list[str]
    picture: dict[str, int]
    sounds: dict[str, int]


@dataclass(frozen=True)
class Judge:
    """Decides whether a token and a picture belong together.

    `heard` and `looked` are the test split's tokens and fragments, in the order of the corpus.
    `uses` has (image_id, spoken word) of all captions, said or not, and `own` (token_id, image_id)
    of the captions that a token says.
    """

    heard: pd.DataFrame
    looked: pd.DataFrame
    uses: set[tuple[str, str]]
    own: set[tuple[str, str]]

    def __call__(self, near: Near, token: int, fragment: int) -> Record:
        """The page's record of a near item; right if a caption of the picture uses the word."""
        image_id = str(self.looked["image_id"].iat[fragment])
        return {
            "rank": near.rank,
            "tied": near.tied,
            "cosine": round(near.cosine, 3),
            "right": (image_id, str(self.heard["word"].iat[token])) in self.uses,
            "own": (str(self.heard["token_id"].iat[token]), image_id) in self.own,
        }


def shelve(finds: Finds, more: Sequence[int]) -> Shelves:
    """Number the tokens and pictures of the page, including the pictures of `more` fragments."""
    sounds = {word: labels[len(labels) // 2] for word, _, labels in finds.words}
    for word, rows in finds.heard[~finds.heard["word"].isin(sounds)].groupby("word"):
        sounds[str(word)] = voices(rows, 1)[0]
    order = [*finds.spoken, *(near.item for row in finds.tokens_of for near in row)]
    order = list(dict.fromkeys([*order, *sounds.values()]))
    places = [*finds.shown, *(near.item for row in finds.fragments_of for near in row)]
    images = finds.looked["image_id"].tolist()
    ids = list(dict.fromkeys(images[at] for at in [*places, *more, *range(len(images))]))
    return Shelves(
        order,
        {label: n for n, label in enumerate(order)},
        ids,
        {image_id: n for n, image_id in enumerate(ids)},
        sounds,
    )


def add_words(sounding: list[Record], finds: Finds, shelves: Shelves, judge: Judge) -> None:
    """Add to every chosen token's record its nearest fragments."""
    image_ids, regions = finds.looked["image_id"].tolist(), finds.looked["region"].tolist()
    for label, row in zip(finds.spoken, finds.fragments_of, strict=True):
        sounding[shelves.token[label]]["near"] = [
            {
                "picture": shelves.picture[image_ids[near.item]],
                "region": regions[near.item],
                **judge(near, label, near.item),
            }
            for near in row
        ]


def add_pictures(pictures: list[Record], finds: Finds, shelves: Shelves, judge: Judge) -> None:
    """Add to every picture's record its boxes, and to chosen ones the nearest tokens."""
    for record, boxes in zip(pictures, _boxes(finds.looked, shelves.image_ids), strict=True):
        record["boxes"] = boxes
    regions, ranks = finds.looked["region"].tolist(), finds.looked["rank"].tolist()
    tokens_of = dict(zip(finds.shown, finds.tokens_of, strict=True))
    for name, record, labels in finds.pictures:
        fragments = [
            {
                "region": regions[label],
                "rank": ranks[label],
                "near": [
                    {"token": shelves.token[near.item], **judge(near, near.item, label)}
                    for near in tokens_of[label]
                ],
            }
            for label in labels
        ]
        pictures[shelves.picture[name]] |= record | {"fragments": fragments}


def _boxes(looked: pd.DataFrame, ids: Sequence[str]) -> list[Record]:
    """Each picture's fragment boxes, [x, y, width, height] in px, or None, by region."""
    found: dict[str, Record] = {image_id: {} for image_id in ids}
    names = ["image_id", "region", "x0", "y0", "x1", "y1"]
    for image_id, region, x0, y0, x1, y1 in looked[names].itertuples(index=False):
        box = None if pd.isna(x0) else [int(x0), int(y0), int(x1 - x0), int(y1 - y0)]
        found[image_id][str(region)] = box
    return list(found.values())
