"""Embeds the human words with each system of an experiment and seed."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from seesay.learning.embedding import load_network, write_words
from seesay.learning.features import load_words
from seesay.schemas.audio import HUMAN_WORDS, LOGMEL
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.learning import WORD_EMBEDDINGS
from seesay.shared import tables
from seesay.shared.columns import sized
from seesay.shared.errors import InputError


def embed_heard(model: Path, human_words: Path, logmel: Sequence[Path], out: Path) -> None:
    """Embed the human words with a trained network: the table WORD_EMBEDDINGS.

    Raises InputError if no word has a log-Mel vector.
    """
    tokens = tables.read(HUMAN_WORDS, human_words, columns=["token_id"])["token_id"]
    device = torch.device("cpu")  # some thousands of words: seconds
    network = load_network(model.parent, device)
    write_words(network, load_words(logmel, tokens.tolist()), out, device)


def embed_told(
    embeddings: Path, spoken_captions: Path, human_words: Path, logmel: Sequence[Path], out: Path
) -> None:
    """Give human words the embeddings of a system that reads the word instead of hearing it.

    In the controls `text` and `frequency`, all tokens of a word have the same embedding. The words
    are those that the other systems hear; a word without a token in `embeddings` is left out.
    """
    words = tables.read(HUMAN_WORDS, human_words, columns=["token_id", "spoken_word"])
    heard = tables.read(LOGMEL, list(logmel), columns=["token_id"])["token_id"]
    words = words[words["token_id"].isin(heard)]
    spoken = tables.read(SPOKEN_CAPTIONS, spoken_captions).drop_duplicates("token_id")
    type_of = spoken.set_index("token_id")["spoken_word"]
    place: dict[str, np.ndarray] = {}
    for batch in tables.batches(WORD_EMBEDDINGS, embeddings):
        names = batch.column("token_id").to_pandas().map(type_of)
        vectors = tables.matrix(batch.column("embedding"))
        for name, row in pd.Series(range(len(names)), names).items():
            place.setdefault(str(name), vectors[row])
    words = words[words["spoken_word"].isin(place)]
    if words.empty:
        raise InputError(f"{human_words}: none of the words has a token in {embeddings}")
    placed = np.stack([place[word] for word in words["spoken_word"]])
    table = sized(WORD_EMBEDDINGS, embedding=placed.shape[1])
    with tables.Writer(table, out) as writer:
        writer.write({"token_id": words["token_id"], "embedding": placed})
