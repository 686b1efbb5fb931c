"""Keeps the ids of two corpora apart, and finds the pictures that speech corpora name."""

from collections import Counter
from collections.abc import Iterable, Sequence

from seesay.corpora.files import tails
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
    """The run's pictures by the ids that a speech corpus may give them.

    These are the id itself, the id without the name of its corpus, and any end of it, from a folder
    on. An id that may mean several pictures is left out.
    """
    names = [str(name) for name in images]
    found: dict[str, str] = {name: name for name in names}
    bare = [[name.partition("/")[2]] for name in names]
    for ends in (bare, [[*tails(name)] for name in names]):
        pairs = [(end, name) for name, own in zip(names, ends, strict=True) for end in own if end]
        counts = Counter(end for end, _ in pairs)
        found = {end: name for end, name in pairs if counts[end] == 1} | found
    return found
