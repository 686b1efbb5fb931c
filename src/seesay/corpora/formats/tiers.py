"""Finds the word tiers of a TextGrid, and their talkers by the labels in their names.

A word tier has a name of the list, or carries a label beside it:

* one letter, a number, left, right, or a talker in the file's name, before or after it,
  separated by blanks or by one of `_ . : -`: `A word`, `word_2`, `F12_word`;
* any other talker before or after it, separated by `:` or ` - `: `ann - words`, `words: ann`;
* otherwise any talker before it, if several tiers have one, separated alike by one blank,
  `_`, `.` or `-`: `ann words` and `bob words`.

So `word category` and `key_words` are no word tiers. If a tier has no label, other talkers' tiers
do not count.
"""

import re
from collections.abc import Sequence

from seesay.corpora.formats.praat import Tier

CHANNELS = {"a": 0, "b": 1, "1": 0, "2": 1, "l": 0, "r": 1, "left": 0, "right": 1}
SHORT = (r"(.+?)[\s_.:-]+{name}", r"{name}[\s_.:-]+(.+?)")
SINGLE = (" ", "_", ".", "-")
LONG = (r"(.+?)(?:\s+-\s+|\s*:\s*){name}", r"{name}(?:\s+-\s+|\s*:\s*)(.+?)")


def word_tiers(
    tiers: Sequence[Tier], names: Sequence[str], talkers: Sequence[str]
) -> list[tuple[str, Tier]]:
    """The interval tiers of words, each with its label ("" for none), in the file's order.

    `names` are in order of preference; `talkers` are those in the recording's name.
    """
    intervals = [tier for tier in tiers if tier.kind == "IntervalTier"]
    for name in names:
        labels = [label_of(tier.name, name, talkers) for tier in intervals]
        found = zip(labels, intervals, strict=True)
        chosen = [(label, tier) for label, tier in found if label is not None]
        if "" in labels:
            chosen = [one for one in chosen if one[0] == "" or one[0].lower() in CHANNELS]
        if chosen:
            return chosen
    return next(filter(None, (_alike(intervals, name) for name in names)), [])


def _alike(tiers: Sequence[Tier], name: str) -> list[tuple[str, Tier]]:
    """The tiers of several talkers, all separated alike before `name`; otherwise none."""
    for mark in SINGLE:
        end = f"{mark}{name}".lower()
        labels = [
            (tier.name[: -len(end)], tier) for tier in tiers if tier.name.lower().endswith(end)
        ]
        if len({label for label, _ in labels if label}) == len(labels) > 1:
            return labels
    return []


def passed_over(
    tiers: Sequence[Tier],
    chosen: Sequence[tuple[str, Tier]],
    names: Sequence[str],
    talkers: Sequence[str],
) -> list[Tier]:
    """The labelled word tiers of talkers who are not among the chosen."""
    have = {label.lower() for label, _ in chosen}
    taken = [tier for _, tier in chosen]
    return [
        tier
        for tier in tiers
        if tier.kind == "IntervalTier" and not any(tier is other for other in taken)
        for label in [
            next(filter(None, (label_of(tier.name, name, talkers) for name in names)), "")
        ]
        if label and label.lower() not in have
    ]


def sides(labels: Sequence[str]) -> dict[str, int]:
    """The channel, from 0, of each label that gives one: a letter, a side or a number.

    Consecutive numbers from 1, or from 0, count the channels.
    """
    numbers = sorted({int(label) for label in labels if re.fullmatch(r"[0-9]{1,3}", label)})
    first = numbers[0] if numbers else 1
    counted = first < 2 and numbers == list(range(first, first + len(numbers)))
    said = {str(number): number - first for number in numbers} if counted else {}
    return CHANNELS | said


def label_of(tier: str, name: str, talkers: Sequence[str] = ()) -> str | None:
    """The label beside `name` in a tier's name; "" for none, None for another tier.

    Ignores case.
    """
    if tier.lower() == name.lower():
        return ""
    short = {"left", "right", *(talker.lower() for talker in talkers)}
    for pattern in (*SHORT, *LONG):
        found = re.fullmatch(pattern.format(name=re.escape(name)), tier, flags=re.IGNORECASE)
        label = found.group(1) if found else ""
        if label and (pattern in LONG or label.lower() in short or re.match(r"(\w|\d+)$", label)):
            return label
    return None
