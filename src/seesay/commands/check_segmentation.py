"""Part of `seesay check`: what is known of a run that finds its tokens, before it finds them."""

from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd

from seesay.captions.matching_stops import by_split, why
from seesay.captions.segments import match_segments
from seesay.captions.words import drop_rare, none_left
from seesay.commands import check_matching_shown as shown
from seesay.commands.check_findings import Counts, Finding
from seesay.commands.prediction import SPLITS, Texts
from seesay.planning.config import Config
from seesay.settings.choice import chosen
from seesay.shared.errors import InputError

SECTION = "segmentation"
LITTLE = 0.5  # share of captions below which is a warning


def about(config: Config, counts: Counts) -> Iterator[Finding]:
    """How tokens are found, and recordings of which nothing can be found."""
    settings = config.segmentation
    facts = chosen(settings, "method")
    learns = "; it learns from the pictures of the training split" if facts.pictures else ""
    text = f"{settings.method} finds the tokens: {facts.title}{learns}"
    yield Finding("ok", SECTION, f"{text}; word times label them, for scoring alone")
    if counts.sharing:
        text = f"{len(counts.sharing):,} recordings share their file with others, and nothing tells"
        cure = "cut the files, or give segmentation.method: given"
        where = f"where in it they are (for example {counts.sharing[0]})"
        end = settings.on_bad_input == "fail"
        what = "on_bad_input: fail ends the run" if end else "they will be left out"
        yield Finding("fail" if end else "warn", SECTION, f"{text} {where}; {what}: {cure}")


def predict(config: Config, counts: Counts, texts: Texts) -> Iterator[Finding]:
    """The captions of each split that recordings say.

    Segments are as many as the sound has, so nothing is said about tokens, types and chance.
    """
    said, stops, rejected = heard(config, texts, counts.sharing)
    total = by_split(texts.captions, texts.splits)
    number = by_split(said, texts.splits)
    pictures = texts.splits.value_counts().to_dict()
    heard_in = said["image_id"].map(texts.splits).value_counts().to_dict()
    columns = (pictures, total, number, heard_in)
    lines = [[split, *(f"{column.get(split, 0):,}" for column in columns)] for split in SPLITS]
    yield from shown.rows([["split", "pictures", "captions", "said", "recordings"], *lines])
    if rejected:
        count = f"{len(rejected):,} recordings say no caption of this run, or one that their talker"
        yield Finding("note", SECTION, f"{count} says twice, and are left out: {rejected[0]}, ...")
    if stops:
        yield Finding("fail", "matching", stops)
    elif any(number.get(split, 0) < LITTLE * count for split, count in total.items()):
        text = f"{sum(number.values()):,} of {sum(total.values()):,} captions are said"
        yield Finding("warn", "matching", f"{text} by a recording")
    yield Finding(
        "note",
        SECTION,
        "every segment of these recordings will be a token; tokens, types and the numbers by chance"
        " are known after the stage segmentation, and no setting of matching changes them",
    )


def heard(
    config: Config, texts: Texts, sharing: Collection[str]
) -> tuple[pd.DataFrame, str, list[str]]:
    """The captions that recordings say, a row each recording, as `match_segments` takes them.

    Also returns why the run would end there, "" if it would not, and the recordings of no caption.
    Each recording is taken for one segment, and those of `sharing` for none. Raises InputError if
    no caption word is left.
    """
    captions = texts.captions[texts.captions["image_id"].isin(texts.splits.index)]
    kept, _ = drop_rare(texts.words, captions, config.words.min_count)
    if kept.empty:
        raise InputError(none_left(texts.words, config.words.min_count))
    talkers = texts.tokens.groupby("recording_id")["talker"].first()
    name = texts.recordings["recording_id"]
    one = pd.DataFrame({"recording_id": name, "token_id": name, "word": name, "lemma": name})
    one = one.assign(talker=name.map(talkers).fillna(""), onset=0.0, offset=np.inf)
    one = one[~name.isin(sharing)]
    kept = kept[kept["image_id"].isin(texts.splits.index)]
    found = match_segments(captions, kept, one, texts.recordings)
    stops = why(found.spoken_captions, found.unsayable, texts.splits, config.matching)
    own = set(name)
    return found.spoken_captions, stops, [row[1] for row in found.rejects if row[1] in own]
