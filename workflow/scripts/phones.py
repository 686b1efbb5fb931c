"""Let synthetic talkers tell the phones of their recordings."""

from seesay.audio.phones import tell
from seesay.settings.synthesis import SynthesisSettings
from seesay.shared.command import arguments, run


def main() -> None:
    args = arguments(
        __doc__,
        inputs=["captions", "speech", "recordings"],
        outputs=["phones"],
        settings=SynthesisSettings,
        options={"jobs": 1},
    )
    tell(args.captions, args.speech, args.recordings, args.phones, args.settings, args.jobs)


if __name__ == "__main__":
    run(main)
