"""Read pictures for a run without speech, and list the pictures of every shard."""

from pathlib import Path

from seesay.settings.pictures import PicturesSettings
from seesay.shared.command import arguments, run
from seesay.vision.pictures_alone import read_pictures


def main() -> None:
    args = arguments(
        __doc__,
        outputs=["captions", "rejects", "copies"],
        list_outputs=["images", "manifests"],
        settings=PicturesSettings,
        options={"fragments": "", "threads": 1},
    )
    read_pictures(
        args.images,
        args.captions,
        args.rejects,
        args.manifests,
        args.settings,
        Path(args.fragments) if args.fragments else None,
        args.threads,
        args.copies,
    )


if __name__ == "__main__":
    run(main)
