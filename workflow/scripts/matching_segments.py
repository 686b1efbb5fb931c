"""Give each caption all segments of the recordings that say it."""

from seesay.captions.segments import run_matching_segments
from seesay.settings.matching import MatchingSettings
from seesay.shared.command import arguments, run


def main() -> None:
    args = arguments(
        __doc__,
        inputs=["images", "captions", "caption_words", "spoken_tags", "spoken_words", "recordings"],
        outputs=["replacements", "spoken_captions", "unsayable", "rejects"],
        settings=MatchingSettings,
    )
    run_matching_segments(
        args.images,
        args.captions,
        args.caption_words,
        args.spoken_tags,
        args.spoken_words,
        args.recordings,
        args.replacements,
        args.spoken_captions,
        args.unsayable,
        args.rejects,
        args.settings,
    )


if __name__ == "__main__":
    run(main)
