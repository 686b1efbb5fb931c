"""Which models were cut off by max_epochs: those that a higher limit lets train for longer."""

import pandas as pd
import pytest

from seesay.learning import training
from seesay.reporting.stopping import cut_off
from support.training import BEST, CPU, learnable, make


def history_of(inputs, **recipe):
    """The history of a model as the report has it, and its recipe."""
    settings = make(**recipe)
    _, rows, _ = training.train_system(inputs, settings, "model", 1, CPU)
    frame = pd.DataFrame(rows).assign(experiment="best", system="model", seed=1, fold=0)
    return frame, settings.model_dump()


@pytest.mark.parametrize(
    ("cap", "patience"), [(1, 1), (3, 1), (3, 3), (6, 2), (9, 1), (9, 2), (9, 9)]
)
@pytest.mark.parametrize("changes", [{}, {"criterion": "loss"}, {"pseudo_words": 4}])
def test_cut_off_are_those_that_train_on_with_a_higher_limit(tmp_path, changes, cap, patience):
    inputs = learnable(tmp_path)
    recipe = {**BEST, **changes, "patience": patience, "learning_rate": 0.02}
    found, settings = history_of(inputs, **recipe, max_epochs=cap)
    more, _ = history_of(inputs, **recipe, max_epochs=cap + 1)
    first, longer = (rows[rows["part"] == 1]["epoch"].max() for rows in (found, more))
    said = cut_off(found, settings, "best")
    if longer > first:
        assert said.startswith(f"Cut off by max_epochs ({cap}) before the patience of {patience} ")
    elif "pseudo_words" not in changes:
        assert said == ""
    assert cut_off(found, settings, "other") == ""


def rows(system, seed, losses, part=1, start=0, fold=0):
    """A validation history of losses from an epoch on."""
    columns = {"experiment": "paper", "system": system, "seed": seed, "split": "validation"}
    columns |= {"fold": fold}
    return [
        {**columns, "epoch": start + n, "loss": loss, "r10": -loss, "part": part}
        for n, loss in enumerate(losses)
    ]


@pytest.mark.parametrize("criterion", ["loss", "r10"])
def test_seeds_parts_and_the_text_bound_are_named(criterion):
    recipe = {"max_epochs": 4, "patience": 2, "criterion": criterion}
    falling, stopped, late = [5, 4, 3, 2, 1], [5, 4, 3, 3, 3], [5, 4, 1, 3, 3]
    history = rows("model", 1, falling) + rows("model", 2, stopped)
    # The second part of seed 3 runs for 4 epochs more, from 4 to 8, and is best in the last.
    history += rows("model", 3, late) + rows("model", 3, falling[1:], part=2, start=5)
    history += rows("shuffled", 1, falling) + rows("text", 2, falling)
    frame = pd.DataFrame(history)
    assert cut_off(frame, recipe, "paper") == (
        "Cut off by max_epochs (4) before the patience of 2 epochs had run out: model, seeds 1, 3,"
        " best epochs 4, 8; text (bound), seed 2, best epoch 4. Longer training may give other"
        " numbers."
    )
    assert cut_off(frame, {**recipe, "max_epochs": 5}, "paper") == ""
    # With another fold, every fold is named.
    history += rows("model", 1, falling, fold=1) + rows("model", 2, stopped, fold=1)
    history += rows("model", 3, late, fold=1) + rows("text", 2, late, fold=1)
    more = pd.DataFrame(history + rows("model", 3, falling, fold=2))
    assert cut_off(more, recipe, "paper") == (
        "Cut off by max_epochs (4) before the patience of 2 epochs had run out: model, 4 of 7"
        " trainings (seed 1 in folds 0, 1, best epochs 4, 4; seed 3 in folds 0, 2, best epochs 8,"
        " 4); text (bound), 1 of 2 trainings (seed 2 in fold 0, best epoch 4). Longer training"
        " may give other numbers."
    )
    # A rate that falls to 0 over max_epochs has ended by its plan.
    assert cut_off(frame, {**recipe, "schedule": "cosine"}, "paper") == ""
