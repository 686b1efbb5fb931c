"""The command `seesay embed`: vectors of pictures or of spoken words, with file names as ids.

The files that it writes are those that `seesay.commands.evaluate.formats` reads.
"""

import argparse
import io
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from seesay.commands.file_features import BOX, Floats
from seesay.commands.search import Encoder
from seesay.corpora.files import AUDIO, PICTURES
from seesay.settings.logmel import LogmelSettings
from seesay.shared import writing
from seesay.shared.command import one_line
from seesay.shared.errors import InputError
from seesay.shared.printable import printable, unprintable
from seesay.shared.progress import progress


def embed(arguments: argparse.Namespace) -> None:
    """Embed files as the parsed command line says. Raises InputError for a user's mistake."""
    files, out = arguments.files, arguments.out
    write = None if out is None else WRITERS.get(out.suffix)
    if out is not None and write is None:
        raise InputError(f"{out}: expected a name that ends in .npz or .parquet")
    if out is not None and out.is_dir():
        raise InputError(f"--out {out}: a folder; name a file")
    key = key_of(files)
    if key == "token_id" and arguments.boxes:
        raise InputError("--boxes: is for pictures; leave it out for sound files")
    if key == "image_id" and arguments.span:
        raise InputError("--span: is for sound files; leave it out for pictures")
    encoder = Encoder(arguments.model, arguments.device, arguments.trust_model, arguments.fold)
    parts = progress(_parts(encoder, files, key, arguments), "embed", "file", len(files))
    keys, vectors = zip(*parts, strict=True)
    found = pd.concat(keys, ignore_index=True), np.concatenate(vectors)
    if write is not None:
        writing.write_bytes(out, write(*found))
        return
    keys, values = found
    numbers = pd.DataFrame(values).add_prefix("e")
    pd.concat([keys, numbers], axis=1).to_csv(
        sys.stdout, sep="\t", index=False, float_format="%.9g", lineterminator="\n"
    )


def key_of(files: Sequence[Path]) -> str:
    """The column of ids: image_id of picture files, token_id of sound files.

    Raises InputError if a file is neither or missing, if there are both, or if two have one name.
    """
    keys: dict[str, Path] = {}
    names: dict[str, Path] = {}
    for path in files:
        suffix = path.suffix.lower()
        if suffix not in (*PICTURES, *AUDIO):
            raise InputError(f"{path}: neither a picture nor a sound file, by its name; convert it")
        if not path.is_file():
            what = "a folder; give the files in it" if path.is_dir() else "no such file"
            raise InputError(f"{path}: {what}")
        fault = unprintable(path.name)
        if fault:
            raise InputError(f"{printable(str(path))}: its name holds {fault}; rename the file")
        keys.setdefault("image_id" if suffix in PICTURES else "token_id", path)
        other = names.setdefault(path.name, path)
        if other is not path:
            raise InputError(
                f"{other} and {path}: one name twice, and names are the ids; embed them apart, or"
                " rename one"
            )
    if len(keys) > 1:
        raise InputError(
            f"{keys['image_id']} is a picture and {keys['token_id']} a sound file; embed pictures"
            " and words apart"
        )
    return next(iter(keys))


def _parts(
    encoder: Encoder, files: Sequence[Path], key: str, arguments: argparse.Namespace
) -> Iterator[tuple[pd.DataFrame, Floats]]:
    """The keys (rows) and vectors (rows, d) of each file."""
    settings = spanned(encoder.recipe.logmel, arguments.span) if key == "token_id" else None
    for path in files:
        if key == "token_id":
            yield pd.DataFrame({key: [path.name]}), encoder.hear(path, settings)
            continue
        boxes, vectors = encoder.see(path, whole=not arguments.boxes)
        columns = ["region", *BOX] if arguments.boxes else []
        yield boxes[columns].assign(**{key: path.name})[[key, *columns]], vectors


def spanned(settings: LogmelSettings, span: str | None) -> LogmelSettings:
    """The settings with another span; None: as they are. Raises InputError if it does not fit."""
    if span is None:
        return settings
    try:
        return LogmelSettings.model_validate(settings.model_dump() | {"span": span})
    except ValidationError as error:
        raise InputError(one_line(error, f"--span {span}")) from None


def _npz(keys: pd.DataFrame, vectors: Floats) -> bytes:
    """ids, vectors and, of boxes, regions and boxes."""
    arrays: dict[str, Any] = {"ids": keys.iloc[:, 0].to_numpy(str), "vectors": vectors}
    if "region" in keys:
        arrays |= {"regions": keys["region"].to_numpy(np.int32)}
        arrays |= {"boxes": keys[BOX].to_numpy(np.int32)}
    content = io.BytesIO()
    np.savez(content, **arrays)
    return content.getvalue()


def _parquet(keys: pd.DataFrame, vectors: Floats) -> bytes:
    """A row a vector: its keys, and a list of its numbers."""
    kind = pa.list_(pa.float32(), vectors.shape[1])
    lists = pa.FixedSizeListArray.from_arrays(pa.array(vectors.reshape(-1)), type=kind)
    whole = {name: pa.int32() for name in ("region", *BOX)}
    names = map(str, keys.columns)
    columns = {name: pa.array(keys[name], whole.get(name, pa.string())) for name in names}
    content = io.BytesIO()
    pq.write_table(pa.table({**columns, "embedding": lists}), content)
    return content.getvalue()


WRITERS: dict[str, Callable[[pd.DataFrame, Floats], bytes]] = {".npz": _npz, ".parquet": _parquet}
