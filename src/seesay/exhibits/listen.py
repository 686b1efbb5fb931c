"""Listen and look: what one model finds, to hear and see, right and wrong alike.

Both searches are among the test split's own items: the nearest pictures of a spoken word (Image
Token Search by Word, paper section 3) and the nearest words of a picture fragment (Word Token
Search by Image). Ranks decide which words, tokens, pictures and fragments are shown.
"""

import importlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from seesay.exhibits import listen_human
from seesay.exhibits.choice import Record, choose
from seesay.exhibits.clips import SHARE, Refused, clips, thumbnails
from seesay.exhibits.finds import Finds, Judge, Shelves, add_pictures, add_words, shelve
from seesay.exhibits.near import nearest
from seesay.schemas.audio import RECORDINGS, SPOKEN_WORDS
from seesay.schemas.captions import CAPTION_WORDS, REPLACEMENTS, SPOKEN_CAPTIONS
from seesay.schemas.vision import CAPTIONS, IMAGES, REGIONS
from seesay.scoring.asked import Asked
from seesay.scoring.corpus import Corpus, Items, load
from seesay.scoring.tasks import image_token_by_word, word_token_by_image
from seesay.settings.choice import taken
from seesay.settings.evaluation import EvaluationSettings
from seesay.settings.listen import ListenSettings
from seesay.shared import sources, tables, writing
from seesay.shared.errors import InputError
from seesay.shared.rejects import write_rejects

if TYPE_CHECKING:
    from seesay.exhibits.listen_captions import Heard


@dataclass(frozen=True)
class Inputs:
    """The embeddings of one system (`images`, `words`), and the tables that describe them.

    `human` are the inputs of `listen_human.find` for that system, empty without human words.
    `whole` are its moments and the true words, empty unless the network hears whole captions.
    """

    images: Path
    words: Path
    pictures: Path
    captions: Path
    caption_words: Path
    replacements: Path
    spoken_captions: Path
    recordings: Path
    spoken_words: Path
    regions: Sequence[Path]
    logmel: Sequence[Path]
    human: Sequence[Path] = ()
    whole: Sequence[Path] = ()


def prepare(
    inputs: Inputs,
    out: Path,
    rejects: Path,
    settings: ListenSettings,
    about: Record,
    frames: int,
    hop: float,
    span: str = "window",
    evaluation: EvaluationSettings | None = None,
) -> None:
    """Write `out`, the JSON text that the report embeds, and the table `rejects`.

    `about` names the experiment, system and seed. `frames` and `hop` (s) are those of the log-Mel
    vectors. `evaluation` says how a network that hears captions pools their scores. A recording or
    picture that cannot be read is a row of `rejects` and missing from the page, which says so.
    Raises InputError as `evaluation.load`.
    """
    corpus = load(inputs.images, inputs.words, inputs.spoken_captions, inputs.pictures)
    by_word = image_token_by_word.rank(Asked(corpus, "test", "image_token_by_word"))
    by_image = word_token_by_image.rank(Asked(corpus, "test", "word_token_by_image"))
    finds = _find(inputs, corpus, by_word, by_image, settings)
    people = _people(inputs, corpus, finds, settings)
    whole = _whole(inputs, corpus, settings, evaluation or EvaluationSettings())
    shelves = shelve(finds, _also_shown(finds, people, whole))
    room = _room(settings, sum(part is not None for part in (people, whole)))
    judge, said_for = _judge(inputs, corpus, finds)
    heard = finds.heard.loc[shelves.order]
    sounding, silent, lost = clips(
        heard, set(finds.tokens.names[finds.spoken]), list(inputs.logmel), room, frames, hop, span
    )
    files, captions = _files(inputs, shelves.image_ids)
    pictures, unseen, gone = thumbnails(files, captions, settings)
    sources.unchanged(heard, "speech")
    sources.unchanged(files, "pictures")
    add_words(sounding, finds, shelves, judge)
    add_pictures(pictures, finds, shelves, judge)
    page = {**about, **_words(finds, shelves), "tokens": sounding, "pictures": pictures}
    page |= {
        "by_word": _about(by_word),
        "by_image": _about(by_image),
        "said_for": {w: said_for[w] for w in sorted(shelves.sounds) if w in said_for},
        "silent": silent,
        "unseen": unseen,
    }
    if people is not None:
        places = finds.looked["image_id"].tolist(), finds.looked["region"].tolist()
        shelf = listen_human.Shelf(judge.uses, *places, shelves.picture)
        said = corpus.vocabulary[corpus.word]
        more = listen_human.records(people, finds.heard, said, shelf, settings)
        lost += _added(page, "human", *more)
    if whole is not None:
        page["by_caption"] = _about(whole.ranks)
        more = whole.records(inputs.whole[1], shelves.picture, settings)
        lost += _added(page, "captions", *more)
    text = json.dumps(page, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    writing.write_text(out, text + "\n")
    write_rejects(rejects, lost + gone)


def _added(page: Record, name: str, found: list[Record], silent: int, refused: Refused) -> Refused:
    """Add records to the page, and count their sounds without room; returns the rejects."""
    page |= {name: found, "silent": page["silent"] + silent}
    return refused


def _find(
    inputs: Inputs,
    corpus: Corpus,
    by_word: pd.DataFrame,
    by_image: pd.DataFrame,
    settings: ListenSettings,
) -> Finds:
    """Choose queries by their ranks and search the test split for each."""
    tokens, fragments = corpus.tokens.of(corpus.test), corpus.fragments.of(corpus.test)
    heard = _ranked(_heard(inputs, tokens), by_word, tokens)
    looked = _ranked(_looked(inputs, corpus, fragments), by_image, fragments)
    words = choose(heard, "word", settings.words, settings.cases, settings.tokens)
    pictures = choose(looked, "image_id", settings.pictures, settings.cases, settings.fragments)
    # Every word's first token comes before any second one, in case room is short.
    rounds = zip_longest(*(labels for _, _, labels in words))
    spoken = [label for row in rounds for label in row if label is not None]
    shown = [label for _, _, labels in pictures for label in labels]
    types = pd.factorize(heard["word"], sort=True)[0].astype(np.int64)
    most = settings.neighbours
    fragments_of = nearest(tokens.vectors[spoken], fragments.vectors, fragments.image, most)
    tokens_of = nearest(fragments.vectors[shown], tokens.vectors, types, most)
    return Finds(
        tokens, fragments, heard, looked, words, pictures, spoken, shown, fragments_of, tokens_of
    )


def _people(
    inputs: Inputs, corpus: Corpus, finds: Finds, settings: ListenSettings
) -> listen_human.People | None:
    """The human words, if there are any."""
    if not inputs.human:
        return None
    return listen_human.find(inputs.human, corpus, finds.tokens, finds.fragments, settings)


def _whole(
    inputs: Inputs, corpus: Corpus, settings: ListenSettings, evaluation: EvaluationSettings
) -> "Heard | None":
    """The whole captions, if the network hears them."""
    found: Heard | None = None
    if taken("seesay.exhibits.listen_captions", evaluation):
        listen_captions = importlib.import_module("seesay.exhibits.listen_captions")
        said = inputs.spoken_words, inputs.spoken_captions, inputs.captions, inputs.recordings
        found = listen_captions.find(inputs.whole[0], corpus, *said, settings, evaluation)
    return found


def _also_shown(
    finds: Finds, people: listen_human.People | None, whole: "Heard | None"
) -> list[int]:
    """Fragments whose pictures get room beside those of the model's finds."""
    first = finds.looked.groupby("image_id").head(1)
    place = pd.Series(first.index, index=first["image_id"])
    found = people.fragments() if people else []
    return [*found, *(int(place[image]) for image in (whole.images if whole else []))]


def _room(settings: ListenSettings, others: int) -> ListenSettings:
    """The settings with the room for the sounds of words, beside other exhibits with sounds."""
    left = settings.sound_megabytes * (1 - SHARE * others)
    return settings.model_copy(update={"sound_megabytes": left})


def _judge(inputs: Inputs, corpus: Corpus, finds: Finds) -> tuple[Judge, dict[str, list[str]]]:
    """Who decides what is right, and the words that each spoken word stands for."""
    uses, said_for = _uses(inputs)
    tokens = finds.tokens
    own = zip(tokens.names[tokens.item], corpus.image_ids[tokens.image], strict=True)
    return Judge(finds.heard, finds.looked, uses, set(own)), said_for


def _words(finds: Finds, shelves: Shelves) -> Record:
    """The chosen words, a sound for every word, and how many words and pictures there are."""
    heard, looked = finds.heard, finds.looked
    return {
        "words": [
            {"word": word, **record, "tokens": [shelves.token[label] for label in labels]}
            for word, record, labels in finds.words
        ],
        "sounds": {word: shelves.token[at] for word, at in sorted(shelves.sounds.items())},
        "all_words": int(heard["word"].nunique()),
        "ranked_words": int(heard.loc[heard["rank"].notna(), "word"].nunique()),
        "ranked_pictures": int(looked.loc[looked["rank"].notna(), "image_id"].nunique()),
    }


def _ranked(frame: pd.DataFrame, ranks: pd.DataFrame, items: Items) -> pd.DataFrame:
    """The rows with the expected rank of each item's first relevant one; NaN without any."""
    found = ranks.set_index("query")["rank"].reindex(items.names)
    return frame.assign(rank=found.to_numpy(dtype=float))


def _about(ranks: pd.DataFrame) -> Record:
    """A task's gallery size, its median rank and the median rank by chance."""
    chance = (ranks["gallery_size"] + 1) / (ranks["relevant"] + 1)
    return {
        "size": int(ranks["gallery_size"].iloc[0]),
        "queries": len(ranks),
        "median": float(ranks["rank"].median()),
        "chance": float(chance.median()),
    }


def _heard(inputs: Inputs, tokens: Items) -> pd.DataFrame:
    """The test split's tokens: word, talker, and place in a file."""
    said = tables.read(SPOKEN_CAPTIONS, inputs.spoken_captions).drop_duplicates("token_id")
    words = tables.read(SPOKEN_WORDS, inputs.spoken_words).drop(columns=["word", "talker"])
    files = tables.read(RECORDINGS, inputs.recordings)[
        ["recording_id", "path", "digest", "channel"]
    ]
    names = pd.DataFrame({"token_id": tokens.names})
    names = names.merge(said[["token_id", "talker", "spoken_word"]], on="token_id", how="left")
    heard = names.merge(words, on="token_id", how="left").merge(files, "left", "recording_id")
    lost = heard["path"].isna()
    if lost.any():
        raise InputError(
            f"{inputs.spoken_words}: {heard.loc[lost, 'token_id'].iloc[0]} or its recording is not "
            "there, and the spoken captions use it; make the stage speech and all after it again"
        )
    return heard.rename(columns={"spoken_word": "word"})


def _looked(inputs: Inputs, corpus: Corpus, fragments: Items) -> pd.DataFrame:
    """The test split's fragments, with their boxes in px, NaN for none."""
    regions = [int(name.rpartition("#")[2]) for name in fragments.names]
    looked = pd.DataFrame({"image_id": corpus.image_ids[fragments.image], "region": regions})
    # `voices` treats each as a token of another talker.
    looked = looked.assign(token_id=fragments.names, talker=fragments.names)
    boxes = tables.read(REGIONS, list(inputs.regions))
    return looked.merge(boxes, on=["image_id", "region"], how="left")


def _files(inputs: Inputs, ids: Sequence[str]) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """The pictures in the order of `ids`, and their captions."""
    images = tables.read(IMAGES, inputs.pictures).set_index("image_id").loc[list(ids)]
    captions = tables.read(CAPTIONS, inputs.captions)
    texts = captions[captions["image_id"].isin(ids)].groupby("image_id")["text"].agg(list)
    return images.reset_index(), {str(key): value for key, value in texts.items()}


def _uses(inputs: Inputs) -> tuple[set[tuple[str, str]], dict[str, list[str]]]:
    """(image_id, spoken word) of all captions, and the words that each spoken word stands for."""
    replacements = tables.read(REPLACEMENTS, inputs.replacements)
    replacements = replacements[replacements["spoken_word"] != ""]
    written = tables.read(CAPTION_WORDS, inputs.caption_words)[["image_id", "lemma"]]
    spoken = written.drop_duplicates().merge(replacements, left_on="lemma", right_on="word")
    other = replacements[replacements["word"] != replacements["spoken_word"]]
    said_for = other.sort_values("word").groupby("spoken_word")["word"].agg(list)
    pairs = set(zip(spoken["image_id"], spoken["spoken_word"], strict=True))
    return pairs, {str(key): value for key, value in said_for.items()}
