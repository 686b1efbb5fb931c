"""Train all systems of one experiment with one seed."""

from pathlib import Path

import torch

from seesay.learning.examples import Inputs
from seesay.learning.training import train
from seesay.settings.augmentation import Frames
from seesay.settings.training import TrainingSettings
from seesay.shared.command import arguments, run
from seesay.shared.device import choose


def main() -> None:
    args = arguments(
        __doc__,
        inputs=["images", "spoken_captions"],
        lists=["fc7", "logmel", "text", "human_words", "spoken_words"],
        list_outputs=["models"],
        settings=TrainingSettings,
        options={
            "checkpoints": "checkpoints",
            "experiment": str,
            "seed": int,
            "code": "",
            "frames": str,
            "device": "auto",
            "threads": 1,
        },
    )
    torch.set_num_threads(args.threads)
    # Adadelta's averages decay into denormal numbers, which a processor handles slowly.
    torch.set_flush_denormal(True)
    more = [paths[0] if paths else None for paths in (args.human_words, args.spoken_words)]
    train(
        Inputs(args.images, args.spoken_captions, args.fc7, args.logmel, *more),
        Inputs(args.images, args.spoken_captions, args.fc7, args.text, *more),
        # training/{experiment}/{system}/{seed}/model.safetensors
        {path.parts[-3]: path for path in args.models},
        Path(args.checkpoints),
        args.settings,
        args.experiment,
        args.seed,
        choose(args.device),
        args.code,
        Frames.model_validate_json(args.frames),
    )


if __name__ == "__main__":
    run(main)
