"""Read a speech corpus into tables, and list the tokens of every shard."""

from pathlib import Path

from seesay.command import arguments, run
from seesay.settings.speech import SpeechSettings
from seesay.speech import read_corpus


def main() -> None:
    args = arguments(
        __doc__,
        outputs=["recordings", "spoken_words", "rejects"],
        settings=SpeechSettings,
        options={"corpus": Path},
        list_outputs=["manifests"],
    )
    read_corpus(
        args.corpus, args.recordings, args.spoken_words, args.rejects, args.manifests, args.settings
    )


if __name__ == "__main__":
    run(main)
