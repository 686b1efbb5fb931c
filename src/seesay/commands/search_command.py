"""The command `seesay search`: a table on standard output, and other requested files."""

import argparse
import sys
import tempfile
from pathlib import Path

import pandas as pd

from seesay.commands import search_page
from seesay.commands.search import Search
from seesay.settings.logmel import LogmelSettings
from seesay.shared import sound
from seesay.shared.errors import InputError
from seesay.shared.printable import printable

THUMBNAIL = 320  # px, the longer side
LONGEST_WORD = 2  # s; longer recordings are hardly one word


def search(arguments: argparse.Namespace) -> None:
    """Search as the parsed command line says. Raises InputError for a user's mistake."""
    model = Search(arguments.model, arguments.device, arguments.trust_model, arguments.fold)
    asked = arguments.say or arguments.look
    if not asked.is_file():
        raise InputError(f"{asked}: no such file")
    if arguments.say is not None:
        _warn(asked, model.recipe.logmel)
        found = model.say(arguments.say, arguments.top, arguments.split)
        shown, title = found.drop(columns="path"), f"Pictures for {arguments.say.name}"
    else:
        found = shown = model.look(arguments.look, arguments.top)
        title = f"Words for {arguments.look.name}"
    for name in shown.columns[[isinstance(kind, pd.StringDtype) for kind in shown.dtypes]]:
        shown = shown.assign(**{name: shown[name].map(printable, na_action="ignore")})
    shown.to_csv(sys.stdout, sep="\t", index=False, float_format="%.6f", lineterminator="\n")
    with tempfile.TemporaryDirectory() as name:
        sounds = []
        if arguments.look is not None and (arguments.out or arguments.html):
            sounds = model.cut(found, arguments.out or Path(name))
        if arguments.html is not None:
            search_page.write(arguments.html, title, found, arguments.look, sounds, THUMBNAIL)


def _warn(path: Path, settings: LogmelSettings) -> None:
    """Say on standard error if a recording is too long for a word, and which part is heard."""
    try:
        seconds = sound.facts(path).duration
    except InputError:
        return  # The search says what is wrong.
    if seconds > LONGEST_WORD:
        heard = "all of it is taken for one word"
        if settings.span != "word":
            heard = f"{settings.frames * settings.hop:.2f} s around its middle are heard"
        print(
            f"{printable(str(path))}: {seconds:.1f} s are long for one word; {heard}: cut the word"
            " out",
            file=sys.stderr,
        )
