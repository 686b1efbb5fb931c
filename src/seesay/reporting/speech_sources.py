"""How tokens are cut from the speech: by given or found times, from isolated or running words."""

from dataclasses import dataclass
from typing import Any

from seesay.reporting.credits import found_by, reader_facts, segmentation, spoken

Values = dict[str, Any]

ALONE = "files of single words"


@dataclass(frozen=True)
class Source:
    """One source: its name, its use in a few words, and the same in a sentence.

    `marked` sources stand beside the experiment's numbers: without the mark, a reader could think
    that the experiment learns from speech and pictures alone, as the paper's does.
    """

    name: str
    short: str
    sentence: str
    marked: bool = False


# Of experiments that hear whole captions.
TIMES_OF_CAPTIONS = Source(
    "word times",
    "scoring only (unit: caption)",
    "Training hears whole recordings and reads no word times (unit: caption); word times are used"
    " for scoring alone.",
)
WHOLE_CAPTIONS = Source(
    "isolated words", "no, whole captions", "No words are cut out: each caption is heard whole."
)


def kind_of_speech(config: Values) -> str:
    """Who speaks, how, and where the tokens' boundaries are from, in one sentence.

    `config` is the whole config with its defaults, as parsed JSON.
    """
    who = "Synthetic" if config.get("synthesis") else "Human"
    isolated = surroundings(config, {}).short.partition(",")[0]
    words = {"yes": "isolated words", "some": "isolated and continuous words"}
    method = found_by(config)
    edges = f"found boundaries ({method})" if method else "given boundaries"
    return f"{who} speech, {words.get(isolated, 'continuous words')}, {edges}."


def times(config: Values, training: Values, logmel: Values) -> Source:
    """The times of words, by which tokens are cut or scored."""
    if training.get("unit") == "caption":
        return TIMES_OF_CAPTIONS
    if found_by(config):
        return _scored(config)
    span = logmel.get("span", "window")
    parts = {
        "window": ("the middle", "the middle of each word; its frames lie around the middle"),
        "masked": ("onset and offset", "each word’s onset and offset; the rest is silenced"),
        "word": ("onset and offset", "each word’s onset and offset; its frames lie between them"),
    }
    short, part = parts[span]
    if config.get("synthesis"):
        who, by = "the synthesiser", "The synthesiser gives"
    elif config.get("alignment"):
        who, by = "forced alignment", "Forced alignment with the transcripts gives"
    else:
        given = {_cut(corpus) for corpus in config["speech"]["corpora"]}
        who = " and ".join(sorted(given))
        by = f"The speech corpus ({who}) gives"
    short = f"{short}, from {who} (span: {span})"
    return Source("word times", short, f"{by} {part} (span: {span}).")


def _scored(config: Values) -> Source:
    """Word times where boundaries are found."""
    facts, method = segmentation(config), found_by(config)
    said = (
        f"Boundaries are found without word times (segmentation.method: {method}, {facts.title});"
        " word times are used for scoring alone."
    )
    if facts.pictures:
        said += " The segmentation learned from the pictures of the training split."
    learns = ", with pictures" if facts.pictures else ""
    return Source("word times", f"scoring only (boundaries by {method}{learns})", said)


def _cut(corpus: Values) -> str:
    """How a corpus gives the times of its words: by annotation or as files of single words."""
    options = corpus.get("options") or {}
    columns = options.get("columns") or {}
    whole = "onset" in columns and columns["onset"] is None
    facts = reader_facts(corpus["reader"])
    return ALONE if whole or (facts and facts.isolated) else "annotation"


def surroundings(config: Values, training: Values) -> Source:
    """Whether the words are isolated, or cut from running speech."""
    if training.get("unit") == "caption":
        return WHOLE_CAPTIONS
    name, made = "isolated words", config.get("synthesis")
    if made:
        gap = 10 * made.get("word_gap", 0)
        if gap:
            said = f"Words are isolated: the synthesiser leaves {gap} ms of silence between them."
            return Source(name, f"yes, {gap} ms apart", said)
        said = "Words are cut from running synthetic sentences."
        if spoken(config):
            said = "Words are cut from captions spoken whole, among other words of their caption."
        return Source(name, "no, running speech", said)
    cut = {_cut(corpus) for corpus in config["speech"]["corpora"]}
    if config.get("alignment") or cut == {"annotation"}:
        return Source(name, "as recorded", "Words are cut from the recordings as they were spoken.")
    if cut == {ALONE}:
        return Source(name, f"yes, {ALONE}", "Words are isolated: each is a file of its own.")
    said = "Some words are isolated, a file each; others are cut from longer recordings."
    return Source(name, "some, a file each", said)
