"""Keeps the ids of two corpora apart, and finds the pictures that speech corpora name."""

from collections import Counter
from collections.abc import Iterable, Sequence

from seesay.settings.corpora import Corpus
from seesay.shared.errors import InputError


def keep_apart(section: str, parts: Sequence[tuple[Corpus, str, Sequence[str]]]) -> None:
    """Raise InputError if two corpora share an id, or one's ids begin with another's name.

    A part is a corpus, the kind of its ids (`recording`, `talker`, `picture`), and the ids. A
    corpus without a name may have a folder with the name of another corpus: a file added to either
    could then take an id of the other.
    """
    named = {corpus.name: corpus for corpus, _, _ in parts if corpus.name}
    owner: dict[tuple[str, str], Corpus] = {}
    for corpus, kind, ids in parts:
        for name in ids:
            first = owner.setdefault((kind, name), corpus)
            if first is not corpus:
                raise InputError(
                    f"{first.path} and {corpus.path} both have the {kind} {name!r};"
                    f" change a name in {section}"
                )
    for corpus, kind, ids in parts:
        for name in () if corpus.name else ids:
            other = named.get(name.partition("/")[0]) if "/" in name else None
            if other is not None:
                raise InputError(
                    f"{corpus.path} has the {kind} {name!r}, and {other.path} is called"
                    f" {other.name!r}: their ids would mix; change a name in {section}"
                )


def pictures_named(images: Iterable[str]) -> dict[str, str]:
    """The run's pictures by the ids that a speech corpus may give them: with the name of their
    corpus, or without it.

    If two corpora have a picture, the id without a name is left out: it is unknown which is meant.
    """
    names = [str(name) for name in images]
    bare = Counter(name.partition("/")[2] for name in names)
    own = {name.partition("/")[2]: name for name in names if bare[name.partition("/")[2]] == 1}
    return own | {name: name for name in names}
