"""Timing two ways of doing the same work side by side, and writing down what came out."""

import io
import os
import platform
import statistics
import time
from collections.abc import Callable
from contextlib import redirect_stderr
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("numpy", "scipy", "torch", "librosa", "soxr", "pyarrow", "pillow")


@dataclass(frozen=True)
class Comparison:
    """Ours and a peer on the same work: seconds of every round, in the order they ran.

    `amount` of `unit` is how much work a round is, e.g. 240 crops.
    """

    stage: str
    work: str
    peer: str
    amount: float
    unit: str
    ours_s: list[float]
    peer_s: list[float]

    def row(self) -> str:
        """A row of the table of comparisons."""
        ours, peer = statistics.median(self.ours_s), statistics.median(self.peer_s)
        ratios = [b / a for a, b in zip(self.ours_s, self.peer_s, strict=True)]
        return (
            f"| {self.stage} | {self.work} | {self.peer} | {seconds(ours)} | {seconds(peer)} "
            f"| **{peer / ours:.1f}** ({min(ratios):.1f}-{max(ratios):.1f}) "
            f"| {self.amount / ours:,.0f} {self.unit} |"
        )


@dataclass(frozen=True)
class Figure:
    """A measured number that stands alone."""

    stage: str
    what: str
    value: str

    def row(self) -> str:
        """A row of the table of figures."""
        return f"| {self.stage} | {self.what} | {self.value} |"


def interleave(
    ours: Callable[[], object], peer: Callable[[], object], rounds: int
) -> tuple[list[float], list[float]]:
    """Seconds of `rounds` runs of each, A B A B ..., after one of each that is not counted.

    Interleaved, so that whatever else the machine does falls on both.
    """
    times: tuple[list[float], list[float]] = ([], [])
    with redirect_stderr(io.StringIO()):  # the progress bars
        for counted in [False] + [True] * rounds:
            for run, kept in zip((ours, peer), times, strict=True):
                began = time.perf_counter()
                run()
                if counted:
                    kept.append(time.perf_counter() - began)
    return times


def seconds(value: float) -> str:
    """A time with three digits: 45.1 ms, 3.20 s."""
    return f"{value * 1000:.3g} ms" if value < 1 else f"{value:.3g} s"


def machine() -> str:
    """One line: processor, cores, Python and the packages whose speed it is."""
    info = Path("/proc/cpuinfo")
    models = [
        line.partition(":")[2].strip()
        for line in (info.read_text().splitlines() if info.exists() else [])
        if line.startswith("model name")
    ]
    cpu = models[0] if models else platform.processor() or platform.machine()
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return f"{cpu}, {os.cpu_count()} cores; Python {platform.python_version()}, {versions}"


def document(results: list[Comparison | Figure]) -> str:
    """The page benchmarks/results.md."""
    comparisons = [r.row() for r in results if isinstance(r, Comparison)]
    figures = [r.row() for r in results if isinstance(r, Figure)]
    return "\n".join(
        [
            "# Benchmarks",
            "",
            "Each stage beside what one would write otherwise: the same work on generated,",
            "seeded inputs, results checked against each other, in turns (A B A B ...) in one run",
            "and on one thread each, as the rules run them. The ratio is of the medians (peer /",
            "ours); in brackets the least and the greatest of the rounds' own ratios.",
            "",
            f"Machine: {machine()}",
            "",
            "Command: `make bench`",
            "",
            "| stage | work | otherwise | ours | otherwise | times faster | ours |",
            "|---|---|---|---|---|---|---|",
            *comparisons,
            "",
            "| stage | figure | measured |",
            "|---|---|---|",
            *figures,
            "",
        ]
    )
