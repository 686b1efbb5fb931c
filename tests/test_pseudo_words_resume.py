"""Killed pseudo-word rounds: the next run continues within the round, to the same bits."""

from collections import Counter

import pytest

from seesay.learning import loop, training
from seesay.learning.checkpoints import Checkpoint
from seesay.schemas.learning import HISTORY
from seesay.shared import tables
from support.training import BEST, CPU, learnable, make

# A training whose two rounds are both kept, by the model and so by the control.
RECIPE = BEST | {
    "loss": "coscos2",
    "criterion": "loss",
    "learning_rate": 0.1,
    "dropout": 0.2,
    "pseudo_words": 4,
    "pseudo_rounds": 2,
    "max_epochs": 4,
    "patience": 6,
}
SYSTEMS = ("model", "shuffled")


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    return learnable(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="module")
def whole(inputs, tmp_path_factory):
    """A run that nobody kills: its folder, and its files."""
    folder = tmp_path_factory.mktemp("whole")
    return folder, train(inputs, folder)


def train(inputs, folder, **changes):
    """Train the model and the control; each one's network, settings and history."""
    models = {system: folder / system / "model.safetensors" for system in SYSTEMS}
    settings = make(**RECIPE | changes)
    training.train(inputs, None, models, folder / "store", settings, "p", 1, CPU)
    found = []
    for model in models.values():
        history = tables.read(HISTORY, model.with_name("history.parquet"))
        found.append(model.read_bytes())
        found.append(model.with_name("settings.json").read_text())
        found.append(history.drop(columns="seconds").to_csv())
    return found


def epochs(folder, system):
    """The epochs that a system trained for in each part."""
    history = tables.read(HISTORY, folder / system / "history.parquet")
    return Counter(history.loc[history["split"] == "train", "part"].tolist())


@pytest.fixture
def calls(monkeypatch):
    """A list that grows with each epoch; at the length `deadly` the epoch is killed half-way."""
    real, calls = loop.train_epoch, Calls()

    def counted(*args):
        calls.append(1)
        trained = real(*args)
        if len(calls) == calls.deadly:
            raise KeyboardInterrupt
        return trained

    monkeypatch.setattr(loop, "train_epoch", counted)
    return calls


class Calls(list):
    deadly = 0


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("number", [1, 2])
def test_a_killed_round_continues_to_the_same_bits(inputs, whole, tmp_path, calls, system, number):
    parts = [epochs(whole[0], each) for each in SYSTEMS]
    assert all(set(part) == {1, 2, 3} and min(part.values()) > 1 for part in parts)
    place = SYSTEMS.index(system)
    before = sum(parts[0].values()) * place + sum(parts[place][n] for n in range(1, number + 1))
    calls.deadly = before + 2  # the first epoch of the round is saved
    with pytest.raises(KeyboardInterrupt):
        train(inputs, tmp_path)
    assert len(calls) == before + 2
    del calls[:]
    calls.deadly = 0
    assert train(inputs, tmp_path) == whole[1]
    # Of all parts, only epochs that were not saved are trained.
    assert len(calls) == sum(sum(part.values()) for part in parts) - before - 1


@pytest.mark.parametrize("first", [1, 2, 3])
def test_rounds_that_reached_their_limit_can_be_extended(inputs, whole, tmp_path, calls, first):
    """The weights before a round may be others then, and the round begins again."""
    train(inputs, tmp_path, max_epochs=first)
    short = epochs(tmp_path, "model")
    del calls[:]
    assert train(inputs, tmp_path) == whole[1]
    assert len(calls) < sum(sum(epochs(whole[0], each).values()) for each in SYSTEMS)
    assert short[1] == first


def test_a_finished_run_repeats_no_epoch_of_the_model(inputs, whole, tmp_path, calls):
    assert train(inputs, tmp_path) == whole[1]
    names = {path.name for path in (tmp_path / "store").glob("*/*.pt")}
    assert names == {"model.pt", "model-1.pt", "model-2.pt"}  # the control cannot be extended
    del calls[:]
    assert train(inputs, tmp_path) == whole[1]
    assert len(calls) == sum(epochs(whole[0], "shuffled").values())


def test_the_states_of_rounds_are_removed_with_the_first_parts(inputs, tmp_path):
    """Without a part that reached its limit, nothing can be extended."""
    train(inputs, tmp_path, patience=1, max_epochs=50)
    assert not list((tmp_path / "store").glob("*/*.pt"))


def test_the_state_of_a_round_from_another_start_is_none(tmp_path):
    with Checkpoint(tmp_path, "run") as states:
        states.of("model").of_round(1, "a").save(epoch=1)
        assert states.of("model").of_round(1, "a").load()["epoch"] == 1
        assert states.of("model").of_round(1, "b").load() is None
        assert states.of("model").of_round(2, "a").load() is None
        assert states.of("model").load() is None
