"""recipe.json beside the embeddings: how features were made, and digests of the files."""

import json
from pathlib import Path

from pydantic import BaseModel, PrivateAttr, ValidationError

from seesay.settings.fc7 import Fc7Networks
from seesay.settings.logmel import LogmelSettings
from seesay.settings.regions import RegionsSettings
from seesay.shared.command import one_line
from seesay.shared.digests import sha256
from seesay.shared.errors import InputError


class Recipe(BaseModel):
    """How an experiment's features are made; None for a stage whose tables were ready-made.

    `boxes` is the folder of its boxes below the results. `digests` has the SHA-256 of the model and
    of its embeddings, by file name; runs of older versions of seesay have none.
    """

    logmel: LogmelSettings
    regions: RegionsSettings | None
    fc7: Fc7Networks | None
    boxes: str
    digests: dict[str, str] = {}
    _path: Path = PrivateAttr(default=Path())

    @classmethod
    def read(cls, path: Path) -> "Recipe":
        """Read a recipe. Raises InputError if it is damaged."""
        try:
            found = cls.model_validate_json(path.read_bytes())
        except ValidationError as error:
            raise InputError(f"{one_line(error, str(path))}; take it from the run again") from error
        found._path = path
        return found

    def refuse_others(self, *files: Path) -> None:
        """Raise InputError if one of these files is not the one that the recipe describes."""
        for path in files:
            if self.digests.get(path.name) not in (None, sha256(path)):
                raise InputError(
                    f"{path}: not the file that {self._path} is of: another run's or system's, or"
                    " damaged; take all files of one run"
                )


def text(features: str, *made: Path) -> str:
    """The text of recipe.json: how features are made (JSON), and the digests of these files."""
    digests = {path.name: sha256(path) for path in made}
    return json.dumps(json.loads(features) | {"digests": digests}, sort_keys=True) + "\n"
