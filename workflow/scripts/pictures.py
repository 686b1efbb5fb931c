"""Read the corpora of captioned pictures into tables, and list the pictures of every shard."""

from pathlib import Path

from seesay.settings.pictures import PicturesSettings
from seesay.shared.command import arguments, run
from seesay.vision.pictures import read_corpora


def main() -> None:
    args = arguments(
        __doc__,
        outputs=["captions", "rejects", "copies"],
        list_outputs=["images", "manifests"],
        settings=PicturesSettings,
        options={"fragments": "", "threads": 1},
    )
    read_corpora(
        args.images[0],
        args.captions,
        args.rejects,
        args.manifests,
        args.settings,
        Path(args.fragments) if args.fragments else None,
        args.threads,
        args.images[1:],
        args.copies,
    )


if __name__ == "__main__":
    run(main)
