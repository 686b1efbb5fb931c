"""Let synthetic talkers say the captions' words, in LUCID's layout."""

from seesay.command import arguments, run
from seesay.settings.synthesis import SynthesisSettings


def main() -> None:
    # Each talker's process imports this file again, and needs none of what this imports.
    from seesay.synthesis import synthesise

    args = arguments(
        __doc__,
        inputs=["caption_words"],
        outputs=["speech", "rejects"],
        settings=SynthesisSettings,
        options={"jobs": 1},
    )
    synthesise(args.caption_words, args.speech, args.rejects, args.settings, args.jobs)


if __name__ == "__main__":
    run(main)
