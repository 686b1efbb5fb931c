"""What an experiment was told beside speech and pictures: its sources of supervision.

One list, computed from the config, stands beside every answer: in the report, its summary, the
study and the README. Each entry says in a few words what is read, and by whom, in a sentence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seesay.planning.experiments import section
from seesay.reporting.credits import engines, network_facts, proposer, reader_facts

Values = dict[str, Any]

# Keys of the section training with which a loss reads each token's word, or its talker.
READ_WORDS = ("semantic_term", "type_term", "human_words", "spare_words")
READ_TALKERS = ("word_term", "type_term")
ALONE = "files of single words"


@dataclass(frozen=True)
class Source:
    """One source: its name, what is read of it in a few words, and the same in a sentence.

    `marked` are those without which one might take the experiment for one that learns from speech
    and pictures alone, as the paper's does.
    """

    name: str
    short: str
    sentence: str
    marked: bool = False


@dataclass(frozen=True)
class Row:
    """A source, and the experiments that read this of it: `a, b`, `all` or `all but a`."""

    source: Source
    experiments: str


def sources(config: Values, experiment: str) -> list[Source]:
    """All sources of an experiment, in a fixed order; of those that it does without, too.

    `config` is the whole config with its defaults, as JSON has it.
    """
    training, logmel, fc7, regions = (
        section(config, experiment, name) for name in ("training", "logmel", "fc7", "regions")
    )
    return [
        _transcripts(training),
        _times(config, logmel),
        _talkers(training, logmel),
        _image_labels(config, fc7, regions),
        _speech_model(logmel),
        _whole_picture(config, training),
        _voices(config),
        _surroundings(config),
        _human_words(training),
        _validation(config, training),
    ]


def declared(config: Values, experiment: str) -> list[str]:
    """What has to be said beside an experiment's numbers: a sentence each."""
    return [source.sentence for source in sources(config, experiment) if source.marked]


def lines(config: Values, experiments: Sequence[str]) -> dict[str, str]:
    """All sources of each experiment in a line: of the first all, of others what is different."""
    return beside({name: line(config, name) for name in experiments})


def line(config: Values, experiment: str) -> str:
    """All sources of an experiment in a line: `transcripts: pairing alone; word times: ...`."""
    return "; ".join(f"{source.name}: {source.short}" for source in sources(config, experiment))


def beside(told: dict[str, str]) -> dict[str, str]:
    """Lines of several experiments, each but the first as what is different in it."""
    first, *others = told
    found = {first: f"{told[first]}."}
    for name in others:
        same = told[first].split("; ")
        changed = "; ".join(part for part in told[name].split("; ") if part not in same)
        found[name] = f"as {first}{', but ' if changed else ''}{changed}."
    return found


def rows(config: Values, experiments: Sequence[str]) -> list[Row]:
    """A row for all that experiments are told by a source alike, in the order of the sources."""
    told = {name: sources(config, name) for name in experiments}
    found: dict[Source, list[str]] = {}
    for several in zip(*told.values(), strict=True):
        for name, source in zip(told, several, strict=True):
            found.setdefault(source, []).append(name)
    return [Row(source, _who(names, list(told))) for source, names in found.items()]


def _who(names: list[str], everyone: list[str]) -> str:
    """Some experiments as one would say them: `all`, `all but a`, `a, b`."""
    others = [name for name in everyone if name not in names]
    if not others:
        return "all"
    return f"all but {', '.join(others)}" if len(others) < len(names) else ", ".join(names)


def _keys(recipe: Values, keys: tuple[str, ...]) -> list[str]:
    return [f"{key}: {recipe[key]:g}" for key in keys if recipe.get(key)]


def _transcripts(training: Values) -> Source:
    read = ["negatives: types"] if training.get("negatives") == "types" else []
    read += _keys(training, READ_WORDS)
    pairing = (
        "Transcripts pair speech with pictures: they say which tokens are the content words of a"
        " picture’s captions, by lemma and part of speech, and which words stand for those that"
        " nobody says"
    )
    more = "training reads them, too ({}), so it has not learnt from speech and pictures alone"
    return _paired("transcripts", pairing, read, "training reads none", more)


def _paired(name: str, pairing: str, read: Sequence[str], none: str, more: str) -> Source:
    """A source that the pairing reads always, and training where it has the keys `read`.

    The sentence is `pairing`, then `none`, or `more` with the keys.
    """
    if not read:
        return Source(name, "pairing alone", f"{pairing}; {none}.")
    said = ", ".join(read)
    short = f"pairing and training ({said})"
    return Source(name, short, f"{pairing}; {more.format(said)}.", marked=True)


def _times(config: Values, logmel: Values) -> Source:
    span = logmel.get("span", "window")
    parts = {
        "window": ("their middle", "the middle of each word, which its frames are around"),
        "masked": ("onset and offset", "each word’s onset and offset, outside of which is silence"),
        "word": ("onset and offset", "each word’s onset and offset, between which its frames lie"),
    }
    short, part = parts[span]
    if config.get("synthesis"):
        who, by = "the synthesiser", "The synthesiser says"
    elif config.get("alignment"):
        who, by = "forced alignment", "Forced alignment with the transcripts says"
    else:
        given = {_cut(corpus) for corpus in config["speech"]["corpora"]}
        who = " and ".join(sorted(given))
        by = f"What came with the speech ({who}) says"
    return Source("word times", f"{short}, by {who} (span: {span})", f"{by} {part} (span: {span}).")


def _cut(corpus: Values) -> str:
    """What says where a corpus's words begin and end."""
    options = corpus.get("options") or {}
    columns = options.get("columns") or {}
    whole = "onset" in columns and columns["onset"] is None
    facts = reader_facts(corpus["reader"])
    return ALONE if whole or (facts and facts.isolated) else "annotation"


def _talkers(training: Values, logmel: Values) -> Source:
    read = _keys(training, READ_TALKERS)
    if logmel.get("normalise") == "recording":
        read.append("normalise: recording")
    pairing = "Who speaks is known to the pairing, which chooses the talkers of a caption"
    more = "training is told which tokens are of one voice, too ({})"
    return _paired("talker labels", pairing, read, "training is not told", more)


def _image_labels(config: Values, fc7: Values, regions: Values) -> Source:
    name = "image labels"
    if config.get("fragments"):
        said = "Boxes and features are those of R-CNN, trained on labelled pictures and boxes."
        return Source(name, "R-CNN’s, for boxes and features", said)
    found = [_labels(fc7["network"], fc7["weights"], "features")]
    if detector := proposer(regions):
        found.append(_labels(detector, regions["weights"], "boxes"))
    short, long = (" and ".join(texts) for texts in zip(*found, strict=True))
    return Source(name, short, f"{long[0].upper()}{long[1:]}.")


def _labels(network: str, weights: str, what: str) -> tuple[str, str]:
    """What labels an image network learnt from, short and long; `what` it is used for."""
    facts = network_facts(network)
    if weights == "random":
        return f"none for {what}", f"the {what} come from an untrained network"
    if weights == "DEFAULT":
        said = f"the {what} come from a network trained on {facts.data}’s {facts.labels}"
        return f"{facts.data}’s for {what}", said
    said = f"the {what} come from the weights {weights}, trained on labels not known here"
    return f"not known for {what} ({weights})", said


def _speech_model(logmel: Values) -> Source:
    name, path = "pretrained speech model", logmel.get("model")
    if path is None:
        return Source(name, "none", "No model of speech was trained before: frames are log-Mel.")
    if Path(path).is_dir():
        return Source(
            name,
            f"Whisper ({path}), trained on transcripts",
            "It has not learnt from speech and pictures alone: its frames of speech are those of a"
            f" Whisper model, which was trained on transcripts (logmel.model: {path}).",
            marked=True,
        )
    return Source(
        name,
        f"{path}, which may have read transcripts",
        "It has not learnt from this speech alone: its frames are those of a model that had heard"
        f" other speech before, and may have read transcripts (logmel.model: {path}).",
        marked=True,
    )


def _whole_picture(config: Values, training: Values) -> Source:
    name = "whole picture"
    if training.get("context", "none") != "none":
        return Source(
            name,
            "in every fragment (context: gate)",
            "Each fragment knows its whole picture (context: gate): what is found for a fragment is"
            " in part what fits its picture.",
            marked=True,
        )
    if (config.get("fragments") or {}).get("whole") == "unknown":
        said = (
            "One of a picture’s ready-made fragments may be the whole picture; which, is not known."
        )
        return Source(name, "a fragment, not known which", said)
    return Source(
        name, "one of the fragments", "One of a picture’s fragments is the whole picture."
    )


def _voices(config: Values) -> Source:
    if not config.get("synthesis"):
        return Source("voices", "recorded", "Captions are said with recorded speech.")
    names = [engine.title for engine in engines(config)]
    said = ", ".join(names)
    if len(names) == 1:
        alike = f"All speech is by one synthesiser, {said}: it says a word in much the same way."
        return Source("voices", f"one synthesiser, {said}", alike)
    several = f"{len(names)} synthesisers, {said}"
    return Source("voices", several, f"All speech is by {several}.")


def _surroundings(config: Values) -> Source:
    name, made = "isolated words", config.get("synthesis")
    if made:
        gap = 10 * made.get("word_gap", 0)
        if gap:
            said = f"Words are isolated: the synthesiser leaves {gap} ms of silence between them."
            return Source(name, f"yes, {gap} ms apart", said)
        return Source(name, "no, running speech", "Words are cut from running synthetic sentences.")
    cut = {_cut(corpus) for corpus in config["speech"]["corpora"]}
    if config.get("alignment") or cut == {"annotation"}:
        return Source(name, "as recorded", "Words are cut from the recordings as they were said.")
    if cut == {ALONE}:
        return Source(name, f"yes, {ALONE}", "Words are isolated: each is a file of its own.")
    said = "Some words are isolated, a file each; others are cut from longer recordings."
    return Source(name, "some, a file each", said)


def _human_words(training: Values) -> Source:
    name, count = "human words in training", training.get("human_words", 0)
    if not count:
        return Source(name, "none", "No word of evaluation.human is heard in training.")
    said = (
        f"Training hears {count} human words for each spoken word of a picture, of talkers whom the"
        " test does not have (human_words)."
    )
    return Source(name, f"{count} a spoken word (human_words)", said)


def _validation(config: Values, training: Values) -> Source:
    watched = "R@10" if training.get("criterion", "r10") == "r10" else "the loss"
    tried = (config.get("report") or {}).get("tried", 0)
    rounds = " and the rounds of pseudo-words" if training.get("pseudo_words") else ""
    before = f", and before that among {tried} configurations" if tried else ""
    said = f"The validation pictures chose, by {watched}, the kept epoch{rounds}{before}."
    short = f"the epoch, by {watched}" + (f", and among {tried} configurations" if tried else "")
    return Source("choices by the validation set", short, said)
