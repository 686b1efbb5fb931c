"""The section to listen and look: its data, and tables of the best and worst cases."""

import json
from pathlib import Path
from typing import Any

from seesay.reporting.pages import embedded
from seesay.reporting.people import own_voices
from seesay.reporting.runs import Run
from seesay.shared.errors import InputError

Record = dict[str, Any]

PLACE = 30
LINK = "Listen and look"
NEEDS = {"listen": "listen/listen.json"}
KINDS = ("best", "typical", "worst")
NEAR = 3  # nearest pictures or words that a case shows


def describe(run: Run) -> Record:
    """Values for the template; `own` says whose voices stand beside human words."""
    return {"listen": page_of(run.path("listen")), "own": own_voices(run.config)}


def page_of(path: Path) -> Record:
    """Values shown of the JSON text that the stage listen wrote.

    `text` is that text, safe within a script element. `words` and `pictures` are the cases, each
    with the middle one of its tokens or fragments. Raises InputError if the text is not from that
    stage.
    """
    try:
        page = json.loads(path.read_text(encoding="utf-8"))
        words = [_word(page, row) for kind in KINDS for row in page["words"] if row["kind"] == kind]
        ranked = sorted(
            (row for row in page["pictures"] if row.get("fragments")), key=lambda row: row["place"]
        )
        pictures = [_picture(page, row) for kind in KINDS for row in ranked if row["kind"] == kind]
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise InputError(f"{path}: not what the stage listen writes; make it again") from error
    return {
        **{name: page[name] for name in ("experiment", "seed", "by_word", "by_image", "all_words")},
        "text": embedded(page),
        "chosen": len(page["words"]),
        "ranked": len(ranked),
        "all_pictures": len(page["pictures"]),
        "words": words,
        "pictures": pictures,
        "human": len(page.get("human", [])),
        "captions": len(page.get("captions", [])),
        "by_caption": page.get("by_caption"),
        "silent": page["silent"],
        "unseen": page["unseen"],
    }


def _word(page: Record, row: Record) -> Record:
    token = page["tokens"][row["tokens"][len(row["tokens"]) // 2]]
    near = [
        {**item, "look": page["pictures"][item["picture"]], "box": _box(page, item)}
        for item in token["near"][:NEAR]
    ]
    said_for = page["said_for"].get(row["word"], [])
    return {**row, "said_for": said_for, "token": token, "near": near}


def _picture(page: Record, row: Record) -> Record:
    fragment = row["fragments"][len(row["fragments"]) // 2]
    near = []
    for item in fragment["near"][:NEAR]:
        token = page["tokens"][item["token"]]
        said_for = page["said_for"].get(token["word"], [])
        near.append({**item, "word": token["word"], "said_for": said_for})
    box = row["boxes"][str(fragment["region"])]
    return {**row, "fragment": fragment, "box": box, "near": near}


def _box(page: Record, item: Record) -> list[int] | None:
    box: list[int] | None = page["pictures"][item["picture"]]["boxes"][str(item["region"])]
    return box
