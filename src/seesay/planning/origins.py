"""Tells where each value of a config comes from; merges files as Snakemake does."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml
from snakemake.utils import update_config

from seesay.planning.config_file import read
from seesay.shared.errors import InputError

# A value's origin, in mappings of the config's shape.
Origins = dict[str, Any]
GIVEN = "--config"


def merged(files: Iterable[Path], given: Sequence[str] = ()) -> tuple[dict[str, Any], Origins]:
    """A config as Snakemake reads it, and the origin of each value.

    Args:
        files: The files of --configfile; if several set a key, the last one counts.
        given: Pairs `key=value` of --config, which override all files.

    Returns:
        The values, and a mapping of the same shape with `file:line` or `--config` for each. A list
        is one value. Keys that nothing sets are in neither.

    Raises:
        InputError: A file is missing or no config, or `given` has no key or no value.
    """
    values: dict[str, Any] = {}
    origins: Origins = {}
    for path in files:
        update_config(values, read(path))
        update_config(origins, _lines(path))
    if given:
        overrides = _parsed(given)
        update_config(values, overrides)
        update_config(origins, _marked(overrides))
    # Keys as JSON has them, as in the validated config.
    return values, json.loads(json.dumps(origins))


def _lines(path: Path) -> Origins:
    """The line of each key, as `file:line`; only the file for JSON that is no YAML."""
    loader = yaml.SafeLoader(path.read_text(encoding="utf-8"))
    try:
        root = loader.get_single_node()
    except yaml.YAMLError:
        return _marked(read(path), str(path))

    assert isinstance(root, yaml.MappingNode)  # read() takes nothing else

    def line(node: yaml.Node, key: yaml.Node) -> Any:
        if not isinstance(node, yaml.MappingNode):
            return f"{path}:{key.start_mark.line + 1}"
        loader.flatten_mapping(node)
        return {loader.construct_object(k): line(value, k) for k, value in node.value}

    found: Origins = line(root, root)
    return found


def _parsed(given: Sequence[str]) -> dict[str, Any]:
    # Here, for it takes seconds to import.
    from snakemake.cli import parse_config

    try:
        return dict(parse_config(given))
    except ValueError as error:
        raise InputError(f"{GIVEN} {' '.join(given)}: {error} Give key=value") from None


def _marked(values: Any, origin: str = GIVEN) -> Any:
    """The same mappings, with one origin for every value."""
    if isinstance(values, dict):
        return {key: _marked(value, origin) for key, value in values.items()}
    return origin
