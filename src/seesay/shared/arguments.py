"""Arguments of functions that people call: arrays, data frames and settings as keywords.

Each check raises InputError with one line that names the argument, what was found and what is
wanted.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import ValidationError

from seesay.settings import Settings
from seesay.shared.command import one_line
from seesay.shared.errors import InputError

Model = TypeVar("Model", bound=Settings)


def floats(name: str, given: Any, shape: Sequence[int | str]) -> NDArray[np.float32]:
    """Finite numbers as float32. Of `shape`, an integer is a size and a word stands for any."""
    found = shaped(name, given, shape)
    if found.dtype.kind not in "fiu":
        raise InputError(f"{name}: dtype {found.dtype}, expected numbers (float32)")
    with np.errstate(over="ignore"):
        values = np.asarray(found, dtype=np.float32)
    finite = np.isfinite(values)
    if not finite.all():
        first = ", ".join(map(str, np.argwhere(~finite)[0]))
        raise InputError(
            f"{name}: {np.count_nonzero(~finite)} numbers are not finite float32, the first at"
            f" [{first}]; expected finite ones"
        )
    return values


def shaped(name: str, given: Any, shape: Sequence[int | str]) -> NDArray[Any]:
    """An array of any type with this shape, in which a word stands for any size, 0 among them."""
    try:
        found = np.asarray(given)
    except (ValueError, TypeError) as error:
        raise InputError(f"{name}: rows of different lengths, expected {_shown(shape)}") from error
    fits = found.ndim == len(shape) and all(
        isinstance(wanted, str) or size == wanted
        for size, wanted in zip(found.shape, shape, strict=True)
    )
    if not fits:
        raise InputError(f"{name}: shape {_shown(found.shape)}, expected {_shown(shape)}")
    return found


def frame(name: str, given: Any, columns: Sequence[str]) -> pd.DataFrame:
    """A data frame that has at least these columns, none with a missing value."""
    if not isinstance(given, pd.DataFrame):
        raise InputError(
            f"{name}: {type(given).__name__}, expected a data frame with {', '.join(columns)}"
        )
    lacking = [column for column in columns if column not in given]
    if lacking:
        raise InputError(
            f"{name}: columns {', '.join(map(str, given.columns))}; missing: {', '.join(lacking)}"
        )
    for column in columns:
        if given[column].isna().any():
            row = int(np.flatnonzero(given[column].isna())[0])
            raise InputError(f"{name}: column {column} is missing in row {row}, expected a value")
    return given.reset_index(drop=True)


def settings(name: str, model: type[Model], given: Mapping[str, Any]) -> Model:
    """Keywords as the settings model of a stage; what is not given has the model's default."""
    try:
        return model.model_validate(dict(given))
    except ValidationError as error:
        raise InputError(one_line(error, name)) from error


def parted(given: Mapping[str, Any], model: type[Settings]) -> list[dict[str, Any]]:
    """Keywords that are keys of the model, and all others."""
    own = {key: value for key, value in given.items() if key in model.model_fields}
    return [own, {key: value for key, value in given.items() if key not in own}]


def _shown(shape: Sequence[int | str]) -> str:
    inner = ", ".join(map(str, shape))
    return f"({inner},)" if len(shape) == 1 else f"({inner})"
