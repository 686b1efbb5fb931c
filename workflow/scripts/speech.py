"""Read the speech corpora into tables, and list the tokens of every shard."""

from seesay.audio.speech import read_corpora
from seesay.settings.speech import SpeechSettings
from seesay.shared.command import arguments, run


def main() -> None:
    args = arguments(
        __doc__,
        outputs=["recordings", "spoken_words", "rejects"],
        settings=SpeechSettings,
        list_outputs=["manifests"],
    )
    read_corpora(args.recordings, args.spoken_words, args.rejects, args.manifests, args.settings)


if __name__ == "__main__":
    run(main)
