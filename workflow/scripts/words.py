"""Extract the content words of the captions."""

from seesay.captions.words import extract_captions
from seesay.settings.words import WordsSettings
from seesay.shared.command import arguments, run


def main() -> None:
    args = arguments(
        __doc__, inputs=["captions"], outputs=["caption_words", "rejects"], settings=WordsSettings
    )
    extract_captions(args.captions, args.caption_words, args.rejects, args.settings)


if __name__ == "__main__":
    run(main)
