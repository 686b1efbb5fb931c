"""The command `seesay search`: a table on standard output, and what else is asked for."""

import argparse
import sys
import tempfile
from pathlib import Path

from seesay import search_page
from seesay.search import Search

THUMBNAIL = 320  # px, the longer side


def search(arguments: argparse.Namespace) -> None:
    """Search as the parsed command line says. Raises InputError for a user's mistake."""
    model = Search(arguments.model, arguments.device)
    if arguments.say is not None:
        found = model.say(arguments.say, arguments.top, arguments.split)
        shown, title = found.drop(columns="path"), f"Pictures for {arguments.say.name}"
    else:
        found = shown = model.look(arguments.look, arguments.top)
        title = f"Words for {arguments.look.name}"
    shown.to_csv(sys.stdout, sep="\t", index=False, float_format="%.6f", lineterminator="\n")
    with tempfile.TemporaryDirectory() as name:
        sounds = []
        if arguments.look is not None and (arguments.out or arguments.html):
            sounds = model.cut(found, arguments.out or Path(name))
        if arguments.html is not None:
            search_page.write(arguments.html, title, found, arguments.look, sounds, THUMBNAIL)
