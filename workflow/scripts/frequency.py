"""Write the embeddings of the control frequency: a prior from the training captions."""

from seesay.learning.frequency import embed_prior
from seesay.shared.command import arguments, run


def main() -> None:
    args = arguments(
        __doc__,
        inputs=["pictures", "spoken_captions"],
        lists=["fc7", "logmel"],
        outputs=["image_embeddings", "word_embeddings"],
    )
    embed_prior(
        args.pictures,
        args.spoken_captions,
        args.fc7,
        args.logmel,
        args.image_embeddings,
        args.word_embeddings,
    )


if __name__ == "__main__":
    run(main)
