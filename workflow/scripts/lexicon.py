"""Describe a model's lexicon of pseudo-words, and cut tokens of it to hear."""

from dataclasses import fields

import torch

from seesay.exhibits.lexicon import Clip, Inputs, describe
from seesay.shared.command import arguments, run

LISTS = ["models", "logmel"]


def main() -> None:
    inputs = [field.name for field in fields(Inputs)]
    args = arguments(
        __doc__,
        inputs=[name for name in inputs if name not in LISTS],
        lists=LISTS,
        outputs=["words", "out", "rejects"],
        options={
            "experiment": str,
            "margin": float,
            "seconds": float,
            "sample_rate": int,
            "threads": 1,
        },
    )
    torch.set_num_threads(args.threads)
    describe(
        Inputs(**{name: getattr(args, name) for name in inputs}),
        args.words,
        args.out,
        args.rejects,
        Clip(args.margin, args.seconds, args.sample_rate),
        args.experiment,
    )


if __name__ == "__main__":
    run(main)
