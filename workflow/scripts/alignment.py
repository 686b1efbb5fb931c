"""Align recordings with their transcripts, into LUCID's layout."""

from seesay.command import arguments, run
from seesay.settings.alignment import AlignmentSettings


def main() -> None:
    # Each aligning process imports this file again, and needs none of what this imports.
    from seesay.alignment import align_corpus

    args = arguments(
        __doc__,
        outputs=["speech", "rejects"],
        settings=AlignmentSettings,
        options={"jobs": 1},
    )
    align_corpus(args.speech, args.rejects, args.settings, args.jobs)


if __name__ == "__main__":
    run(main)
