"""How the features that an exported model takes are made, for programs that lack seesay.

Every value is in export.json, so that a program needs no other file of the run.
"""

import math
from pathlib import Path
from typing import Any

import torch

from seesay.planning import folds
from seesay.planning.recipes import Recipe
from seesay.settings.choice import chosen
from seesay.settings.fc7 import Fc7Networks, Fc7Settings
from seesay.settings.logmel import LogmelSettings
from seesay.shared.errors import InputError
from seesay.vision.networks import find, load

SPANS = {
    "window": "frames around the frame nearest to the word's middle; beyond the sound: silence",
    "masked": "as window, with silence in frames outside the word",
    "word": "frame k is at (k + 1/2) / frames of the word, linear between the two nearest frames;"
    " beyond the last frame: silence",
}
NORMALISED = {
    "none": "nothing",
    "recording": "minus each filter's mean over the recording, before frames are taken",
    "token": "mean 0 and deviation 1 over the word's frames that are not silent; those become 0",
}


def found(model: Path) -> Recipe | None:
    """The recipe of the run of a model's folder; None where there is none.

    Raises InputError for a recipe that is damaged, or not of this model.
    """
    try:
        folder = folds.model_folder(model)
    except InputError:
        return None
    beside = folds.embedding_folder(folder)
    if not (beside / "recipe.json").is_file():
        return None
    recipe = Recipe.read(beside / "recipe.json")
    recipe.refuse_others(folder / "model.safetensors")
    return recipe


def described(recipe: Recipe, system: str) -> dict[str, Any]:
    """The features of both branches; None for those that others made, or that are words as text."""
    return {
        "speech": None if system == "text" else speech(recipe.logmel),
        "image": None if recipe.fc7 is None else image(recipe.fc7),
    }


def speech(settings: LogmelSettings) -> dict[str, Any]:
    """How a word becomes a vector (size,): frames of log-Mel filters or of a speech model."""
    taken = {
        "sample_rate": settings.sample_rate,
        "hop_samples": round(settings.hop * settings.sample_rate),
        "filters": settings.filters,
        "frames": settings.frames,
        "span": settings.span,
        "span_means": SPANS[settings.span],
        "normalise": settings.normalise,
        "normalise_means": NORMALISED[settings.normalise],
        "floor": settings.floor,
        "silence": math.log(settings.floor),
        "order": "frame by frame, the filters of each together",
        "size": settings.size,
        "standardise": "no: speech.onnx subtracts the means of the training set and divides by its"
        " deviations",
    }
    if settings.model is not None:
        return {"model": Path(settings.model).name, **taken}
    width = round(settings.window * settings.sample_rate)
    fft = 1 << (width - 1).bit_length()
    edges = {"fmin": settings.low, "fmax": settings.high}
    size = {"sr": settings.sample_rate, "n_fft": fft, "n_mels": settings.filters}
    return {
        "model": None,
        **taken,
        "window_samples": width,
        "window": "Hann, periodic",
        "centring": "frame i is centred on sample i x hop_samples; samples beyond the ends are 0",
        "fft_samples": fft,
        "power": "squared magnitude",
        "scale": "Mel, Slaney (librosa: htk=False)",
        "norm": "filters of equal area, Slaney (librosa: norm='slaney')",
        "low_hz": settings.low,
        "high_hz": settings.high,
        "mel": {**size, **edges, "htk": False, "norm": "slaney"},
        "logarithm": "natural, of the power or the floor, whichever is greater",
    }


def image(settings: Fc7Networks) -> dict[str, Any]:
    """How a box of a picture becomes a vector (size,), by one network or by several."""
    made = [_network(each) for each in settings.each()]
    if len(made) == 1:
        return made[0]
    return {
        "size": settings.width,
        "side_by_side": "the vectors of `networks` one after the other, each divided by the root of"
        " the mean of its squares",
        "networks": made,
    }


def _network(settings: Fc7Settings) -> dict[str, Any]:
    """How a box of a picture becomes a vector (size,): the activations of an image network."""
    facts = chosen(settings, "network")
    mean, std = _normalisation(settings)
    whole = hasattr(find(settings.network), "Detector")
    crop = {
        "resize": "the box with its border to side x side px, whatever its proportions (Pillow:"
        " resize, BICUBIC)",
        "context_px": settings.context,
        "context_means": "border of the warped crop that shows the box's surroundings; none around"
        " the whole picture",
        "fill": [round(value) for value in mean],
        "fill_means": "colour beyond the picture's edges",
    }
    seen = {
        "resize": "the whole picture, its short side to side px (torchvision's Faster R-CNN); boxes"
        " are pooled from its feature maps",
    }
    return {
        "network": settings.network,
        "title": facts.title,
        "weights": "published" if settings.weights == "DEFAULT" else Path(settings.weights).name,
        "weights_from": facts.link,
        "tap": facts.tap,
        "size": facts.width,
        "side": settings.size,
        **(seen if whole else crop),
        "channels": "RGB, 0 to 255, upright by EXIF; (value - mean) / std",
        "mean": mean,
        "std": std,
        "standardise": "no: image.onnx subtracts the means of the training set and divides by its"
        " deviations",
    }


def _normalisation(settings: Fc7Settings) -> tuple[list[float], list[float]]:
    """The means and deviations, of values 0 to 255, by which a network normalises colours."""
    module = find(settings.network)
    if hasattr(module, "Detector"):
        scaled = module.Detector("random", settings.size, torch.device("cpu")).net.transform
        shares = scaled.image_mean, scaled.image_std  # of values 0 to 1
        mean, std = ([255 * share for share in values] for values in shares)
    else:
        net = load(settings.network, "random", settings.size)
        mean, std = (values.flatten().tolist() for values in (net.mean, net.std))
    return [round(value, 4) for value in mean], [round(value, 4) for value in std]
