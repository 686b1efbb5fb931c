"""Time and peak memory of the stages from matching on, as a corpus grows to SpokenCOCO's size.

`python benchmarks/scale.py [--test PICTURES] [SIZE ...]`: a size is a share of SpokenCOCO, e.g. 1;
by default 1/100 and 1/10. The test set grows with the corpus and is its own gallery. With `--test`
it has so many pictures at every size, and also searches the whole corpus: peak memory should stay.

Prints for each stage the seconds of processor time (one thread, starting included) and the greatest
anonymous resident memory, which no page cache can give back, at each size, and the exponents of
both: the slope from the first size to the last, both logarithmic. Ranks stand beside their pure
matrix products, and planning is that of the same corpus in files before its first stage. At full
size this needs 40 GB of disk in TMPDIR, and 720,000 empty files.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from generated import FRAGMENTS, PICTURES, TEST, Corpus, layout
from threadpoolctl import threadpool_limits

from seesay.planning.config import Config, load
from seesay.planning.config_file import read
from seesay.settings.augmentation import Frames
from seesay.settings.matching import MatchingSettings

ROOT = Path(__file__).parents[1]
# One thread each, as the rules run them.
ALONE = os.environ | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
SAMPLE = 2048  # queries of the pure product that are computed
Arguments = dict[str, str | Path]


@dataclass(frozen=True)
class Job:
    """A stage's script with its arguments; `name` is what the table calls it."""

    name: str
    script: str
    arguments: Arguments


def jobs(corpus: Corpus, whole: bool) -> Iterator[Job]:
    """The stages in their order; with `whole`, galleries of the whole corpus too."""
    config = load(read(ROOT / "config" / "config.yaml"))
    yield matching(corpus, "paper")
    yield matching(corpus, "spoken")
    yield from learning(corpus, config)
    yield from scoring(corpus, config, ("test", "all") if whole else ("test",))


def matching(corpus: Corpus, method: str) -> Job:
    """A matching, whose tables lie in a folder of their own."""
    names = ("images", "captions", "caption_words", "spoken_tags")
    tables: Arguments = {name.replace("_", "-"): corpus.path(name) for name in names}
    spoken = method == "spoken"
    tables["spoken-words"] = corpus.path("spoken_words" if spoken else "read_words")
    tables["recordings"] = corpus.path("recordings") if spoken else ""
    for name in ("replacements", "spoken_captions", "unsayable", "rejects"):
        tables[name.replace("_", "-")] = corpus.folder / method / name
    settings = MatchingSettings(method="spoken" if spoken else "paper").compared()
    return Job(f"matching, {method}", "matching", {**tables, "settings": settings})


def said(corpus: Corpus) -> Path:
    """The spoken captions that the stages after matching read."""
    return corpus.folder / "spoken" / "spoken_captions"


def embeddings(corpus: Corpus) -> tuple[Path, Path]:
    """The embeddings of fragments and of tokens."""
    return corpus.folder / "image-embeddings", corpus.folder / "word-embeddings"


def learning(corpus: Corpus, config: Config) -> Iterator[Job]:
    """Training of the model of the experiment best, an epoch, and its embeddings."""
    best = config.section_of("best", "training").model_copy(update={"max_epochs": 1})
    frames = config.section_of("best", "logmel").model_dump_json(include=set(Frames.model_fields))
    logmel = corpus.path("logmel")
    common: Arguments = {
        "images": corpus.path("images"), "spoken-captions": said(corpus),
        "fc7": corpus.path("fc7"), "logmel": logmel, "text": logmel,
        "models": corpus.folder / "best" / "model" / "1" / "model.safetensors",
    }  # fmt: skip
    own: Arguments = {
        "frames": frames, "human-words": "", "spoken-words": "",
        "checkpoints": corpus.folder / "states", "experiment": "best", "seed": "1",
        "settings": best.compared(),
    }  # fmt: skip
    yield Job("training, an epoch", "training", {**common, **own})
    out: Arguments = dict(
        zip(("image-embeddings", "word-embeddings"), embeddings(corpus), strict=True)
    )
    recipes: Arguments = {"recipes": corpus.folder / "recipe.json", "features": "{}"}
    yield Job("embedding", "embedding", {**common, **out, **recipes})


def scoring(corpus: Corpus, config: Config, galleries: tuple[str, ...]) -> Iterator[Job]:
    """Evaluation in the paper's four tasks, and what reads its ranks or the embeddings."""
    images, words = embeddings(corpus)
    ranks, at = corpus.folder / "ranks", corpus.path
    space: Arguments = {
        "images": images, "words": words, "spoken-captions": said(corpus),
        "pictures": at("images"),
    }  # fmt: skip
    asked = {"tasks": config.evaluation.tasks[:4], "galleries": galleries}
    whose: Arguments = {
        "spoken-words": at("spoken_words"), "experiment": "best", "seed": "1", "systems": "model",
        "ranks": ranks, "abx": corpus.folder / "abx", "threads": "1",
        "settings": config.evaluation.model_copy(update=asked).compared(),
    }  # fmt: skip
    yield Job("evaluation", "evaluation", {**space, **whose})
    resampled: Arguments = {"ranks": ranks, "settings": config.metrics.compared()}
    numbers: Arguments = {
        "grounding": "", "human": "", "abx": "", "order": "best",
        **{name: corpus.folder / name for name in ("metrics", "differences", "experiments")},
    }  # fmt: skip
    yield Job("metrics", "metrics", {**resampled, **numbers})
    facts: Arguments = {
        "images": at("images"), "spoken-captions": said(corpus),
        "replacements": corpus.folder / "spoken" / "replacements", "regions": at("regions"),
        "caption-words": at("caption_words"), "boxed": "best",
        **{name: corpus.folder / name for name in ("groups", "words")},
    }  # fmt: skip
    yield Job("breakdown", "breakdown", {**resampled, **facts})
    drawn: Arguments = {"map": corpus.folder / "map", "settings": config.map.compared()}
    yield Job("map", "map", {**space, **drawn})


def planning(folder: Path, pictures: int) -> float:
    """Seconds of processor time of `snakemake -n` before the first stage, of a corpus in files."""
    layout(folder / "corpus", pictures)
    config = {
        "results": "results",
        "pictures": {"corpora": [{"reader": "davenet", "path": "corpus"}]},
        "speech": {"corpora": [{"reader": "spokencoco", "path": "corpus"}]},
        "matching": {"method": "spoken"},
    }
    (folder / "config.yaml").write_text(json.dumps(config))
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
    command += ["--configfile", "config.yaml", "--dry-run", "--quiet"]
    began = used()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return used() - began


def peak(job: Job) -> tuple[float, float]:
    """Run a job; seconds of processor time, and its greatest anonymous resident memory in MB."""
    command = [sys.executable, str(ROOT / "workflow" / "scripts" / f"{job.script}.py")]
    for name, value in job.arguments.items():
        command += [f"--{name}", *([str(value)] if value != "" else [])]
    began, most = used(), 0
    with tempfile.TemporaryFile("w+") as said:
        with subprocess.Popen(command, env=ALONE, stderr=said, stdout=said) as child:
            while child.poll() is None:
                status = Path(f"/proc/{child.pid}/status").read_text()
                if "RssAnon:" in status:  # not of one that has just ended
                    most = max(most, int(status.partition("RssAnon:")[2].split()[0]))
                time.sleep(0.02)
        if child.returncode:
            said.seek(0)
            sys.exit(said.read())
    return used() - began, most / 1024


def used() -> float:
    """Seconds of processor time of the jobs that ended."""
    spent = os.times()
    return spent.children_user + spent.children_system


def product(queries: int, gallery: int, size: int) -> float:
    """Seconds of the matrix product of (queries, size) and (size, gallery), in float64 blocks."""
    rng = np.random.default_rng(3)
    columns, some = rng.random((size, gallery)), min(queries, SAMPLE)
    rows, out = rng.random((some, size)), np.empty((64, gallery))
    began = time.process_time()
    for start in range(0, some, 64):
        block = rows[start : start + 64]
        np.matmul(block, columns, out=out[: len(block)])
    return (time.process_time() - began) * queries / some


def products(corpus: Corpus, size: int) -> float:
    """Seconds of the pure products of the four tasks in the gallery test."""
    fragments = corpus.test * FRAGMENTS
    tokens = corpus.sizes["logmel"] * corpus.test // corpus.pictures
    tasks = [(tokens, tokens), (fragments, tokens), (fragments, tokens), (tokens, fragments)]
    with threadpool_limits(1):
        return sum(product(*task, size) for task in tasks)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", nargs="*", type=Fraction)
    parser.add_argument("--test", type=int)
    given = parser.parse_args()
    found: dict[str, list[tuple[float, float]]] = {}
    counts: list[int] = []
    for share in given.sizes or [Fraction(1, 100), Fraction(1, 10)]:
        with tempfile.TemporaryDirectory() as folder:
            corpus = Corpus(Path(folder), int(PICTURES * share), given.test or int(TEST * share))
            corpus.write()
            counts.append(corpus.sizes["logmel"])
            say(str(corpus.sizes))
            for job in jobs(corpus, given.test is not None):
                found.setdefault(job.name, []).append(peak(job))
                say(f"{job.name}: {found[job.name][-1]}")
            if given.test is None:
                own = {"pure products": products(corpus, 200)}
                own["planning (-n)"] = planning(Path(folder) / "planned", corpus.pictures)
                for name, taken in own.items():
                    found.setdefault(name, []).append((taken, np.nan))
    print("\n".join(rows(counts, found)))


def rows(counts: list[int], found: dict[str, list[tuple[float, float]]]) -> Iterator[str]:
    """The table, as Markdown."""
    heads = [f"{unit}, {count:,} tokens" for unit in ("s", "MB") for count in counts]
    heads.insert(len(counts), "exponent")
    yield f"| stage | {' | '.join(heads)} | exponent |"
    yield "|---" * (len(heads) + 2) + "|"
    grown = np.log(counts[-1] / counts[0])
    for name, pairs in found.items():
        cells = []
        for values in zip(*pairs, strict=True):
            power = np.log(values[-1] / values[0]) / grown if grown else np.nan
            cells += [*(f"{value:,.1f}" for value in values), f"{power:.2f}"]
        yield f"| {name} | {' | '.join(cells)} |".replace("nan", "")


def say(text: str) -> None:
    """Print on standard error, for whoever waits."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
