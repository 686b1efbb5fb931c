"""The order of experiments: one for rules, tables, report, study and compare."""

from collections.abc import Iterable

FIRST = ("paper", "base", "best")


def ordered(names: Iterable[str]) -> list[str]:
    """Names as they came, without repeats, behind those of FIRST.

    >>> ordered(["wide", "best", "another", "paper"])
    ['paper', 'best', 'wide', 'another']
    """
    given = dict.fromkeys(names)
    return [*(name for name in FIRST if name in given), *(n for n in given if n not in FIRST)]
