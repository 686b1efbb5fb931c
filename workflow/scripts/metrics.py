"""Turn the ranks of all systems and seeds into metrics, intervals and paired differences."""

from seesay.scoring.metrics import measure
from seesay.settings.metrics import MetricsSettings
from seesay.shared.command import arguments, run


def main() -> None:
    args = arguments(
        __doc__,
        lists=["ranks", "grounding", "human", "abx"],
        outputs=["metrics", "differences", "experiments"],
        settings=MetricsSettings,
        options={"order": ""},
    )
    measure(
        args.ranks,
        args.metrics,
        args.differences,
        args.experiments,
        args.settings,
        args.grounding,
        args.order.split(","),
        args.human,
        args.abx,
    )


if __name__ == "__main__":
    run(main)
