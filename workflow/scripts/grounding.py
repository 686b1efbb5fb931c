"""Test whether words find the drawn things that they name, for the systems of an experiment."""

from seesay.scoring.grounding import ground
from seesay.shared.command import arguments, run


def main() -> None:
    args = arguments(
        __doc__,
        inputs=["spoken_captions", "pictures", "things"],
        lists=["images", "words", "regions"],
        list_outputs=["grounding"],
        options={"experiment": str, "systems": str, "seed": int, "threads": int},
    )
    systems = args.systems.split(",")
    for system, images, words, grounding in zip(
        systems, args.images, args.words, args.grounding, strict=True
    ):
        ground(
            images,
            words,
            args.spoken_captions,
            args.pictures,
            args.things,
            args.regions,
            grounding,
            experiment=args.experiment,
            system=system,
            seed=args.seed,
            threads=args.threads,
        )


if __name__ == "__main__":
    run(main)
