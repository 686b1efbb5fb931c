"""Rank the test queries of one system and seed as the authors' code did."""

from seesay.learning.examples import Inputs
from seesay.scoring.legacy import rank_legacy
from seesay.shared.command import arguments, run
from seesay.shared.device import choose


def main() -> None:
    args = arguments(
        __doc__,
        inputs=["model", "images", "spoken_captions"],
        lists=["fc7", "logmel"],
        outputs=["ranks"],
        options={"experiment": str, "system": str, "seed": int, "device": "auto", "threads": 1},
    )
    rank_legacy(
        args.model,
        Inputs(args.images, args.spoken_captions, args.fc7, args.logmel),
        args.ranks,
        args.experiment,
        args.system,
        args.seed,
        choose(args.device),
        args.threads,
    )


if __name__ == "__main__":
    run(main)
