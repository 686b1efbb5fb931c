"""Search results as one self-contained page: pictures with the found place framed."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import pandas as pd
from PIL import ImageDraw

from seesay.reporting import pages
from seesay.shared import data_uris, writing
from seesay.shared.pixels import decode

PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{ title }}</title>
<style>
body { font: 1rem/1.4 system-ui, sans-serif; margin: 2rem; color: #222; background: #fff; }
ol { display: flex; flex-wrap: wrap; gap: 1.5rem; padding: 0; list-style: none; }
img { display: block; }
audio { display: block; width: 16rem; }
</style>
<main>
<h1>{{ title }}</h1>
<ol>
{%- for item in items %}
<li><img src="{{ item.picture }}" alt="{{ item.shows }}"><p>{{ item.says }}</p>
{%- if item.sound %}<audio controls src="{{ item.sound }}"></audio>{% endif %}</li>
{%- endfor %}
</ol>
</main>
</html>
"""


def write(
    page: Path, title: str, found: pd.DataFrame, picture: Path | None, sounds: list[Path], size: int
) -> None:
    """Write the page of a table of `Search.say` or, with its `picture`, of `Search.look`.

    Thumbnails have at most `size` px on their longer side. Raises InputError for a picture that
    cannot be decoded.
    """
    items: list[dict[str, Any]] = []
    for number, row in enumerate(found.to_dict("records")):
        name = _name(row) if picture else row["image_id"]
        sound = sounds[number].read_bytes() if sounds else b""
        box = [row[name] for name in ("x0", "y0", "x1", "y1")]
        items.append(
            {
                "picture": framed(
                    Path(picture or row["path"]), None if pd.isna(box[0]) else box, size
                ),
                "shows": "the found place framed" if not pd.isna(box[0]) else "without a box",
                "says": f"{row['rank']}. {name}, region {row['region']}, {row['cosine']:.3f}",
                "sound": sound and data_uris.uri("audio/wav", sound),
            }
        )
    template = pages.environment().from_string(PAGE)
    writing.write_text(page, template.render(title=title, items=items))


def _name(row: dict[Hashable, Any]) -> str:
    """A word, and the word said for it if that is another."""
    same = row["word"] == row["spoken_word"]
    return str(row["word"]) if same else f"{row['word']}, said {row['spoken_word']}"


def framed(path: Path, box: list[int] | None, size: int) -> str:
    """A picture as a JPEG in a data URI, with a box (x0, y0, x1, y1 in px) framed."""
    picture = decode(path)
    if box is not None:
        wide = max(2, max(picture.size) // 80)
        corners = (box[0], box[1], box[2] - 1, box[3] - 1)
        draw = ImageDraw.Draw(picture)
        draw.rectangle(corners, outline="white", width=wide)
        draw.rectangle(corners, outline="#d6006c", width=max(1, wide * 2 // 3))
    return data_uris.jpeg(picture, size, quality=80)
