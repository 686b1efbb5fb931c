"""Let synthetic talkers say the captions, or their words."""

from seesay.settings.synthesis import SynthesisSettings
from seesay.shared.command import arguments, run


def main() -> None:
    # Each talker's process imports this file again, and needs none of what this imports.
    from seesay.audio.synthesis import synthesise

    args = arguments(
        __doc__,
        inputs=["captions"],
        outputs=["speech", "rejects"],
        settings=SynthesisSettings,
        options={"jobs": 1},
    )
    synthesise(args.captions, args.speech, args.rejects, args.settings, args.jobs)


if __name__ == "__main__":
    run(main)
