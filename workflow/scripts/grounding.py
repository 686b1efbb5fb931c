"""See whether words find the drawn things that they name, for one system and seed."""

from seesay.command import arguments, run
from seesay.grounding import ground


def main() -> None:
    args = arguments(
        __doc__,
        inputs=["images", "words", "spoken_captions", "pictures", "things"],
        lists=["regions"],
        outputs=["grounding"],
        options={"experiment": str, "system": str, "seed": int, "threads": int},
    )
    ground(
        args.images,
        args.words,
        args.spoken_captions,
        args.pictures,
        args.things,
        args.regions,
        args.grounding,
        experiment=args.experiment,
        system=args.system,
        seed=args.seed,
        threads=args.threads,
    )


if __name__ == "__main__":
    run(main)
