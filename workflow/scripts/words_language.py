"""Extract the content words of captions in another language than English."""

from seesay.captions.languages import extract_captions
from seesay.settings.words import WordsSection
from seesay.shared.command import arguments, run


def main() -> None:
    args = arguments(
        __doc__, inputs=["captions"], outputs=["caption_words", "rejects"], settings=WordsSection
    )
    extract_captions(args.captions, args.caption_words, args.rejects, args.settings)


if __name__ == "__main__":
    run(main)
