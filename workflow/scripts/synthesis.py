"""Let synthetic talkers say the captions' words, in LUCID's layout."""

from seesay.settings.synthesis import SynthesisSettings
from seesay.shared.command import arguments, run


def main() -> None:
    # Each talker's process imports this file again, and needs none of what this imports.
    from seesay.audio.synthesis import synthesise

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
