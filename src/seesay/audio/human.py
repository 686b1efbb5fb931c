"""Words that people say, as a second test besides the captions' own speech, by source.

The test includes a word if the captions' speech has it, as it is said or as the lemma of a form
that the captions use. A hash of names divides the talkers of a corpus into test talkers and those
whom training may hear.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from seesay.audio.reading import frame_of, named
from seesay.audio.speech import check_words, open_recordings
from seesay.captions.dictionary import Dictionary
from seesay.captions.english import APART
from seesay.corpora import SPEECH, UNKNOWN_TALKER, Reject
from seesay.corpora.apart import pictures_named
from seesay.corpora.finding import find
from seesay.schemas.audio import HUMAN_WORDS, RECORDINGS, SPOKEN_WORDS, TOKEN_MANIFEST
from seesay.schemas.captions import CAPTION_WORDS, SPOKEN_CAPTIONS
from seesay.schemas.vision import IMAGES
from seesay.settings.corpora import Corpus
from seesay.settings.human import HumanSettings
from seesay.shared import sources, tables
from seesay.shared.errors import InputError
from seesay.shared.randomness import choose
from seesay.shared.rejects import write_rejects


@dataclass(frozen=True)
class Vocabulary:
    """What the captions' speech says: `names` gives each known form its spoken word, `pos` each
    spoken word its most frequent part of speech.
    """

    names: dict[str, str]
    pos: dict[str, str]


@dataclass(frozen=True)
class Heard:
    """The talkers and recordings that say captions, and the digests of the recordings' files."""

    talkers: frozenset[str]
    recordings: frozenset[str]
    digests: frozenset[str]


def vocabulary(spoken: set[str], caption_words: pd.DataFrame) -> Vocabulary:
    """The forms of the words `spoken`, from the rows text, lemma and pos of CAPTION_WORDS.

    A form that is itself spoken is that word; any other stands for its most frequent spoken lemma
    in the captions (ties: by alphabet).
    """
    known = caption_words[caption_words["lemma"].isin(spoken)]
    counts = known.groupby(["text", "lemma"]).size().rename("count").reset_index()
    counts = counts.sort_values(["text", "count", "lemma"], ascending=[True, False, True])
    first = counts.drop_duplicates("text")
    names = dict(zip(first["text"], first["lemma"], strict=True)) | {word: word for word in spoken}
    tags = known.groupby(["lemma", "pos"]).size().rename("count").reset_index()
    tags = tags.sort_values(["lemma", "count", "pos"], ascending=[True, False, True])
    tags = tags.drop_duplicates("lemma")
    pos = dict(zip(tags["lemma"], tags["pos"], strict=True))
    return Vocabulary(names, {word: pos.get(word, "other") for word in spoken})


def heard(
    spoken_captions: pd.DataFrame, spoken_words: pd.DataFrame, recordings: pd.DataFrame
) -> Heard:
    """The talkers and recordings that say the captions of all splits.

    Test captions count too: a human word would find its own recording among their tokens, and
    training might hear a talker who is held out.
    """
    tokens = spoken_words[spoken_words["token_id"].isin(spoken_captions["token_id"])]
    files = recordings[recordings["recording_id"].isin(tokens["recording_id"])]
    return Heard(
        frozenset(tokens["talker"]), frozenset(tokens["recording_id"]), frozenset(files["digest"])
    )


def read_source(
    corpus: Corpus, known: Vocabulary, captions: Heard, images: pd.Series
) -> tuple[pd.DataFrame, list[Reject]]:
    """The usable words of one corpus, as rows of HUMAN_WORDS without `use`, and its rejects.

    Rows also have path, digest and channel of their recording. `images` are the run's pictures.
    """
    found, spoken, rejects = named(corpus, find(corpus, SPEECH).read())
    recordings, bad = open_recordings(found)
    frame = frame_of(spoken).assign(picture=[word.picture for word in spoken])
    words, bad_words = check_words(frame, recordings)
    rejects += [*bad, *bad_words]
    unknown = corpus.under(UNKNOWN_TALKER)
    words["talker"] = words["talker"].where(words["talker"] != unknown, "")
    files = recordings[["recording_id", "path", "digest", "channel"]]
    words = words.merge(files, on="recording_id").assign(source=corpus.name)
    words, refused = _within(words, corpus, known)
    rejects += refused
    words, refused = _apart(words, captions)
    rejects += refused
    words["image_id"], refused = _pictures(words, corpus, images)
    return words.drop(columns="picture"), [*rejects, *refused]


def _within(
    words: pd.DataFrame, corpus: Corpus, known: Vocabulary
) -> tuple[pd.DataFrame, list[Reject]]:
    """The words of the vocabulary, with `spoken_word` and `pos`; a reject for each other word."""
    american = Dictionary().american
    named = words["word"].map(known.names).fillna(words["word"].map(american).map(known.names))
    # It may be either of two words that sound different; the part of speech is unknown here.
    spoken = named.mask(words["word"].isin(APART))
    rejects = []
    for word, count in words.loc[spoken.isna(), "word"].value_counts().sort_index().items():
        several = len(str(word).split()) > 1
        why = "several words; give single words" if several else "no spoken caption says it"
        if word in APART and word in known.names:
            why = f"one sound as a {APART[str(word)]} and another otherwise; which is not known"
        times = "once" if count == 1 else f"{count} times"
        rejects.append(Reject(corpus.under(str(word)), f"{why}; {times} in the corpus"))
    kept = words[spoken.notna()].assign(spoken_word=spoken.dropna())
    return kept.assign(pos=kept["spoken_word"].map(known.pos)), rejects


def _apart(words: pd.DataFrame, captions: Heard) -> tuple[pd.DataFrame, list[Reject]]:
    """The words of talkers and recordings that say no caption, and rejects."""
    same = words["digest"].isin(captions.digests) | words["recording_id"].isin(captions.recordings)
    # A talker of one of the captions' recordings says captions, under whatever name.
    talker = words["talker"].isin(captions.talkers | (set(words.loc[same, "talker"]) - {""}))
    return words[~(same | talker)].copy(), [
        *_refused(words.loc[talker, "talker"], "this talker says captions"),
        *_refused(words.loc[same & ~talker, "recording_id"], "captions are said with it"),
    ]


def _refused(names: pd.Series, reason: str) -> list[Reject]:
    """A reject for each of these talkers or recordings, given one name a rejected word."""
    return [
        Reject(name, f"{reason}; {count:,} word{'s' * (count != 1)} left out")
        for name, count in sorted(Counter(names).items())
    ]


def _pictures(
    words: pd.DataFrame, corpus: Corpus, images: pd.Series
) -> tuple[pd.Series, list[Reject]]:
    """The run's picture that each word was said about, or ""; one reject counts the others."""
    own = pictures_named(images)
    given = words["picture"]
    found = given.map(lambda name: own.get(name, "") if name else "")
    lost = sorted(set(given[(given != "") & (found == "")]))
    if not lost:
        return found, []
    some = f"{len(lost):,} pictures that its words were said about are"
    if len(lost) == 1:
        some = "a picture that its words were said about is"
    reason = f"{some} not in this run: {lost[0]!r}; these words are tested without it"
    return found, [Reject(corpus.name, reason)]


def part(words: pd.DataFrame, talkers: float, seed: int) -> tuple[pd.Series, list[Reject]]:
    """`test` or `train` for each row, or "" for words that training must not have, and rejects.

    The share `talkers` of a source's talkers, at least one, are test talkers, by the hash of their
    names; so are unknown talkers. Training has no recording of a test talker, and a talker who has
    one under another name is a test talker.
    """
    use = pd.Series("test", words.index)
    for source, rows in words.groupby("source"):
        names = set(rows["talker"]) - {""}
        test = choose(names, max(1, round(talkers * len(names))), f"human {source}", seed)
        use[rows.index[rows["talker"].isin(names - test)]] = "train"
    same = _refuse_tested(words, use)
    lost = use == ""
    return use, [
        *_refused(words.loc[lost & same, "talker"], "this talker is the test's under another name"),
        *_refused(words.loc[lost & ~same, "recording_id"], "the test has this very recording"),
    ]


def _refuse_tested(words: pd.DataFrame, use: pd.Series) -> pd.Series:
    """Set `use` to "" where training would hear the test; where that is for the talker."""
    same = pd.Series(False, words.index)
    while True:
        taken = words[use != "train"]
        twice = (use == "train") & words["digest"].isin(taken["digest"])
        if not twice.any():
            return same
        renamed = twice & ~words["recording_id"].isin(taken["recording_id"])
        talker = (use != "test") & words["talker"].isin(words.loc[renamed, "talker"])
        use[twice | talker] = ""
        same |= talker


def gather(
    settings: HumanSettings, known: Vocabulary, captions: Heard, images: pd.Series
) -> tuple[pd.DataFrame, list[Reject]]:
    """The usable words of all corpora, as `read_source` gives them, with `use`, and the rejects.

    Raises InputError if a corpus cannot be read, or if none has a word for the test.
    """
    parts = [read_source(corpus, known, captions, images) for corpus in settings.corpora]
    words = pd.concat([rows for rows, _ in parts], ignore_index=True)
    words["use"], twice = part(words, settings.talkers, settings.seed)
    rejects = [reject for _, refused in parts for reject in refused] + twice
    words = words[words["use"] != ""]
    if not (words["use"] == "test").any():
        first = f"; the first of {len(rejects)} rejects: {rejects[0].id}: {rejects[0].reason}"
        raise InputError(
            "evaluation.human: no word of these corpora is in the captions' spoken vocabulary"
            f" ({len(known.pos)} words) and said by a talker who says no caption; give"
            f" other corpora{first if rejects else ''}"
        )
    return words, rejects


def summaries(words: pd.DataFrame) -> Iterator[str]:
    """A line a source: the number of its tested words, their types and talkers."""
    for source, rows in words.groupby("source"):
        test = rows[rows["use"] == "test"]
        people = len(set(test["talker"]) - {""})
        yield (
            f"{source}: {len(test):,} of {len(rows):,} words of the vocabulary for the test,"
            f" {test['spoken_word'].nunique():,} different, by {people or 'unknown'} talkers;"
            f" {(test['image_id'] != '').sum():,} said about pictures of this run"
        )


def read_human(
    images: Path,
    caption_words: Path,
    spoken_captions: Path,
    recordings: Path,
    spoken_words: Path,
    words_out: Path,
    rejects_out: Path,
    manifest_out: Path,
    settings: HumanSettings,
) -> None:
    """Write the tables HUMAN_WORDS, `rejects` and TOKEN_MANIFEST of its words.

    Raises InputError as `gather` does.
    """
    pictures = tables.read(IMAGES, images)
    captions = tables.read(SPOKEN_CAPTIONS, spoken_captions)
    known = vocabulary(set(captions["spoken_word"]), tables.read(CAPTION_WORDS, caption_words))
    said = heard(
        captions, tables.read(SPOKEN_WORDS, spoken_words), tables.read(RECORDINGS, recordings)
    )
    before = sources.seen([p for one in settings.corpora for p in find(one, SPEECH).sources()])
    words, rejects = gather(settings, known, said, pictures["image_id"])
    sources.still(before)
    tables.write(HUMAN_WORDS, words_out, words)
    tables.write(TOKEN_MANIFEST, manifest_out, words)
    write_rejects(rejects_out, (("human", one.id, one.reason) for one in rejects))
    for line in summaries(words):
        print(f"human: {line}", flush=True)
