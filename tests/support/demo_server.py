"""The server of `seesay demo` for a finished run, in a thread of the tests."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from seesay.commands.demo.answers import Answers
from seesay.commands.demo.chosen import Chosen
from seesay.commands.demo.page import About, files
from seesay.commands.demo.routes import Routes
from seesay.commands.demo.server import Server
from seesay.commands.search import Search
from seesay.schemas.audio import RECORDINGS, SPOKEN_WORDS
from seesay.shared import tables


@dataclass
class Served:
    """A server that runs, its address and port, and the search that it must agree with."""

    url: str
    port: int
    search: Search
    answers: Answers
    routes: Routes
    results: Path


@contextmanager
def serving(results: Path) -> Iterator[Served]:
    """A server of the run's model on a free port, until the end of the block."""
    chosen = Chosen.of(results, None, None)
    answers = Answers(Search(chosen.folder))
    about = About(results, chosen.config, chosen.experiment, chosen.seed)
    routes = Routes(answers, files(about, answers))
    with Server(routes, 0) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.02])
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield Served(url, server.server_port, Search(chosen.folder), answers, routes, results)
        finally:
            server.shutdown()
            thread.join()


def longest_word(results: Path) -> tuple[Path, float, float]:
    """The recording, onset and offset (s) of the run's longest token."""
    words = tables.read(SPOKEN_WORDS, results / "speech" / "spoken_words.parquet")
    word = words.loc[(words["offset"] - words["onset"]).idxmax()]
    recordings = tables.read(RECORDINGS, results / "speech" / "recordings.parquet")
    recording = recordings.set_index("recording_id").loc[word["recording_id"]]
    return results.parent / recording["path"], word["onset"], word["offset"]
