"""Write the report, its summary in plain text and four of its figures."""

import json
from dataclasses import fields
from pathlib import Path

from seesay.reporting import sections
from seesay.reporting.report import Outputs, build
from seesay.settings.report import ReportSettings
from seesay.shared.command import arguments, run


def main() -> None:
    files = sections.inputs()
    outputs = [field.name for field in fields(Outputs)]
    args = arguments(
        __doc__,
        inputs=[name for name, path in files.items() if path],
        lists=[name for name, path in files.items() if not path],
        outputs=outputs,
        settings=ReportSettings,
        options={"config": str, "stages": str, "benchmarks": Path, "codes": "{}"},
    )
    build(
        {name: getattr(args, name) for name in files},
        Outputs(**{name: getattr(args, name) for name in outputs}),
        args.settings,
        config=json.loads(args.config),
        stages=json.loads(args.stages),
        benchmarks=args.benchmarks,
        codes=json.loads(args.codes),
    )


if __name__ == "__main__":
    run(main)
