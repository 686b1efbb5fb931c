"""Rank the test queries of an experiment that hears captions, and score its ABX."""

from seesay.scoring.evaluation import evaluate
from seesay.settings.captions.evaluation import CaptionEvaluation
from seesay.shared.command import arguments, run


def main() -> None:
    args = arguments(
        __doc__,
        inputs=["spoken_captions", "pictures", "spoken_words"],
        lists=["images", "words"],
        list_outputs=["ranks", "abx"],
        options={"experiment": str, "systems": str, "seed": int, "threads": int},
        settings=CaptionEvaluation,
    )
    systems = args.systems.split(",")
    for system, images, words, ranks, pairs in zip(
        systems, args.images, args.words, args.ranks, args.abx, strict=True
    ):
        evaluate(
            images,
            words,
            args.spoken_captions,
            args.pictures,
            ranks,
            args.settings,
            experiment=args.experiment,
            system=system,
            seed=args.seed,
            threads=args.threads,
            spoken_words=args.spoken_words,
            pairs=pairs,
        )


if __name__ == "__main__":
    run(main)
