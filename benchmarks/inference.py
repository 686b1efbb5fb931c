"""Whether 95 % intervals hold what they say, by simulation: `python benchmarks/inference.py`.

Two systems that are equally good on average are asked words of pictures, or by talkers; hits are
Bernoulli, their logits the sum of normal effects. How often does each one's interval hold the true
R@10 over all pictures (words, talkers) and seeds, and how often is one called better? Beside it
stands the interval of means over seeds with pictures alone resampled, by percentiles. Prints the
table of docs/metrics.md.
"""

import sys
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit

from seesay.scoring import memberships
from seesay.scoring.memberships import Labels
from seesay.scoring.rank_metrics import METRICS, summarise
from seesay.scoring.resampling import Factors, crossed, estimate, shares, weights
from seesay.settings.metrics import MetricsSettings
from seesay.shared.ranking import Ranks

SETTINGS = MetricsSettings(resamples=1000, seed=1)
SEEDS = (1, 2, 3, 5, 10)
CHUNK = 100  # repetitions at once: 100 x 3 seeds x 2,000 queries x 8 bytes


@dataclass(frozen=True)
class World:
    """What is true of all pictures: standard deviations of the logits' effects.

    `unit` is of pictures, or of words; `own` is the part of them that each system has of its own.
    `mean` is the logit of a hit in the middle.
    """

    name: str
    mean: float
    unit: float
    own: float
    seed: float
    seed_unit: float
    talker: float = 0.0
    cell: float = 0.0

    def truth(self, units: int = 1) -> float:
        """R@10 in percent over everything, of queries with the mean effect of several `units`, by
        Gauss-Hermite quadrature.
        """
        of_units = np.array([self.unit, self.own, self.seed_unit]) / np.sqrt(units)
        every = (*of_units, self.seed, self.talker, self.cell)
        node, weight = np.polynomial.hermite_e.hermegauss(80)
        p = expit(self.mean + np.sqrt(np.sum(np.square(every))) * node)
        return float(100.0 * weight @ p / weight.sum())


@dataclass(frozen=True)
class Found:
    """Shares in percent of the repetitions: coverage, and one called better; today's way, too."""

    covered: float
    better: float
    covered_before: float
    better_before: float
    width: float


def asked(pictures: int, queries: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Each query's picture: pictures with `queries` on average, from a third to thrice as many."""
    counts = rng.integers(queries // 3, 2 * queries - queries // 3 + 1, pictures)
    return {"pictures": np.char.zfill(np.repeat(np.arange(pictures), counts).astype(str), 4)}


def shared(
    pictures: int, words: int, tokens: int, rng: np.random.Generator
) -> dict[str, list[list[str]]]:
    """Each query's pictures: a picture uses 20 words of `words` by Zipf's law, each by one of its
    `tokens`, and a token used by several pictures is one query.
    """
    share = 1.0 / np.arange(1, words + 1)
    found: dict[int, set[str]] = {}
    for picture in range(pictures):
        said = rng.choice(words, 20, p=share / share.sum())
        for token in said * tokens + rng.integers(0, tokens, 20):
            found.setdefault(int(token), set()).add(f"{picture:04}")
    return {"pictures": [sorted(found[token]) for token in sorted(found)]}


def said(words: int, talkers: int, share: float, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Each query's word and talker: a `share` of all pairs, each word and talker at least once."""
    pairs = rng.random((words, talkers)) < share
    pairs[np.arange(words), rng.integers(0, talkers, words)] = True
    pairs[rng.integers(0, words, talkers), np.arange(talkers)] = True
    word, talker = np.nonzero(pairs)
    return {
        name: np.char.zfill(of.astype(str), 4)
        for name, of in (("words", word), ("talkers", talker))
    }


def hits(
    world: World, columns: dict[str, Labels], seeds: int, times: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Hits of two systems, (seeds, times, queries) each. Effects of several units are averaged."""
    units = [memberships.of(column)[:2] for column in columns.values()]
    first, queries = units[0], len(next(iter(columns.values())))
    spread = {"unit": (world.unit, first), "cell": (world.cell, (None, np.arange(queries)))}
    if len(units) > 1:
        spread["talker"] = (world.talker, units[1])
    both = sum(
        _effects(deviation, of, (times,), rng) for deviation, of in spread.values() if deviation
    )
    made = []
    for _ in range(2):
        logit = world.mean + both + _effects(world.own, first, (times,), rng)
        seeded = rng.normal(0.0, world.seed, (seeds, times, 1))
        each = _effects(world.seed_unit, first, (seeds, times), rng)
        made.append((rng.random((seeds, times, queries)) < expit(logit + seeded + each)) * 1.0)
    return made[0], made[1]


def _effects(
    deviation: float,
    units: tuple[np.ndarray | None, np.ndarray],
    shape: tuple[int, ...],
    rng: np.random.Generator,
) -> np.ndarray:
    """Normal effects of units for each query, (*shape, queries)."""
    query, unit = units
    drawn = rng.normal(0.0, deviation, (*shape, unit.max() + 1))[..., unit]
    if query is None:
        return drawn
    starts = np.flatnonzero(np.diff(query, prepend=-1))
    return np.add.reduceat(drawn, starts, axis=-1) / np.bincount(query)


def _samples(factors: Factors, made: np.ndarray) -> dict[int, np.ndarray]:
    """By seed, (factors, times, 1 + resamples): the repetitions stand where metrics do."""
    return {
        seed: shares(factors, runs)[:, :, 0].transpose(1, 0, 2) for seed, runs in enumerate(made)
    }


def simulate(
    world: World, columns: dict[str, Labels], seeds: int, times: int, seed: int = 1
) -> Found | None:
    """What becomes of `times` repetitions; None where intervals are refused.

    Of queries with several pictures, the method before resampled the first alone.
    """
    rng = np.random.default_rng(seed)
    factors = crossed(columns, SETTINGS)
    if factors.settings is None:
        return None
    if factors.several:
        return _several(world, columns["pictures"], factors, seeds, times, rng)
    true, counted = world.truth(), []
    for start in range(0, times, CHUNK):
        some = min(CHUNK, times - start)
        made = [_samples(factors, runs) for runs in hits(world, columns, seeds, some, rng)]
        percent = [True] * some
        found = [estimate(factors, samples) for samples in made]
        ends = [one.around(percent, 1.0) for one in found]
        covered = np.mean([(low <= true) & (true <= high) for low, high in ends], axis=0)
        low, high, _ = estimate(factors, *made).apart(percent, same=False)
        means = [np.mean(list(samples.values()), axis=0)[0, :, 1:] for samples in made]
        before = [np.percentile(mean, [2.5, 97.5], axis=1) for mean in means]
        old = np.mean([(a <= true) & (true <= b) for a, b in before], axis=0)
        a, b = np.percentile(means[0] - means[1], [2.5, 97.5], axis=1)
        width = np.mean([b - a for a, b in ends], axis=0)
        counted.append([covered, (low > 0) | (high < 0), old, (a > 0) | (b < 0), width])
    *shares_found, width = np.concatenate(counted, axis=1).mean(axis=1)
    return Found(*(100.0 * share for share in shares_found), width)


def _several(
    world: World,
    pictures: Labels,
    factors: Factors,
    seeds: int,
    times: int,
    rng: np.random.Generator,
) -> Found:
    """The same for queries with several pictures."""
    alone = crossed({"pictures": np.array([own[0] for own in pictures])}, SETTINGS)
    counts = np.bincount([len(own) for own in pictures])
    kinds = np.flatnonzero(counts)
    true = np.average([world.truth(kind) for kind in kinds], weights=counts[kinds])
    counted = []
    for start in range(0, times, CHUNK // 4):
        some = min(CHUNK // 4, times - start)
        made = hits(world, {"pictures": pictures}, seeds, some, rng)
        row, widths = [], []
        for how in (factors, alone):
            samples = [_samples(how, runs) for runs in made]
            ends = [estimate(how, one).around([True] * some, 1.0) for one in samples]
            row.append(np.mean([(low <= true) & (true <= high) for low, high in ends], axis=0))
            low, high, _ = estimate(how, *samples).apart([True] * some, same=False)
            row.append((low > 0) | (high < 0))
            widths.append(np.mean([b - a for a, b in ends], axis=0))
        counted.append([*row, widths[0]])
    *shares_found, width = np.concatenate(counted, axis=1).mean(axis=1)
    return Found(*(100.0 * share for share in shares_found), width)


def medians(pictures: int, seeds: int, times: int, spread: tuple[float, float, float]) -> float:
    """How often the interval of a median rank holds the true one, in percent.

    Ranks are log-normal: e to the power of 3 + picture + seed + picture x seed + query effects.
    """
    rng = np.random.default_rng(3)
    columns = asked(pictures, 15, rng)
    factors = crossed(columns, SETTINGS)
    unit = factors.parts[0].unit
    held = weights(factors.parts[0], SETTINGS)
    one, zero = np.ones_like(unit), np.zeros_like(unit)
    # The mean over seeds of their medians: e to the power of 3 + seed, rounded up.
    true, covered = float(np.mean(np.ceil(np.exp(3.0 + rng.normal(0, spread[1], 200_000))))), []
    for _ in range(times):
        picture = rng.normal(0.0, spread[0], pictures)
        samples = {}
        for seed in range(seeds):
            each = picture + rng.normal(0.0, spread[2], pictures) + rng.normal(0.0, spread[1])
            rank = np.ceil(np.exp(3.0 + each[unit] + rng.normal(0.0, 1.0, len(unit))))
            better = np.minimum(rank, 3000).astype(np.int64) - 1
            samples[seed] = summarise(Ranks(better, zero, one, one), unit, held)[None]
        low, high = estimate(factors, samples).around([m[0] == "r" for m in METRICS], 3000)
        covered.append(low[0] <= true <= high[0])
    return 100.0 * float(np.mean(covered))


PICTURES = World("as measured: seeds 1 point apart", -0.62, 0.85, 0.3, 0.05, 0.3)
WORLDS = (
    PICTURES,
    replace(PICTURES, name="seeds 2 points apart, the largest measured", seed=0.1),
    World("near chance, 10 %", -2.2, 0.4, 0.1, 0.05, 0.4),
    World("near 95 %", 3.8, 1.2, 0.3, 0.1, 0.4),
    replace(PICTURES, name="seeds 5 points apart, twice the largest measured", seed=0.22),
)
WORDS = World("SD: words 1, talkers 0.5", -0.4, 1.0, 0.5, 0.1, 0.3, 0.5, 0.5)
HEARD = (
    WORDS,
    replace(WORDS, name="SD: words 2, talkers 1", unit=2.0, own=1.0, talker=1.0, cell=1.0),
    replace(WORDS, name="SD: words 4, talkers 1.6", unit=4.0, own=1.0, talker=1.6, cell=2.4),
)


def row(name: str, size: str, seeds: int, found: Found | None) -> str:
    """A row of the table."""
    if found is None:
        return f"| {name} | {size} | {seeds} | refused | | | | |"
    cells = (found.covered, found.better, found.width, found.covered_before, found.better_before)
    return f"| {name} | {size} | {seeds} | " + " | ".join(f"{cell:.1f}" for cell in cells) + " |"


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    print(
        "| effects | test | seeds | coverage | called better | width | before: coverage |"
        " called better |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for world in WORLDS:
        for pictures in (10, 20, 50, 100):
            for seeds in (3,) if pictures == 10 else SEEDS if world in WORLDS[:2] else (1, 3, 10):
                columns = asked(pictures, 15, np.random.default_rng(pictures))
                found = simulate(world, columns, seeds, times)
                print(row(world.name, f"{pictures} pictures", seeds, found), flush=True)
    for world in HEARD:
        for words, talkers, share in (
            (9, 20, 0.8), (10, 20, 0.8), (20, 20, 0.5), (50, 20, 0.3),
            (100, 10, 0.2), (100, 5, 0.3), (50, 100, 0.05), (250, 4, 0.3),
        ):  # fmt: skip
            columns = said(words, talkers, share, np.random.default_rng(words))
            found = simulate(world, columns, 3, times)
            print(row(world.name, f"{words} words x {talkers} talkers", 3, found), flush=True)
    for pictures in (20, 50, 100):
        for words, tokens in ((400, 20), (400, 5), (100, 5)):
            columns = shared(pictures, words, tokens, np.random.default_rng(pictures))
            sizes = [len(own) for own in columns["pictures"]]
            found = simulate(PICTURES, columns, 3, times)
            size = f"{pictures} pictures, {np.mean(sizes):.1f} a query"
            print(row("as found, shared tokens", size, 3, found), flush=True)
    print()
    print("| median ranks: effects of pictures, seeds, both | pictures | seeds | coverage |")
    print("|---|---|---|---|")
    for spread in ((0.8, 0.05, 0.3), (0.8, 0.15, 0.3)):
        for pictures in (20, 50, 100):
            covered = medians(pictures, 3, min(times, 1000), spread)
            print(f"| {', '.join(map(str, spread))} | {pictures} | 3 | {covered:.1f} |", flush=True)


if __name__ == "__main__":
    main()
