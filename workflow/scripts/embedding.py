"""Embed every fragment and every used token with one trained system."""

import torch

from seesay import tables
from seesay.command import arguments, run
from seesay.device import choose
from seesay.embedding import embed
from seesay.examples import Inputs


def main() -> None:
    args = arguments(
        __doc__,
        inputs=["model", "images", "spoken_captions"],
        lists=["fc7", "logmel"],
        outputs=["image_embeddings", "word_embeddings", "recipe"],
        options={"features": str, "device": "auto", "threads": 1},
    )
    torch.set_num_threads(args.threads)
    embed(
        args.model,
        Inputs(args.images, args.spoken_captions, args.fc7, args.logmel),
        args.image_embeddings,
        args.word_embeddings,
        choose(args.device),
    )
    # How features are made, for whoever wants to embed something new.
    tables.write_text(args.recipe, args.features + "\n")


if __name__ == "__main__":
    run(main)
