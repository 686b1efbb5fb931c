"""Ranks for the metrics, and every metric again from the items of a run."""

from math import comb

import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st

from seesay.schemas.scoring import RANKS
from seesay.scoring.rank_metrics import summarise
from seesay.shared import tables
from seesay.shared.ranking import Ranks


def ranks_of(*rows):
    """Ranks from rows (better, tied, tied_relevant, relevant)."""
    return Ranks(*np.array(rows, dtype=np.int64).reshape(-1, 4).T)


def of_one_sample(rows, image=None):
    image = np.zeros(len(rows), dtype=np.int64) if image is None else image
    return summarise(ranks_of(*rows), image, np.ones((1, image.max() + 1)))[:, 0]


ROWS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(1, 4), st.just(4)),
    min_size=1,
    max_size=8,
)


def write_ranks(
    path, system, seed, better, task="word_similarity", tied=0, experiment="paper", first=0
):
    """Ranks of queries q0, q1, ..., two of a picture, in a gallery of 40 with 3 relevant."""
    queries = len(better)
    columns = {
        "experiment": experiment,
        "system": system,
        "seed": seed,
        "task": task,
        "gallery": "test",
        "query": [f"q{i:03}" for i in range(queries)],
        "image_id": [f"picture{first + i // 2:03}" for i in range(queries)],
        "better": better,
        "tied": tied,
        "tied_relevant": 1,
        "relevant": 3,
        "rank": np.asarray(better) + 1.0,
        "gallery_size": 40,
    }
    tables.write(RANKS, path, columns)
    return path


CASE = ["experiment", "task", "gallery", "system", "seed"]


def read(path):
    """The items as docs/items.md says that pandas reads them."""
    return pd.read_csv(path, sep="\t", keep_default_na=False, na_values=[""], low_memory=False)


def median(better, tied, tied_relevant):
    """The median of all queries' ranks in all orders of what is tied."""
    mass = np.zeros(int((better + tied).max()) + 2)
    for b, t, r in zip(better, tied, tied_relevant, strict=True):
        for place in range(t + 1):
            mass[b + place + 1] += comb(t - place + r - 1, r - 1) / comb(t + r, r)
    share = mass.cumsum() / len(better)
    return (np.argmax(share >= 0.5 - 1e-9) + np.argmax(share > 0.5 + 1e-9)) / 2


def recomputed(items):
    """value and chance of every row of metrics.tsv, from the items alone."""
    ranked = items[items["rank"].notna()]
    spots = items[items["rank"].isna()]
    runs = ranked.groupby(CASE)
    parts = {"mean_rank": (runs["rank"].mean(), runs["rank_chance"].mean())}
    for k in (1, 5, 10, 25):
        parts[f"r{k}"] = 100 * runs[f"hit{k}"].mean(), 100 * runs[f"hit{k}_chance"].mean()
    whole = ["better", "tied", "tied_relevant", "relevant", "gallery_size"]
    counts = {case: rows[whole].astype(int) for case, rows in runs}
    parts["median_rank"] = (
        pd.Series({c: median(n.better, n.tied, n.tied_relevant) for c, n in counts.items()}),
        pd.Series(
            {
                c: median(0 * n.better, n.gallery_size - n.relevant, n.relevant)
                for c, n in counts.items()
            }
        ),
    )
    for name in ("pointing", "iou"):
        runs = spots.groupby(CASE)
        parts[name] = 100 * runs[name].mean(), 100 * runs[f"{name}_chance"].mean()
    frames = [
        pd.DataFrame({"value": value, "chance": luck}).rename_axis(CASE).assign(metric=metric)
        for metric, (value, luck) in parts.items()
    ]
    each = pd.concat(frames).reset_index()
    by = [*CASE[:-1], "metric"]
    means = each.groupby(by, as_index=False)[["value", "chance"]].mean().assign(seed="mean")
    return pd.concat([each.assign(seed=each["seed"].astype(str)), means])


def same_numbers(items, metrics):
    """Check metrics.tsv against the items, row by row."""
    found = pd.read_csv(metrics, sep="\t", dtype={"seed": str})
    found = found[found["metric"] != "right"]  # ABX by cells is of pairs of words, not of queries
    pairs = found.merge(recomputed(items), on=[*CASE, "metric"], suffixes=("", "_again"))
    assert len(pairs) == len(found)
    for name in ("value", "chance"):
        assert pairs[f"{name}_again"].to_numpy() == pytest.approx(pairs[name], abs=6e-5), name
    counts = items.groupby(CASE).size()
    mean = found["seed"] == "mean"
    for row in found[~mean].astype({"seed": int}).itertuples():
        assert row.queries == counts[tuple(getattr(row, name) for name in CASE)]
