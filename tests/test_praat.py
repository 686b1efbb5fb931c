"""TextGrids by tokens: what Praat, praatio and tgt read and write, and what only we read."""

import re
import unicodedata
from pathlib import Path

import parselmouth
import pytest
import tgt
from hypothesis import given, settings
from hypothesis import strategies as st
from parselmouth.praat import call
from praatio import textgrid as praatio_textgrid

from seesay.corpora.formats.praat import NoTextGridError, Tier, parse
from seesay.corpora.formats.tiers import label_of, sides, word_tiers
from support.textgrids import Made, plain, tiers, written

NEWLINES = st.sampled_from(["\n", "\r\n", "\r"])
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
MARKS = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}


def encoded(text: str, encoding: str) -> bytes:
    return MARKS.get(encoding, b"") + text.encode(encoding)


def read(content: bytes, encoding: str | None = None) -> list[tuple[str, str, list]]:
    """What we read: class, name, and the intervals of interval tiers."""
    return [
        (tier.kind, tier.name, tier.intervals() if tier.kind == "IntervalTier" else [])
        for tier in parse(content, encoding).tiers
    ]


def tidy(rows: list[tuple]) -> list[tuple]:
    """Intervals as we give them: without the empty ones, and without blanks around the text."""
    rows = [(*times, unicodedata.normalize("NFC", text).strip()) for *times, text in rows]
    return [row for row in rows if row[-1]]


def expected(made: list[Made]) -> list[tuple[str, str, list]]:
    return [
        (tier.kind, tier.name, tidy(tier.entries) if tier.kind == "IntervalTier" else [])
        for tier in made
    ]


def by_praat(path: Path) -> list[tuple[str, str, list]]:
    """What Praat itself reads."""
    found = parselmouth.Data.read(str(path))
    read_tiers = []
    for tier in range(1, call(found, "Get number of tiers") + 1):
        name = call(found, "Get tier name", tier)
        if not call(found, "Is interval tier", tier):
            read_tiers.append(("TextTier", name, []))
            continue
        rows = [
            (
                call(found, "Get start time of interval", tier, number),
                call(found, "Get end time of interval", tier, number),
                call(found, "Get label of interval", tier, number),
            )
            for number in range(1, call(found, "Get number of intervals", tier) + 1)
        ]
        read_tiers.append(("IntervalTier", name, tidy(rows)))
    return read_tiers


@settings(max_examples=300, deadline=None)
@given(made=tiers(), short=st.booleans(), newline=NEWLINES, encoding=ENCODINGS, data=st.data())
def test_grids_are_read_as_praat_reads_them(
    made, short, newline, encoding, data, tmp_path_factory: pytest.TempPathFactory
):
    random = data.draw(st.randoms(use_true_random=False))
    text = written(made, short, random.choice, newline)
    content = encoded(text, encoding)
    found = read(content)
    assert found == expected(made)
    path = tmp_path_factory.getbasetemp() / "praat.TextGrid"
    path.write_bytes(content)
    assert found == by_praat(path)


def simple(made: list[Made]) -> list[Made]:
    """The same with what praatio and tgt read right: names apart, letters, times from 1 ms."""
    return [
        Made(
            tier.kind,
            f"tier {number}",
            [
                (*(round(time, 3) for time in times), re.sub(r"[^abé ]|\n", "", text).strip())
                for *times, text in tier.entries
            ],
        )
        for number, tier in enumerate(made)
        if tier.kind == "IntervalTier" and all(row[1] - row[0] > 1e-3 for row in tier.entries)
    ]


@settings(max_examples=60, deadline=None)
@given(made=tiers().map(simple).filter(bool), short=st.booleans())
def test_grids_are_read_as_praatio_and_tgt_read_them(
    made, short, tmp_path_factory: pytest.TempPathFactory
):
    path = tmp_path_factory.getbasetemp() / "others.TextGrid"
    content = written(made, short, plain).encode()
    # tgt takes no blanks at the ends of lines.
    path.write_bytes(content.replace(b" \n", b"\n"))
    found = read(content)
    theirs = praatio_textgrid.openTextgrid(str(path), includeEmptyIntervals=True)
    by_praatio = [("IntervalTier", t.name, tidy([(*e,) for e in t.entries])) for t in theirs.tiers]
    assert found == expected(made) == by_praatio
    other = tgt.io.read_textgrid(str(path), include_empty_intervals=True)
    assert found == of_tgt(other)
    # And what they write: tgt without a line end after the last text.
    for form in ("long_textgrid", "short_textgrid"):
        theirs.save(str(path), format=form, includeBlankSpaces=True)
        assert read(path.read_bytes()) == found
    for form in ("long", "short"):
        tgt.io.write_to_file(other, str(path), format=form)
        assert not path.read_bytes().endswith(b"\n") or form == "long"
        assert read(path.read_bytes()) == found


def of_tgt(grid_of_tgt) -> list[tuple[str, str, list]]:
    return [
        ("IntervalTier", t.name, tidy([(i.start_time, i.end_time, i.text) for i in t.intervals]))
        for t in grid_of_tgt.tiers
    ]


PRAAT = Made("IntervalTier", "word", [(0, 1, "dog"), (1, 2, "runs"), (2, 4, "")])
RIGHT = [("IntervalTier", "word", [(0, 1, "dog"), (1, 2, "runs")])]


@pytest.mark.parametrize("short", [False, True])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("size = 3", "size = 2"),  # MFA, early in 2024; Praat passes the third over
        ("2\n3\n0", "2\n1\n0"),
        (" = ", "="),  # Praat does not read these
        (" = ", " ="),
        (" = ", "= "),
        ("intervals: size = ", "intervals:size="),
        ("xmin = 1", "xmin = 1.0E+00 ! a comment"),
        ('"word"', '"word" ! "a" comment 5\r'),
        ('TextGrid"\n\n', 'TextGrid"\n'),
        ('"ooTextFile"', '"ooTextFile short"'),
        ('"TextGrid"', '"TextGrid 1"'),
        ("item [1]:", "item[1]:"),
    ],
)
def test_what_others_write(old: str, new: str, short: bool):
    text = written([PRAAT], short, plain)
    assert read(text.replace(old, new).encode()) == RIGHT


@pytest.mark.parametrize("more", ["and words", "5", '"x" 5', '5 "x"', '"unclosed', "1 2"])
def test_what_comes_after_the_last_interval(more: str, tmp_path: Path):
    """Praat passes it over; a part of an interval is one that is cut off."""
    path = tmp_path / "a.TextGrid"
    path.write_text(f"{written([PRAAT], False, plain)}\n{more}\n")
    assert by_praat(path) == RIGHT
    if more == "1 2":
        with pytest.raises(NoTextGridError, match="cut off: 3 intervals where 4 should be"):
            read(path.read_bytes())
    else:
        assert read(path.read_bytes()) == RIGHT


@pytest.mark.parametrize("short", [False, True])
@pytest.mark.parametrize(
    ("number", "value"), [("-0.2", -0.2), ("1E-05", 1e-5), ("-1e-16", -1e-16), ("1e-05", 1e-5)]
)
def test_numbers(number: str, value: float, short: bool):
    text = written([Made("IntervalTier", "word", [(0.5, 2, "dog"), (2, 4, "")])], short, plain)
    assert read(text.replace("0.5", number).encode())[0][2] == [(value, 2, "dog")]


def test_a_tier_that_is_not_asked_for_costs_nothing():
    """Damage in it, another count, and another encoding: the words are there."""
    phones = Made("IntervalTier", "phone", [(0, 1, "one"), (1, 4, "two")])
    whole = written([phones, PRAAT, Made("TextTier", "mark", [(1, "x")])], False, plain)
    for old, new in [
        ('"one"', '"o"ne"'),
        ('"one"', '"o" and "ne"'),
        ('"one"', ""),
        ('"one"', '"\udce9"'),
        ("xmax = 1 ", "xmax = one "),
        ("size = 2", "size = 7"),
        ("size = 2", "size = 2x"),
        ("number = ", "time = "),
    ]:
        assert whole.count(old) > 0
        content = whole.replace(old, new, 1).encode("utf-8", "surrogateescape")
        words = parse(content).tiers[1]
        assert (words.name, words.intervals()) == RIGHT[0][1:], new


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ('"dog"', '"d"og"', "line 18: a text is cut off, or a quote inside it is not doubled"),
        ('"dog"', '"d" "og"', "line 18: the tier 'word' has 'og' where a number should be"),
        ('"dog"', "dog", "where a text should be"),
        ("xmax = 1 ", "xmax = 1,5 ", "line 17: '1,5' is no number"),
        ("size = 1", "size = 2", "cut off: 1 tiers where 2 should be"),
        ("size = 3", "size = 4", "cut off: 3 intervals where 4 should be"),
        ("size = 3", "size = 3\0", "line 14: '3\\x00' is no number"),
        ('"ooTextFile"', '"other"', "its first line does not say ooTextFile"),
        ('"TextGrid"', '"Collection"', "it holds 'Collection', not a TextGrid"),
        ("xmax = 4 \ntiers", "tiers", "cut off: the file ends in its head"),
    ],
)
def test_what_is_wrong_is_said(old: str, new: str, cause: str):
    text = written([PRAAT], False, plain)
    assert old in text
    with pytest.raises(NoTextGridError) as error:
        read(text.replace(old, new, 1).encode())
    assert cause in str(error.value)


def test_praats_other_formats_are_named(tmp_path: Path):
    path = tmp_path / "a.TextGrid"
    path.write_text(written([PRAAT], False, plain))
    grid_of_praat = parselmouth.Data.read(str(path))
    for command, cause in [
        ("Save as binary file...", "it is a binary file of Praat's; open it in Praat"),
        ("Save as chronological text file...", "it is a chronological TextGrid"),
    ]:
        call(grid_of_praat, command, str(path))
        with pytest.raises(NoTextGridError, match=cause):
            parse(path.read_bytes())


@settings(max_examples=150, deadline=None)
@given(made=tiers(), short=st.booleans(), data=st.data())
def test_a_grid_that_is_cut_off_is_never_taken_for_whole(made, short, data):
    content = written(made, short, plain).rstrip().encode()
    cut = data.draw(st.integers(0, len(content) - 1))
    try:
        found = parse(content[:cut])
    except NoTextGridError:
        return
    assert found.tiers[-1].cut
    assert [read_tier(tier) for tier in found.tiers[:-1]] == expected(made)[:-1]
    if made[-1].kind == "IntervalTier":
        with pytest.raises(NoTextGridError, match="cut off"):
            found.tiers[-1].intervals()


def read_tier(tier: Tier) -> tuple[str, str, list]:
    return (tier.kind, tier.name, tier.intervals() if tier.kind == "IntervalTier" else [])


@settings(max_examples=200, deadline=None)
@given(made=tiers(), short=st.booleans(), data=st.data())
def test_damage_is_named_and_nothing_worse(made, short, data):
    content = bytearray(written(made, short, plain).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=3))
    try:
        read(bytes(content))
    except NoTextGridError as error:
        cause = str(error)
    else:
        cause = ""
    assert cause.isprintable()


def test_latin_1_is_read_where_it_is_named():
    text = written([Made("IntervalTier", "mots é", [(0, 4, "été")])], False, plain)
    assert read(text.encode("latin-1"), "latin-1") == [("IntervalTier", "mots é", [(0, 4, "été")])]
    assert read(text.encode("utf-8"), "latin-1") == read(text.encode("utf-8"))


def test_decomposed_letters_are_composed():
    text = written([Made("IntervalTier", "cafe\u0301", [(0, 4, "cafe\u0301")])], False, plain)
    assert read(text.encode()) == [("IntervalTier", "café", [(0, 4, "café")])]


@pytest.mark.parametrize(
    ("tier", "label"),
    [
        ("word", ""),
        ("WORD", ""),
        ("A word", "A"),
        ("word_B", "B"),
        ("word 2", "2"),
        ("F12_word", "F12"),
        ("word.F12", "F12"),
        ("M9 word", None),
        ("F12 - word", "F12"),
        ("John Smith - word", "John Smith"),
        ("ES2002a.H-0 - word", "ES2002a.H-0"),
        ("word: left", "left"),
        ("word - ann", "ann"),
        ("words", None),
        ("sword", None),
        ("keyword A", None),
        ("word category", None),
        ("word_category", None),
        ("word-class", None),
        ("key_word", None),
        ("non-word", None),
        ("A word category", None),
        ("ann - word category", None),
    ],
)
def test_labels_of_tiers(tier: str, label: str | None):
    assert label_of(tier, "word", ["F12", "M3"]) == label


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["word", "word category"], ["word"]),
        (["word category", "phone"], []),
        (
            ["ann - words", "ann - phones", "bob - words", "transcript"],
            ["ann - words", "bob - words"],
        ),
        (["A - words", "ann - words"], ["A - words", "ann - words"]),
        (["words", "ann - words"], ["words"]),
        (["word", "word_2"], ["word", "word_2"]),
        (["ORT-MAU", "KAN-MAU", "MAU"], ["ORT-MAU"]),
        (["words", "Word"], ["Word"]),
        (["ann words", "bob words", "cy words"], ["ann words", "bob words", "cy words"]),
        (["ann_Word", "notes", "bob_word"], ["ann_Word", "bob_word"]),
        (["key word", "non-word"], []),
        (["ann words", "notes"], []),
    ],
)
def test_tiers_of_words(names: list[str], chosen: list[str]):
    made = [Made("IntervalTier", name, [(0, 4, "a")]) for name in names]
    found = parse(written(made, True, plain).encode()).tiers
    assert [
        tier.name
        for _, tier in word_tiers(found, ("word", "words", "ort-mau", "ort", "transcript"), [])
    ] == chosen


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["1", "2", "3"], [0, 1, 2]),
        (["0", "1"], [0, 1]),  # counted from 0, as CTMs of lhotse
        (["0", "2"], [None, 1]),
        (["1034", "1089"], [None, None]),  # talkers, as LibriSpeech calls them
        (["B", "A", "right"], [1, 0, 1]),
    ],
)
def test_channels_that_labels_say(labels: list[str], expected: list[int | None]):
    found = sides(labels)
    assert [found.get(label.lower()) for label in labels] == expected
