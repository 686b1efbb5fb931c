"""The inference of `scoring.resampling` and `scoring.intervals` once more, by plain loops."""

import numpy as np
from scipy import optimize, stats

from seesay.scoring.resampling import draws


def error(runs, columns, settings, statistic=np.average):
    """Value, standard error and degrees of freedom of the mean over runs, a run a seed.

    `runs` are each query's values by seed, `columns` each query's picture, or word and talker.
    `statistic` is of values and how often each counts.
    """
    parts = [(list(column), 1) for column in columns]
    if len(columns) == 2:
        parts.append((list(zip(*columns, strict=True)), -1))

    def whole(weight):
        return sum(statistic(run, weights=weight) for run in runs) / len(runs)

    def variance(found):
        shares = []
        for keys, sign in parts:
            names = sorted(set(keys))
            drawn = np.concatenate(list(draws(len(names), settings)))[1:]
            values = [found(np.array([row[names.index(key)] for key in keys])) for row in drawn]
            shares.append((sign, np.var(values) * len(names) / (len(names) - 1), len(names) - 1))
        main = [(share, freedom) for sign, share, freedom in shares if sign > 0]
        return max(sum(sign * share for sign, share, _ in shares), *(x for x, _ in main)), main

    once = np.ones(len(runs[0]))
    total, main = data, main = variance(whole)
    if len(runs) > 1:
        seeds = np.var([statistic(run, weights=once) for run in runs], ddof=1) / len(runs)
        both = 0.0
        for run in runs:
            off, _ = variance(
                lambda weight, run=run: statistic(run, weights=weight) - whole(weight)
            )
            both += off / (len(runs) * (len(runs) - 1))
        total = max(data + seeds - both, data, seeds)
        main = [*main, (seeds, len(runs) - 1)]
    divided = sum(share**2 / freedom for share, freedom in main)
    return whole(once), np.sqrt(total), total**2 / divided if divided else np.inf


def student(value, spread, freedom):
    """Ends of Student's interval, and the p-value of no difference."""
    half = stats.t.ppf(0.975, freedom) * spread
    return value - half, value + half, 2 * stats.t.sf(abs(value) / spread, freedom)


def wilson(percent, number, t):
    """Ends of the interval of a share of `number` queries: what a score test does not refuse."""
    p = percent / 100

    def off(other):
        return abs(p - other) - t * np.sqrt(other * (1 - other) / number)

    # At 0 and 1 themselves an error is none, which would be an end.
    low = 0.0 if p == 0 else optimize.brentq(off, 0, min(p, 1 - 1e-9))
    high = 1.0 if p == 1 else optimize.brentq(off, max(p, 1e-9), 1)
    return 100 * low, 100 * high


def share(percent, spread, freedom):
    """The same with the number of independent queries that have this error."""
    number = percent / 100 * (1 - percent / 100) / (spread / 100) ** 2
    return wilson(percent, number, stats.t.ppf(0.975, freedom))


def rank(value, spread, freedom, size):
    """Ends of the interval of a rank among `size` items."""
    factor = np.exp(stats.t.ppf(0.975, freedom) * spread / value)
    return max(value / factor, 1), min(value * factor, size)
