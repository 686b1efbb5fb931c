"""Write one-hot words in place of log-Mel vectors, for the control text."""

from seesay.learning.text import write_types
from seesay.shared.command import arguments, run


def main() -> None:
    args = arguments(
        __doc__,
        inputs=["spoken_captions"],
        lists=["logmel", "human_words", "spoken_words"],
        outputs=["words"],
    )
    write_types(
        args.spoken_captions,
        args.logmel,
        args.words,
        args.human_words,
        args.spoken_words,
    )


if __name__ == "__main__":
    run(main)
