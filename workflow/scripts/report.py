"""Write the report, its summary in plain text and four of its figures."""

import json
from dataclasses import fields
from pathlib import Path

from seesay.reporting.report import Outputs, build
from seesay.reporting.sections.data import Inputs
from seesay.settings.report import ReportSettings
from seesay.shared.command import arguments, run

LISTS = ["regions", "fc7", "rejects", "logmel", "histories", "legacy", "listen", "map"]
LISTS += ["lexicons", "pseudo_words", "human_words", "human_groups"]


def main() -> None:
    inputs = [field.name for field in fields(Inputs)]
    outputs = [field.name for field in fields(Outputs)]
    args = arguments(
        __doc__,
        inputs=[name for name in inputs if name not in LISTS],
        outputs=outputs,
        settings=ReportSettings,
        lists=LISTS,
        options={"config": str, "stages": str, "benchmarks": Path, "codes": "{}"},
    )
    build(
        Inputs(**{name: getattr(args, name) for name in inputs}),
        Outputs(**{name: getattr(args, name) for name in outputs}),
        args.settings,
        config=json.loads(args.config),
        stages=json.loads(args.stages),
        benchmarks=args.benchmarks,
        codes=json.loads(args.codes),
    )


if __name__ == "__main__":
    run(main)
