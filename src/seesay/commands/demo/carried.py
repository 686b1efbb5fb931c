"""A speech branch and a gallery that a page carries, so that it hears new words without a server.

`demo_carried.js` computes with them as seesay does. It knows log-Mel frames and linear layers;
other networks, and frames of a speech model, stay with the server.
"""

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from seesay.audio.logmel import LogMel
from seesay.commands.demo.answers import Answers, Record, box_of
from seesay.model.network import Network
from seesay.settings.logmel import LogmelSettings
from seesay.shared.columns import FEATURE_BITS

MOST = 24_000_000  # characters of the numbers in a page
WORDS = 500  # wrong words to compare with: a browser takes 0.1 s for them


def carried(answers: Answers, network: Network, logmel: LogmelSettings) -> Record | None:
    """What a page needs to hear words; None for a network that it cannot compute, or too large."""
    layers = _layers(network.speech)
    if layers is None or logmel.model is not None:
        return None
    gallery, wrong = answers.search.fragments, answers.wrong_words
    some = slice(None, None, -(-len(wrong.names) // WORDS))
    size = gallery.units.shape[1]
    numbers = sum(weight.size for weight, *_ in layers) + gallery.units.size + WORDS * size
    if numbers * 16 / 3 > MOST:  # 4 bytes in base64
        return None
    boxes = [box_of(row) for row in gallery.keys.to_dict("records")]
    right = [sorted(answers.words_said.get(p["id"], ())) for p in answers.pictures]
    return {
        "mel": mel(logmel),
        "mean": packed(network.speech_mean.cpu().numpy()),
        "deviation": packed(network.speech_deviation.cpu().numpy()),
        "layers": [
            {"weight": packed(weight), "bias": packed(bias), "least": least, "most": most}
            for weight, bias, least, most in layers
        ],
        "gallery": {"units": packed(gallery.units), "size": size,
                    "starts": gallery.starts.tolist(), "boxes": boxes},
        "chance": {"units": packed(wrong.units[some]), "words": wrong.names[some].tolist(),
                   "right": right},
    }  # fmt: skip


def mel(settings: LogmelSettings) -> Record:
    """How log-Mel vectors are made: numbers of `LogMel` and keys of the settings."""
    made = LogMel(settings)
    return {
        "rate": settings.sample_rate,
        "width": made.width,
        "hop": made.hop,
        "fft": made.fft,
        "window": packed(made.window),
        "filters": packed(made.filters.toarray()),
        "floor": settings.floor,
        "frames": settings.frames,
        "span": settings.span,
        "normalise": settings.normalise,
        "bits": FEATURE_BITS,
    }


def _layers(branch: nn.Sequential) -> list[tuple[Any, Any, float, float | None]] | None:
    """Weights (out, in), biases (out,), and the limits of a capped ReLU; None for other layers."""
    found: list[tuple[Any, Any, float, float | None]] = []
    for module in branch:
        if isinstance(module, nn.Linear):
            values = (module.weight, module.bias)
            weight, bias = (value.detach().cpu().numpy() for value in values)
            found.append((weight, bias, 0.0, None))
        elif isinstance(module, nn.Hardtanh) and found:
            found[-1] = (*found[-1][:2], float(module.min_val), float(module.max_val))
        elif not isinstance(module, nn.Dropout):
            return None
    return found


def packed(values: NDArray[np.floating]) -> str:
    """Numbers as little-endian float32 in base64, row by row."""
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode()
