"""Rank embeddings that another model has made, beside the experiments that a run trains."""

import json
import tempfile
from pathlib import Path

from seesay.commands.evaluate.finished import Finished
from seesay.commands.evaluate.ranking import Tables, rank, read_given
from seesay.scoring.corpus import note
from seesay.shared.command import arguments, run


def main() -> None:
    args = arguments(
        __doc__,
        inputs=["results"],
        outputs=["ranks", "abx"],
        options={
            "experiment": str,
            "seed": int,
            "config": str,
            "pictures": "",
            "words": "",
            "captions": "",
            "grounding": "",
        },
    )
    given = read_given(args.experiment, vars(args))
    found = Tables(args.ranks, args.abx, Path(args.grounding) if args.grounding else None)
    finished = Finished(args.results, args.results, json.loads(args.config))
    with tempfile.TemporaryDirectory() as scratch:
        for said in rank(given, finished, args.seed, found, Path(scratch)):
            note(said)


if __name__ == "__main__":
    run(main)
