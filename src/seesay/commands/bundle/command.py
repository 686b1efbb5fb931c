"""The command `seesay bundle`."""

import argparse
import sys
from pathlib import Path

from seesay.shared.errors import InputError


def bundle(arguments: argparse.Namespace) -> None:
    """Write the archive of a run, or check one; a check that finds faults ends with status 1.

    Raises InputError if the run is not finished, or the file cannot be an archive.
    """
    if arguments.check is not None:
        if arguments.results or arguments.out or arguments.config or arguments.author:
            raise InputError("--check: it takes the archive alone; leave the rest out")
        # Imported here, because each way needs libraries that the other does not.
        from seesay.commands.bundle.checking import faults

        found = faults(arguments.check)
        for line in found.lines:
            print(line)
        if found.lines:
            sys.exit(1)
        print(f"{arguments.check}: complete; {found.files} files as they were written")
        return
    if arguments.results is None:
        raise InputError("no results; give the results folder of a finished run, or --check FILE")
    from seesay.commands.bundle.writing import write

    if not all(name.strip() and name.isprintable() for name in arguments.author):
        raise InputError("--author: a blank or unprintable name; give it in one line")
    results = arguments.results
    out = arguments.out or Path(f"{results.resolve().name}.zip")
    for line in write(results, out, arguments.config, arguments.author):
        print(line)
