"""Test whether fragments of named things are found where their names are said."""

from seesay.scoring.captions.localisation import localise
from seesay.shared.command import arguments, run


def main() -> None:
    args = arguments(
        __doc__,
        inputs=["spoken_captions", "pictures", "things", "spoken_words"],
        lists=["images", "words", "regions"],
        list_outputs=["localisation"],
        options={"experiment": str, "systems": str, "seed": int},
    )
    systems = args.systems.split(",")
    for system, images, words, out in zip(
        systems, args.images, args.words, args.localisation, strict=True
    ):
        localise(
            images,
            words,
            args.spoken_captions,
            args.pictures,
            args.things,
            args.regions,
            args.spoken_words,
            out,
            experiment=args.experiment,
            system=system,
            seed=args.seed,
        )


if __name__ == "__main__":
    run(main)
