"""Train all systems of one experiment that hears whole captions, with one seed."""

from pathlib import Path

import torch

from seesay.learning.examples import Inputs
from seesay.learning.training import train
from seesay.settings.captions import TrainingSection
from seesay.shared.command import arguments, run
from seesay.shared.device import choose


def main() -> None:
    args = arguments(
        __doc__,
        inputs=["images", "spoken_captions", "spoken_words"],
        lists=["fc7", "frames", "text"],
        list_outputs=["models"],
        settings=TrainingSection,
        options={
            "checkpoints": "checkpoints",
            "experiment": str,
            "seed": int,
            "code": "",
            "device": "auto",
            "threads": 1,
        },
    )
    torch.set_num_threads(args.threads)
    # Adadelta's averages decay into denormal numbers, which a processor handles slowly.
    torch.set_flush_denormal(True)
    heard, read = (
        Inputs(args.images, args.spoken_captions, args.fc7, tables, spoken_words=args.spoken_words)
        for tables in (args.frames, args.text)
    )
    train(
        heard,
        read,
        # training/{experiment}/{system}/{seed}/model.safetensors
        {path.parts[-3]: path for path in args.models},
        Path(args.checkpoints),
        args.settings,
        args.experiment,
        args.seed,
        choose(args.device),
        args.code,
    )


if __name__ == "__main__":
    run(main)
