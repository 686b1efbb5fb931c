"""Small embeddings whose ranks can be worked by hand, and loops that rank them."""

import math
import runpy
import sys

import numpy as np
import pytest

from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.learning import IMAGE_EMBEDDINGS, WORD_EMBEDDINGS
from seesay.schemas.scoring import RANKS
from seesay.schemas.vision import IMAGES
from seesay.scoring.evaluation import EvaluationSettings, evaluate
from seesay.shared import tables
from seesay.shared.columns import sized
from support import ROOT


def cosine(a, b):
    lengths = math.sqrt(sum(x * x for x in a)) * math.sqrt(sum(x * x for x in b))
    return round(sum(x * y for x, y in zip(a, b, strict=True)) / lengths, 6) if lengths else 0.0


class Corpus:
    """Small tables in a folder; `splits` by picture, fragments and tokens with their vectors.

    `uses` are (image_id, caption, token_id, spoken_word), and more where they matter: talker,
    position.
    """

    def __init__(self, folder, splits, fragments, tokens, uses):
        self.splits, self.fragments, self.tokens, self.uses = splits, fragments, tokens, uses
        self.paths = {
            name: folder / f"{name}.parquet"
            for name in ("images", "words", "spoken_captions", "pictures")
        }
        tables.write(
            IMAGES,
            self.paths["pictures"],
            {
                "image_id": list(splits),
                "path": [f"{name}.jpg" for name in splits],
                "digest": "0",
                "width": 10,
                "height": 10,
                "split": list(splits.values()),
            },
        )
        tables.write(
            SPOKEN_CAPTIONS,
            self.paths["spoken_captions"],
            {
                "image_id": [use[0] for use in uses],
                "caption": [use[1] for use in uses],
                "talker": [(*use, "t")[4] for use in uses],
                "position": [use[5] if len(use) > 5 else i for i, use in enumerate(uses)],
                "word": [use[3] for use in uses],
                "spoken_word": [use[3] for use in uses],
                "token_id": [use[2] for use in uses],
            },
        )
        image_ids = [key.split("#")[0] for key in fragments]
        regions = [int(key.split("#")[1]) for key in fragments]
        self.vectors(
            IMAGE_EMBEDDINGS, "images", fragments, {"image_id": image_ids, "region": regions}
        )
        self.vectors(WORD_EMBEDDINGS, "words", tokens, {"token_id": list(tokens)})

    def vectors(self, table, name, vectors, keys):
        array = np.array(list(vectors.values()), dtype=np.float32)
        schema = sized(table, embedding=array.shape[1]).schema
        with tables.Writer(table, self.paths[name], schema) as writer:
            writer.write({**keys, "embedding": array})

    def ranks(self, galleries=("test", "all"), system="model", **settings):
        ranks = self.paths["images"].with_name("ranks.parquet")
        settings = EvaluationSettings(galleries=galleries, **settings)
        evaluate(*self.paths.values(), ranks, settings, experiment="paper", system=system, seed=3)
        return tables.read(RANKS, ranks)


SPLITS = {"A": "test", "B": "test", "C": "train"}
FRAGMENTS = {"A#0": (1, 0), "A#1": (0, 1), "B#0": (0, 1), "C#0": (1, 1)}
TOKENS = {"a1": (1, 0), "a2": (0, 1), "b1": (1, 1), "c1": (1, 0)}
USES = [("A", 0, "a1", "cat"), ("A", 1, "a2", "dog"), ("B", 0, "b1", "cat"), ("C", 0, "c1", "dog")]


def run_script(name, **options):
    """Run a stage's script in this process, as its command line would."""
    argv = [f"{name}.py"]
    for key, value in options.items():
        values = value if isinstance(value, list) else [value]
        argv += [f"--{key.replace('_', '-')}", *map(str, values)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", argv)
        runpy.run_path(str(ROOT / "workflow" / "scripts" / f"{name}.py"), run_name="__main__")


def counted(near, relevant):
    """better, tied, tied_relevant, relevant and the gallery's size, of item -> similarity."""
    best = max(near[item] for item in relevant)
    level = [item for item in near if near[item] == best]
    right = sum(item in relevant for item in level)
    better = sum(value > best for value in near.values())
    return better, len(level) - right, right, len(relevant), len(near)
