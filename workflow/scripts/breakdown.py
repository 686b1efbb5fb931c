"""Split the ranks by kind of word and of fragment, with intervals, and word by word."""

from seesay.scoring.breakdown import break_down
from seesay.settings.metrics import MetricsSettings
from seesay.shared.command import arguments, run


def main() -> None:
    args = arguments(
        __doc__,
        inputs=["caption_words"],
        lists=["ranks", "images", "spoken_captions", "replacements", "regions"],
        outputs=["groups", "words"],
        options={"boxed": ""},
        settings=MetricsSettings,
    )
    break_down(
        args.ranks,
        args.images,
        args.spoken_captions,
        args.replacements,
        args.caption_words,
        args.regions,
        args.groups,
        args.words,
        args.settings,
        args.boxed.split(","),
    )


if __name__ == "__main__":
    run(main)
