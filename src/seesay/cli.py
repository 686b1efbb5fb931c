"""The command `seesay`: what is wanted of the project outside of a run.

    seesay check config/paper.yaml

says whether a run has all that it needs, one line a finding, with exit status 1 if it has not.
"""

import argparse
import signal
import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line and do what it says."""
    parser = argparse.ArgumentParser(prog="seesay", description="Words from pictures and speech.")
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser(
        "check",
        help="look whether a run has all that it needs",
        description="Look at everything that a run will need, from the folder that it will start"
        " in: one line a finding, and exit status 1 if something is missing.",
    )
    check.add_argument("config", help="the config file that the run will have")
    arguments = parser.parse_args(argv)
    if hasattr(signal, "SIGPIPE"):
        # `seesay check ... | head` ends quietly.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        # Here, so that --help is quick.
        from seesay.check import report

        sys.exit(report(arguments.config))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
