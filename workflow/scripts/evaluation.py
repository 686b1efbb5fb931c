"""Rank the test queries of one system and seed in every task and gallery."""

from seesay.command import arguments, run
from seesay.evaluation import evaluate
from seesay.settings.evaluation import EvaluationSettings


def main() -> None:
    args = arguments(
        __doc__,
        inputs=["images", "words", "spoken_captions", "pictures"],
        outputs=["ranks"],
        options={"experiment": str, "system": str, "seed": int, "threads": int},
        settings=EvaluationSettings,
    )
    evaluate(
        args.images,
        args.words,
        args.spoken_captions,
        args.pictures,
        args.ranks,
        args.settings,
        experiment=args.experiment,
        system=args.system,
        seed=args.seed,
        threads=args.threads,
    )


if __name__ == "__main__":
    run(main)
