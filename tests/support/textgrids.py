"""TextGrids made up: what is in them, and the many ways in which it can be written down."""

from dataclasses import dataclass
from itertools import pairwise

from hypothesis import strategies as st

Entry = tuple[float, ...]
# Praat's own words among the labels, and what begins a token or a comment.
LABELS = st.one_of(
    st.sampled_from(
        [
            "",
            "cat",
            "the",
            " two  words ",
            "item [2]:",
            "intervals [1]:",
            "xmin = 3",
            '"IntervalTier"',
        ]
    ),
    st.text(st.sampled_from('ab é"!<>=-+0.7[]:ñ中\n'), max_size=8),
)


@dataclass(frozen=True)
class Made:
    """A tier: its class, its name, and (start, end, text) or (time, text) of its entries."""

    kind: str
    name: str
    entries: list[tuple]


@st.composite
def tiers(draw, least: int = 1) -> list[Made]:
    """Tiers from 0 to 4 s: intervals that fill it, points anywhere."""
    made = []
    for number in range(draw(st.integers(least, 3))):
        name = draw(st.sampled_from(["word", "phone", "ann - words", 'a "name"', "mots é"]))
        inner = draw(st.lists(st.integers(1, 3999), max_size=4, unique=True))
        scale = draw(st.sampled_from([1e-3, 1.00000001e-3, 1e-7]))
        if draw(st.integers(0, 3)) == 0:
            rows = [(time * scale, draw(LABELS)) for time in sorted(inner)]
            made.append(Made("TextTier", f"{name}{number}", rows))
        else:
            bounds = [0, *(time * scale for time in sorted(inner)), 4]
            rows = [(a, b, draw(LABELS)) for a, b in pairwise(bounds)]
            made.append(Made("IntervalTier", name, rows))
    return made


def written(made: list[Made], short: bool, choose, newline: str = "\n") -> str:
    """A TextGrid's text; `choose(options)` picks how each part is written, the first is Praat's."""

    def quoted(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    def number(value: float) -> str:
        ways = [f"{value:.17g}", repr(float(value)), f"{value:.17E}", f"+{value:.17g}"]
        return choose(ways) if value else choose(["0", "0.0", "0e5", "-0"])

    def line(words: str, value: str) -> str:
        words = "" if short else choose([f"{words} = ", f"{words}\t=  ", f"{words} =\n", ""])
        end = choose([" ", "", ' ! "no" text <or> 5', "\n", " more words", " \t"])
        return choose(["", "    ", "\t"]) + words + value + end + "\n"

    text = 'File type = "ooTextFile"\n' + choose(["", "\n", "! 3 comments\n"])
    text += choose(['Object class = "TextGrid"\n', '"TextGrid"\n']) + choose(["\n", ""])
    text += line("xmin", "0") + line("xmax", "4") + ("" if short else "tiers? ") + "<exists>\n"
    text += line("size", str(len(made))) + ("" if short else "item []:\n")
    for place, tier in enumerate(made, start=1):
        text += "" if short else f"    item [{place}]:\n"
        text += line("class", quoted(tier.kind)) + line("name", quoted(tier.name))
        points = tier.kind == "TextTier"
        text += line("xmin", "0") + line("xmax", "4")
        text += line("points: size" if points else "intervals: size", str(len(tier.entries)))
        names = [choose(["number", "time"])] if points else ["xmin", "xmax"]
        for index, (*times, label) in enumerate(tier.entries, start=1):
            text += "" if short else f"        {'points' if points else 'intervals'} [{index}]:\n"
            for name, time in zip(names, times, strict=True):
                text += line(name, number(time))
            text += line("mark" if points else "text", quoted(label))
    # The last line end may be missing.
    text = choose([text, text.rstrip()])
    return text.replace("\n", newline)


def plain(options: list[str]) -> str:
    """Praat's own way of writing."""
    return options[0]
