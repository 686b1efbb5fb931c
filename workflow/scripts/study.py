"""Write the tables of a study: all systems of every experiment, and how experiments compare."""

from seesay.planning.config import Config
from seesay.reporting.study import write
from seesay.shared.command import arguments, run


def main() -> None:
    args = arguments(
        __doc__,
        inputs=["metrics", "differences", "experiments"],
        lists=["histories", "segmentation"],
        outputs=["study"],
        options={"config": str},
    )
    config = Config.model_validate_json(args.config)
    tables = args.metrics, args.differences, args.experiments
    write(*tables, args.histories, config, args.study, args.segmentation)


if __name__ == "__main__":
    run(main)
