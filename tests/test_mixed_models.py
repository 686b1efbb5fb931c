"""The programs of docs/mixed-models.md, on queries of a known difference."""

import re
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from seesay.schemas.items import ITEMS
from seesay.scoring.items import export
from seesay.shared import tables
from support import ROOT

ARGUMENTS = ["image_token_by_word", "test", "paper/untrained", "best/model"]
GAIN = 1.2  # log odds


@pytest.fixture(scope="module")
def items(tmp_path_factory):
    """items.tsv of two arms and three seeds: 30 pictures, 25 words by 6 talkers.

    Words differ by an SD of 0.7, and by 0.4 in each arm; others by 0.3.
    """
    rng = np.random.default_rng(4)
    folder = tmp_path_factory.mktemp("items")
    asked = pd.DataFrame({"query": [f"t{n:04}" for n in range(420)]})
    asked["picture"] = rng.integers(0, 30, len(asked)).astype(str)
    asked["spoken_word"] = rng.integers(0, 25, len(asked)).astype(str)
    asked["talker"] = rng.integers(0, 6, len(asked)).astype(str)
    odds = -0.8
    for unit, spread in (("picture", 0.3), ("spoken_word", 0.7), ("talker", 0.3)):
        odds = odds + rng.normal(0, spread, 30)[asked[unit].astype(int)]
    parts = []
    for experiment, system, gain in (("best", "model", GAIN), ("paper", "untrained", 0.0)):
        own = rng.normal(0, 0.4, 25)[asked["spoken_word"].astype(int)]
        for seed in (1, 2, 3):
            chance = 1 / (1 + np.exp(-(odds + gain + own + rng.normal(0, 0.1))))
            hit = (rng.random(len(asked)) < chance).astype(float)
            hit[::50] = 0.5  # some are tied
            arm = {"experiment": experiment, "system": system, "seed": seed, "fold": 0}
            where = {"task": "image_token_by_word", "gallery": "test", "gallery_size": 100}
            parts.append(asked.assign(**arm, **where, hit10=hit, rank=1.0))
    # Queries of another task are left out.
    parts.append(parts[0].assign(task="word_similarity", hit10=0.0))
    frame = pd.concat(parts, ignore_index=True)
    tables.write(ITEMS, folder / "items.parquet", frame)
    export([folder / "items.parquet"], folder / "items.tsv", folder / "items.md")
    return folder / "items.tsv"


def fitted(command, items):
    """What a program prints: the number of queries, the difference with its ends, SDs by unit."""
    result = subprocess.run(
        [*command, items, *ARGUMENTS], capture_output=True, text=True, check=False, timeout=300
    )
    assert result.returncode == 0, result.stderr[-2000:]
    assert "best/model against paper/untrained" in result.stdout
    queries = int(re.search(r"(\d+) queries", result.stdout)[1])
    found = re.search(r"log odds of a hit at 10: (\S+) \[(\S+), (\S+)\]", result.stdout)
    spreads = re.findall(r"SD over (\d+) of (\w+): (\S+)", result.stdout)
    numbers = [float(number) for number in found.groups()]
    return queries, numbers, {unit: (int(n), float(sd)) for n, unit, sd in spreads}


@pytest.fixture(scope="module")
def python(items):
    return fitted([sys.executable, ROOT / "docs" / "mixed_models.py"], items)


def test_statsmodels_finds_the_difference_that_is_there(python):
    queries, (change, low, high), spreads = python
    assert queries == 2 * 3 * 420
    assert low < GAIN < high
    assert abs(change - GAIN) < 0.4
    counts = {unit: n for unit, (n, _) in spreads.items()}
    assert counts == {
        "picture": 30, "spoken_word": 25, "word_in_arm": 50, "talker": 6, "training": 6,
    }  # fmt: skip
    assert 0.4 < spreads["spoken_word"][1] < 1.1


@pytest.mark.slow
def test_lme4_and_statsmodels_agree(items, python):
    if shutil.which("Rscript") is None:
        pytest.skip("no Rscript; on Debian: apt-get install r-base-core r-cran-lme4")
    have = subprocess.run(["Rscript", "-e", "library(lme4)"], capture_output=True, check=False)
    if have.returncode:
        pytest.skip("R has no package lme4; on Debian: apt-get install r-cran-lme4")
    queries, numbers, spreads = fitted(["Rscript", ROOT / "docs" / "mixed_models.R"], items)
    assert queries == python[0]
    # In halves of an interval, of 95 %: the estimates, and how wide the intervals are.
    half = (numbers[2] - numbers[1]) / 2
    assert abs(numbers[0] - python[1][0]) < half / 2
    assert 0.7 < (python[1][2] - python[1][1]) / (2 * half) < 1.4
    assert numbers[1] < GAIN < numbers[2]
    for unit, (count, spread) in spreads.items():
        assert python[2][unit] == (count, pytest.approx(spread, abs=0.25))


def test_the_page_shows_the_programs_as_they_are():
    page = (ROOT / "docs" / "mixed-models.md").read_text()
    for name in ("mixed_models.R", "mixed_models.py"):
        program = (ROOT / "docs" / name).read_text()
        assert f"`docs/{name}`:\n\n```" in page
        assert f"\n{program}```\n" in page
