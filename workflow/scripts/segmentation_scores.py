"""Score the segments of a run by the words that are said, beside other methods and chance."""

from seesay.scoring.segmentation.scores import score
from seesay.settings.metrics import MetricsSettings
from seesay.shared.command import arguments, run


def main() -> None:
    args = arguments(
        __doc__,
        inputs=["segments", "recordings", "spoken_words"],
        lists=["images", "phones", "controls"],
        outputs=["scores", "listed"],
        settings=MetricsSettings,
        options={"method": ""},
    )
    score(
        args.segments,
        args.recordings,
        args.spoken_words,
        args.images,
        args.phones,
        args.controls,
        args.scores,
        args.listed,
        args.settings,
        args.method,
    )


if __name__ == "__main__":
    run(main)
