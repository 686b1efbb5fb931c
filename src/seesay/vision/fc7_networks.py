"""fc7 of several networks side by side: the features of each, brought to one size, in one vector.

The first network scores the candidates and chooses the fragments, so these are the fragments of a
run with the first network alone. The others see only them.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from seesay.schemas.vision import FC7, REGIONS
from seesay.settings.fc7 import Fc7Networks
from seesay.shared import tables
from seesay.shared.columns import sized
from seesay.vision import fc7 as one
from seesay.vision.side_by_side import side_by_side

KEY = ["image_id", "region"]
ROWS = 2048  # written at once; bounds the memory


def extract_shard(
    manifest: Path,
    regions: Path,
    fc7: Path,
    settings: Fc7Networks,
    device: str = "auto",
    threads: int = 1,
    workers: int = 1,
) -> None:
    """Write the table `fc7` of a shard, as `seesay.vision.fc7.extract_shard` does for one network.

    `score` is the first network's. Tables of single networks lie in the temporary folder
    meanwhile. Raises InputError as that function.
    """
    first, *others = settings.each()
    with TemporaryDirectory() as name:
        parts = [Path(name) / f"{number}.parquet" for number in range(len(settings.networks))]
        one.extract_shard(manifest, regions, parts[0], first, device, threads, workers)
        kept = Path(name) / "kept.parquet"
        write_kept(regions, parts[0], kept)
        for other, part in zip(others, parts[1:], strict=True):
            # All that is left stays, however much it overlaps.
            every = other.model_copy(update={"regions": tables.rows([kept]), "nms": 1.0})
            one.extract_shard(manifest, kept, part, every, device, threads, workers)
        join(parts, fc7)


def write_kept(regions: Path, fc7: Path, out: Path) -> None:
    """Write the rows of the table `regions` that the table `fc7` has."""
    chosen = tables.read(FC7, fc7, KEY)
    tables.write(REGIONS, out, tables.read(REGIONS, regions).merge(chosen, on=KEY))


def join(parts: Sequence[Path], out: Path) -> None:
    """Write tables `fc7` of the same fragments as one, with their features side by side."""
    width = sum(tables.width(part, "feature") for part in parts)
    rows = zip(*map(_rows, parts), strict=True)
    with tables.Writer(sized(FC7, feature=width), out) as writer:
        while some := list(islice(rows, ROWS)):
            of_each = [list(zip(*of_part, strict=True)) for of_part in zip(*some, strict=True)]
            ids, numbers, scores, _ = of_each[0]
            if any(part[:2] != [ids, numbers] for part in of_each):
                raise ValueError("the networks saw different fragments")
            columns = {"image_id": ids, "region": numbers, "score": np.array(scores, np.float32)}
            features = side_by_side([np.stack(part[3]) for part in of_each])
            writer.write({**columns, "feature": features})


def _rows(path: Path) -> Iterator[tuple[Any, ...]]:
    """The columns of each row of a table `fc7`, in its order."""
    for batch in tables.batches(FC7, path):
        keys = [batch[name].to_pylist() for name in (*KEY, "score")]
        yield from zip(*keys, tables.matrix(batch["feature"]), strict=True)
