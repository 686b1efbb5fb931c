"""Embed every fragment and every used token with the trained networks of an experiment and seed."""

import sys

import torch

from seesay.learning.embedding import embed
from seesay.learning.examples import Inputs
from seesay.planning import recipes
from seesay.shared import writing
from seesay.shared.command import arguments, run
from seesay.shared.device import choose


def main() -> None:
    args = arguments(
        __doc__,
        inputs=["images", "spoken_captions"],
        lists=["models", "fc7", "logmel", "text"],
        list_outputs=["image_embeddings", "word_embeddings", "recipes"],
        options={"features": str, "device": "auto", "threads": 1},
    )
    torch.set_num_threads(args.threads)
    systems = list(zip(args.models, args.image_embeddings, args.word_embeddings, strict=True))
    for name, vectors in (("words heard", args.logmel), ("words read", args.text)):
        # training/{experiment}/{system}/{seed}/model.safetensors
        read = vectors is args.text
        some = [system for system in systems if (system[0].parts[-3] == "text") == read]
        if some:
            print(f"embedding {name}: {len(some)} systems", file=sys.stderr)
            inputs = Inputs(args.images, args.spoken_captions, args.fc7, vectors)
            embed(some, inputs, choose(args.device))
    for system, out in zip(systems, args.recipes, strict=True):
        # How features are made, for whoever wants to embed something new.
        writing.write_text(out, recipes.text(args.features, *system))


if __name__ == "__main__":
    run(main)
