"""The embeddings of a network that hears whole captions: fragments, moments and tokens."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from seesay.learning.captions.examples import hearing, spoken
from seesay.learning.captions.features import Captions, load_captions
from seesay.learning.embedding import about, load_network, write_images
from seesay.learning.examples import Inputs
from seesay.learning.features import load_fragments
from seesay.model.network import Network
from seesay.model.padded import moments
from seesay.schemas.audio import LOGMEL, SPOKEN_WORDS
from seesay.schemas.learning import MOMENTS, WORD_EMBEDDINGS
from seesay.schemas.vision import IMAGES
from seesay.shared import tables
from seesay.shared.columns import sized
from seesay.shared.vectors import unit

Floats = NDArray[np.float32]
ROWS = 65_536  # moments written at once


def embed(
    model: Path,
    inputs: Inputs,
    logmel: Sequence[Path],
    outputs: tuple[Path, Path, Path],
    hop: float,
    device: torch.device,
) -> None:
    """Embed every fragment, every caption moment by moment, and every token that a caption uses.

    `outputs` are the tables IMAGE_EMBEDDINGS, WORD_EMBEDDINGS and MOMENTS. Tokens are those with a
    log-Mel vector in `logmel`, as other systems have them. `hop` is the distance of frames, in s;
    the moments of the control `text` are words.
    """
    network, stride = load(model.parent, device)
    images = tables.read(IMAGES, inputs.images)
    fragments = load_fragments(inputs.fc7, set(images["image_id"]), network.context)
    write_images(network, fragments, outputs[0], device)
    said = spoken(inputs)
    assert inputs.spoken_words is not None
    words = tables.read(SPOKEN_WORDS, inputs.spoken_words).set_index("token_id")
    said = said.join(words[["onset", "offset"]], on="token_id")
    heard = load_captions(inputs.logmel, said)
    keys = times(heard, stride, hop) if heard.tokens is None else word_times(heard, words)
    vectors = through(network, heard, device)
    write_moments(outputs[2], keys, vectors)
    known = tables.read(LOGMEL, list(logmel), columns=["token_id"])["token_id"]
    tokens = said[said["token_id"].isin(known)].drop_duplicates("token_id")
    tokens = tokens[tokens["recording_id"].isin(heard.recording_ids)].sort_values("token_id")
    with tables.Writer(sized(WORD_EMBEDDINGS, embedding=vectors.shape[1]), outputs[1]) as writer:
        found = of_tokens(tokens, keys, vectors)
        writer.write({"token_id": tokens["token_id"].to_numpy(), "embedding": found})


def load(folder: Path, device: torch.device) -> tuple[Network, int]:
    """The network for captions that training saved in `folder`, and the frames of a moment."""
    network, said = load_network(folder, device), about(folder)
    stride = 2 ** len(said.settings["speech_layers"])
    kind = "linear" if said.system == "random_projection" else "relu"
    return hearing(network, stride, kind), stride


@torch.no_grad()
def through(network: Network, heard: Captions, device: torch.device) -> Floats:
    """The embeddings of all moments of captions, (moments, d); overwrites their frames."""
    features = heard.features.standardised(network.standardise_words, device)
    found: Floats = features.through(network.speech).cpu().numpy()
    return found


def times(heard: Captions, stride: int, hop: float) -> pd.DataFrame:
    """The keys of MOMENTS with onset and offset: a moment has the time of its frames, in order.

    Frame i, centred on i x `hop` s, stands for the time half a hop before and after its centre.
    """
    counts = moments(torch.from_numpy(heard.features.lengths), stride).numpy()
    number = np.concatenate([np.arange(count) for count in counts])
    onset = (number * stride - 0.5) * hop
    frame = pd.DataFrame({"recording_id": np.repeat(heard.recording_ids, counts)})
    return frame.assign(moment=number.astype(np.int32), onset=onset, offset=onset + stride * hop)


def word_times(heard: Captions, words: pd.DataFrame) -> pd.DataFrame:
    """The same for captions that are read: each moment has the time of its word.

    `words` has the onset and offset of each token, the index.
    """
    assert heard.tokens is not None
    frame = words.loc[list(heard.tokens), ["onset", "offset"]].reset_index(drop=True)
    counts = heard.features.lengths
    number = np.concatenate([np.arange(count) for count in counts]).astype(np.int32)
    return frame.assign(recording_id=np.repeat(heard.recording_ids, counts), moment=number)


def of_tokens(tokens: pd.DataFrame, keys: pd.DataFrame, vectors: Floats) -> Floats:
    """The embeddings of tokens, (n, d): means of the moments within each one's time.

    `tokens` has recording_id, onset and offset, `keys` those of the moments, sorted. A moment
    counts if its middle is within the word, and the one nearest to the word's middle if none is.
    Moments count alike: they are scaled to length 1.
    """
    unit_vectors = unit(vectors)
    middle = ((keys["onset"] + keys["offset"]) / 2).to_numpy()
    names, starts = np.unique(keys["recording_id"].to_numpy(dtype=object), return_index=True)
    ends = np.append(starts[1:], len(keys))
    place = pd.Index(names).get_indexer(pd.Index(tokens["recording_id"]))
    found = np.empty((len(tokens), vectors.shape[1]), np.float32)
    spans = tokens[["onset", "offset"]].to_numpy()
    for row, (recording, (onset, offset)) in enumerate(zip(place, spans, strict=True)):
        first, last = starts[recording], ends[recording]
        own = middle[first:last]
        inside = np.flatnonzero((own >= onset) & (own <= offset))
        if not len(inside):
            inside = np.array([np.abs(own - (onset + offset) / 2).argmin()])
        found[row] = unit_vectors[first + inside].mean(axis=0)
    return found


def write_moments(path: Path, keys: pd.DataFrame, vectors: Floats) -> None:
    """Write the table MOMENTS."""
    with tables.Writer(sized(MOMENTS, embedding=vectors.shape[1]), path) as writer:
        for start in range(0, len(keys), ROWS):
            part = keys.iloc[start : start + ROWS]
            columns = {name: part[name].to_numpy() for name in part.columns}
            writer.write({**columns, "embedding": vectors[start : start + ROWS]})
