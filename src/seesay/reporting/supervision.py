"""Supervision besides speech and pictures: the labels and models that an experiment uses.

One list of sources, computed from the config, stands beside every answer: in the report, its
summary, the study and the README.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seesay.planning.experiments import given, section
from seesay.reporting.credits import engines, found_by, network_facts, networks_of, proposer, spoken
from seesay.reporting.speech_sources import Source, surroundings, times

Values = dict[str, Any]

# Keys of the section training that make training read transcripts, or talker labels.
READ_WORDS = ("semantic_term", "type_term", "human_words", "spare_words")
READ_TALKERS = ("word_term", "type_term")
# Of an experiment that is not trained; its config may tell what supervised it.
GIVEN, UNKNOWN = (
    "Its embeddings are given: another model made them.",
    "What it learned from is unknown.",
)


@dataclass(frozen=True)
class Row:
    """A source and the experiments that use it in this way: `a, b`, `all` or `all except a`."""

    source: Source
    experiments: str


def sources(config: Values, experiment: str) -> list[Source]:
    """All sources of an experiment, in a fixed order, including those that it does not use.

    `config` is the whole config with its defaults, as parsed JSON.
    """
    training, logmel, fc7, regions = (
        section(config, experiment, name) for name in ("training", "logmel", "fc7", "regions")
    )
    return [
        _transcripts(config, training),
        times(config, training, logmel),
        _talkers(config, training, logmel),
        _image_labels(config, fc7, regions),
        _speech_model(logmel),
        _whole_picture(config, training),
        _voices(config),
        surroundings(config, training),
        _human_words(training),
        _validation(config, training),
    ]


def declared(config: Values, experiment: str) -> list[str]:
    """The sentences of the marked sources, which stand beside an experiment's numbers."""
    if given(config, experiment):
        return [GIVEN]
    return [source.sentence for source in sources(config, experiment) if source.marked]


def lines(config: Values, experiments: Sequence[str]) -> dict[str, str]:
    """One line an experiment: all sources of the first, the differences of the others."""
    theirs = {
        name: made.get("supervision") or UNKNOWN
        for name in experiments
        if (made := given(config, name))
    }
    ours = {name: line(config, name) for name in experiments if name not in theirs}
    told = theirs | (beside(ours) if ours else {})
    return {name: told[name] for name in experiments}


def line(config: Values, experiment: str) -> str:
    """All sources of an experiment in a line: `transcripts: pairing only; word times: ...`."""
    return "; ".join(f"{source.name}: {source.short}" for source in sources(config, experiment))


def beside(told: dict[str, str]) -> dict[str, str]:
    """The lines of several experiments; all except the first give only differences from it."""
    first, *others = told
    found = {first: f"{told[first]}."}
    for name in others:
        same = told[first].split("; ")
        changed = "; ".join(part for part in told[name].split("; ") if part not in same)
        found[name] = f"as {first}{', but ' if changed else ''}{changed}."
    return found


def rows(config: Values, experiments: Sequence[str]) -> list[Row]:
    """One row for each use of a source and the experiments that share it, source by source.

    An experiment with given embeddings has one row of its own.
    """
    used = {name: sources(config, name) for name in experiments if not given(config, name)}
    found: dict[Source, list[str]] = {}
    for several in zip(*used.values(), strict=True):
        for name, source in zip(used, several, strict=True):
            found.setdefault(source, []).append(name)
    theirs = [
        Row(
            Source(
                "another model", "embeddings given", f"{GIVEN} {made.get('supervision') or UNKNOWN}"
            ),
            name,
        )
        for name in experiments
        if (made := given(config, name))
    ]
    everyone = list(experiments)
    return [*(Row(source, _who(names, everyone)) for source, names in found.items()), *theirs]


def _who(names: list[str], everyone: list[str]) -> str:
    """Names of experiments in words: `all`, `all except a`, `a, b`."""
    others = [name for name in everyone if name not in names]
    if not others:
        return "all"
    return f"all except {', '.join(others)}" if len(others) < len(names) else ", ".join(names)


def _keys(recipe: Values, keys: tuple[str, ...]) -> list[str]:
    return [f"{key}: {recipe[key]:g}" for key in keys if recipe.get(key)]


def _transcripts(config: Values, training: Values) -> Source:
    if found_by(config):
        said = (
            "Each recording says a caption of its picture, and all its segments are tokens;"
            " transcripts give their labels, for scoring alone."
        )
        return Source("transcripts", "scoring only", said)
    read = ["negatives: types"] if training.get("negatives") == "types" else []
    read += _keys(training, READ_WORDS)
    kind = "" if config.get("words", {}).get("keep") == "all" else " content"
    pairing = (
        f"Transcripts pair speech with pictures: they identify the tokens of the captions’{kind}"
        " words, by lemma and part of speech, and choose replacements for words that nobody says"
    )
    if spoken(config):
        pairing = (
            "Each recording says a caption of its picture; transcripts choose its words that count,"
            " by lemma and part of speech"
        )
    more = "training also reads them ({}), so it has not learned from speech and pictures alone"
    use = "choice of words" if spoken(config) else "pairing"
    return _paired("transcripts", use, pairing, read, "training does not read them", more)


def _paired(name: str, use: str, pairing: str, read: Sequence[str], none: str, more: str) -> Source:
    """A source that the pairing always reads, for `use`, and training only with the keys `read`.

    The sentence is `pairing`, followed by `none` without keys and by `more` with keys.
    """
    if not read:
        return Source(name, f"{use} only" if use else "not read", f"{pairing}; {none}.")
    said = ", ".join(read)
    short = f"{use} and training ({said})" if use else f"training ({said})"
    return Source(name, short, f"{pairing}; {more.format(said)}.", marked=True)


def _talkers(config: Values, training: Values, logmel: Values) -> Source:
    read = _keys(training, READ_TALKERS)
    if logmel.get("normalise") == "recording":
        read.append("normalise: recording")
    use, pairing = "pairing", "The pairing reads talker labels to choose the talkers of a caption"
    if spoken(config):
        use, pairing = "", "The pairing reads no talker labels: each recording says its own caption"
    more = "training also reads which tokens share a talker ({})"
    return _paired("talker labels", use, pairing, read, "training does not read them", more)


def _image_labels(config: Values, fc7: Values, regions: Values) -> Source:
    name = "image labels"
    if config.get("fragments"):
        said = "Boxes and features come from R-CNN, which was trained on labelled boxes."
        return Source(name, "R-CNN’s, for boxes and features", said)
    told = {_labels(each, fc7["weights"], "features"): None for each in networks_of(fc7)}
    found = [*told]
    if detector := proposer(regions):
        found.append(_labels(detector, regions["weights"], "boxes"))
    short, long = (" and ".join(texts) for texts in zip(*found, strict=True))
    return Source(name, short, f"{long[0].upper()}{long[1:]}.")


def _labels(network: str, weights: str, what: str) -> tuple[str, str]:
    """The labels that an image network was trained on, short and long; `what` it is used for."""
    facts = network_facts(network)
    if weights == "random":
        return f"none for {what}", f"the {what} come from an untrained network"
    if weights == "DEFAULT":
        said = f"the {what} come from a network trained on {facts.data}’s {facts.labels}"
        return f"{facts.data}’s for {what}", said
    said = f"the {what} come from the weights {weights}, whose training labels are unknown"
    return f"unknown for {what} ({weights})", said


def _speech_model(logmel: Values) -> Source:
    name, path = "pretrained speech model", logmel.get("model")
    if path is None:
        return Source(name, "none", "There is no pretrained speech model: frames are log-Mel.")
    if Path(path).is_dir():
        return Source(
            name,
            f"Whisper ({path}), trained on transcripts",
            "It has not learned from speech and pictures alone: its speech features come from a"
            f" Whisper model, which was trained on transcripts (logmel.model: {path}).",
            marked=True,
        )
    return Source(
        name,
        f"{path}, possibly trained on transcripts",
        "It has not learned from this speech alone: its speech features come from a model that was"
        f" trained on other speech, and possibly on transcripts (logmel.model: {path}).",
        marked=True,
    )


def _whole_picture(config: Values, training: Values) -> Source:
    name = "whole picture"
    if training.get("context", "none") != "none":
        return Source(
            name,
            "in every fragment (context: gate)",
            "Each fragment also gets the features of its whole picture (context: gate), so its"
            " nearest words partly describe the picture rather than the fragment.",
            marked=True,
        )
    if (config.get("fragments") or {}).get("whole") == "unknown":
        said = "One of a picture’s ready-made fragments may be the whole picture; none is marked."
        return Source(name, "possibly a fragment, not marked", said)
    return Source(
        name, "one of the fragments", "One fragment of each picture is the whole picture."
    )


def _voices(config: Values) -> Source:
    if not config.get("synthesis"):
        return Source("voices", "recorded", "Captions are spoken by recorded talkers.")
    names = [engine.title for engine in engines(config)]
    said = ", ".join(names)
    if len(names) == 1:
        alike = f"One synthesiser, {said}, speaks everything, so all tokens of a word sound alike."
        return Source("voices", f"one synthesiser, {said}", alike)
    several = f"{len(names)} synthesisers, {said}"
    return Source("voices", several, f"All speech comes from {several}.")


def _human_words(training: Values) -> Source:
    name, count = "human words in training", training.get("human_words", 0)
    if not count:
        return Source(name, "none", "Training uses no words from the corpora of evaluation.human.")
    said = (
        f"For each spoken word of a picture, training also uses {count} human words; their talkers"
        " are not in the test (human_words)."
    )
    return Source(name, f"{count} a spoken word (human_words)", said)


def _validation(config: Values, training: Values) -> Source:
    watched = "R@10" if training.get("criterion", "r10") == "r10" else "loss"
    tried = (config.get("report") or {}).get("tried", 0)
    rounds = " and pseudo-word round" if training.get("pseudo_words") else ""
    before = f"; one of {tried} configurations was selected on it before" if tried else ""
    said = f"The validation set selected the epoch{rounds} with the best {watched}{before}."
    short = f"the epoch{rounds}, by {watched}"
    short += f", and one of {tried} configurations" if tried else ""
    return Source("choices on the validation set", short, said)
