"""The config in the record of a finished run, which may be older than this seesay.

Apart from `run_record`, so that commands that only read the record need not load every setting.
"""

from pathlib import Path
from typing import Any

from seesay.commands.run_record import RECORD
from seesay.planning.config import Config, load
from seesay.shared.errors import InputError


def config_of(record: dict[str, Any], results: Path) -> Config:
    """The config of a record, with the defaults of keys that an older seesay did not have.

    Raises InputError if it is no config of this version.
    """
    try:
        return load(record["config"], whole=False)
    except InputError as error:
        raise InputError(
            f"{results / RECORD}: {error}; use the seesay that has made the run, or run it again"
        ) from None
