"""The grammar of the scenes' captions: five sentences a scene, as people would say them.

Sentences differ in the things that they name, in what they say of them, and in wording. They are
true of the scene: sizes, colours and positions are those of the drawing.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from seesay.vision.scene_words import ADVERBS, SIZES, Background, Thing

CAPTIONS = 5
DOUBLED = {"run", "sit", "swim", "stop"}


@dataclass(frozen=True)
class Placed:
    """A thing in a scene.

    Attributes:
        thing: The kind of thing.
        size: Its size class: `small`, `medium` or `big`.
        colour: The colour word of this drawing; "" if no single word fits.
        box: x0, y0, x1, y1 in px, half-open.
    """

    thing: Thing
    size: str
    colour: str
    box: tuple[int, int, int, int]


@dataclass(frozen=True)
class Scene:
    """A background with the colour words of its sky and wall, and the things on it."""

    background: Background
    sky: str
    paint: str
    things: tuple[Placed, ...]


class Speaker:
    """A person who looks at a scene and says a sentence about it."""

    def __init__(self, scene: Scene, random: np.random.Generator) -> None:
        self.scene, self.random = scene, random

    def pick(self, options: tuple[str, ...] | list[str]) -> str:
        """One of the options."""
        return options[int(self.random.integers(len(options)))]

    def some(self, count: int) -> list[Placed]:
        """`count` of the things (all, if there are fewer) in any order."""
        order = self.random.permutation(len(self.scene.things))[:count]
        return [self.scene.things[int(i)] for i in order]

    def noun(self, placed: Placed) -> str:
        """A noun phrase: "a small red car", "a car", "a tall tree"."""
        thing, said = placed.thing, []
        if SIZES[placed.size] and self.random.random() < 0.3:
            said.append(self.pick(SIZES[placed.size]))
        elif thing.trait and self.random.random() < 0.25:
            said.append(thing.trait)
        if placed.colour and self.random.random() < 0.6:
            said.append(placed.colour)
        names = thing.names.split()
        said.append(names[0] if self.random.random() < 0.7 else self.pick(names))
        unique = thing.word in ("sun", "moon")
        return " ".join(["the" if unique else "a", *said])

    def does(self, placed: Placed) -> str:
        """What a thing does: "runs quickly", "is sleeping"."""
        verb = self.pick(placed.thing.verbs.split())
        said = third_person(verb) if self.random.random() < 0.35 else f"is {progressive(verb)}"
        if verb in ADVERBS and self.random.random() < 0.4:
            said += " " + self.pick(ADVERBS[verb].split())
        return said

    def where(self, placed: Placed) -> str:
        """Where a thing is on the background."""
        flies = placed.thing.place == "sky"
        return self.coloured(self.scene.background.above if flies else self.scene.background.on)

    def whole(self) -> str:
        """A noun phrase for the background."""
        return self.coloured(self.scene.background.whole)

    def coloured(self, phrases: tuple[str, ...]) -> str:
        """One of the phrases, with the words for this scene's sky and wall."""
        return self.pick(phrases).format(sky=self.scene.sky, paint=self.scene.paint)

    def beside(self, first: Placed, second: Placed) -> str:
        """The preposition for where the first thing is from the second."""
        across = middle(first.box, 0) - middle(second.box, 0)
        down = middle(first.box, 1) - middle(second.box, 1)
        if abs(down) > abs(across):
            return self.pick(["under", "below"] if down > 0 else ["above", "over"])
        return self.pick(["beside", "near", "by"])


def acts(speaker: Speaker) -> str:
    """One thing does something somewhere."""
    (first,) = speaker.some(1)
    return f"{speaker.noun(first)} {speaker.does(first)} {speaker.where(first)}"


def acts_beside(speaker: Speaker) -> str:
    """One thing does something near another."""
    first, second = speaker.some(2)
    return (
        f"{speaker.noun(first)} {speaker.does(first)} "
        f"{speaker.beside(first, second)} {speaker.noun(second)}"
    )


def pair(speaker: Speaker) -> str:
    """Two things, and where they are."""
    first, second = speaker.some(2)
    return f"{speaker.noun(first)} and {speaker.noun(second)} {speaker.where(second)}"


def there_is(speaker: Speaker) -> str:
    """One thing from another, on the background."""
    first, second = speaker.some(2)
    said = f"there is {speaker.noun(first)} {speaker.beside(first, second)} {speaker.noun(second)}"
    return said if speaker.random.random() < 0.4 else f"{said} {speaker.where(second)}"


def while_other(speaker: Speaker) -> str:
    """Two things, each doing something of its own."""
    first, second = speaker.some(2)
    return (
        f"{speaker.noun(first)} {speaker.does(first)} "
        f"while {speaker.noun(second)} {speaker.does(second)}"
    )


def whole_with(speaker: Speaker) -> str:
    """The background, and two things on it."""
    first, second = speaker.some(2)
    return f"{speaker.whole()} with {speaker.noun(first)} and {speaker.noun(second)}"


def three(speaker: Speaker) -> str:
    """Three things in a row, or two if there are no more."""
    *others, last = [speaker.noun(placed) for placed in speaker.some(3)]
    return f"{', '.join(others)} and {last}"


def with_other(speaker: Speaker) -> str:
    """One thing with another near it."""
    first, second = speaker.some(2)
    return (
        f"{speaker.noun(first)} {speaker.where(first)} with {speaker.noun(second)} "
        f"{speaker.beside(second, first)} it"
    )


PLANS: tuple[Callable[[Speaker], str], ...] = (
    acts,
    acts_beside,
    pair,
    there_is,
    while_other,
    whole_with,
    three,
    with_other,
)


def describe(scene: Scene, random: np.random.Generator) -> tuple[str, ...]:
    """Five different sentences about a scene, each built on another plan."""
    speaker = Speaker(scene, random)
    plans = [PLANS[int(i)] for i in random.permutation(len(PLANS))[:CAPTIONS]]
    return tuple(sentence(plan(speaker)) for plan in plans)


def sentence(text: str) -> str:
    """The words with a capital letter, a full stop, and `an` before a vowel."""
    text = re.sub(r"\ba (?=[aeiou])", "an ", text)
    return f"{text[0].upper()}{text[1:]}."


def third_person(verb: str) -> str:
    """The third person: `fly` -> `flies`."""
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return f"{verb[:-1]}ies"
    return f"{verb}es" if verb.endswith(("s", "sh", "ch", "zz")) else f"{verb}s"


def progressive(verb: str) -> str:
    """The participle: `run` -> `running`, `dive` -> `diving`, `lie` -> `lying`."""
    if verb.endswith("ie"):
        return f"{verb[:-2]}ying"
    if verb in DOUBLED:
        return f"{verb}{verb[-1]}ing"
    return f"{verb[:-1]}ing" if verb.endswith("e") else f"{verb}ing"


def middle(box: tuple[int, int, int, int], axis: int) -> float:
    """The middle of a box in px along x (axis 0) or y (axis 1)."""
    return (box[axis] + box[axis + 2]) / 2
