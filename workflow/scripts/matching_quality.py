"""Count the steps, parts of speech, tokens and durations of the matching."""

from seesay.captions.matching_quality import run_quality
from seesay.shared.command import arguments, run


def main() -> None:
    args = arguments(
        __doc__,
        inputs=[
            "images",
            "caption_words",
            "spoken_types",
            "spoken_tags",
            "spoken_words",
            "replacements",
            "spoken_captions",
        ],
        outputs=["steps", "pos", "talker_words", "durations"],
    )
    run_quality(
        args.images,
        args.caption_words,
        args.spoken_types,
        args.spoken_tags,
        args.spoken_words,
        args.replacements,
        args.spoken_captions,
        args.steps,
        args.pos,
        args.talker_words,
        args.durations,
    )


if __name__ == "__main__":
    run(main)
