"""Let eSpeak NG talkers say the captions' words, in LUCID's layout."""

from seesay.command import arguments, run
from seesay.synthesis import synthesise
from seesay.talkers import SynthesisSettings


def main() -> None:
    args = arguments(
        __doc__,
        inputs=["caption_words"],
        outputs=["speech"],
        settings=SynthesisSettings,
        options={"jobs": 1},
    )
    synthesise(args.caption_words, args.speech, args.settings, args.jobs)


if __name__ == "__main__":
    run(main)
