"""Human words: the sources that were ranked, and the model's results on them in a sentence."""

from typing import Any

from seesay.reporting.results import Results, shown
from seesay.schemas.scoring import SYNTHETIC
from seesay.scoring.names import HUMAN


def sources_of(results: Results) -> list[str]:
    """The corpora of human words that were ranked, by name."""
    found = {key[4] for key in results.values if key[3] in HUMAN}
    return sorted(source for source in found if not source.endswith(SYNTHETIC))


def own_voices(config: dict[str, Any]) -> str:
    """The voices that the human voices are compared with, in words."""
    return "synthetic voices" if config.get("synthesis") else "the captions’ own talkers"


def sentence(results: Results, experiment: str) -> str:
    """The results on human words in a sentence: R@10 over the sources, beside chance."""
    sources = sources_of(results)
    said = []
    for name, what in (
        ("human_recognition", "the word is among the 10 nearest of {size} known words in"),
        (
            "picture_by_human_word",
            "a picture of it is among the 10 nearest of {size} test pictures in",
        ),
    ):
        keys = [(experiment, "model", "mean", name, source, "r10") for source in sources]
        found = [results.values[key] for key in keys if key in results.values]
        owns = [(*key[:4], f"{key[4]}{SYNTHETIC}", "r10") for key in keys]
        own = [results.values[key].value for key in owns if key in results.values]
        if not found:
            continue
        above = sum(value.above for value in found)
        beside = f"; own voices {_range(own)}" if own else ""
        said.append(
            f"{what.format(size=f'{found[0].gallery_size:,}')} {_range([v.value for v in found])}"
            f" of queries (chance {_range([v.chance for v in found])}{beside}), above chance for"
            f" {above} of {len(found)} source{'s' * (len(found) > 1)}"
        )
    return f"Human words: {'; '.join(said)}." if said else ""


def _range(values: list[float]) -> str:
    """The smallest and largest R@10: `17.6 to 50.0 %`."""
    low, high = (shown(value, "r10") for value in (min(values), max(values)))
    return high if low == high else f"{low.removesuffix(' %')} to {high}"
