"""The folder of everything that a run writes."""

import os
import re
from typing import Annotated

from pydantic import AfterValidator

LONGEST = 200  # bytes of a name; file systems take 255, and names of parts are longer


def folder(given: str) -> str:
    """The results folder as rules name it: `~` expanded, without `./`, `//` and a last `/`.

    Raises ValueError for a path that no rule can name.
    """
    path = os.path.normpath(os.path.expanduser(given)) if given.strip() else ""
    if path in ("", ".", "/", "//") or os.path.basename(path) == "..":
        raise ValueError("results needs a folder of its own, as in results/pascal")
    if path.startswith("-"):
        raise ValueError("a path that begins with - is read as an option; give another name")
    if path.startswith("~"):
        raise ValueError("no such user's home; write the path in full")
    if re.search("[{}<>]", path):
        raise ValueError("braces and <> stand for variables in rules; give another name")
    if not path.isprintable():
        raise ValueError("only what can be printed may stand in a path; give another name")
    long = [name for name in path.split("/") if len(os.fsencode(name)) > LONGEST]
    if long:
        raise ValueError(f"a name of {len(os.fsencode(long[0]))} bytes; at most {LONGEST}")
    return path


ResultsFolder = Annotated[str, AfterValidator(folder)]
