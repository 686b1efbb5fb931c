"""Align recordings with their transcripts."""

from seesay.settings.alignment import AlignmentSettings
from seesay.shared.command import arguments, run


def main() -> None:
    # Each aligning process imports this file again, and needs none of what this imports.
    from seesay.audio.alignment import align_corpus

    args = arguments(
        __doc__,
        outputs=["speech", "rejects"],
        settings=AlignmentSettings,
        lists=["captions"],
        options={"jobs": 1},
    )
    align_corpus(args.speech, args.rejects, args.settings, args.jobs, *args.captions)


if __name__ == "__main__":
    run(main)
