"""A composed scene as an array: something to try boxes, features and matching on."""

from typing import Any

import numpy as np

from seesay.settings.scenes import ScenesSettings
from seesay.shared import arguments
from seesay.shared.errors import InputError
from seesay.vision.proposals import Pixels
from seesay.vision.scenes import draw


def scene(number: int, **options: Any) -> tuple[Pixels, tuple[str, ...]]:
    """A picture of OpenMoji drawings and what people might say about it.

    Args:
        number: Which scene, from 1; the same number and options give the same scene.
        options: Keys of the section `scenes` of a config: size, seed, least_things and so on.

    Returns:
        The picture, RGB uint8 (size, size, 3), and five captions.

    Raises:
        InputError: For a number below 1, an unknown option, or settings that leave no room.
    """
    if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < 1:
        raise InputError(f"number: {number!r}, expected a whole number from 1")
    drawn = draw(arguments.settings("options", ScenesSettings, options), int(number))
    return np.array(drawn.image), drawn.captions
