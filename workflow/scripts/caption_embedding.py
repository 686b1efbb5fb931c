"""Embed fragments, captions and tokens with the networks of an experiment that hears captions."""

import json

import torch

from seesay.learning.captions.embedding import embed
from seesay.learning.examples import Inputs
from seesay.planning import recipes
from seesay.shared import writing
from seesay.shared.command import arguments, run
from seesay.shared.device import choose
from seesay.shared.progress import progress


def main() -> None:
    outputs = ["image_embeddings", "word_embeddings", "moments", "recipes"]
    args = arguments(
        __doc__,
        inputs=["images", "spoken_captions", "spoken_words"],
        lists=["models", "fc7", "frames", "logmel", "text"],
        list_outputs=outputs,
        options={"features": str, "device": "auto", "threads": 1},
    )
    torch.set_num_threads(args.threads)
    hop = json.loads(args.features)["logmel"]["hop"]
    files = zip(args.models, *(getattr(args, name) for name in outputs), strict=True)
    for model, *tables, out in progress(files, "embedding", "system", len(args.models)):
        # training/{experiment}/{system}/{seed}/model.safetensors
        heard = args.text if model.parts[-3] == "text" else args.frames
        words = args.spoken_words
        inputs = Inputs(args.images, args.spoken_captions, args.fc7, heard, spoken_words=words)
        embed(model, inputs, args.logmel, tuple(tables), hop, choose(args.device))
        # How features are made, for whoever wants to embed something new.
        writing.write_text(out, recipes.text(args.features, model, *tables))


if __name__ == "__main__":
    run(main)
