"""Find the segments of test recordings by other methods, to stand beside the run's own."""

from seesay.audio.segmentation_controls import beside
from seesay.settings.segmentation import SegmentationSettings
from seesay.shared.command import arguments, run


def main() -> None:
    args = arguments(
        __doc__,
        inputs=["recordings"],
        lists=["images"],
        list_outputs=["controls"],
        settings=SegmentationSettings,
    )
    beside(args.recordings, args.images, args.controls, args.settings)


if __name__ == "__main__":
    run(main)
