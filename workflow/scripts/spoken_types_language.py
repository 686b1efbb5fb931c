"""Tag speech in another language than English, token by token, and count its word types."""

from seesay.captions.languages import extract_types
from seesay.settings.words import WordsSection
from seesay.shared.command import arguments, run


def main() -> None:
    args = arguments(
        __doc__,
        inputs=["spoken_words"],
        outputs=["spoken_types", "spoken_tags"],
        settings=WordsSection,
    )
    extract_types(args.spoken_words, args.spoken_types, args.spoken_tags, args.settings)


if __name__ == "__main__":
    run(main)
