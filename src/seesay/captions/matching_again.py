"""Captions said by tokens drawn with replacement, as in the authors' code.

Any token may say any caption of any split, so training and test share tokens; the report counts
them. Only vocabularies decide who says a caption: no caption uses up another's tokens.
`matching.test_speakers` may have other talkers say the test's captions.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seesay.captions.casting import Ints
from seesay.captions.matching import KEY
from seesay.schemas.captions import SPOKEN_CAPTIONS, UNSAYABLE
from seesay.settings.matching import MatchingSettings
from seesay.shared.randomness import generator


def match_again(
    captions: pd.DataFrame,
    tokens: pd.DataFrame,
    vocabulary: dict[str, int],
    settings: MatchingSettings,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of SPOKEN_CAPTIONS and UNSAYABLE, with the arguments of
    `seesay.captions.matching.match`.

    A talker can say a caption who has a token of each of its words; a token may be drawn twice in
    one caption.
    """
    captions = captions.sort_values(KEY, ignore_index=True)
    caption = captions.groupby(["image_id", "caption"]).ngroup()
    gone = captions["spoken_word"] == ""
    lacking = [captions[gone].assign(cause="no candidate", talker="")]
    captions = captions[~caption.isin(caption[gone])].reset_index(drop=True)
    ranked = captions.groupby(["image_id", "caption"]).ngroup()
    number: Ints = np.asarray(ranked, dtype=np.int64)
    talkers = np.array(sorted(vocabulary), dtype=object)
    words, word = np.unique(captions["spoken_word"].to_numpy(dtype=str), return_inverse=True)
    names, starts, held = _stock(tokens, talkers, words)
    # How many of each caption's words each talker lacks tokens for: (captions, talkers).
    lacks = np.zeros((int(number.max(initial=-1)) + 1, len(talkers)), dtype=np.int64)
    uses = np.unique(np.stack([number, word], axis=1), axis=0)
    np.add.at(lacks, uses[:, 0], (held[:, uses[:, 1]] == 0).T)

    sizes = np.array([vocabulary[name] for name in talkers], dtype=np.int64)
    test = (captions["split"] == "test").to_numpy()
    others = settings.test_speakers or settings.speakers
    cast = [*_cast(number, ~test, lacks, sizes, settings.speakers)]
    cast += _cast(number, test, lacks, sizes, others)
    row = np.concatenate([np.empty(0, dtype=np.int64), *(rows for _, rows in cast)])
    voice = np.repeat([by for by, _ in cast], [len(rows) for _, rows in cast]).astype(np.int64)
    order = np.lexsort((captions["position"].to_numpy()[row], voice, number[row]))
    row, voice = row[order], voice[order]
    chance = generator("matching", "again", settings.seed).random(len(row))
    drawn = starts[voice, word[row]] + (chance * held[voice, word[row]]).astype(np.int64)
    said = captions.iloc[row].assign(talker=talkers[voice], token_id=names[drawn])

    nearest = lacks.argmin(axis=1)[number]
    mute = (lacks.min(axis=1)[number] > 0) & (held[nearest, word] == 0)
    lacking.append(captions[mute].assign(cause="no talker", talker=talkers[nearest[mute]]))
    missing = pd.concat(lacking)[[column.name for column in UNSAYABLE.columns]]
    missing = missing.drop_duplicates(list(UNSAYABLE.key)).sort_values(list(UNSAYABLE.key))
    columns = [column.name for column in SPOKEN_CAPTIONS.columns]
    return said[columns].reset_index(drop=True), missing.reset_index(drop=True)


def _stock(
    tokens: pd.DataFrame, talkers: NDArray[np.object_], words: NDArray[np.str_]
) -> tuple[NDArray[np.object_], Ints, Ints]:
    """Token ids by talker and word; where those of each begin, and their numbers.

    The last two are (talkers, words).
    """
    tokens = tokens[tokens["spoken_word"].isin(words)].sort_values("token_id")
    owner = np.searchsorted(talkers, tokens["talker"].to_numpy(dtype=object))
    spoken = np.searchsorted(words, tokens["spoken_word"].to_numpy(dtype=str))
    held = np.zeros((len(talkers), len(words)), dtype=np.int64)
    np.add.at(held, (owner, spoken), 1)
    names = tokens["token_id"].to_numpy(dtype=object)[np.lexsort((spoken, owner))]
    return names, (held.cumsum() - held.ravel()).reshape(held.shape), held


def _cast(
    caption: Ints, wanted: NDArray[np.bool_], lacks: Ints, vocabulary: Ints, speakers: str
) -> list[tuple[int, Ints]]:
    """Talkers, and the rows that each of them says, of the `wanted` rows.

    `caption` is each row's, ascending; `lacks` (captions, talkers) counts the words that a talker
    lacks. Captions with the fewest able talkers are cast first, and talkers take turns by load;
    `best` takes the able talker with the largest `vocabulary`, and `all` every one.
    """
    here = np.flatnonzero(wanted)
    numbers, starts = np.unique(caption[here], return_index=True)
    rows = dict(zip(numbers.tolist(), np.split(here, starts[1:]), strict=False))
    load = np.zeros(len(vocabulary), dtype=np.int64)
    found = []
    for number in sorted(rows, key=lambda number: ((lacks[number] == 0).sum(), number)):
        able = np.flatnonzero(lacks[number] == 0)
        if len(able) and speakers != "all":
            able = able[[int((-vocabulary if speakers == "best" else load)[able].argmin())]]
        load[able] += 1
        found += [(int(talker), rows[number]) for talker in able]
    return found
