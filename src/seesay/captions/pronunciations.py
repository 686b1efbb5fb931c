"""Words of a transcript, and their pronunciations.

pocketsphinx carries the CMU pronouncing dictionary of American English, with 39 phones without
stress. A user's own dictionary is a text of the same form, a pronunciation a line:

    word  W ER D

A word with several has several lines. The user's pronunciations of a word replace the others.
"""

import re
from collections.abc import Container
from pathlib import Path

from pocketsphinx import get_model_path

from seesay.shared.errors import InputError
from seesay.shared.printable import composed

Pronunciations = dict[str, list[str]]

# Between and around words. Brackets stay: [laughs] must be an unknown word, not "laughs".
BETWEEN = re.compile(r"[\s\u2010-\u2015/-]+")
AROUND = '.,;:!?"“”„«»…‘'


def load(dictionary: Path | None) -> Pronunciations:
    """The pronunciations of every word, phones separated by spaces; the user's replace ours.

    Raises InputError for a faulty line of the user's dictionary, or an unknown phone.
    """
    found = bundled()
    if dictionary is not None:
        known = (phones.split() for several in found.values() for phones in several)
        found |= own(dictionary, frozenset(phone for phones in known for phone in phones))
    return found


def bundled(words: Container[str] | None = None) -> Pronunciations:
    """The pronunciations of pocketsphinx's dictionary, of every word or of `words` alone."""
    found: Pronunciations = {}
    for line in Path(get_model_path("en-us/cmudict-en-us.dict")).read_text("utf-8").splitlines():
        numbered, _, phones = line.partition(" ")
        word = base(numbered)
        if words is None or word in words:
            found.setdefault(word, []).append(phones)
    return found


def own(dictionary: Path, phones: frozenset[str]) -> Pronunciations:
    """The pronunciations of a user's dictionary, lower-cased words and phones without stress.

    Skips blank lines and those that begin with # or ;;;.
    """
    try:
        text = composed(dictionary.read_text("utf-8-sig"))
    except OSError as error:
        raise InputError(
            f"{dictionary}: cannot be read ({error.strerror}); see alignment.dictionary"
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(f"{dictionary}: not UTF-8 ({error.reason}); save it as UTF-8") from error
    found: Pronunciations = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith(("#", ";;;")):
            continue
        word, *said = line.split()
        said = [phone.rstrip("012").upper() for phone in said]
        unknown = [phone for phone in said if phone not in phones]
        if unknown or not said:
            cause = f"no phone {unknown[0]}" if unknown else "no phones after the word"
            raise InputError(
                f"{dictionary}:{number}: {word}: {cause}; the phones are {' '.join(sorted(phones))}"
            )
        found.setdefault(base(word.lower()), []).append(" ".join(said))
    return found


def base(word: str) -> str:
    """A word without the number of its pronunciation: `the(2)` is `the`."""
    # Few of 135,000 words have one.
    return re.sub(r"(?<=.)\(\d+\)$", "", word) if word.endswith(")") else word


def words_of(text: str, pronunciations: Pronunciations) -> tuple[list[str], list[str]]:
    """The words of a transcript, lower-cased, and those that no dictionary has.

    Hyphens and dashes separate words; marks around a word do not belong to it, unless a dictionary
    has them (`a.m.`, `'em`).
    """
    words, unknown = [], []
    for token in BETWEEN.split(text.lower().replace("’", "'")):
        bare = token.strip(AROUND)
        forms = (token, bare, bare.strip("'" + AROUND))
        word = next((form for form in forms if form in pronunciations), forms[-1])
        if word:
            words.append(word)
            if word not in pronunciations and word not in unknown:
                unknown.append(word)
    return words, unknown
