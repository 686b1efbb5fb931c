"""Spoken words perturbed in training: other voices, rooms and microphones made of log-Mel frames.

Each token gets its own strengths, drawn anew in every batch, in the order in which sound meets
them: the vocal tract (`filter_warp`), the tempo (`tempo`), the words before and after
(`neighbours`), the room (`reverberation`), other sounds (`noise`) and the microphone (`channel`).
Frames count as logarithms of power, so with `logmel.normalise` a power is relative to the filter's
mean.
"""

import math

import librosa
import numpy as np
import torch
from torch import Tensor

from seesay.model.network import Network
from seesay.settings.augmentation import Frames
from seesay.settings.training import TrainingSettings

CURVES = 6  # cosines in a smooth curve over the filters, the constant among them
BEND = 0.6  # share of the band that is stretched evenly; the rest meets the band's upper edge
DECAY = 6 * math.log(10)  # 60 dB, in nats of power
QUIETEST = 1e-3  # of the loudest noise: 30 dB below it
MOVED = 0.6  # share of edges that `neighbours` moves
INWARD = 0.2  # of an edge's longest way outward, its longest way into the word
PAUSES = 0.3  # share of moved edges that reach into silence
LEAST = 1e-3  # s, the shortest reverberation; it leaves a token as it is


def perturb(
    words: Tensor,
    network: Network,
    settings: TrainingSettings,
    frames: Frames,
    rng: np.random.Generator,
) -> Tensor:
    """Perturbed copies of standardised tokens (rows, frames x filters): the same shape.

    The standardisation of `network` is undone and redone, because only raw powers add up.
    """
    raw = words * network.speech_deviation + network.speech_mean
    shaped = raw.view(len(words), -1, settings.filters)
    changed = change(shaped, settings, frames, rng)
    return network.standardise_words(changed.reshape(len(words), -1))


def change(
    logs: Tensor, settings: TrainingSettings, frames: Frames, rng: np.random.Generator
) -> Tensor:
    """Perturbed log-Mel frames (rows, frames, filters), the same shape; see the module."""
    rows, count, filters = logs.shape
    device = logs.device
    quiet = 0.0 if frames.normalise == "token" else math.log(frames.floor)
    masked = silent(logs, quiet) if frames.span == "masked" else None
    if settings.filter_warp:
        factor = rng.uniform(1 - settings.filter_warp, 1 + settings.filter_warp, rows)
        places = torch.from_numpy(warp(factor, filters, frames)).to(device)
        logs = resample(logs.transpose(1, 2), places).transpose(1, 2)
    if settings.tempo:
        factor = rng.uniform(-settings.tempo, settings.tempo, rows)
        places = torch.from_numpy(pace(factor, count, frames.span == "word")).to(device)
        logs = resample(logs, places)
    if settings.neighbours:
        logs = recut(logs, settings.neighbours, rng)
    if settings.reverberation or settings.noise:
        power = logs.exp()
        if settings.reverberation:
            seconds = rng.uniform(LEAST, max(LEAST, settings.reverberation), rows)
            power = torch.from_numpy(tails(seconds, count, frames.hop)).to(device) @ power
        if settings.noise:
            ratio = settings.noise * QUIETEST ** rng.uniform(0, 1, rows)
            shape = smooth(rows, filters, rng).exp().to(device)
            power = add_noise(power, torch.from_numpy(ratio).float().to(device), shape)
        logs = power.clamp(min=frames.floor).log()
    if settings.channel:
        logs = logs + settings.channel * smooth(rows, filters, rng).to(device)[:, None]
    if frames.normalise == "token":
        # As in unperturbed tokens: level and contrast carry no information.
        logs = even(logs, masked)
    return logs if masked is None else torch.where(masked, quiet, logs)


def silent(logs: Tensor, quiet: float) -> Tensor:
    """Mask (rows, frames, 1) of frames that are silent in all filters."""
    return ((logs - quiet).abs() <= 1e-2).all(dim=2, keepdim=True)


def even(logs: Tensor, masked: Tensor | None) -> Tensor:
    """Tokens (rows, frames, filters) scaled to mean 0 and deviation 1 over unmasked values."""
    heard = torch.ones_like(logs) if masked is None else (~masked).expand_as(logs).to(logs.dtype)
    count = heard.sum(dim=(1, 2), keepdim=True).clamp(min=1)
    logs = logs - (logs * heard).sum(dim=(1, 2), keepdim=True) / count
    spread = ((logs**2 * heard).sum(dim=(1, 2), keepdim=True) / count).sqrt()
    return logs / spread.clamp(min=1e-6)


def resample(values: Tensor, places: Tensor) -> Tensor:
    """`values` (rows, n, k) read at `places` (rows, m), counted in rows of n: (rows, m, k).

    Interpolates linearly between neighbours; a place beyond an end reads that end.
    """
    count = values.shape[1]
    places = places.clamp(0, count - 1).to(values.dtype)
    steps = torch.arange(count, device=values.device, dtype=values.dtype)
    weights = (1 - (places[:, :, None] - steps).abs()).clamp(min=0)
    return weights @ values


def warp(factor: np.ndarray, filters: int, frames: Frames) -> np.ndarray:
    """The place from which each filter's value is read, (rows, filters), in filters.

    Vocal-tract-length perturbation (Jaitly and Hinton 2013): a sound at f Hz moves to `factor` f,
    (rows,), up to a bend in the upper part of the band, and evenly from there to the band's edge,
    which stays. Centres are librosa's (Slaney's Mel scale).
    """
    mel = librosa.hz_to_mel(np.array([frames.low, frames.high]))
    step = (mel[1] - mel[0]) / (filters + 1)
    centres = librosa.mel_to_hz(mel[0] + step * np.arange(1, filters + 1))
    bend = BEND * frames.high * np.minimum(factor, 1)[:, None]  # where the bend lies afterwards
    below = centres / factor[:, None]
    before = bend / factor[:, None]
    slope = (frames.high - before) / (frames.high - bend)
    sources = np.where(centres <= bend, below, frames.high - slope * (frames.high - centres))
    places: np.ndarray = (librosa.hz_to_mel(sources) - mel[0]) / step - 1
    return places


def pace(factor: np.ndarray, count: int, word: bool) -> np.ndarray:
    """The place from which each frame's value is read, (rows, frames), in frames.

    The tempo is between 1 + `factor`, (rows,), at the beginning and 1 - `factor` at the end of a
    `word` whose length is normalised, and changes smoothly; otherwise it is 1 + `factor`
    throughout, around the middle frame.
    """
    if not word:
        middle = (count - 1) / 2
        even: np.ndarray = middle + (np.arange(count) - middle) * (1 + factor[:, None])
        return even
    share = (np.arange(count) + 0.5) / count
    bent: np.ndarray = share + factor[:, None] * np.sin(np.pi * share) / np.pi
    return bent * count - 0.5


def recut(logs: Tensor, reach: float, rng: np.random.Generator) -> Tensor:
    """Stretched words (rows, frames, filters) cut beside their true onset and offset.

    People run words together, so a word cut from their speech contains ends of its neighbours. An
    edge moves outward by up to `reach` of the word's length, or a little inward. Beyond it lies
    another row's word at this word's level, or a pause: each filter's least value in the word.
    """
    rows, count, _ = logs.shape
    moves = rng.uniform(-INWARD * reach, reach, (rows, 2))
    moves = np.where(rng.random((rows, 2)) < MOVED, moves, 0)
    level = logs.mean(dim=(1, 2), keepdim=True)
    pause = logs.amin(dim=1, keepdim=True).expand(-1, count, -1)
    beside = []
    for _ in range(2):
        other = torch.from_numpy(rng.permutation(rows)).to(logs.device)
        paused = torch.from_numpy(rng.random(rows) < PAUSES).to(logs.device)
        word = logs[other] - level[other] + level
        beside.append(torch.where(paused[:, None, None], pause, word))
    share = (np.arange(count) + 0.5) / count
    places = share * (1 + moves.sum(axis=1, keepdims=True)) - moves[:, :1]
    long = torch.cat([beside[0], logs, beside[1]], dim=1)
    return resample(long, torch.from_numpy(count + places * count - 0.5).to(logs.device))


def tails(seconds: np.ndarray, count: int, hop: float) -> np.ndarray:
    """The share of each frame's power (last axis) heard in each frame: (rows, frames, frames).

    The tail is exponential, falls by 60 dB in `seconds`, (rows,), and sums to 1, so a lasting sound
    keeps its level. Frames are `hop` s apart; in a stretched word their true distance, which
    depends on its length, is unknown here.
    """
    rate = DECAY * hop / seconds[:, None, None]
    lag = np.arange(count)[:, None] - np.arange(count)
    heard = np.where(lag >= 0, np.exp(-rate * np.maximum(lag, 0)), 0)
    return ((1 - np.exp(-rate)) * heard).astype(np.float32)


def add_noise(power: Tensor, ratio: Tensor, shape: Tensor) -> Tensor:
    """`power` (rows, frames, filters) with steady noise of the spectrum `shape` (rows, filters).

    `ratio`, (rows,), is the noise's mean power to the token's.
    """
    level = ratio[:, None] * power.mean(dim=(1, 2))[:, None] / shape.mean(dim=1, keepdim=True)
    return power + (level * shape)[:, None]


def smooth(rows: int, filters: int, rng: np.random.Generator) -> Tensor:
    """Random smooth curves over the filters, (rows, filters): mean 0, standard deviation 1."""
    place = (np.arange(filters) + 0.5) / filters
    cosines = np.cos(np.pi * np.arange(CURVES)[:, None] * place)
    cosines[1:] *= math.sqrt(2)
    weights = rng.standard_normal((rows, CURVES)) / math.sqrt(CURVES)
    return torch.from_numpy((weights @ cosines).astype(np.float32))
