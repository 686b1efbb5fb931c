"""Rank the human words of the systems of an experiment and seed, in every task."""

from seesay.scoring.human_ranks import rank_human
from seesay.shared.command import arguments, run


def main() -> None:
    args = arguments(
        __doc__,
        inputs=["human_words", "spoken_captions", "pictures"],
        lists=["images", "words", "human"],
        list_outputs=["ranks"],
        options={"experiment": str, "systems": str, "seed": int, "threads": int},
    )
    systems = args.systems.split(",")
    for system, images, words, human, ranks in zip(
        systems, args.images, args.words, args.human, args.ranks, strict=True
    ):
        rank_human(
            images,
            words,
            human,
            args.human_words,
            args.spoken_captions,
            args.pictures,
            ranks,
            experiment=args.experiment,
            system=system,
            seed=args.seed,
            threads=args.threads,
        )


if __name__ == "__main__":
    run(main)
