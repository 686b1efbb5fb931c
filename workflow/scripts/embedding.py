"""Embed every fragment and every used token with the trained networks of an experiment and seed."""

import torch

from seesay.learning.embedding import embed
from seesay.learning.examples import Inputs
from seesay.planning import recipes
from seesay.shared import writing
from seesay.shared.command import arguments, run
from seesay.shared.device import choose
from seesay.shared.progress import progress


def main() -> None:
    args = arguments(
        __doc__,
        inputs=["images", "spoken_captions"],
        lists=["models", "fc7", "logmel", "text"],
        list_outputs=["image_embeddings", "word_embeddings", "recipes"],
        options={"features": str, "device": "auto", "threads": 1},
    )
    torch.set_num_threads(args.threads)
    spoken = Inputs(args.images, args.spoken_captions, args.fc7, args.logmel)
    read = Inputs(args.images, args.spoken_captions, args.fc7, args.text)
    outputs = zip(
        args.models, args.image_embeddings, args.word_embeddings, args.recipes, strict=True
    )
    for model, images, words, out in progress(outputs, "embedding", "system", len(args.models)):
        # training/{experiment}/{system}/{seed}/model.safetensors
        inputs = read if model.parts[-3] == "text" else spoken
        embed(model, inputs, images, words, choose(args.device))
        # How features are made, for whoever wants to embed something new.
        writing.write_text(out, recipes.text(args.features, model, images, words))


if __name__ == "__main__":
    run(main)
