"""Lay the spoken words and picture fragments of the shared space out on a plane."""

from seesay.exhibits.map import draw
from seesay.settings.map import MapSettings
from seesay.shared.command import arguments, run


def main() -> None:
    args = arguments(
        __doc__,
        inputs=["images", "words", "spoken_captions", "pictures"],
        outputs=["map"],
        settings=MapSettings,
    )
    draw(args.images, args.words, args.spoken_captions, args.pictures, args.map, args.settings)


if __name__ == "__main__":
    run(main)
