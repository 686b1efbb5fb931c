"""`seesay run`: the workflow, from an installed seesay or a clone, in the user's own folder."""

import argparse
import contextlib
import io
import os
import sys
from pathlib import Path

from seesay.planning.home import snakefile
from seesay.shared.errors import InputError


def run(arguments: argparse.Namespace) -> None:
    """Become Snakemake, which runs the config's workflow; its messages and exit status pass.

    Raises InputError if the config does not exist.
    """
    config = Path(arguments.config)
    if not config.is_file():
        raise InputError(f"{config}: no such file; give the config of the run first")
    sys.stdout.flush()
    # -P: modules in the user's folder hide none of ours.
    python = [sys.executable, "-P", "-m", "snakemake"]
    os.execv(sys.executable, [*python, *options(config, arguments.options)])


def options(config: Path, given: list[str]) -> list[str]:
    """The options of Snakemake for a config; those given come after ours, so they decide.

    Local runs take all cores by default. Jobs of a cluster do not, because Snakemake would then
    limit them to the cores of this machine. Files of a `--configfile` given override the config.
    """
    # --configfile takes any number of words, so it does not come before those given.
    chosen = ["--configfile", str(config), "--snakefile", str(snakefile())]
    parsed = _parsed([*chosen, *given])
    if parsed is None:  # Snakemake will say what is wrong
        return [*chosen, *given]
    if parsed.executor in (None, "local") and parsed.cores is None and parsed.jobs is None:
        chosen += ["--cores", "all"]
    more = [str(path) for path in parsed.configfile if path != config]
    if more:
        end = given.index("--") if "--" in given else len(given)
        given = [*given[:end], "--configfile", str(config), *more, *given[end:]]
    return [*chosen, *given]


def _parsed(given: list[str]) -> argparse.Namespace | None:
    """The options as Snakemake reads them, profiles included; None if it refuses them."""
    # Imported here, because it takes a second.
    from snakemake.cli import parse_args

    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
        try:
            return parse_args(given)[1]
        except (Exception, SystemExit):  # of any kind: profiles are read too
            return None
