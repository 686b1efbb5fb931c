"""`seesay run`: the workflow, from an installed seesay or a clone, in the user's own folder."""

import argparse
import contextlib
import io
import os
import sys
from pathlib import Path

from seesay.planning.config_file import read
from seesay.planning.home import HOME, snakefile
from seesay.shared.errors import InputError


def run(arguments: argparse.Namespace) -> None:
    """Become Snakemake, which runs the config's workflow; its messages and exit status pass.

    Raises InputError for a config that is missing, or that Snakemake could not read.
    """
    config = Path(arguments.config)
    if not config.exists():
        shipped = HOME / "config" / config.name
        remedy = (
            f"seesay has {shipped}" if shipped.is_file() else "give the config of the run first"
        )
        raise InputError(f"{config}: no such file; {remedy}")
    _readable(config)
    sys.stdout.flush()
    # -P: modules in the user's folder hide none of ours.
    python = [sys.executable, "-P", "-m", "snakemake"]
    os.execv(sys.executable, [*python, *options(config, arguments.options)])


def options(config: Path, given: list[str]) -> list[str]:
    """The options of Snakemake for a config; those given come after ours, so they decide.

    Local runs take all cores by default. Jobs of a cluster do not, because Snakemake would then
    limit them to the cores of this machine. Files of a `--configfile` given override the config.
    Raises InputError if one of them cannot be read, or if there is no such workflow profile.
    """
    # --configfile takes any number of words, so it does not come before those given.
    chosen = ["--configfile", str(config), "--snakefile", str(snakefile())]
    parsed = _parsed([*chosen, *given])
    if parsed is None:  # Snakemake will say what is wrong
        return [*chosen, *given]
    if parsed.executor in (None, "local") and parsed.cores is None and parsed.jobs is None:
        chosen += ["--cores", "all"]
    _known_profile(parsed.workflow_profile)
    more = [str(path) for path in parsed.configfile if path != config]
    for path in map(Path, more):
        _readable(path)
    if more:
        end = given.index("--") if "--" in given else len(given)
        given = [*given[:end], "--configfile", str(config), *more, *given[end:]]
    return [*chosen, *given]


def _readable(path: Path) -> None:
    """Raise InputError for a file at which Snakemake would end with a traceback."""
    # What a shell's <(...) gives can be read only once.
    if path.is_file() or path.is_dir() or not path.exists():
        read(path)


def _known_profile(name: str | None) -> None:
    """Raise InputError for a profile that Snakemake would not find: it then runs without one."""
    ours = snakefile().parent / "profiles"
    if name in (None, "none") or any(
        Path(place, str(name)).exists() for place in (".", "profiles", ours)
    ):
        return
    names = ", ".join(sorted(path.name for path in ours.iterdir()))
    raise InputError(
        f"--workflow-profile {name}: no such profile; give one of yours, or one of seesay's by its"
        f" name alone: {names}"
    )


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
