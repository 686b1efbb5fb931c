"""Choose a spoken word for each caption word, and the tokens that say each caption."""

from seesay.captions.matching import run_matching
from seesay.settings.matching import MatchingSettings
from seesay.shared.command import arguments, run


def main() -> None:
    args = arguments(
        __doc__,
        inputs=["images", "captions", "caption_words", "spoken_tags", "spoken_words"],
        outputs=["replacements", "spoken_captions", "unsayable", "rejects"],
        settings=MatchingSettings,
        lists=["recordings"],
    )
    run_matching(
        args.images,
        args.captions,
        args.caption_words,
        args.spoken_tags,
        args.spoken_words,
        args.replacements,
        args.spoken_captions,
        args.unsayable,
        args.rejects,
        args.settings,
        *args.recordings,
    )


if __name__ == "__main__":
    run(main)
