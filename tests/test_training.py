"""Training: the factorised step, the paper's regularisers, sampling, early stopping, resuming."""

import numba
import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seesay.learning import loop, measures, training
from seesay.learning.adadelta import Adadelta, compiled, update
from seesay.learning.batches.one_picture import factorised
from seesay.learning.checkpoints import Checkpoint, fingerprint
from seesay.learning.embedding import load_network
from seesay.learning.examples import Pairs, shuffle
from seesay.learning.features import Features
from seesay.learning.losses.paper import coscos2_different, coscos2_same
from seesay.learning.negatives import sample
from seesay.model.network import max_norm
from seesay.shared.errors import InputError
from support.training import CPU, learnable, make, make_network, run


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_factorised_step_equals_the_loop_over_materialised_pairs(reduction):
    rng = np.random.default_rng(3)
    fragments, same, different = (
        torch.tensor(rng.normal(size=shape), dtype=torch.float32)
        for shape in ((4, 5), (3, 6), (3, 6))
    )
    network, twin = make_network(), make_network()
    loss, _, _ = factorised(network, fragments, same, different, reduction)
    loss.backward()

    terms = []
    for fragment in fragments:
        for near, far in zip(same, different, strict=True):
            image = twin.image(fragment[None])
            for word, term in ((near, coscos2_same), (far, coscos2_different)):
                cosine = torch.nn.functional.cosine_similarity(image, twin.speech(word[None]))
                terms.append(term(cosine))
    couples = len(fragments) * len(same)
    slow = torch.stack(terms).sum() / (couples if reduction == "mean" else 1)
    slow.backward()
    assert loss.item() == pytest.approx(slow.item(), rel=1e-5)
    for ours, theirs in zip(network.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-4, atol=1e-6)


def test_adadelta_steps_as_torchs_own():
    ours, theirs = make_network(), make_network()
    fast = Adadelta(ours, 0.95, 1e-6, 2e-4)
    slow = torch.optim.Adadelta(theirs.parameters(), lr=1.0, rho=0.95, eps=1e-6, weight_decay=2e-4)
    random = torch.Generator().manual_seed(0)
    for _ in range(20):
        x = torch.randn(4, 6, generator=random)
        for network, optimizer in ((ours, fast), (theirs, slow)):
            optimizer.zero_grad()
            network.speech(x).square().sum().backward()
            optimizer.step()
    # The image branch has no gradients, and stays as it is.
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("broken", ["_save_data", "_load_index"])
def test_adadelta_needs_no_cache(broken, monkeypatch, tmp_path):
    def fail(*_):
        raise OSError("Input/output error")

    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(numba.core.caching.IndexDataCacheFile, broken, fail)
    found = compiled(update)
    weights, gradient = np.ones(3, np.float32), np.ones(3, np.float32)
    found(weights, gradient, *np.zeros((2, 3), np.float32), *map(np.float32, (0.9, 1e-6, 0.0)))
    assert (weights < 1).all()


def test_max_norm_holds_each_unit_and_leaves_small_ones_alone():
    layer = torch.nn.Linear(2, 2)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[6.0, 8.0], [3.0, 4.0]]))
    max_norm([layer], 6.0)
    torch.testing.assert_close(layer.weight.data, torch.tensor([[3.6, 4.8], [3.0, 4.0]]))


@given(
    total=st.integers(2, 30),
    data=st.data(),
    seed=st.integers(0, 100),
)
def test_different_tokens_are_never_the_pictures_own(total, data, seed):
    own = data.draw(st.sets(st.integers(0, total - 1), min_size=1, max_size=total - 1))
    avoid = np.array(sorted(own))
    drawn = sample(avoid, total, 200, np.random.default_rng(seed))
    assert set(drawn.tolist()) <= set(range(total)) - own


def test_different_tokens_are_drawn_uniformly():
    drawn = sample(np.array([1, 4]), 6, 40_000, np.random.default_rng(0))
    share = np.bincount(drawn, minlength=6) / 40_000
    np.testing.assert_allclose(share, [0.25, 0, 0.25, 0.25, 0, 0.25], atol=0.01)


def test_a_picture_that_uses_every_token_is_refused():
    with pytest.raises(InputError, match="no different pair"):
        sample(np.arange(3), 3, 2, np.random.default_rng(0))


def test_shuffled_pairs_give_every_picture_another_ones_tokens():
    pairs = Pairs(
        list("abcde"), [np.array([i]) for i in range(5)], [np.array([i]) for i in range(5)]
    )
    moved = shuffle(pairs, 1)
    assert sorted(int(rows[0]) for rows in moved.words) == list(range(5))
    assert all(int(rows[0]) != i for i, rows in enumerate(moved.words))


def test_dead_units_and_ties_are_counted():
    branch = torch.nn.Sequential(torch.nn.Linear(1, 2), torch.nn.Hardtanh(0.0, 6.0))
    with torch.no_grad():
        branch[0].weight.copy_(torch.tensor([[1.0], [-1.0]]))
        branch[0].bias.zero_()
    values, dead = measures.activity(branch, Features(torch.tensor([[1.0], [2.0], [2.0]])))
    assert dead == 0.5
    assert measures.tied(values) == pytest.approx(2 / 3)


@pytest.fixture
def inputs(tmp_path):
    return learnable(tmp_path)


def test_it_learns_and_the_best_epoch_is_kept(inputs, tmp_path):
    history = run(inputs, tmp_path / "m", max_epochs=40, patience=15, eps=1e-5, negatives="types")
    validation = history[history["split"] == "validation"].set_index("epoch")
    best = validation["loss"].idxmin()
    assert validation.index[validation["kept"]].tolist() == [best]
    assert validation["loss"].min() < 0.8 * validation["loss"].loc[0]
    assert validation["same"].loc[best] > validation["different"].loc[best] + 0.3
    assert validation.index.max() in (40, best + 15)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(inputs, tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        run(inputs, tmp_path / name / "m", seed=seed)
    one, two, other = ((tmp_path / name / "m" / "model.safetensors").read_bytes() for name in "abc")
    assert one == two != other


@pytest.mark.parametrize("batch", [{}, {"batch_pictures": 3, "loss": "infonce"}])
def test_dropout_is_the_seeds_alone_whatever_drew_from_torch_before(inputs, tmp_path, batch):
    recipe = {"dropout": 0.5, "image_dropout": 0.5, "max_epochs": 2, **batch}
    for number, name in enumerate("ab"):
        torch.manual_seed(number)
        torch.rand(number + 1)
        run(inputs, tmp_path / name / "m", **recipe)
    run(inputs, tmp_path / "c" / "m", **recipe | {"dropout": 0.0, "image_dropout": 0.0})
    one, two, without = (
        (tmp_path / name / "m" / "model.safetensors").read_bytes() for name in "abc"
    )
    assert one == two != without


@pytest.mark.parametrize(
    "recipe", [{}, {"optimiser": "adam", "schedule": "cosine", "learning_rate": 0.01}]
)
def test_a_killed_run_goes_on_to_the_same_result(inputs, tmp_path, monkeypatch, recipe):
    whole = run(inputs, tmp_path / "whole" / "m", **recipe)
    real, calls, rates = loop.train_epoch, [], []

    def killed(network, optimiser, *rest):
        calls.append(1)
        rates.extend(group["lr"] for group in getattr(optimiser, "param_groups", ()))
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(network, optimiser, *rest)

    monkeypatch.setattr(loop, "train_epoch", killed)
    with pytest.raises(KeyboardInterrupt):
        run(inputs, tmp_path / "part" / "m", **recipe)
    assert not (tmp_path / "part" / "m" / "model.safetensors").exists()
    resumed = run(inputs, tmp_path / "part" / "m", **recipe)
    assert len(calls) == 5  # two epochs before the kill, the killed one, two after
    # Half a cosine over 4 epochs, of which the third is begun twice.
    falling = [0.01, 0.00853553, 0.005, 0.005, 0.00146447]
    assert rates == (pytest.approx(falling, rel=1e-5) if recipe else [])
    pd.testing.assert_frame_equal(whole.drop(columns="seconds"), resumed.drop(columns="seconds"))
    names = ("whole", "part")
    one, two = ((tmp_path / n / "m" / "model.safetensors").read_bytes() for n in names)
    assert one == two


def test_a_run_that_reached_its_limit_can_be_extended(inputs, tmp_path):
    run(inputs, tmp_path / "m", max_epochs=2)
    longer = run(inputs, tmp_path / "m", max_epochs=4)
    straight = run(inputs, tmp_path / "other" / "m", max_epochs=4)
    pd.testing.assert_frame_equal(longer.drop(columns="seconds"), straight.drop(columns="seconds"))


@pytest.mark.parametrize(
    ("limits", "end"), [({"max_epochs": 2}, 2), ({"max_epochs": 3, "patience": 1}, None)]
)
def test_lowered_limits_end_where_a_straight_run_does(inputs, tmp_path, limits, end):
    run(inputs, tmp_path / "m", max_epochs=4, eps=1e-1)
    shorter = run(inputs, tmp_path / "m", **{"eps": 1e-1, **limits})
    straight = run(inputs, tmp_path / "other" / "m", **{"eps": 1e-1, **limits})
    pd.testing.assert_frame_equal(shorter.drop(columns="seconds"), straight.drop(columns="seconds"))
    assert end is None or shorter["epoch"].max() == end


def test_where_the_rate_falls_other_limits_are_another_run(inputs, tmp_path):
    """A run of 2 epochs is no beginning of one of 4, and leaves no state that says it were."""
    falling = {"schedule": "cosine", "optimiser": "adam", "learning_rate": 0.01}
    run(inputs, tmp_path / "m", max_epochs=2, **falling)
    assert not list(tmp_path.glob("**/*.pt"))
    longer = run(inputs, tmp_path / "m", max_epochs=4, **falling)
    straight = run(inputs, tmp_path / "other" / "m", max_epochs=4, **falling)
    pd.testing.assert_frame_equal(longer.drop(columns="seconds"), straight.drop(columns="seconds"))
    constant = run(inputs, tmp_path / "c" / "m", max_epochs=4, **falling | {"schedule": "constant"})
    assert constant["loss"].iloc[-1] != straight["loss"].iloc[-1]


def test_a_job_killed_in_its_second_system_goes_on_to_the_same_results(
    inputs, tmp_path, monkeypatch
):
    """The model is there before the control begins, and is made again from its state."""

    def both(name):
        models = {s: tmp_path / name / s / "model.safetensors" for s in ("model", "shuffled")}
        store = tmp_path / name / "store"
        training.train(inputs, None, models, store, make(max_epochs=9), "p", 1, CPU)
        return [path.read_bytes() for path in models.values()]

    whole = both("whole")
    # The model reached its limit and could go on; the control has ended.
    assert [p.name for p in (tmp_path / "whole" / "store").glob("*/*.pt")] == ["model.pt"]
    real, calls, deadly = loop.train_epoch, [], [0]

    def killed(network, *rest):
        calls.append(1)
        if len(calls) == deadly[0]:
            raise KeyboardInterrupt
        return real(network, *rest)

    monkeypatch.setattr(loop, "train_epoch", killed)
    both("counted")
    deadly[0] = len(calls)  # in the last epoch of the control
    calls.clear()
    with pytest.raises(KeyboardInterrupt):
        both("part")
    (tmp_path / "part" / "model" / "model.safetensors").unlink()  # as Snakemake does
    calls.clear()
    assert both("part") == whole
    assert len(calls) == 1


def test_a_control_that_went_too_far_begins_again(inputs, tmp_path):
    """Its epochs are the model's, and those are fewer where the limits were lowered."""
    with Checkpoint(tmp_path, "run") as states:
        data = [inputs, make(), "shuffled", 1, CPU]
        row = {"split": "validation", "part": 1, "kept": True}
        kept = [pd.DataFrame([row | {"epoch": n}]) for n in (1, 3)]
        long, *_ = training.train_system(*data, states.of("shuffled"), kept[1])
        short, rows, _ = training.train_system(*data, states.of("shuffled"), kept[0])
        again, *_ = training.train_system(*data, states.of("shuffled"), kept[1])
    straight, *_ = training.train_system(*data, None, kept[0])
    assert rows[-1]["epoch"] == 1
    for one, other in ((short, straight), (again, long)):
        for ours, theirs in zip(one.parameters(), other.parameters(), strict=True):
            assert torch.equal(ours, theirs)


def test_shuffled_trains_on_other_pairs_as_long_as_the_models_kept_weights(
    inputs, tmp_path, monkeypatch
):
    model = run(inputs, tmp_path / "m", eps=1e-4)
    model["kept"] = model["epoch"] == 2
    trained_on = []
    real = training.prepare

    def spied(network, fragments, words, pairs, *rest):
        trained_on.append(pairs)
        return real(network, fragments, words, pairs, *rest)

    monkeypatch.setattr(training, "prepare", spied)
    _, rows, _ = training.train_system(inputs, make(eps=1e-4), "shuffled", 1, CPU, past=model)
    shuffled = pd.DataFrame(rows)
    assert shuffled["epoch"].max() == 2
    assert shuffled.loc[shuffled["kept"], "epoch"].unique().tolist() == [2]
    right = training.load(inputs, "train")[2]
    assert trained_on[0].image_ids == right.image_ids
    for wrong, true in zip(trained_on[0].words, right.words, strict=True):
        assert not set(wrong) & set(true)
    # Validation pairs stay as they are.
    assert [w.tolist() for w in trained_on[1].words] == [
        w.tolist() for w in training.load(inputs, "validation")[2].words
    ]


def test_false_negatives_are_counted(inputs, tmp_path):
    history = run(inputs, tmp_path / "m")
    by_type = run(inputs, tmp_path / "t", negatives="types")
    assert history["false_negatives"].between(0, 1).all()
    assert history["false_negatives"].max() > 0
    assert (by_type["false_negatives"] == 0).all()


def test_health_is_measured_on_the_validation_set_alone(inputs, tmp_path):
    history = run(inputs, tmp_path / "m")
    for split, rows in history.groupby("split"):
        assert rows["tied_words"].isna().all() == (split == "train")


def test_standardisation_is_the_training_sets(inputs, tmp_path):
    run(inputs, tmp_path / "u", "untrained")
    network = load_network(tmp_path / "u", CPU)
    fragments, words, _, _ = training.load(inputs, "train")
    np.testing.assert_allclose(
        network.image_mean, fragments.features.moments()[0], rtol=1e-5, atol=1e-6
    )
    scaled = words.features.through(network.standardise_words)
    np.testing.assert_allclose(scaled.std(0, correction=0), np.ones(2840), atol=1e-3)
    assert (words.features.through(network.embed_words) >= 0).all()


def test_features_may_stay_raw(inputs, tmp_path):
    for system in ("model", "random_projection"):
        run(inputs, tmp_path / system, system, standardise="none")
        network = load_network(tmp_path / system, CPU)
        fragments, words, _, _ = training.load(inputs, "train")
        torch.testing.assert_close(
            fragments.features.through(network.embed_images),
            fragments.features.through(network.image),
        )
        torch.testing.assert_close(
            words.features.through(network.embed_words), words.features.through(network.speech)
        )


def test_random_projection_is_linear(inputs, tmp_path):
    run(inputs, tmp_path / "p", "random_projection")
    network = load_network(tmp_path / "p", CPU)
    assert len(network.layers()) == 2
    x, y = torch.randn(2, 3, 6, generator=torch.Generator().manual_seed(0))
    left = network.image(x + y)
    torch.testing.assert_close(left, network.image(x) + network.image(y), rtol=1e-4, atol=1e-5)


def test_a_foreign_checkpoint_is_refused_and_a_held_one_too(tmp_path):
    with Checkpoint(tmp_path, "one") as states:
        states.of("model").save(epoch=1)
        assert states.of("shuffled").load() is None
        with pytest.raises(InputError, match="another job"), Checkpoint(tmp_path, "one"):
            pass
    (tmp_path / "one").rename(tmp_path / "two")
    (tmp_path / "three").mkdir()
    (tmp_path / "three" / "model.pt").write_bytes((tmp_path / "two" / "model.pt").read_bytes()[:99])
    with Checkpoint(tmp_path, "three") as states, pytest.raises(InputError, match="damaged"):
        states.of("model").load()
    with Checkpoint(tmp_path, "two") as states, pytest.raises(InputError, match="another run"):
        states.of("model").load()


def test_fingerprints_depend_on_bytes_and_facts(tmp_path):
    (tmp_path / "a").write_text("1")
    first = fingerprint([tmp_path / "a"], seed=1)
    assert fingerprint([tmp_path / "a"], seed=1) == first
    assert fingerprint([tmp_path / "a"], seed=2) != first
    (tmp_path / "a").write_text("2")
    assert fingerprint([tmp_path / "a"], seed=1) != first
