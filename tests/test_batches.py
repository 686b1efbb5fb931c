"""Batches of many pictures: who is whose, what words sound like in training, and learning."""

import copy

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from seesay.learning import loop, optimisers
from seesay.learning.augmentation import bands, vary
from seesay.learning.batches import many_pictures
from seesay.learning.batches.many_pictures import Examples
from seesay.learning.embedding import embed, load_network
from seesay.learning.examples import load
from seesay.learning.negatives import mask
from seesay.model.network import Network
from seesay.schemas.learning import IMAGE_EMBEDDINGS
from seesay.schemas.vision import FC7
from seesay.settings.training import TrainingSettings
from seesay.shared import tables
from seesay.shared.columns import sized
from seesay.shared.errors import InputError
from support.training import BEST, CPU, SETTINGS, data_of, learnable, make, make_network, run


@pytest.fixture
def inputs(tmp_path):
    return learnable(tmp_path)


@given(pictures=st.integers(2, 90), size=st.integers(2, 40))
def test_batches_hold_every_picture_once_and_never_one_alone(pictures, size):
    parts = many_pictures.split(np.arange(pictures), size)
    assert np.concatenate(parts).tolist() == list(range(pictures))
    assert min(map(len, parts)) >= min(pictures, 2)
    assert max(map(len, parts)) <= 2 * size


def test_rows_of_a_batch_belong_to_its_pictures(inputs):
    _, data, _ = data_of(inputs)
    rows = many_pictures.gather(data, [5, 2])
    assert rows.fragments.tolist() == [*data.pairs.fragments[5], *data.pairs.fragments[2]]
    assert rows.words.tolist() == [*data.pairs.words[5], *data.pairs.words[2]]
    assert rows.fragment_picture.tolist() == [0, 0, 0, 1, 1, 1]
    assert rows.word_picture.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]


@pytest.mark.parametrize("split", ["train", "validation"])
def test_training_standardises_as_a_loaded_network_does(inputs, split):
    network, data, _ = data_of(inputs, split)
    fragments, words, *_ = load(inputs, split, False)
    every = slice(None)
    torch.testing.assert_close(
        data.fragments.rows(every), network.standardise_images(fragments.features.rows(every))
    )
    torch.testing.assert_close(
        data.words.rows(every), network.standardise_words(words.features.rows(every))
    )
    assert not torch.allclose(data.words.rows(every), words.features.rows(every))


def test_negative_masks_by_token_and_by_type():
    # Rows 3 and 7 are said twice: by picture 0 and by picture 1. The types: a b a a, c, b.
    words, owner = np.array([3, 7, 3, 9, 8, 4]), np.array([0, 0, 1, 1, 2, 2])
    types = np.zeros(10, np.int64)
    types[[7, 4]], types[8] = 1, 2
    by_token = mask(words, owner)
    assert by_token.tolist() == [
        [False, False, True],
        [False, True, True],
        [False, False, True],
        [True, False, True],
        [True, True, False],
        [True, True, False],
    ]
    by_type = mask(types[words], owner)
    assert by_type.tolist() == [
        [False, False, True],
        [False, True, False],
        [False, False, True],
        [False, False, True],
        [True, True, False],
        [False, True, False],
    ]


def test_false_negatives_are_the_share_whose_picture_has_the_type(inputs):
    for negatives, expected in (("tokens", True), ("types", False)):
        network, data, chosen = data_of(inputs, negatives=negatives)
        # Pictures 0 and 4 show the same kind, and 1 another.
        _, values = many_pictures.loss(network, data, Examples(np.array([0, 4, 1])), chosen)
        # Of each picture's 2 others, 1 is wrong for 0 and for 4, none for 1.
        assert values[3] == pytest.approx(2 / 6 if expected else 0)


def test_words_are_moved_and_hidden():
    chosen = make(**BEST, filters=2, time_shift=2)
    words = torch.arange(1.0, 13.0).repeat(300, 1)  # 6 frames of 2 filters
    moved = vary(words, chosen, np.random.default_rng(0)).view(300, 6, 2)
    frames = words[0].view(6, 2)
    found = set()
    for row in moved:
        shift = next(
            shift
            for shift in range(-2, 3)
            if torch.equal(
                row,
                torch.stack(
                    [frames[i - shift] if 0 <= i - shift < 6 else torch.zeros(2) for i in range(6)]
                ),
            )
        )
        found.add(shift)
    assert found == {-2, -1, 0, 1, 2}
    assert torch.equal(words[0], torch.arange(1.0, 13.0))
    masked = vary(words, make(**BEST, filters=2, time_mask=3), np.random.default_rng(0))
    silent = (masked.view(300, 6, 2) == 0).all(2).sum(1)
    assert set(silent.tolist()) == {0, 1, 2, 3}
    assert vary(words, make(**BEST), np.random.default_rng(0)) is words


@given(st.integers(1, 12), st.integers(0, 15), st.integers(0, 99))
def test_bands_are_whole_and_no_wider_than_allowed(length, most, seed):
    for row in bands(20, length, most, np.random.default_rng(seed)):
        width = int(row.sum())
        assert width <= min(most, length)
        assert width == 0 or row[row.argmax() : row.argmax() + width].all()


def linear_sum(network):
    return sum(parameter.square().sum() for parameter in network.parameters())


@pytest.mark.parametrize("name", ["adadelta", "adam", "adamw"])
def test_optimisers_lower_a_loss_and_go_on_from_their_state(name):
    networks = [make_network() for _ in range(2)]
    chosen = make(**(BEST | {"optimiser": name, "learning_rate": 0.01, "eps": 1e-3}))
    first = optimisers.build(networks[0], chosen)
    start = linear_sum(networks[0]).item()
    for step in range(6):
        if step == 3:
            state = {key: value.clone() for key, value in networks[0].state_dict().items()}
            networks[1].load_state_dict(state)
            second = optimisers.build(networks[1], chosen)
            second.load_state_dict(copy.deepcopy(first.state_dict()))
        going = [(networks[0], first)]
        going += [(networks[1], second)] if step >= 3 else []
        for network, optimiser in going:
            optimiser.zero_grad()
            linear_sum(network).backward()
            optimiser.step()
    assert linear_sum(networks[0]).item() < start
    for one, other in zip(*(network.parameters() for network in networks), strict=True):
        torch.testing.assert_close(one, other)


def test_the_cosine_schedule_falls_over_the_epochs():
    """Half a cosine over 4 epochs: cos of 0, 45, 90 and 135 degrees, worked by hand."""
    chosen = make(**(BEST | {"schedule": "cosine", "learning_rate": 0.2, "max_epochs": 4}))
    optimiser = optimisers.build(make_network(), chosen)
    rates = []
    for epoch in (1, 2, 3, 4):
        optimisers.set_rate(optimiser, chosen, epoch)
        rates.append(optimiser.param_groups[0]["lr"])
    assert rates == pytest.approx([0.2, 0.170711, 0.1, 0.0292893], rel=1e-5)
    constant = make(**(BEST | {"learning_rate": 0.2}))
    optimiser = optimisers.build(make_network(), constant)
    optimisers.set_rate(optimiser, constant, 3)
    assert optimiser.param_groups[0]["lr"] == 0.2


def test_adadelta_has_no_rate_to_fall():
    with pytest.raises(ValueError, match="give optimiser adam or adamw"):
        make(schedule="cosine")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"loss": "sigmoid", "pooling": "max", "margin": 0.5, "negatives": "types"},
        {"loss": "margin", "mining": "semihard", "word_term": 0.1},
        {"loss": "defrag"},
        {"speech_encoder": "conv", "speech_layers": (8, 8), "dropout": 0.1},
        {"speech_encoder": "transformer", "speech_layers": (8,), "time_shift": 1},
        {"context": "gate", "context_dropout": 0.5, "image_layers": (6,)},
    ],
    ids=lambda changes: "-".join(str(value) for value in changes.values()) or "infonce",
)
def test_it_learns_and_the_best_epoch_by_r10_is_kept(inputs, tmp_path, changes):
    settings = BEST | {"max_epochs": 20, "patience": 20, "learning_rate": 3e-3} | changes
    history = run(inputs, tmp_path / "m", **settings)
    validation = history[history["split"] == "validation"].set_index("epoch")
    assert validation.index[validation["kept"]].tolist() == [validation["r10"].idxmax()]
    # 4 kinds, 4 pictures: the tokens of a fragment's own kind come first, and chance is near 1.
    last = validation.loc[20]
    assert last["loss"] < validation.loc[0, "loss"]
    assert last["same"] > last["different"] + 0.2
    assert history.loc[history["split"] == "train", "r10"].isna().all()


def test_a_killed_run_of_batches_goes_on_to_the_same_bytes(inputs, tmp_path, monkeypatch):
    settings = BEST | {"dropout": 0.2, "time_shift": 2, "context": "gate", "context_dropout": 0.3}
    run(inputs, tmp_path / "whole" / "m", **settings)
    real, calls = loop.train_epoch, []

    def killed(*args):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(loop, "train_epoch", killed)
    with pytest.raises(KeyboardInterrupt):
        run(inputs, tmp_path / "part" / "m", **settings)
    run(inputs, tmp_path / "part" / "m", **settings)
    one, two = (
        (tmp_path / name / "m" / "model.safetensors").read_bytes() for name in ("whole", "part")
    )
    assert one == two


def test_context_is_the_whole_picture_of_each_fragment(inputs, tmp_path):
    fragments = load(inputs, "train", context=True)[0]
    plain = load(inputs, "train")[0].features.rows(slice(None))
    both = fragments.features.rows(slice(None))
    assert both.shape == (48, 12)
    for row, key in enumerate(fragments.keys.itertuples()):
        assert torch.equal(both[row, :6], plain[row])
        assert torch.equal(both[row, 6:], plain[row - key.region])
    run(inputs, tmp_path / "m", **BEST, context="gate")
    embed([(tmp_path / "m" / "model", tmp_path / "i", tmp_path / "w")], inputs, CPU)
    assert len(tables.read(IMAGE_EMBEDDINGS, tmp_path / "i")) == 72


def test_a_gate_adds_a_share_of_the_whole_picture_and_dropout_takes_it_away(inputs):
    chosen = make(**BEST, context="gate", context_dropout=0.5)
    network = Network(chosen, 10, 6)
    network.initialise(torch.Generator().manual_seed(0), 1.0)
    gate = network.image[0]
    x = torch.randn(400, 10, generator=torch.Generator().manual_seed(1))
    alone = gate.fragment(x[:, :5])
    share = torch.sigmoid(gate.gate(x))
    network.eval()
    torch.testing.assert_close(network.image(x), alone + share * gate.whole(x[:, 5:]))
    network.train()
    dropped = torch.isclose(network.image(x), alone).all(dim=1).float().mean().item()
    assert dropped == pytest.approx(0.5, abs=0.1)


def test_context_without_the_whole_picture_is_one_line(inputs):
    inputs.fc7[0].unlink()
    fresh = learnable(inputs.fc7[0].parent)
    frame = tables.read(sized(FC7, feature=6), fresh.fc7[0])
    frame = frame[frame["region"] != 0]
    with tables.Writer(sized(FC7, feature=6), fresh.fc7[0]) as writer:
        columns = frame.drop(columns="feature").to_dict("series")
        writer.write({**columns, "feature": np.stack(frame["feature"])})
    with pytest.raises(InputError, match="p00 has no fragment that is the whole picture"):
        load(fresh, "train", context=True)


@pytest.mark.parametrize(
    "key", [{"loss": "infonce"}, {"word_term": 1}, {"time_shift": 1}, {"filter_mask": 2}]
)
def test_what_one_picture_a_batch_cannot_have_is_refused(key):
    with pytest.raises(ValidationError, match="needs a batch of many pictures"):
        TrainingSettings(**(SETTINGS | key))


def test_the_speech_encoder_must_fit_the_vectors(inputs, tmp_path):
    with pytest.raises(InputError, match=r"training\.filters: vectors of 2840 numbers"):
        run(inputs, tmp_path / "m", **BEST, speech_encoder="conv", filters=39)
    with pytest.raises(InputError, match="leave none"):
        run(inputs, tmp_path / "m", **BEST, speech_encoder="conv", speech_layers=(4,) * 8)
    with pytest.raises(ValidationError, match="one width"):
        make(**BEST, speech_encoder="transformer", speech_layers=(8, 16))


def test_a_convolution_sees_frames_in_their_order(inputs, tmp_path):
    run(inputs, tmp_path / "m", "untrained", **BEST, speech_encoder="conv", speech_layers=(3,))
    network = load_network(tmp_path / "m", CPU)
    x = torch.randn(2, 2840, generator=torch.Generator().manual_seed(0))
    layer, last = network.layers()[1:]
    frames = x.view(2, 71, 40)
    padded = torch.nn.functional.pad(frames, (0, 0, 2, 2))
    hidden = torch.empty(2, 3, 71)
    for t in range(71):
        seen = padded[:, t : t + 5].transpose(1, 2)
        hidden[:, :, t] = torch.einsum("oik,bik->bo", layer.weight, seen) + layer.bias
    hidden = hidden.clamp(0, 6)[:, :, :70].view(2, 3, 35, 2).amax(3)
    expected = hidden.flatten(1) @ last.weight.T + last.bias
    torch.testing.assert_close(network.speech(x), expected, rtol=1e-4, atol=1e-4)
