"""Read the corpora of human words, and keep the words of the captions' speech."""

from seesay.audio.human import read_human
from seesay.settings.human import HumanSettings
from seesay.shared.command import arguments, run


def main() -> None:
    args = arguments(
        __doc__,
        inputs=["images", "caption_words", "spoken_captions", "recordings", "spoken_words"],
        outputs=["words", "rejects", "manifest"],
        settings=HumanSettings,
    )
    read_human(
        args.images,
        args.caption_words,
        args.spoken_captions,
        args.recordings,
        args.spoken_words,
        args.words,
        args.rejects,
        args.manifest,
        args.settings,
    )


if __name__ == "__main__":
    run(main)
