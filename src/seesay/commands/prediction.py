"""Predicts what matching and evaluation will find, from captions and word-aligned speech alone.

The stages' own functions match and rank in memory; all embeddings are the same, so ranks are those
of chance. No picture and no sound is opened.
"""

import contextlib
import io
from dataclasses import dataclass

import numpy as np
import pandas as pd

from seesay.captions.matching import Matched, match_tables
from seesay.captions.matching_stops import by_split, cures, why
from seesay.captions.words import drop_rare, none_left
from seesay.scoring.abx_scores import score
from seesay.scoring.corpus import Corpus, assemble
from seesay.scoring.evaluation import galleries, rank_all
from seesay.scoring.rank_metrics import METRICS, by_chance
from seesay.settings.evaluation import EvaluationSettings
from seesay.settings.matching import MatchingSettings
from seesay.shared.errors import InputError

SPLITS = ("train", "validation", "test")
# Most similarities of a task that take only a second or two.
CELLS = 300_000_000
# Other values of words.min_count that are tried, and the captions up to which they are.
LADDER = (1, 2, 5, 10, 20, 50, 100, 200)
FEW = 20_000
TOGETHER = "all of these"


@dataclass(frozen=True)
class Texts:
    """The texts of both corpora.

    `splits` is each picture's split, indexed by image_id; `captions` are rows of CAPTIONS, `words`
    of CAPTION_WORDS including rare ones, `tags` of SPOKEN_TAGS, `tokens` of SPOKEN_WORDS;
    `recordings` has recording_id, picture and caption of RECORDINGS.
    """

    splits: pd.Series
    captions: pd.DataFrame
    words: pd.DataFrame
    tags: pd.DataFrame
    tokens: pd.DataFrame
    recordings: pd.DataFrame


@dataclass(frozen=True)
class Outcome:
    """A matching, and why the run would end there ("" if it would not).

    `counts` has a row a split, with pictures, captions, itself (captions with every word said as
    itself), replaced, unsayable, wordless (no content word), and the tokens and types that its
    captions use. `never` are the spoken words of the test that no training caption says, `deaf` the
    share of the test's tokens that say them.
    """

    matched: Matched
    stops: str
    counts: pd.DataFrame
    never: list[str]
    deaf: float

    def of(self, split: str, column: str) -> int:
        """A number of `counts`."""
        return int(self.counts[column][split])

    @property
    def said(self) -> pd.Series:
        """The captions that are said, by split."""
        return self.counts["itself"] + self.counts["replaced"]


def match(texts: Texts, min_count: int, settings: MatchingSettings) -> Outcome:
    """Match in memory. Raises InputError if no word is left, or as `match_tables` does."""
    kept, _ = drop_rare(texts.words, texts.captions, min_count)
    if kept.empty:
        raise InputError(none_left(texts.words, min_count))
    found = match_tables(
        texts.splits,
        texts.captions,
        kept,
        texts.tags,
        texts.tokens,
        settings,
        texts.recordings,
    )
    said = found.spoken_captions
    stops = why(said, found.unsayable, texts.splits, settings)
    used = said.assign(split=said["image_id"].map(texts.splits))
    test, train = (set(used.loc[used["split"] == s, "spoken_word"]) for s in ("test", "train"))
    heard = used[used["split"] == "test"].drop_duplicates("token_id")["spoken_word"]
    deaf = float((~heard.isin(train)).mean()) if len(heard) else 0.0
    return Outcome(found, stops, _counts(texts, found), sorted(test - train), deaf)


def _counts(texts: Texts, found: Matched) -> pd.DataFrame:
    said, splits = found.spoken_captions, texts.splits
    other = said[said["word"] != said["spoken_word"]]
    used = said.assign(split=said["image_id"].map(splits)).groupby("split")
    columns = {
        "pictures": splits.value_counts(),
        "captions": by_split(texts.captions, splits),
        "said": by_split(said, splits),
        "replaced": by_split(other, splits),
        "unsayable": by_split(found.unsayable, splits),
        "tokens": used["token_id"].nunique(),
        "types": used["spoken_word"].nunique(),
    }
    whole = {name: pd.Series(column).reindex(SPLITS) for name, column in columns.items()}
    table = pd.DataFrame(whole).fillna(0).astype(int)
    table["itself"] = table["said"] - table["replaced"]
    table["wordless"] = table["captions"] - table["said"] - table["unsayable"]
    return table.drop(columns="said")


def chances(
    said: pd.DataFrame, splits: pd.Series, fragments: int, settings: EvaluationSettings
) -> tuple[pd.DataFrame, list[str]]:
    """Numbers by chance in each task and gallery, and notes of what is left out.

    `said` has the rows of SPOKEN_CAPTIONS; every picture has `fragments` fragments. The table has
    task, gallery, queries, gallery_size, and the metrics of METRICS; tasks without a query and
    galleries too large for a quick count are left out.
    """
    image_ids = sorted(splits.index)
    regions = pd.DataFrame({"image_id": np.repeat(image_ids, fragments)})
    regions["region"] = np.tile(np.arange(fragments), len(image_ids))
    tokens = pd.DataFrame({"token_id": sorted(set(said["token_id"]))})
    corpus = assemble(
        pd.DataFrame({"image_id": image_ids, "split": splits.reindex(image_ids).to_numpy()}),
        regions,
        np.zeros((len(regions), 1), np.float32),
        tokens,
        np.zeros((len(tokens), 1), np.float32),
        said,
    )
    test = len(corpus.fragments.of(corpus.test).names), len(corpus.tokens.of(corpus.test).names)
    cells = {"test": test[0] * test[1], "all": max(test) * max(len(regions), len(tokens))}
    small = tuple(gallery for gallery in settings.galleries if cells[gallery] <= CELLS)
    notes = [
        f"gallery {gallery}: {cells[gallery]:,} similarities a task are not counted here"
        for gallery in settings.galleries
        if gallery not in small
    ]
    columns = ["task", "gallery", "queries", "gallery_size", *METRICS]
    if not small or not min(test):
        return pd.DataFrame(columns=columns), notes
    # Its messages on standard error are in the notes.
    with contextlib.redirect_stderr(io.StringIO()):
        ranks = rank_all(corpus, settings.model_copy(update={"galleries": small}))
    asked = set(zip(ranks["task"], ranks["gallery"], strict=True))
    mute = {
        task: [g for g in galleries(task, small) if (task, g) not in asked]
        for task in settings.tasks
    }
    if "abx" in mute and not scored(corpus):
        mute["abx"] = ["test"]
    silent = [f"{task} ({', '.join(places)})" for task, places in mute.items() if places]
    if silent:
        notes.append(f"left out, because no test query has a right item: {', '.join(silent)}")
    rows: list[dict[str, object]] = []
    for (task, gallery), part in ranks.groupby(["task", "gallery"], sort=False):
        size = {"queries": len(part), "gallery_size": round(part["gallery_size"].mean())}
        rows.append({"task": task, "gallery": gallery, **size, **by_chance(part)})
    return pd.DataFrame(rows, columns=columns), notes


def scored(corpus: Corpus) -> bool:
    """Whether the task abx has a triplet, across talkers or within one."""
    tokens = corpus.tokens.of(corpus.test)
    word, talker = corpus.word[tokens.origin], corpus.talker[tokens.origin]
    nothing = np.zeros((len(word), 1), np.float32)
    return any(
        len(score(nothing, nothing, word, talker, within=within).word) for within in (False, True)
    )


def crowded(said: pd.DataFrame, splits: pd.Series, negatives: str) -> dict[str, str]:
    """For training and validation, a picture that uses everything that its split says, if any.

    Training has no negatives for such a picture. `negatives` decides whether it uses tokens or
    types.
    """
    column = "token_id" if negatives == "tokens" else "spoken_word"
    found = {}
    for split in ("train", "validation"):
        part = said[said["image_id"].map(splits) == split]
        used = part.groupby("image_id")[column].nunique()
        whole = used[used >= part[column].nunique()]
        if len(whole):
            found[split] = str(whole.index[0])
    return found


def remedies(
    texts: Texts, min_count: int, settings: MatchingSettings, now: Outcome | None
) -> list[tuple[str, Outcome | str]]:
    """Unset settings that may help a matching, each with its outcome.

    Each change alone, all of them together, and another words.min_count: the one of LADDER with the
    most test tokens, if that is more than now or if a run would stop now. Outcomes that end in an
    error are its text.
    """
    causes = set(now.matched.unsayable["cause"]) if now else set()
    apt = [cure for cure in cures(settings) if not now or cure.causes & causes]
    together: dict[str, object] = {}
    for cure in apt:
        together |= cure.update
    tried = [(cure.text, cure.update) for cure in apt]
    if len(apt) > 1:
        tried.append((TOGETHER, together))
    found: list[tuple[str, Outcome | str]] = []
    for text, update in tried:
        found.append((text, _tried(texts, min_count, settings.model_copy(update=update))))
    if len(texts.captions) <= FEW:
        others = {n: _tried(texts, n, settings) for n in LADDER if n != min_count}
        good = {n: o for n, o in others.items() if isinstance(o, Outcome) and not o.stops}
        if good:
            best = max(good, key=lambda n: (good[n].of("test", "tokens"), -n))
            least = now.of("test", "tokens") if now and not now.stops else -1
            if good[best].of("test", "tokens") > least:
                found.append((f"words.min_count: {best}", good[best]))
    return found


def _tried(texts: Texts, min_count: int, settings: MatchingSettings) -> Outcome | str:
    try:
        return match(texts, min_count, settings)
    except InputError as error:
        return str(error)
