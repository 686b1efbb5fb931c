"""Find the tokens of recordings without word times, and list the tokens of every shard."""

from seesay.audio.segmentation import segment
from seesay.audio.segmentations import Pictures
from seesay.settings.segmentation import SegmentationSettings
from seesay.shared.command import arguments, run


def main() -> None:
    args = arguments(
        __doc__,
        inputs=["recordings", "spoken_words"],
        outputs=["segments", "words", "rejects"],
        settings=SegmentationSettings,
        lists=["pictures", "fc7"],
        list_outputs=["manifests"],
    )
    segment(
        args.recordings,
        args.spoken_words,
        args.segments,
        args.words,
        args.rejects,
        args.manifests,
        args.settings,
        Pictures(*args.pictures, args.fc7) if args.pictures else None,
    )


if __name__ == "__main__":
    run(main)
