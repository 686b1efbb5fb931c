"""Compose pictures of a few drawings each, with five captions a picture."""

from seesay.settings.scenes import ScenesSettings
from seesay.shared.command import arguments, run
from seesay.vision.scenes import write_scenes


def main() -> None:
    args = arguments(__doc__, outputs=["pictures", "things"], settings=ScenesSettings)
    write_scenes(args.pictures, args.things, args.settings)


if __name__ == "__main__":
    run(main)
