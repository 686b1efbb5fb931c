"""Generated CTMs, tables, grids and names: every row is a word or a reject, as an oracle says.

The oracles are written anew, row by row, with none of the readers' functions.
"""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seesay.corpora import SPEECH, finding
from seesay.settings.corpora import Corpus
from support.speech_layouts import sound
from support.textgrids import plain, tiers, written

# Audio files, and what a text may call them: only the first five find one.
FILES = {"one": 1, "sub/two.x": 2, "sub/same": 1, "same": 1, "été": 1}
NAMES = {
    "one": "one",
    "one.wav": "one",
    "two.x": "sub/two.x",
    "sub/same": "sub/same",
    "e\u0301te\u0301": "été",
    "./same.wav": "same",
    "two": "",
    "one.x": "",
    "none": "",
}
TIMES = ["0.1", "0.25", "1e-1", "1.5", "-0.2", "x", "nan", "1_0", "inf", ""]
WORDS = ["cat", "the", "e\u0301te\u0301", "<um>", "cut-", "[noise]", "x\u00ady", "sil"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("generated")
    for name, channels in FILES.items():
        sound(made / f"{name}.wav", channels=channels, seconds=4)
    return made


def read(reader: str, folder: Path, **options):
    return finding.find(Corpus(reader=reader, path=str(folder), options=options), SPEECH).read()


def number(text: str) -> float | None:
    """A finite number as a person would read it."""
    if any(mark not in "0123456789.e-" for mark in text) or not text or text == "e":
        return None
    return float(text)


def is_noise(word: str) -> bool:
    return word[0] in "<[" or word[-1] == "-" or word == "sil"


def outcome(name: str, talker: str, word: str, onset: float | None, offset: float | None):
    """A word's row of the oracle, "noise", or None where it is refused."""
    word = word.replace("e\u0301", "é").replace("\u00ad", "")
    if is_noise(word):
        return "noise"
    if None in (onset, offset) or not NAMES[name] or not talker:
        return None
    if onset < 0 or offset <= onset:
        return None
    return NAMES[name], talker, word, round(onset, 6), round(offset, 6)


def compare(found, rows: dict[str, object], left_out: int = 0) -> None:
    """Every row of `rows` (by its id) is once in the words, the rejects or what is counted."""
    _, words, rejects = found
    expected = Counter(row for row in rows.values() if isinstance(row, tuple))
    got = [
        (w.recording_id.split("#")[0], w.talker, w.word, round(w.onset, 6), round(w.offset, 6))
        for w in words
    ]
    assert Counter(got) == expected
    refused = [reject.id for reject in rejects if not reject.by_rule and reject.id in rows]
    assert sorted(refused) == sorted(name for name, row in rows.items() if row is None)
    counted = sum(int(reject.reason.split()[0]) for reject in rejects if reject.by_rule)
    assert counted == left_out + sum(row == "noise" for row in rows.values())


LINES = st.one_of(
    st.tuples(
        st.sampled_from(sorted(NAMES)),
        st.sampled_from(["1", "A", "2", "B", "0", "C", "*"]),
        st.sampled_from(TIMES[:-1]),
        st.sampled_from(TIMES[:-1]),
        st.sampled_from(WORDS),
        st.sampled_from(["", "0.9", "0.9 lex ann", "0.9 lex unknown"]),
    ).map(" ".join),
    st.sampled_from(["", ";; one 1 0.1 0.2 cat", "one 1 0.1", "  one\t1   0.1 0.2  cat "]),
    st.sampled_from(["one 1 * * <ALT_BEGIN>", "one 1 * * <ALT>", "one 1 * * <ALT_END>"]),
    st.sampled_from(["one 2 * * <ALT>"]),
)


def ctm_rows(lines: list[str]) -> tuple[dict[str, object], int]:
    split = [line.split() for line in lines]
    zero = any(len(c) > 4 and c[1] == "0" and c[0] != ";;" for c in split)
    rows: dict[str, object] = {}
    left_out, depth, last = 0, 0, None
    for place, cells in enumerate(split, start=1):
        if not cells or cells[0] == ";;":
            continue
        name = f"a.ctm:{place}"
        if len(cells) < 5:
            rows[name] = None
            continue
        if (cells[0], cells[1]) != last:
            depth, last = 0, (cells[0], cells[1])
        channels = {"A": 0, "B": 1} | {str(n + (not zero)): n for n in range(3)}
        if cells[4] in ("<ALT_BEGIN>", "<ALT>", "<ALT_END>"):
            depth = {"<ALT_BEGIN>": 1, "<ALT>": depth + 1, "<ALT_END>": 0}[cells[4]]
            rows[name] = "noise"
        elif cells[1] not in channels:
            rows[name] = None
        elif depth > 1:
            left_out += 1
        else:
            onset, length = number(cells[2]), number(cells[3])
            offset = None if None in (onset, length) else onset + length
            bare = cells[0].removesuffix(".wav").removeprefix("./").replace("e\u0301", "é")
            channel = channels[cells[1]]
            talker = "ann" if cells[-1] == "ann" else bare + (f"#{channel}" if channel else "")
            rows[name] = outcome(cells[0], talker, cells[4], onset, offset)
    return rows, left_out


@settings(max_examples=150, deadline=None)
@given(lines=st.lists(LINES, max_size=14))
def test_generated_ctms(folder: Path, lines: list[str]):
    (folder / "a.ctm").write_text("\n".join(lines), encoding="utf-8")
    compare(read("ctm", folder), *ctm_rows(lines))


CELLS = st.tuples(
    st.sampled_from(sorted(NAMES)),
    st.sampled_from(TIMES),
    st.sampled_from(TIMES),
    st.sampled_from(WORDS),
    st.sampled_from(["ann", "b\u0301b", ""]),
    st.sampled_from(["1", "A", "2", "0", "x"]),
)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(CELLS, max_size=12),
    widths=st.lists(st.integers(5, 7), max_size=12),
    channels=st.booleans(),
    comma=st.booleans(),
    newline=st.sampled_from(["\n", "\r\n", "\r", "\n\n"]),
)
def test_generated_tables(folder: Path, rows, widths, channels, comma, newline):
    header = ["file", "onset", "offset", "word", "speaker", "side"]
    lines, expected = [header], {}
    blank = newline == "\n\n"
    table = "w.csv" if comma else "w.tsv"
    for place, cells in enumerate(rows):
        width = widths[place] if place < len(widths) else 6
        lines.append([*cells, "more"][:width])
        line = 1 + (place + 1) * (1 + blank)
        file, onset, offset, word, talker, side = cells
        row = outcome(file, talker, word, number(onset), number(offset))
        bad_side = channels and side not in ("1", "A", "2")
        expected[f"{table}:{line}"] = None if width != 6 or bad_side else row
    separator = "," if comma else "\t"
    text = newline.join(separator.join(line) for line in lines) + newline
    (folder / table).write_bytes(text.encode())
    columns = {"channel": "side"} if channels else {}
    compare(read("tsv", folder, table=table, columns=columns), expected)


@settings(max_examples=60, deadline=None)
@given(made=tiers(), short=st.booleans())
def test_generated_grids(folder: Path, made, short):
    """Every interval of the tiers that are read is once a word, a reject, or counted."""
    path = folder / "one.TextGrid"
    path.write_bytes(written(made, short, plain).encode())
    try:
        _, words, rejects = read("textgrid", folder)
    finally:
        path.unlink()
    names = [tier.name for tier in made if tier.kind == "IntervalTier"]
    chosen = [n for n in ("word", "ann - words") if n in names][:1]
    rows = [
        label.replace("\n", " ").split()
        for tier in made
        if tier.name in chosen and tier.kind == "IntervalTier"
        for *_, label in tier.entries
    ]
    rows = [row for row in rows if row]
    told = [r for r in rejects if r.reason.startswith("another talker's tier")]
    assert {r.id for r in told} <= {f"one.TextGrid:{name}" for name in names}
    rejects = [r for r in rejects if r not in told]
    counted = sum(int(r.reason.split()[0]) for r in rejects if r.by_rule)
    lines = [r for r in rejects if r.id.startswith("one.TextGrid:")]
    assert len(words) + len(lines) + counted == len(rows)
    assert Counter(w.word for w in words) <= Counter(row[0] for row in rows)


NAME = st.from_regex(r"[a-z]{1,3}([ _-]?[0-9]{1,2})?|[0-9]{1,2}", fullmatch=True)


def isolated_word(name: str) -> str:
    """The word in a file's name: what is left without a take's number."""
    last = name.rsplit("/", 1)[-1]
    bare = last.rstrip("0123456789")
    return last if bare == "" else bare.rstrip(" _-") if bare != last else last


@settings(max_examples=60, deadline=None)
@given(
    names=st.lists(st.lists(NAME, min_size=1, max_size=3).map("/".join), min_size=1, unique=True)
)
def test_generated_names_of_isolated_words(names, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("isolated")
    wav = sound(tmp_path_factory.getbasetemp() / "sound" / "a.wav", seconds=0.1).read_bytes()
    for name in names:
        path = folder / f"{name}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(wav)
    # Options of the defaults' values: names with numbers in the middle are no mistake here.
    _, words, rejects = read("isolated", folder, edges="file", talker="^(?:([^/]+)/)?")
    expected = {
        name: (name.split("/")[0] if "/" in name else "", isolated_word(name)) for name in names
    }
    assert {w.recording_id: (w.talker, w.word) for w in words} == {
        name: row for name, row in expected.items() if row[0]
    }
    # A file in no folder has no talker here.
    assert sorted(r.id for r in rejects) == sorted(n for n, row in expected.items() if not row[0])
