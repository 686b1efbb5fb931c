"""Split the ranks of the human words by talker and by how often training had the word."""

from seesay.scoring.human_breakdown import break_down_human
from seesay.settings.metrics import MetricsSettings
from seesay.shared.command import arguments, run


def main() -> None:
    args = arguments(
        __doc__,
        lists=["ranks", "images", "spoken_captions", "human_words"],
        outputs=["groups"],
        settings=MetricsSettings,
    )
    break_down_human(
        args.ranks,
        args.images,
        args.spoken_captions,
        args.human_words,
        args.groups,
        args.settings,
    )


if __name__ == "__main__":
    run(main)
