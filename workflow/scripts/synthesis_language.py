"""Let synthetic talkers say captions in another language than English."""

from seesay.settings.synthesis import SynthesisSection
from seesay.shared.command import arguments, run


def main() -> None:
    # Each talker's process imports this file again, and needs none of what this imports.
    from seesay.audio.synthesis_language import speak_language

    args = arguments(
        __doc__,
        inputs=["captions"],
        outputs=["speech", "rejects"],
        settings=SynthesisSection,
        options={"jobs": 1},
    )
    speak_language(args.captions, args.speech, args.rejects, args.settings, args.jobs)


if __name__ == "__main__":
    run(main)
