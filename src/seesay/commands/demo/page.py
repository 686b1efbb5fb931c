"""The page: its template, its styles and scripts, and what it holds of the run."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from seesay.commands.demo.answers import Answers
from seesay.commands.demo.chance import MOST
from seesay.commands.demo.uploads import MOST_BYTES
from seesay.reporting import credits, pages
from seesay.reporting.results import read_rows
from seesay.reporting.speech_sources import kind_of_speech
from seesay.scoring.names import MAIN_METRIC
from seesay.shared.randomness import generator

STYLES = ("report.css", "listen.css", "demo.css")
SCRIPT, MICROPHONE = "demo.js", "demo_microphone.js"
LIVE, CARRIED = ("demo_ear.js", "demo_live.js"), ("demo_ear.js", "demo_carried.js")
SPLITS = ("train", "validation", "test")
MOST_WORDS = 300  # of the run's own to choose from
MOST_PICTURES = 60
COLUMNS = "experiment system seed task gallery gallery_size metric value chance"
# Tasks of the two searches, and how a page says what they ask.
MEASURED = {
    "image_token_by_word": "a fragment of a right picture is among the ten nearest of {size:,} for"
    " {value:.0f} % of the words (by chance {chance:.0f} %)",
    "word_token_by_image": "a right word is among the ten nearest of {size:,} for {value:.0f} % of"
    " the fragments (by chance {chance:.0f} %)",
}


@dataclass(frozen=True)
class About:
    """The run whose model the page shows: its results folder, its config, and which model."""

    results: Path
    config: Mapping[str, Any]
    experiment: str
    seed: int

    def measured(self) -> list[str]:
        """How well the model did on the run's test set, in one sentence a search."""
        path, lines = self.results / "metrics.tsv", []
        if not path.is_file():
            return []
        rows = read_rows(path, COLUMNS)
        wanted = {
            "experiment": self.experiment, "system": "model", "seed": str(self.seed),
            "gallery": "test", "metric": MAIN_METRIC,
        }  # fmt: skip
        for task, text in MEASURED.items():
            for row in rows:
                if (wanted | {"task": task}).items() <= row.items():
                    value, chance = float(row["value"]), float(row["chance"])
                    size = int(row["gallery_size"])
                    lines.append(text.format(size=size, value=value, chance=chance))
        return [f"On the run’s test set, {' and '.join(lines)}."] if lines else []


def render(about: About, answers: Answers, data: Mapping[str, Any], live: bool) -> str:
    """The page as HTML; `data` is embedded. If not `live`, it holds its styles and scripts, too."""
    hears = live or "carried" in data
    environment, config = pages.environment(), dict(about.config)
    text = environment.get_template("demo.html.j2").render(
        live=live,
        hears=hears,
        title=config["report"]["title"],
        kind=kind_of_speech(config),
        label=credits.label(credits.sources(config)),
        guesses=credits.guesses(config),
        synthetic=bool(config.get("synthesis")),
        measured=about.measured(),
        pictures=len(answers.pictures),
        types=len(answers.search.tokens.starts),
        tokens=len(answers.token),
        experiment=about.experiment,
        seed=about.seed,
        most=MOST,
        scenes=bool(config.get("scenes")),
        data=pages.embedded(data),
        styles=Markup("" if live else joined(STYLES)),
        script=Markup("" if live else joined([SCRIPT, *(CARRIED if hears else ())])),
    )
    return f"{text}\n"


def files(about: About, answers: Answers) -> dict[str, tuple[str, bytes]]:
    """Kind and content of each file of the live page, by its address."""
    data = {**choices(answers), "live": True, "most": MOST_BYTES}
    page = render(about, answers, data, live=True)
    return {
        "/": ("text/html; charset=utf-8", page.encode()),
        "/demo.css": ("text/css; charset=utf-8", joined(STYLES).encode()),
        "/demo.js": ("text/javascript; charset=utf-8", joined([SCRIPT, *LIVE]).encode()),
        f"/{MICROPHONE}": ("text/javascript; charset=utf-8", joined([MICROPHONE]).encode()),
    }


def joined(names: tuple[str, ...] | list[str]) -> str:
    """Files of the templates, one after the other."""
    return "\n".join((pages.TEMPLATES / name).read_text(encoding="utf-8") for name in names)


def choices(answers: Answers) -> dict[str, Any]:
    """The run's own words and pictures to choose from, of the test split where it has any.

    A token of each word, in alphabetical order, and pictures in the order of their ids; of many,
    some are drawn.
    """
    test = [picture for picture in answers.pictures if picture["split"] == "test"]
    shown = _drawn(test or answers.pictures, MOST_PICTURES, "pictures")
    keys = answers.search.tokens.keys
    said = {word for picture in test for word in answers.words_said.get(picture["id"], ())}
    words = keys[keys["spoken_word"].isin(said)] if said else keys
    rows = words.drop_duplicates("spoken_word").sort_values("spoken_word")
    chosen = _drawn(rows.index.to_list(), MOST_WORDS, "words")
    named = rows.loc[chosen, ["spoken_word", "word", "talker"]].to_numpy().tolist()
    counts = {name: sum(p["split"] == name for p in answers.pictures) for name in SPLITS}
    return {
        "words": [[row, *names] for row, names in zip(chosen, named, strict=True)],
        "shown": [[p["number"], (p["captions"] or [p["id"]])[0]] for p in shown],
        "splits": [["all", len(answers.pictures)], *([n, c] for n, c in counts.items() if c)],
    }


def _drawn(items: list[Any], most: int, what: str) -> list[Any]:
    """At most so many of the items, in their order."""
    if len(items) <= most:
        return items
    chosen = generator("demo", what).choice(len(items), most, replace=False)
    return [items[n] for n in sorted(chosen)]
