"""`seesay init`: a config for one's own folders, checked."""

import argparse
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import yaml

from seesay.commands.begin.config_text import written
from seesay.commands.begin.recognition import Stage, recognised
from seesay.planning.config import load
from seesay.shared.errors import InputError
from seesay.shared.printable import printable, unprintable

SOON = 2_000  # most files for which the check comes at once: it reads them, in up to a minute


def init(arguments: argparse.Namespace, check: Callable[[str], int]) -> None:
    """Write a config for two folders, say what decided, and check it if that is quick.

    `check` prints what `seesay check` says of a config, and returns its exit status, with which
    this ends too. Raises InputError, in one line, if a folder has no known layout or several, or if
    the config exists already.
    """
    out = Path(arguments.out)
    if unprintable(str(out)):
        raise InputError(f"{printable(str(out))}: has what cannot be printed; name another file")
    if out.exists():
        raise InputError(f"{out}: exists already; name another file with --out")
    stages: tuple[Stage, Stage] = ("pictures", "speech")
    found = {}
    for stage in stages:
        wanted = getattr(arguments, f"{stage}_reader")
        found[stage] = one = recognised(stage, getattr(arguments, stage), wanted)
        said = f"{one.path} is read as {one.reader} ({one.title}): {one.evidence.said}"
        print(printable(f"{stage}: {said}"))
    text = written(str(out), found["pictures"], found["speech"])
    load(yaml.safe_load(text))
    _write(out, text)
    files = sum(one.files for one in found.values())
    if files > SOON:
        print(f"written: {out}; the folders have {files:,} files, which are not read yet")
        print(f"next, type: seesay check {shlex.quote(str(out))}")
        return
    print(f"written: {out}; seesay check {shlex.quote(str(out))} says:", flush=True)
    code = check(str(out))
    if code:
        print(f"next: change {out} or the folders, then type: seesay check {shlex.quote(str(out))}")
    sys.exit(code)


def _write(out: Path, text: str) -> None:
    """Write a new file as a whole, or leave none."""
    try:
        with out.open("x", encoding="utf-8") as file:
            try:
                file.write(text)
                file.flush()
            except OSError:
                out.unlink()
                raise
    except OSError as error:
        raise InputError(f"{out}: cannot be written ({error.strerror}); name another") from error
