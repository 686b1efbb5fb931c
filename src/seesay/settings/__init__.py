"""The base of every stage's settings model, and value types that several of them use."""

import json
import os
import re
from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

MOST = 2**63 - 1  # the greatest number that a table can hold

# Rules read these as wildcards or as Snakemake's path variables.
PATTERN = re.compile("[{}]|<[a-z][a-z0-9_]*>")


def user_path(given: str) -> str:
    """A path with `~` as a shell reads it. Raises ValueError for one that no rule can take."""
    if PATTERN.search(given) or not given.isprintable():
        raise ValueError(
            "no braces, <names> or odd bytes in paths, please: they are variables to Snakemake;"
            " rename the folder or file"
        )
    return os.path.expanduser(given)


Seed = Annotated[int, Field(ge=0, le=MOST)]
UserPath = Annotated[str, Field(min_length=1), AfterValidator(user_path)]


class Settings(BaseModel):
    """Settings of a stage: frozen, every field described, unknown keys forbidden.

    Every key has a default, except where nothing but the user can know the value (a path). Defaults
    are validated like given values, so that a key that is left out is equal to its default written
    down: 0 for a share is 0.0 in both.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, validate_default=True
    )
    # Keys that add rules and change no other rule.
    SWITCHES: ClassVar[tuple[str, ...]] = ()
    # Keys that older results lack: compared only if they differ from the default.
    YOUNGER: ClassVar[tuple[str, ...]] = ()

    def compared(self) -> str:
        """The settings that decide the results, as one canonical JSON string."""
        fields = type(self).model_fields
        old = {name for name in self.YOUNGER if getattr(self, name) == fields[name].default}
        values = self.model_dump(mode="json", exclude={*self.SWITCHES, *old})
        return json.dumps(values, sort_keys=True)

    @model_validator(mode="before")
    @classmethod
    def _as_yaml_means_it(cls, values: Any) -> Any:
        """Raise ValueError for numbers beyond any table, and truth values that are no such."""
        if values is None:
            raise ValueError("nothing stands below it; leave it out, or write {} for its defaults")
        if not isinstance(values, dict):
            return values
        known = cls.model_fields
        for name in sorted(known.keys() & values.keys()):
            given = values[name] if isinstance(values[name], list) else [values[name]]
            for each in given:
                if isinstance(each, bool) and not _takes_truth(known[name].annotation):
                    raise ValueError(
                        f"{name}: a number or a text, not {str(each).lower()}: YAML reads yes, no,"
                        " on and off as true and false; put a text in quotes"
                    )
                if isinstance(each, int) and abs(each) > MOST:
                    raise ValueError(f"{name}: a whole number of at most {MOST}, not {each}")
        return values


def alike(names: Iterable[str]) -> list[str]:
    """The first two names that differ only in capitals: one folder, on some file systems."""
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(name.casefold(), name)
        if other != name:
            return [other, name]
    return []


def _takes_truth(annotation: Any) -> bool:
    """Whether a field's type has room for true and false."""
    # No map(): the name is that of a module here.
    return annotation in (bool, Any) or any(_takes_truth(each) for each in get_args(annotation))
