"""The options of each command of `seesay`. It is light, so that --help is quick."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from seesay.commands.options.models import (
    TRUST,
    Commands,
    add_abx,
    add_demo,
    add_embed,
    add_export,
    add_search,
)


def parse(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """The command and its options; a wrong one ends with a line of help and exit status 2."""
    parser = argparse.ArgumentParser(prog="seesay", description="Words from pictures and speech.")
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    parser.add_argument(
        "--completion",
        action=_Completion,
        nargs=0,
        help='print completion for bash: eval "$(seesay --completion)"',
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for add in (
        _add_init,
        _add_check,
        _add_run,
        _add_status,
        _add_config,
        _add_compare,
        _add_evaluate,
        add_search,
        add_demo,
        add_embed,
        add_export,
        add_abx,
        _add_bundle,
        _add_clean,
    ):
        add(commands)
    arguments, unknown = parser.parse_known_args(argv)
    if arguments.command == "run" and (unknown or arguments.config is None):
        parser.error("run: give the config first, then options: seesay run CONFIG [OPTIONS]")
    if unknown:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    if arguments.command == "search" and arguments.top < 1:
        parser.error("--top: give 1 or more")
    if arguments.command == "search" and arguments.out and arguments.say:
        parser.error("--out: holds the words found by --look; --say finds pictures (--html FILE)")
    if arguments.command == "search" and arguments.split and arguments.look:
        parser.error("--split: selects pictures for --say; --look finds spoken words")
    return arguments


class _Version(argparse.Action):
    """Prints the version; read here, so that other commands do not wait for it."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from importlib.metadata import version

        print(f"seesay {version('seesay')}")
        parser.exit()


class _Completion(argparse.Action):
    """Prints what bash needs to complete commands and options."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from seesay.commands.begin.completion import script

        print(script(parser))
        parser.exit()


def _add_init(commands: Commands) -> None:
    init = commands.add_parser(
        "init",
        help="write a config for a folder of pictures and a folder of speech",
        description="Recognise the layouts of two folders, say what decided, write a config of a"
        " few commented lines, and check it (docs/your-own-corpus.md).",
    )
    init.add_argument("pictures", metavar="PICTURES", help="folder of captioned pictures")
    init.add_argument("speech", metavar="SPEECH", help="folder of recordings")
    init.add_argument("--out", default="my.yaml", metavar="FILE", help="the config (my.yaml)")
    for stage in ("pictures", "speech"):
        init.add_argument(
            f"--{stage}-reader", metavar="READER", help=f"the reader of {stage}, if several fit"
        )


def _add_check(commands: Commands) -> None:
    check = commands.add_parser(
        "check",
        help="check that a run has all that it needs",
        description="Check everything that a run needs (docs/check.md). Start the command in the"
        " folder of the run. It prints one line a finding, and ends with exit status 1 if something"
        " is missing.",
    )
    check.add_argument("config", help="the config file of the run")
    check.add_argument("--trust-model", action="store_true", help=TRUST)


def _add_run(commands: Commands) -> None:
    run = commands.add_parser(
        "run",
        usage="seesay run [-h] CONFIG [OPTIONS OF SNAKEMAKE]",
        help="run the workflow of a config in this folder",
        description="Run the workflow by Snakemake, in this folder, to the report of the config"
        " (docs/run.md). Local runs take all cores unless --cores says otherwise. Snakemake's"
        " messages and exit status pass.",
    )
    # Not required here: argparse would then say that the options are, too.
    run.add_argument("config", nargs="?", metavar="CONFIG", help="the config file of the run")
    run.add_argument(
        "options",
        nargs=argparse.REMAINDER,
        metavar="OPTIONS",
        help="options and targets of snakemake, such as -n or --cores 4",
    )


def _add_status(commands: Commands) -> None:
    status = commands.add_parser(
        "status",
        help="say what a run has done, what it does, and what is left",
        description="Print a table of a run's stages from Snakemake's own records, with times and"
        " rejects, and the command to type next (docs/reruns.md). Start the command in the folder"
        " of the run. A running workflow is not disturbed.",
    )
    status.add_argument(
        "run",
        nargs="?",
        metavar="CONFIG|RESULTS",
        help="config or results folder of the run (default: the run that was started last)",
    )


def _add_config(commands: Commands) -> None:
    config = commands.add_parser(
        "config",
        help="print every setting of a run, and where it comes from",
        description="Print the whole config of a run as YAML (docs/configuration.md). A comment"
        " beside each value says where it comes from: file:line, default or --config.",
    )
    config.add_argument(
        "files", nargs="+", metavar="FILE", help="config files, as for --configfile of snakemake"
    )
    config.add_argument(
        "--config",
        nargs="+",
        action="extend",
        default=[],
        metavar="KEY=VALUE",
        help="new values of single keys, as for --config of snakemake",
    )
    config.add_argument(
        "--explain", action="store_true", help="print the description of each key above it"
    )


def _add_compare(commands: Commands) -> None:
    compare = commands.add_parser(
        "compare",
        help="compare two finished runs",
        description="List how two finished runs differ (settings, corpora, seeds, code), and print"
        " their numbers side by side (docs/experiments.md). Differences are B minus A, with 95 %"
        " intervals, paired over the test pictures. Runs with different test sets get no"
        " differences. A run with pictures.split.fold: all is compared over all its folds.",
    )
    compare.add_argument("first", type=Path, metavar="RUN", help="the results folder of run A")
    compare.add_argument("second", type=Path, metavar="RUN", help="the results folder of run B")
    compare.add_argument("--html", type=Path, metavar="FILE", help="also write a page")
    compare.add_argument(
        "--tsv", type=Path, metavar="FILE", help="also write everything as a table"
    )
    compare.add_argument("--gallery", help="test or all; default: test, if both runs have it")
    compare.add_argument(
        "--all", action="store_true", help="print every metric, not only R@10 and median rank"
    )
    compare.add_argument("--resamples", type=int, default=1000, help="bootstrap resamples (1000)")


def _add_evaluate(commands: Commands) -> None:
    evaluate = commands.add_parser(
        "evaluate",
        help="measure another model's embeddings on the test set of a run",
        description="Measure embeddings of any model by the tasks of a finished run, with chance,"
        " 95 % intervals and paired differences to the run's models (docs/evaluate.md). Files are"
        " .parquet, .npz, or .npy with the ids in a .tsv beside it.",
    )
    evaluate.add_argument("results", type=Path, metavar="RESULTS", help="results folder of the run")
    for option, what in (
        ("pictures", "vectors of pictures, or of their fragments"),
        ("words", "vectors of spoken words, by token_id"),
        ("captions", "vectors of spoken captions, by recording_id"),
    ):
        needed = option == "pictures"
        evaluate.add_argument(f"--{option}", type=Path, metavar="FILE", required=needed, help=what)
    evaluate.add_argument("--name", default="yours", help="name of the model in tables (yours)")
    evaluate.add_argument(
        "--fold",
        type=int,
        default=0,
        metavar="N",
        help="test pictures of this fold, in a run of all folds (0)",
    )
    evaluate.add_argument("--out", type=Path, metavar="FOLDER", help="new folder for all tables")


def _add_bundle(commands: Commands) -> None:
    bundle = commands.add_parser(
        "bundle",
        help="write a finished run as one archive to publish, or check one",
        description="Write models, model card, report, numbers, every query, config, versions and"
        " licences of a finished run as one RO-Crate zip file, for Zenodo or OSF (docs/bundle.md);"
        " or check one, with a line for each file that is missing or changed.",
    )
    bundle.add_argument(
        "results", nargs="?", type=Path, metavar="RESULTS", help="results folder of the run"
    )
    bundle.add_argument(
        "--out", type=Path, metavar="FILE", help="the archive (the folder's name and .zip)"
    )
    bundle.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="the config file of the run, kept with its comments (default: one that is made anew)",
    )
    bundle.add_argument(
        "--author", action="append", default=[], metavar="NAME", help="who made the run; repeatable"
    )
    bundle.add_argument("--check", type=Path, metavar="FILE", help="check this archive instead")


def _add_clean(commands: Commands) -> None:
    clean = commands.add_parser(
        "clean",
        help="list and remove stored training states that no run needs",
        description="List the folders in <results>/checkpoints, and say why each is needed or not:"
        " training has ended, other settings or code, no such experiment (docs/reruns.md). A folder"
        " that a job is using always stays.",
    )
    clean.add_argument("config", help="the config file of the run")
    clean.add_argument("--remove", action="store_true", help="remove the folders that no run needs")
