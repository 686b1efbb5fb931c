"""Tag the speech, token by token, and count its word types."""

from seesay.captions.words import extract_types
from seesay.settings.words import WordsSettings
from seesay.shared.command import arguments, run


def main() -> None:
    args = arguments(
        __doc__,
        inputs=["spoken_words"],
        outputs=["spoken_types", "spoken_tags"],
        settings=WordsSettings,
    )
    extract_types(args.spoken_words, args.spoken_types, args.spoken_tags, args.settings)


if __name__ == "__main__":
    run(main)
