"""The page as one file without a server: it holds the answers for the run's own words and pictures.

It also carries what hears new words, where a page can compute it; it looks at no new pictures.
"""

from collections.abc import Callable, Iterable
from functools import partial

from seesay.commands.demo.answers import Answers, Record
from seesay.commands.demo.page import MICROPHONE, About, choices, joined, render
from seesay.commands.demo.uploads import MOST_BYTES
from seesay.exhibits.media import QUALITY, Budget, mp3
from seesay.shared import data_uris
from seesay.shared.errors import InputError
from seesay.shared.progress import progress

SIDE = 240  # px, the longer side of a picture
RATE = 16_000  # Hz of the sounds
PICTURE_BYTES, SOUND_BYTES = 16_000_000, 8_000_000  # of all pictures, and of all sounds


def text(about: About, answers: Answers, hearing: Record | None = None) -> str:
    """The page as HTML, with `hearing` what `carried` makes."""
    chosen = choices(answers)
    splits = [[name, count] for name, count in chosen["splits"] if name in ("all", "test")]
    words = [row for row, *_ in chosen["words"]]
    shown = [number for number, _ in chosen["shown"]]
    names = [name for name, _ in splits]
    say = {row: _said(answers, row, names) for row in progress(words, "demo", "word")}
    look = {number: _looked(answers, number) for number in progress(shown, "demo", "picture")}
    seen = [item["picture"] for word in say.values() for name in names
            for item in word[name]["found"]]  # fmt: skip
    heard = [item["token"] for picture in look.values() for item in picture["found"]]
    if hearing is not None:
        seen += range(len(answers.pictures))
    pictures = _held("picture", [*shown, *seen], PICTURE_BYTES, partial(_picture, answers))
    sounds = _held("clip", [*words, *heard], SOUND_BYTES, partial(_sound, answers))
    data = {
        **chosen,
        "live": False,
        "splits": splits,
        "say": say,
        "look": look,
        "pictures": {number: answers.pictures[number] for number in dict.fromkeys([*shown, *seen])},
        "media": {"picture": pictures, "sound": sounds},
    }
    if hearing is not None:
        data |= {"carried": hearing, "worklet": joined([MICROPHONE]), "most": MOST_BYTES}
    return render(about, answers, data, live=False)


def _said(answers: Answers, row: int, splits: Iterable[str]) -> Record:
    """What a token finds in each split; pictures by their number alone."""
    found: Record = {}
    for split in splits:
        answer = answers.say_token(row, None if split == "all" else split)
        near = [{**item, "picture": item["picture"]["number"]} for item in answer["found"]]
        found |= {name: answer[name] for name in ("spoken", "word", "talker", "token")}
        found[split] = {"found": near, "of": answer["of"], "all": answer["all"]}
    return found


def _looked(answers: Answers, number: int) -> Record:
    answer = answers.look_picture(number)
    return {name: answer[name] for name in ("found", "of", "all")}


def _held(
    what: str, numbers: Iterable[int], room: int, made: Callable[[int], str]
) -> dict[int, str]:
    """Data URIs by number while there is room; those that cannot be made are left out."""
    budget, found = Budget(room), dict[int, str]()
    for number in progress(list(dict.fromkeys(numbers)), "demo", what):
        try:
            uri = budget.take(made(number))
        except InputError:
            continue
        if not uri:
            break
        found[number] = uri
    return found


def _picture(answers: Answers, number: int) -> str:
    return data_uris.jpeg(answers.picture(number), SIDE, QUALITY)


def _sound(answers: Answers, row: int) -> str:
    return mp3(*answers.samples(row), RATE)
