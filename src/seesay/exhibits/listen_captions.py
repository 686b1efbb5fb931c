"""Whole captions to hear, and the fragment of the picture that each moment is most similar to."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seesay.exhibits.choice import choose
from seesay.exhibits.clips import SHARE, Refused, clips
from seesay.schemas.audio import RECORDINGS, SPOKEN_WORDS
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.vision import CAPTIONS
from seesay.scoring.asked import Asked
from seesay.scoring.captions import moments
from seesay.scoring.corpus import Corpus
from seesay.scoring.tasks import picture_by_caption
from seesay.settings.evaluation import EvaluationSettings
from seesay.settings.listen import ListenSettings
from seesay.shared import sources, tables
from seesay.shared.ranking import STEPS, Floats, Integers
from seesay.shared.vectors import unit

Record = dict[str, Any]

TIMES = ["onset", "offset"]


@dataclass(frozen=True)
class Heard:
    """The captions to show.

    Rows of `chosen` have a caption's `name`, `text`, picture, recording with its file, rank, and
    place and kind in the ranking. `ranks` are those of all test captions, rows of RANKS. `corpus`
    has the moments of the test captions.
    """

    chosen: pd.DataFrame
    ranks: pd.DataFrame
    corpus: moments.CaptionCorpus

    @property
    def images(self) -> list[str]:
        """The pictures of the chosen captions, in their order, each once."""
        return list(dict.fromkeys(self.chosen["image_id"]))

    def records(
        self, spoken_words: Path, picture: dict[str, int], settings: ListenSettings
    ) -> tuple[list[Record], int, Refused]:
        """A record for each caption, in the order of the ranking; sounds without room; rejects.

        `spoken_words` has the true words, which are shown beside the moments and nothing else.
        `picture` is each picture's number in the page. A moment is its onset and offset (s), the
        region of the picture's most similar fragment, its cosine, and the mean cosine of all
        fragments. Sounds get the share `SHARE` of the room; the best, typical and worst come first.
        """
        rows = self.chosen.sort_values(["kind", "place"], ascending=[False, True])
        sounding = rows.assign(token_id=rows["name"], word=rows["text"], onset=0.0)
        sounding = sounding.assign(offset=rows["duration"])
        room = {"sound_megabytes": settings.sound_megabytes * SHARE}
        room |= {"margin": 0.0, "seconds": float(rows["duration"].max())}
        own_room = settings.model_copy(update=room)
        found, silent, refused = clips(sounding, set(), [], own_room, 0, 0.0)
        sources.unchanged(rows, "speech")
        words = tables.read(SPOKEN_WORDS, spoken_words).sort_values(["onset", "offset", "token_id"])
        words = words[words["recording_id"].isin(rows["recording_id"])]
        said = dict(list(words.groupby("recording_id")))
        for record, row in zip(found, rows.to_dict("records"), strict=True):
            own = said.get(row["recording_id"], words.iloc[:0])
            record |= {key: row[key] for key in ("place", "kind")}
            record["picture"] = picture[row["image_id"]]
            record["moments"] = _moments(
                self.corpus, str(row["recording_id"]), str(row["image_id"])
            )
            record["said"] = [
                [round(onset, 3), round(offset, 3), word]
                for onset, offset, word in own[[*TIMES, "word"]].itertuples(index=False, name=None)
            ]
        return sorted(found, key=lambda record: int(record["place"])), silent, refused


def find(
    path: Path,
    corpus: Corpus,
    tokens: Path,
    spoken_captions: Path,
    captions: Path,
    recordings: Path,
    settings: ListenSettings,
    evaluation: EvaluationSettings,
) -> Heard:
    """Choose test captions by the rank of their own picture, as pictures and words are chosen.

    `path` is the table MOMENTS of the network. `tokens` are the SPOKEN_WORDS that the
    evaluation reads, the other tables have their schemas' names. `evaluation` says how the scores
    of captions are pooled. Raises InputError for a caption without moments.
    """
    whole = moments.heard(corpus, path, tokens, test=True)
    ranks = picture_by_caption.rank(Asked(whole, "test", "picture_by_caption", evaluation))
    place = pd.Index(whole.captions.names).get_indexer(pd.Index(ranks["query"]))
    first = corpus.tokens.names[[whole.captions.tokens[at][0] for at in place]]
    said = tables.read(SPOKEN_CAPTIONS, spoken_captions).drop_duplicates("token_id")
    texts = tables.read(CAPTIONS, captions)[["image_id", "caption", "text"]]
    files = tables.read(RECORDINGS, recordings)[
        ["recording_id", "path", "digest", "channel", "duration"]
    ]
    assert whole.recordings is not None
    frame = pd.DataFrame({"name": ranks["query"], "rank": ranks["rank"], "token_id": first})
    frame["recording_id"] = whole.recordings[place]
    keys = ["token_id", "image_id", "caption", "talker"]
    frame = frame.merge(said[keys], on="token_id").merge(texts, "left", ["image_id", "caption"])
    frame = frame.merge(files, on="recording_id").fillna({"text": ""})
    groups = choose(frame, "name", settings.pictures, settings.cases, 1)
    chosen = frame.loc[[label for _, _, (label,) in groups]]
    about = pd.DataFrame([record for _, record, _ in groups], index=chosen.index)
    return Heard(chosen.join(about[["place", "kind"]]), ranks, whole)


def _moments(corpus: moments.CaptionCorpus, recording: str, image_id: str) -> list[list[float]]:
    """The moments of a recording beside the fragments of a picture, as `records` has them."""
    assert corpus.moments is not None
    rows, _ = corpus.moments.rows([recording])
    fragments = corpus.fragments
    own = np.flatnonzero(corpus.image_ids[fragments.image] == image_id)
    regions = [int(str(name).rpartition("#")[2]) for name in fragments.names[own]]
    best, cosine, mean = nearest(corpus.moments.vectors[rows], fragments.vectors[own])
    spans = corpus.moments.keys.loc[rows, TIMES].to_numpy()
    return [
        [round(onset, 3), round(offset, 3), regions[at], round(top, 3), round(middle, 3)]
        for (onset, offset), at, top, middle in zip(
            spans.tolist(), best, cosine.tolist(), mean.tolist(), strict=True
        )
    ]


def nearest(
    vectors: NDArray[np.float32], fragments: NDArray[np.float32]
) -> tuple[Integers, Floats, Floats]:
    """The most similar fragment (n, d) of each moment (m, d), its cosine, and the mean of all.

    Cosines are rounded to 1e-6, as in the evaluation; of equal ones, the first counts.
    """
    cosines = np.floor(unit(vectors) @ unit(fragments).T * STEPS + 0.5) / STEPS
    best = cosines.argmax(axis=1)
    return best, cosines.max(axis=1), cosines.mean(axis=1)
