"""What each synthetic talker says: which words how often, and in which sentences.

Captions are dealt to the talkers, and a talker's bag holds the words of his captions, a
surplus of them, and fillers. The bag is shuffled into short sentences in which no two words
of one caption of his stand side by side: a window around a word that reaches into the next
one then never tells what else the caption says.
"""

import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from seesay.randomness import generator
from seesay.synthesis_lexicon import LEXICON

# Length classes of replacement, in letters: 1-2, 3-4, 5-6, 7-8, 9-10, 11 and more.
LONGEST_CLASS = 6
# How many words further down the shuffled bag a neighbour from another caption is sought.
SEARCH = 60


@dataclass(frozen=True)
class Spoken:
    """A word to be said once.

    `captions` is a bit mask: the captions dealt to the talker in which the word occurs (for a
    filler: the word that it stands for); 0 for a word of none.
    """

    word: str
    pos: str
    captions: int = 0


def length_class(word: str) -> int:
    """0 for 1-2 letters, 1 for 3-4, ... 5 for 11 and more."""
    return min((len(word) - 1) // 2, LONGEST_CLASS - 1)


def choose_fillers(words: pd.DataFrame, unsaid: float, seed: int) -> dict[str, str]:
    """The caption words that nobody says, and the filler said in the place of each.

    `words` is the table `caption_words`. Of each part of speech about the share `unsaid` of
    the types is taken, spread evenly over the ranks of frequency: one at random of each block
    of consecutive ranks. A filler has its word's part of speech and length class, and no
    caption uses it. Words with other signs than letters are unsaid always: LUCID's layout
    keeps such signs for noises and cut-off words.
    """
    random = generator("synthesis", "unsaid", seed)
    free = _free(words)
    counts = words.groupby(["pos", "lemma"]).size().rename("count").reset_index()
    # What is said as one part of speech cannot be unsaid as another.
    counts = counts[~counts["lemma"].duplicated(keep=False)]
    counts = counts.sort_values(["pos", "count", "lemma"], ascending=[True, False, True])
    fillers: dict[str, str] = {}

    def take(lemma: str, pos: str) -> bool:
        fit = [word for word in free.get(pos, []) if length_class(word) == length_class(lemma)]
        if fit:
            fillers[lemma] = str(random.choice(fit))
            free[pos].remove(fillers[lemma])
        return bool(fit)

    signs = words.loc[~words["lemma"].map(str.isalpha), ["lemma", "pos"]].drop_duplicates()
    for lemma, pos in signs.sort_values("lemma").itertuples(index=False):
        if lemma not in fillers and not take(lemma, pos):
            print(f"no filler for {lemma!r}, which nobody says", file=sys.stderr)
    for pos, group in counts[counts["lemma"].map(str.isalpha)].groupby("pos", sort=True):
        blocks = round(unsaid * len(group)) or int(unsaid > 0 and len(group) > 1)
        for block in np.array_split(group["lemma"].to_numpy(), blocks) if blocks else []:
            # A word without a filler in the lexicon leaves its place to the next.
            any(take(str(lemma), str(pos)) for lemma in random.permutation(block))
    return fillers


def bags(
    words: pd.DataFrame,
    talkers: Sequence[str],
    fillers: dict[str, str],
    surplus: float,
    further: int,
    further_share: float,
    seed: int,
) -> dict[str, list[Spoken]]:
    """The words that each talker says, as often as he says them, in no particular order.

    Captions are dealt to `talkers` evenly. A talker says each word of his captions as often as
    they use it, and `surplus` - 1 times as many tokens besides, shared among his types by the
    square root of their counts: it is the rare words whose lack makes a caption unsayable.
    `further` types that stand for nothing add `further_share` times the captions' tokens, with
    Zipf's counts, dealt at random.
    """
    random = generator("synthesis", "bags", seed)
    captions = words[["image_id", "caption"]].drop_duplicates().sort_values(["image_id", "caption"])
    dealt = np.empty(len(captions), dtype=np.int64)
    dealt[random.permutation(len(captions))] = np.arange(len(captions)) % len(talkers)
    captions = captions.assign(talker=dealt)
    captions["number"] = captions.groupby("talker").cumcount()
    words = words.merge(captions, on=["image_id", "caption"])
    words = words[words["lemma"].map(lambda word: word.isalpha() or word in fillers)]

    found: dict[str, list[Spoken]] = {talker: [] for talker in talkers}
    for talker, group in words.groupby("talker", sort=True):
        types = group.groupby(["lemma", "pos"], sort=True)["number"].agg(list)
        demand = np.array([len(numbers) for numbers in types], dtype=np.float64)
        weight = np.sqrt(demand)
        extra = (surplus - 1) * demand.sum() * weight / weight.sum()
        supply = demand + np.floor(extra + random.random(len(demand)))
        for (lemma, pos), numbers, count in zip(types.index, types, supply, strict=True):
            mask = sum(1 << number for number in set(numbers))
            spoken = Spoken(fillers.get(lemma, lemma), pos, mask)
            found[talkers[int(talker)]] += [spoken] * int(count)

    free = _free(words, set(fillers.values()))
    types_left = [(word, pos) for pos, kind in sorted(free.items()) for word in kind]
    chosen = random.permutation(len(types_left))[:further]
    if len(chosen):
        zipf = 1 / np.arange(1, len(chosen) + 1)
        counts = np.maximum(1, np.round(further_share * len(words) * zipf / zipf.sum()))
        for which, count in zip(chosen, counts, strict=True):
            for talker in random.integers(len(talkers), size=int(count)):
                found[talkers[talker]].append(Spoken(*types_left[which]))
    return found


def sentences(bag: Sequence[Spoken], random: np.random.Generator) -> list[list[str]]:
    """The words of a talker's bag in sentences of 5 to 9 words or little more.

    Content words stand where their part of speech is plain (the ADJ NOUN, is VERBing ADV), with
    function words between. Words that share a caption are never neighbours: where no other
    word is left, the sentence ends and a pause parts them.
    """
    order = [bag[i] for i in random.permutation(len(bag))]
    kinds = {
        pos: [word for word in order if word.pos == pos] for pos in ("NOUN", "VERB", "ADJ", "ADV")
    }
    nouns = _attach(kinds["ADJ"], kinds["NOUN"], before=True)
    verbs = _attach(kinds["ADV"], kinds["VERB"], before=False)
    things = deque([nouns[i] for i in random.permutation(len(nouns))])
    deeds = deque([verbs[i] for i in random.permutation(len(verbs))])
    # After a thing comes a deed as often as there are deeds, so both run out together.
    odds = len(deeds) / max(1, len(things))
    found = []
    while things or deeds:
        length = random.integers(5, 10)
        sentence: list[str] = []
        last: Spoken | None = None
        after_deed = True
        while len(sentence) < length:
            wants_deed = bool(deeds) and not after_deed and random.random() < max(odds, 0.1)
            queue = deeds if wants_deed or not things else things
            phrase = _next(queue, last)
            if phrase is None:
                break
            is_deed = queue is deeds
            sentence += _say(phrase, is_deed, bool(sentence), after_deed, random)
            last, after_deed = phrase[-1], is_deed
        found.append(sentence)
    return found


def _free(words: pd.DataFrame, used: set[str] | None = None) -> dict[str, list[str]]:
    """The lexicon without the words that captions, or `used`, have."""
    taken = {*words["lemma"], *words["text"], *(used or ())}
    return {pos: [word for word in kind if word not in taken] for pos, kind in LEXICON.items()}


def _attach(guests: list[Spoken], hosts: list[Spoken], before: bool) -> list[list[Spoken]]:
    """Phrases: each guest beside a host of no common caption, alone if there is none near."""
    waiting = deque([[host] for host in hosts])
    phrases = []
    for guest in guests:
        host = _next(waiting, guest) or []
        phrases.append([guest, *host] if before else [*host, guest])
    return [*phrases, *waiting]


def _next(queue: "deque[list[Spoken]]", last: Spoken | None) -> list[Spoken] | None:
    """Take the first phrase near the front that shares no caption with the word before it."""
    for place in range(min(SEARCH, len(queue))):
        phrase = queue[place]
        if last is None or not any(word.captions & last.captions for word in phrase):
            del queue[place]
            return phrase
    return None


def _say(
    phrase: list[Spoken], deed: bool, goes_on: bool, after_deed: bool, random: np.random.Generator
) -> list[str]:
    """A phrase with the function words that make its parts of speech plain."""
    words = [spoken.word for spoken in phrase]
    if deed:
        if phrase[0].pos != "VERB":
            return ["it", "is", *words] if not goes_on else ["and", *words]
        if words[0].endswith("ing"):
            return ["is", *words] if goes_on else ["he", "is", *words]
        if words[0].endswith(("s", "ed")):
            return words if goes_on else ["he", *words]
        return ["will", *words] if goes_on else ["they", "will", *words]
    link = ["and"] if goes_on and not after_deed else ["with"] if goes_on else []
    ending = [] if phrase[-1].pos == "NOUN" else ["one"]
    return [*link, str(random.choice(["the", "a"])), *words, *ending]
