"""The command `seesay`: the project's tools outside a run.

    seesay init PICTURES SPEECH
    seesay check config/paper.yaml
    seesay run config/paper.yaml
    seesay status
    seesay config config/paper.yaml
    seesay search --model results/training/paper/model/1 --say word.wav
    seesay search --model results/training/paper/model/1 --look picture.jpg
    seesay demo results
    seesay embed --model results/training/paper/model/1 *.jpg --out pictures.npz
    seesay compare results/one results/other --html compared.html
    seesay evaluate results --pictures pictures.npz --words words.npz
    seesay export --model results/training/paper/model/1 --out FOLDER
    seesay abx results --experiment paper --out FOLDER
    seesay bundle results --out run.zip
    seesay clean config/paper.yaml

`python -m seesay` is the same command. `seesay --version` prints the version, `seesay --completion`
lines for bash that complete commands and options.

`init` writes a config for a folder of pictures and one of speech. `check` says whether a run can
start and predicts its numbers, one line a finding, with exit status 1 if something is missing.
`run` runs the workflow by Snakemake, in this folder. `status` says how far a run has come.
`config` prints every setting of a run and its origin.
`search` finds pictures for a spoken word, or spoken words for a picture; `demo` does so on a page.
`embed` writes the vectors of pictures or of spoken words.
`compare` lists the differences between two finished runs, with paired intervals.
`evaluate` measures embeddings of another model on the test set of a run.
`export` writes both branches of a model as ONNX files. `abx` writes the test words as item files
with their embeddings, for fastabx. `bundle` writes a finished run as one archive, or checks one.
`clean` removes training states that no run needs.
"""

import argparse
import signal
import sys
from collections.abc import Sequence

from seesay.commands.options import parse


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line and run the command."""
    arguments = parse(argv)
    if hasattr(signal, "SIGPIPE"):
        # `seesay check ... | head` ends quietly.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        # Imported here, so that --help is quick.
        if arguments.command == "check":
            from seesay.commands.check import report as look

            sys.exit(look(arguments.config, arguments.trust_model))
        from seesay.shared.command import run

        if arguments.command == "init":
            wanted = _init
        elif arguments.command == "run":
            from seesay.commands.begin.run import run as wanted
        elif arguments.command == "status":
            from seesay.commands.begin.status import status as wanted
        elif arguments.command == "compare":
            wanted = _compare
        elif arguments.command == "config":
            from seesay.commands.config_shown import show as wanted
        elif arguments.command == "clean":
            from seesay.commands.clean import clean as wanted
        elif arguments.command == "evaluate":
            from seesay.commands.evaluate.command import evaluate as wanted
        elif arguments.command == "demo":
            from seesay.commands.demo.command import demo as wanted
        elif arguments.command == "embed":
            from seesay.commands.embed.command import embed as wanted
        elif arguments.command == "export":
            from seesay.commands.export import report as wanted
        elif arguments.command == "bundle":
            from seesay.commands.bundle.command import bundle as wanted
        elif arguments.command == "abx":
            from seesay.commands.abx_export import report as wanted
        else:
            from seesay.commands.search_command import search as wanted
        run(lambda: wanted(arguments))
    except KeyboardInterrupt:
        sys.exit(130)


def _init(arguments: argparse.Namespace) -> None:
    from seesay.commands.begin.init import init

    def check(path: str) -> int:
        from seesay.commands.check import report

        return report(path)

    init(arguments, check)


def _compare(arguments: argparse.Namespace) -> None:
    from seesay.commands import compare_runs, compare_shown
    from seesay.commands.compare import compare
    from seesay.scoring.rank_metrics import METRICS
    from seesay.settings.metrics import FEWEST_RESAMPLES, MOST_RESAMPLES, MetricsSettings
    from seesay.shared.errors import InputError

    if not FEWEST_RESAMPLES <= arguments.resamples <= MOST_RESAMPLES:
        raise InputError(
            f"--resamples {arguments.resamples}: a 95 % interval needs {FEWEST_RESAMPLES} to"
            f" {MOST_RESAMPLES:,}"
        )
    settings = MetricsSettings(resamples=arguments.resamples, seed=0)
    parts = compare(arguments.first, arguments.second, settings, arguments.gallery)
    runs = (compare_runs.Run.read(arguments.first), compare_runs.Run.read(arguments.second))
    found = compare_runs.differences(*runs, dict.fromkeys(part.names for part in parts))
    found += compare_shown.found_words(*runs)
    lacking = compare_runs.lacking(*runs)
    names = str(arguments.first), str(arguments.second)
    for file in filter(None, (arguments.html, arguments.tsv)):
        try:
            if file == arguments.html:
                compare_shown.page(names, parts, found, lacking, file)
            else:
                compare_shown.table(parts, found, lacking, file)
        except OSError as error:
            raise InputError(
                f"{file}: it cannot be written ({error.strerror}); name another file"
            ) from error
    metrics = METRICS if arguments.all else compare_shown.SHORT
    print(compare_shown.text(names, parts, found, lacking, metrics), end="")


if __name__ == "__main__":
    main()
