"""The script of each synthetic talker: how often each word is said, and in which sentences.

Captions are dealt to the talkers, and a talker's bag holds the words of these captions, a surplus
of them, and fillers. The bag is shuffled into short sentences in which two words of one caption
dealt to the talker are never neighbours, so a window that reaches into the next word seldom reveals
what else the caption says (matching may still give the caption to another talker).
"""

import sys
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import pandas as pd

from seesay.audio.synthesis_lexicon import LEXICON
from seesay.captions.dictionary import Dictionary
from seesay.captions.kinds import length_class
from seesay.shared.randomness import generator

# How far down the shuffled bag to look for a neighbour from another caption.
SEARCH = 60


@dataclass(frozen=True)
class Spoken:
    """A word to be said once.

    `captions` is a bit mask of the captions, dealt to the talker, that contain the word (for a
    filler: the word that it stands for); 0 for a word of none.
    """

    word: str
    pos: str
    captions: int = 0


def choose_fillers(words: pd.DataFrame, unsaid: float, seed: int) -> dict[str, str]:
    """The caption words that nobody says, and the filler that replaces each.

    `words` is the table `caption_words`. From each part of speech, about the share `unsaid` of the
    types is taken, spread evenly over the frequency ranks: one at random from each block of
    consecutive ranks. A filler has its word's part of speech and length class, and no caption uses
    it. Words with other signs than letters are always unsaid, because LUCID's layout uses such
    signs for noises and cut-off words.
    """
    random = generator("synthesis", "unsaid", seed)
    free = _free(words)
    counts = words.groupby(["pos", "lemma"]).size().rename("count").reset_index()
    # A word said as one part of speech cannot be unsaid as another.
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
            # If the lexicon has no filler for a word, the next word takes its place.
            any(take(str(lemma), str(pos)) for lemma in random.permutation(block))
    return fillers


def bags(
    words: pd.DataFrame,
    talkers: Sequence[str],
    fillers: dict[str, str],
    surplus: float,
    further: int,
    seed: int,
) -> dict[str, list[Spoken]]:
    """The words that each talker says, once for each time, in no particular order.

    Captions are dealt to `talkers` evenly. A talker says each word of these captions as often as
    they use it, and `surplus` - 1 times as many additional tokens, shared among the talker's types
    by the square root of their counts, because it is rare words that captions lack. Anyone says
    `further` types that stand for nothing (see `_further`).
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
            found[talkers[int(str(talker))]] += [spoken] * int(count)

    for spoken, count in _further(words, fillers, further, random):
        for talker in random.integers(len(talkers), size=count):
            found[talkers[talker]].append(spoken)
    return found


def top_up(
    said: dict[str, list[Spoken]],
    words: pd.DataFrame,
    fillers: dict[str, str],
    engines: Sequence[str],
    least: int,
    seed: int,
) -> None:
    """Add to the bags `said` until each engine says each caption word `least` times.

    `engines` is each talker's. Otherwise talkers of a single engine say a rare word.
    """
    random = generator("synthesis", "least", seed)
    types = words[["lemma", "pos"]].drop_duplicates().sort_values(["lemma", "pos"])
    types = types[types["lemma"].map(lambda word: word.isalpha() or word in fillers)]
    own = {
        name: {(spoken.word, spoken.pos): spoken for spoken in bag} for name, bag in said.items()
    }
    for engine in sorted(set(engines)):
        talkers = [name for name, its in zip(said, engines, strict=True) if its == engine]
        counts = Counter((s.word, s.pos) for name in talkers for s in said[name])
        for lemma, pos in types.itertuples(index=False):
            key = (fillers.get(lemma, lemma), pos)
            for talker in random.integers(len(talkers), size=max(0, least - counts[key])):
                name = talkers[talker]
                said[name].append(own[name].get(key, Spoken(*key)))


def _further(
    words: pd.DataFrame, fillers: dict[str, str], further: int, random: np.random.Generator
) -> list[tuple[Spoken, int]]:
    """Lexicon words that stand for no caption word, and their counts.

    Their counts are taken from the captions' words, evenly over the ranks of their part of speech,
    so they are as Zipf-like and shift no frequency rank much. None has the part of speech and
    length class of an unsaid word: matching would choose it instead of the filler, which the
    talkers of its captions say often enough.
    """
    free = _free(words, fillers.values())
    kinds = words.groupby("lemma")["pos"].first()
    cells = {(kinds[word], length_class(word)) for word in fillers}
    types = [(word, pos) for pos in sorted(free) for word in free[pos]]
    types = [(word, pos) for word, pos in types if (pos, length_class(word)) not in cells]
    chosen = [types[which] for which in random.permutation(len(types))[:further]]
    found = []
    for pos in sorted({pos for _, pos in chosen}):
        said = [word for word, kind in chosen if kind == pos]
        counts = words.loc[words["pos"] == pos, "lemma"].value_counts().to_numpy()
        places = ((np.arange(len(said)) + 0.5) / len(said) * len(counts)).astype(np.int64)
        for word, place in zip(said, places, strict=True):
            found.append((Spoken(word, pos), int(counts[place]) if len(counts) else 1))
    return found


def sentences(bag: Sequence[Spoken], random: np.random.Generator) -> list[list[str]]:
    """The words of a talker's bag in sentences of 5 to 9 words or a few more.

    Content words stand where their part of speech is clear (the ADJ NOUN, is VERBing ADV), with
    function words around. Words that share a caption are never neighbours: if the bag has no other
    word near, the sentence ends and a pause separates them.
    """
    kinds: dict[str, list[Spoken]] = {"NOUN": [], "ADJ": [], "VERB": [], "ADV": []}
    for which in random.permutation(len(bag)):
        kinds[bag[which].pos].append(bag[which])
    things = _phrases(kinds["NOUN"], kinds["ADJ"], random, guest_first=True)
    deeds = _phrases(kinds["VERB"], kinds["ADV"], random, guest_first=False)
    # Deeds follow things so often that both run out together.
    odds = len(deeds) / max(1, len(things))
    found = []
    while things or deeds:
        sentence: list[str] = []
        last, after_deed = None, True
        length = random.integers(5, 10)
        while len(sentence) < length:
            deed = bool(deeds) and (not things or (not after_deed and random.random() < odds))
            phrase = _next(deeds if deed else things, last)
            if phrase is None:
                break
            sentence += _deed(phrase, after_deed) if deed else _thing(phrase, last, random)
            last, after_deed = phrase[-1], deed
        found.append(sentence[1:] if sentence[0] == "and" else sentence)
    return found


def _free(words: pd.DataFrame, used: Iterable[str] = ()) -> dict[str, list[str]]:
    """The lexicon without the words that captions have, in any form, and those used already."""
    dictionary = Dictionary()
    captions = {*words["lemma"], *words["text"]}
    taken = {member for word in captions for member in dictionary.family(word)}
    gone = {w for kind in LEXICON.values() for w in kind if taken & dictionary.family(w)} | {*used}
    return {pos: [word for word in kind if word not in gone] for pos, kind in LEXICON.items()}


def _phrases(
    hosts: list[Spoken], guests: list[Spoken], random: np.random.Generator, guest_first: bool
) -> deque[list[Spoken]]:
    """Each guest beside a host with which it shares no caption, or alone if none is near."""
    waiting = deque([host] for host in hosts)
    found = []
    for guest in guests:
        host = _next(waiting, guest) or []
        found.append([guest, *host] if guest_first else [*host, guest])
    found += waiting
    return deque(found[which] for which in random.permutation(len(found)))


def _next(phrases: deque[list[Spoken]], last: Spoken | None) -> list[Spoken] | None:
    """Take out the first near phrase whose first word shares no caption with `last`."""
    for place, phrase in enumerate(islice(phrases, SEARCH)):
        if last is None or not phrase[0].captions & last.captions:
            del phrases[place]
            return phrase
    return None


def _thing(phrase: list[Spoken], last: Spoken | None, random: np.random.Generator) -> list[str]:
    """A noun phrase, the object of a verb if `last` is one, or an adjective alone."""
    words = [spoken.word for spoken in phrase]
    if phrase[-1].pos == "ADJ":
        return ["and", "it", "is", *words]
    indefinite = "an" if words[0][0] in "aeiou" else "a"
    article = indefinite if random.random() < 0.3 else "the"
    return [article, *words] if last and last.pos == "VERB" else ["and", article, *words]


def _deed(phrase: list[Spoken], needs_subject: bool) -> list[str]:
    """A verb with the auxiliary that its form needs, or an adverb alone."""
    words = [spoken.word for spoken in phrase]
    subject = ["and", "it"] if needs_subject else []
    if words[0].endswith("ing") or phrase[0].pos == "ADV":
        return [*subject, "is", *words]
    if words[0].endswith("ed") and not words[0].endswith("eed"):
        return [*subject, "was", *words]
    if words[0].endswith("s") and not words[0].endswith("ss"):
        # Without a pronoun before it the form would look like a plural noun.
        return ["and", "it", *words]
    return [*subject, "can", *words]
