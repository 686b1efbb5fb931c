"""Segments that lie near clusters of the model's own embeddings, found in turn with its training.

A round trains seesay's network on the present segments and the pictures of the training split,
embeds every span of a few units of `energy`, and clusters the embeddings of the segments. Dynamic
programming then takes the path of spans with the least distance to their clusters, weighted by
duration (embedded segmental k-means, Kamper, Livescu and Goldwater 2017; the cost of each segment
is that of DPDP, Kamper 2022). The first segments are those of `energy`.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from seesay.audio.logmel import LogMel
from seesay.audio.segmentations import (
    COLUMNS,
    Found,
    Pictures,
    Speech,
    Times,
    energy,
    heard,
    paths,
    spans,
)
from seesay.audio.segmentations.envelope import FRAMES, Envelope
from seesay.captions.spoken import own_captions
from seesay.learning.array_examples import examples
from seesay.learning.features import Features, load_fragments
from seesay.learning.pseudo_words import cluster, means
from seesay.learning.training import train_network
from seesay.model.network import Network
from seesay.schemas.vision import CAPTIONS, IMAGES
from seesay.settings.augmentation import Frames
from seesay.settings.facts import Segmentation
from seesay.settings.logmel import LogmelSettings
from seesay.settings.segmentation import SegmentationSettings
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.progress import progress
from seesay.shared.randomness import choose, stable_hash
from seesay.shared.vectors import unit

ABOUT = Segmentation(
    "spans near clusters of the model’s embeddings",
    source="Kamper, Livescu and Goldwater 2017",
    reads=(
        "silence",
        "pause",
        "least",
        "smoothing",
        "depth",
        "gaps",
        "longest",
        "clusters",
        "penalty",
        "rounds",
        "seed",
        "recipe",
    ),
    pictures=True,
)
# A segment's frames from onset to offset; half as many as a word of the best recipe has.
HEARD = LogmelSettings(span="word", frames=20, normalise="recording")
PASSES = 4  # of dynamic programming in a round, each followed by new means of the clusters
WATCHED = 10  # of so many training pictures, one is for early stopping

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]


@dataclass
class Stretch:
    """A stretch of speech: its recording, landmarks (n,) in s, and candidate spans (m, 2).

    `frames` are those of the whole recording. `edges` are the boundaries of the present segments,
    and `clusters` where these are; `vectors` (m, d) are the unit embeddings of the spans, and
    `present` those of the segments.
    """

    name: str
    frames: Floats
    landmarks: Times
    candidates: Integers
    edges: Times
    clusters: Integers = field(default_factory=lambda: np.empty(0, np.int64))
    vectors: Floats = field(default_factory=lambda: np.empty((0, 0), np.float32))
    present: Floats = field(default_factory=lambda: np.empty((0, 0), np.float32))

    @property
    def seconds(self) -> Times:
        """The length of each span, in s."""
        return np.diff(self.landmarks[self.candidates], axis=1)[:, 0]


def find(speech: Speech, settings: SegmentationSettings) -> Found:
    """The segments of all recordings, with their clusters; learnt from the training split alone.

    Raises InputError if no recording says a caption of a training picture.
    """
    assert speech.pictures is not None
    # One thread gives the same bits on every machine of a kind, and a processor is slow with
    # denormal numbers.
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    compute = LogMel(HEARD)
    step = round(HEARD.hop / FRAMES.hop)

    def measure(envelope: Envelope) -> list[Stretch]:
        frames = compute.normalised(envelope.frames[::step])
        found = []
        for marks in energy.edges(envelope, settings, settings.depth):
            limits = (settings.gaps, settings.least, settings.longest)
            found.append(Stretch("", frames, marks, paths.candidates(marks, *limits), marks))
        return found

    found, rejects = heard(speech.recordings, settings, measure)
    stretches = []
    for name, parts in found.items():
        for part in parts:
            part.name = name
            stretches.append(part)
    if not stretches:
        return Found(pd.DataFrame(columns=COLUMNS), rejects)
    learnt = training(speech)
    for number in range(1, settings.rounds + 1):
        network = train(stretches, learnt, speech.pictures, settings, compute, number)
        embed(stretches, network, compute)
        segment(stretches, set(learnt["recording_id"]), settings, number)
    segments = spans({name: [part.edges for part in parts] for name, parts in found.items()})
    segments["cluster"] = np.concatenate([each.clusters for each in stretches]).astype(np.int32)
    return Found(segments, rejects)


def training(speech: Speech) -> pd.DataFrame:
    """The recordings that say a caption of a training picture: recording_id, image_id, talker."""
    assert speech.pictures is not None
    images = tables.read(IMAGES, speech.pictures.images)
    train = images.loc[images["split"] == "train", "image_id"]
    texts = tables.read(CAPTIONS, speech.pictures.captions)
    talkers = speech.recordings.set_index("recording_id")["talker"]
    texts = texts[texts["image_id"].isin(train)]
    owned, _ = own_captions(speech.recordings, texts, talkers.map(lambda talker: {talker}))
    if owned.empty:
        raise InputError(
            f"{speech.pictures.captions}: no recording says a caption of a training picture, from"
            " which segmentation.method: learned learns; give another method"
        )
    return owned.assign(talker=owned["recording_id"].map(talkers))


def train(
    stretches: list[Stretch],
    learnt: pd.DataFrame,
    pictures: Pictures,
    settings: SegmentationSettings,
    compute: LogMel,
    number: int,
) -> Network:
    """Train the network of a round on the present segments of the recordings `learnt`."""
    rows = learnt.set_index("recording_id")
    own = [each for each in stretches if each.name in rows.index]
    words = np.concatenate(
        [compute.vectors(each.frames, each.edges[:-1], each.edges[1:])[0] for each in own]
    )
    names = np.repeat([each.name for each in own], [len(each.edges) - 1 for each in own])
    tokens = [f"{name}@{place}" for place, name in enumerate(names)]
    pairs = rows.loc[names, ["image_id", "talker"]].reset_index(drop=True)
    pairs = pairs.assign(token_id=tokens, spoken_word=tokens)
    recipe, seed = settings.recipe, stable_hash("segmentation", settings.seed, number) % 2**31
    assert recipe is not None
    shown = load_fragments(pictures.fc7, set(pairs["image_id"]), recipe.context == "gate")
    ids = sorted(set(shown.keys["image_id"]))
    watched = choose(ids, max(1, len(ids) // WATCHED), "segmentation", settings.seed)
    training, validation = examples(
        shown.keys,
        shown.features.rows(slice(None)),
        tokens,
        torch.from_numpy(words),
        pairs[pairs["image_id"].isin(ids)],
        {name: "validation" if name in watched else "train" for name in ids},
    )
    frames = Frames.model_validate(HEARD.model_dump(include=set(Frames.model_fields)))
    network, _, _ = train_network(
        training, validation, recipe, "model", seed, torch.device("cpu"), frames=frames
    )
    return network.eval()


@torch.no_grad()
def embed(stretches: list[Stretch], network: Network, compute: LogMel) -> None:
    """Set the embeddings of all spans of all stretches, and of their present segments."""
    for each in progress(stretches, "embedding spans", "stretches"):
        places = each.landmarks[each.candidates]
        onsets, offsets = (
            np.concatenate([places[:, n], each.edges[n : len(each.edges) - 1 + n]]) for n in (0, 1)
        )
        words, _ = compute.vectors(each.frames, onsets, offsets)
        found = Features(torch.from_numpy(words)).through(network.embed_words, torch.device("cpu"))
        vectors = unit(found.numpy()).astype(np.float32)
        each.vectors, each.present = vectors[: len(places)], vectors[len(places) :]


def segment(
    stretches: list[Stretch], learnt: set[str], settings: SegmentationSettings, number: int
) -> None:
    """Set the segments and clusters of all stretches, from the embeddings of their spans.

    The clusters are those of the present segments of the recordings `learnt`, and move to the means
    of their new segments after each pass.
    """
    own = [each for each in stretches if each.name in learnt]
    found = np.concatenate([each.present for each in own])
    seed = stable_hash("segmentation", settings.seed, number, "clusters")
    centroids, _ = cluster(found, settings.clusters, seed)
    for last in (False,) * (PASSES - 1) + (True,):
        for each in stretches if last else own:
            distances = 2 - 2 * each.vectors @ centroids.T.astype(np.float32)
            label = distances.argmin(axis=1)
            cost = each.seconds * distances.min(axis=1) + settings.penalty
            path = paths.best(each.candidates, cost)
            each.clusters, each.present = label[path], each.vectors[path]
            ends = each.candidates[path, 1]
            each.edges = each.landmarks[np.concatenate([[0], ends])]
        if not last:
            found = np.concatenate([each.present for each in own])
            labels = np.concatenate([each.clusters for each in own])
            centroids, _ = means(found, labels)
