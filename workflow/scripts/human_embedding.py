"""Embed the human words with every system of an experiment and seed."""

import torch

from seesay.scoring.human_embedding import embed_heard, embed_told
from seesay.shared.command import arguments, run


def main() -> None:
    args = arguments(
        __doc__,
        inputs=["human_words", "spoken_captions"],
        lists=["models", "logmel", "told"],
        list_outputs=["heard_out", "told_out"],
        options={"threads": 1},
    )
    torch.set_num_threads(args.threads)
    for model, out in zip(args.models, args.heard_out, strict=True):
        embed_heard(model, args.human_words, args.logmel, out)
    for told, out in zip(args.told, args.told_out, strict=True):
        embed_told(told, args.spoken_captions, args.human_words, args.logmel, out)


if __name__ == "__main__":
    run(main)
