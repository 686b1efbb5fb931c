"""Spoken words perturbed in training: each perturbation against what it says in Hz, s and dB."""

import math

import librosa
import numpy as np
import pytest
import torch
from pydantic import ValidationError

from seesay.learning import loop, measures, optimisers, perturbation
from seesay.learning.features import Features
from seesay.model import speech_encoders
from seesay.model.frames import check_frames
from seesay.model.network import Network
from seesay.planning import config
from seesay.settings.augmentation import PERTURBATIONS, Frames
from support.training import BEST, data_of, learnable, make, run
from support.workflow import values

FRAMES = Frames(low=64, high=8000, hop=0.01, floor=1e-10, span="word", normalise="none")
CENTRES = librosa.mel_frequencies(42, fmin=64, fmax=8000)[1:-1]


def rng():
    return np.random.default_rng(5)


def settings(**changes):
    return make(**BEST, **changes)


@pytest.mark.parametrize("factor", [0.8, 0.9, 1.15])
@pytest.mark.parametrize("formant", [500, 1500, 2800])
def test_a_formant_moves_to_the_filter_at_the_warped_frequency(factor, formant):
    def peak(hertz):
        mel = librosa.hz_to_mel(CENTRES) - librosa.hz_to_mel(hertz)
        return np.exp(-((mel / 3) ** 2) / 2)

    logs = torch.from_numpy(np.tile(peak(formant), (1, 5, 1))).float()
    places = torch.from_numpy(perturbation.warp(np.array([factor]), 40, FRAMES))
    moved = perturbation.resample(logs.transpose(1, 2), places).transpose(1, 2)[0, 3]
    assert moved.argmax() == peak(factor * formant).argmax()


def test_the_band_s_upper_edge_and_an_even_factor_stay():
    places = perturbation.warp(np.array([0.8, 1.0, 1.2]), 40, FRAMES)
    np.testing.assert_allclose(places[1], np.arange(40), atol=1e-9)
    assert (np.diff(places, axis=1) > 0).all()
    # The last centre is close to the edge, and so is where it comes from.
    assert np.abs(places[:, -1] - 39).max() < 0.5


@pytest.mark.parametrize("key", PERTURBATIONS)
def test_next_to_no_strength_is_next_to_no_change_and_none_is_none(key):
    logs = torch.randn(3, 40, 40, generator=torch.Generator().manual_seed(1))
    changed = perturbation.change(logs, settings(**{key: 1e-9}), FRAMES, rng())
    torch.testing.assert_close(changed, logs, rtol=1e-4, atol=1e-4)
    assert torch.equal(perturbation.change(logs, settings(), FRAMES, rng()), logs)
    strong = perturbation.change(logs, settings(**{key: 0.3}), FRAMES, rng())
    assert (strong - logs).abs().mean() > 1e-3
    assert strong.isfinite().all()


def test_noise_of_10_db_adds_a_tenth_of_the_power():
    power = torch.rand(2, 7, 40, generator=torch.Generator().manual_seed(2))
    shape = perturbation.smooth(2, 40, rng()).exp()
    noisy = perturbation.add_noise(power, torch.tensor([0.1, 1.0]), shape)
    added = noisy - power
    for row, decibels in ((0, 10), (1, 0)):
        ratio = power[row].mean() / added[row].mean()
        assert 10 * math.log10(ratio) == pytest.approx(decibels, abs=1e-3)
        # Steady, and of the shape.
        torch.testing.assert_close(added[row, 0], added[row, 6], rtol=1e-4, atol=1e-6)
        torch.testing.assert_close(
            added[row, 0] / added[row, 0].mean(), shape[row] / shape[row].mean(), rtol=1e-3, atol=0
        )


def test_noise_is_as_loud_as_the_setting_at_most_and_30_db_below_at_least():
    logs = torch.zeros(4000, 2, 40)
    noisy = perturbation.change(logs, settings(noise=0.5), FRAMES, rng())
    ratio = (noisy.exp() - 1).mean(dim=(1, 2))
    assert ratio.max().item() == pytest.approx(0.5, rel=0.01)
    assert ratio.min().item() == pytest.approx(0.0005, rel=0.05)
    assert ratio.median().item() == pytest.approx(0.5 * 10**-1.5, rel=0.1)


def test_an_impulse_is_60_db_down_after_the_reverberation_time():
    heard = perturbation.tails(np.array([0.2, 0.1, 1e-3]), 40, 0.01)
    response = heard[:, :, 3]
    assert (response[:, :3] == 0).all()
    assert 10 * np.log10(response[0, 23] / response[0, 3]) == pytest.approx(-60, abs=0.01)
    assert 10 * np.log10(response[1, 13] / response[1, 3]) == pytest.approx(-60, abs=0.01)
    assert response[2, 3] == pytest.approx(1)
    # A sound that lasts keeps its level.
    steady = heard[1] @ np.ones(40)
    assert steady[-1] == pytest.approx(1, abs=1e-5)


def test_a_channel_is_a_curve_over_the_filters_of_the_deviation_given():
    logs = torch.randn(3000, 4, 40, generator=torch.Generator().manual_seed(3))
    curves = perturbation.change(logs, settings(channel=2.0), FRAMES, rng()) - logs
    torch.testing.assert_close(curves[:, 0], curves[:, 3], rtol=0, atol=1e-5)
    assert curves[:, 0].std().item() == pytest.approx(2, rel=0.03)
    assert curves.mean().abs() < 0.1
    # Smooth: neighbours differ far less than filters at random, by sqrt(2) x 2.
    assert curves[:, 0].diff(dim=1).std() < 0.5


def test_tempo_is_a_monotone_walk_through_a_word_and_a_stretch_of_a_window():
    places = perturbation.pace(np.array([0.5, -0.5]), 40, True)
    steps = np.diff(places, axis=1)
    assert (steps > 0).all()
    np.testing.assert_allclose(steps[:, [0, -1]], [[1.5, 0.5], [0.5, 1.5]], atol=0.01)
    np.testing.assert_allclose(places[:, [0, -1]], [[-0.5, 38.5]] * 2 + steps[:, :1] / 2, atol=0.6)
    assert perturbation.pace(np.array([0.5, 0.0]), 5, False).tolist() == [
        [-1, 0.5, 2, 3.5, 5],
        [0, 1, 2, 3, 4],
    ]


def test_a_cut_holds_the_word_and_the_ends_of_others_or_pauses():
    # Each word is a ramp of its own: a frame's first filter says where in the word it lies, its
    # second whose word it is; both are centred, and so is the level.
    rows, count = 400, 40
    place = torch.linspace(-1, 1, count).repeat(rows, 1)
    name = torch.arange(rows).float()[:, None].repeat(1, count) * 10 + 10
    logs = torch.stack([place, name, -name], dim=2)
    cut = perturbation.recut(logs, 0.4, rng())
    own = (cut[:, :, 1] - name).abs() < 1e-3
    own &= (cut[:, :, 1] + cut[:, :, 2]).abs() < 1e-2
    still = (cut - logs).abs().amax(dim=(1, 2)) < 1e-4
    assert still.float().mean().item() == pytest.approx(0.4**2, abs=0.06)
    # The word is in the middle; at most 0.4 of its length is beside it at each edge.
    assert own[:, 16:24].all()
    assert own.float().sum(dim=1).min() >= math.floor(40 / 1.8) - 2
    # Before it comes a later part of another word, after it an earlier part; frames whose
    # neighbour is the word's own are between the two.
    before, after = ~own[:, 1], ~own[:, -2]
    assert 0.2 < before.float().mean() < 0.6
    assert 0.2 < after.float().mean() < 0.6
    assert (cut[before, 0, 0] > 0.1).all()
    assert (cut[after, -1, 0] < -0.1).all()


def test_a_token_s_own_level_and_contrast_stay_taken_off():
    frames = FRAMES.model_copy(update={"normalise": "token"})
    logs = torch.randn(20, 40, 40, generator=torch.Generator().manual_seed(1)) * 3 + 2
    changed = perturbation.change(logs, settings(channel=2.0, neighbours=0.4), frames, rng())
    torch.testing.assert_close(changed.mean(dim=(1, 2)), torch.zeros(20), atol=1e-4, rtol=0)
    torch.testing.assert_close(
        changed.std(dim=(1, 2), correction=0), torch.ones(20), atol=1e-4, rtol=0
    )


def test_a_cut_is_moved_only_where_it_is_the_word_s():
    logmel = config.load(values()).logmel
    for span in ("window", "masked"):
        with pytest.raises(ValueError, match=f"neighbours moves the edges .*logmel.span is {span}"):
            check_frames(settings(neighbours=0.1), logmel.model_copy(update={"span": span}))
    check_frames(settings(neighbours=0.1), logmel.model_copy(update={"span": "word"}))


def test_places_between_rows_are_read_in_proportion_and_beyond_an_end_is_the_end():
    values = torch.tensor([[[0.0, 10], [1, 20], [4, 40]]])
    read = perturbation.resample(values, torch.tensor([[-3.0, 0.25, 1.5, 2, 9]]))
    assert read.tolist() == [[[0, 10], [0.25, 12.5], [2.5, 30], [4, 40], [4, 40]]]


@pytest.mark.parametrize(("normalise", "quiet"), [("none", math.log(1e-10)), ("token", 0.0)])
def test_silence_outside_of_a_masked_word_stays_silent(normalise, quiet):
    frames = FRAMES.model_copy(update={"span": "masked", "normalise": normalise})
    logs = torch.randn(2, 9, 40, generator=torch.Generator().manual_seed(1))
    logs[:, :3] = quiet
    strong = {"noise": 1.0, "reverberation": 0.3} if normalise == "none" else {"filter_warp": 0.1}
    changed = perturbation.change(logs, settings(channel=1.0, **strong), frames, rng())
    torch.testing.assert_close(changed[:, :3], logs[:, :3])
    assert (changed[:, 3:] > -20).all()
    assert (changed[:, 3:].abs() > 1e-3).any(dim=2).all()
    if normalise == "token":
        heard = changed[:, 3:]
        torch.testing.assert_close(heard.mean(dim=(1, 2)), torch.zeros(2), atol=1e-5, rtol=0)
        assert heard.std(dim=(1, 2), correction=0).tolist() == pytest.approx([1, 1], abs=1e-4)


@pytest.mark.parametrize("standardise", ["train", "none"])
def test_the_standardisation_is_undone_and_redone(standardise):
    chosen = settings(channel=1.0, noise=0.1, standardise=standardise)
    raw = torch.randn(30, 4 * 40, generator=torch.Generator().manual_seed(1)) * 3 - 5
    network = Network(chosen, 6, 160)
    if standardise == "train":
        network.set_moments(
            Features(torch.randn(5, 6)).moments(), Features(raw).moments(network.shared)
        )
    words = network.standardise_words(raw)
    changed = perturbation.perturb(words, network, chosen, FRAMES, rng())
    expected = perturbation.change(raw.view(30, 4, 40), chosen, FRAMES, rng()).reshape(30, -1)
    torch.testing.assert_close(changed, network.standardise_words(expected), atol=1e-3, rtol=1e-3)


EVERY = {
    "filter_warp": 0.1,
    "tempo": 0.2,
    "neighbours": 0.3,
    "reverberation": 0.2,
    "noise": 0.1,
    "channel": 0.5,
}


def test_a_killed_run_goes_on_to_the_same_bytes(tmp_path, monkeypatch):
    inputs, chosen = learnable(tmp_path), BEST | {"max_epochs": 3, "criterion": "loss"}
    run(inputs, tmp_path / "plain" / "m", **chosen)
    run(inputs, tmp_path / "whole" / "m", frames=FRAMES, **chosen, **EVERY)
    real, calls = loop.train_epoch, []

    def killed(*args):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(loop, "train_epoch", killed)
    with pytest.raises(KeyboardInterrupt):
        run(inputs, tmp_path / "part" / "m", frames=FRAMES, **chosen, **EVERY)
    run(inputs, tmp_path / "part" / "m", frames=FRAMES, **chosen, **EVERY)
    whole, part, plain = (
        (tmp_path / name / "m" / "model.safetensors").read_bytes()
        for name in ("whole", "part", "plain")
    )
    assert whole == part != plain


def test_training_alone_hears_them(tmp_path, monkeypatch):
    network, data, settings = data_of(learnable(tmp_path), **EVERY)
    data.frames = FRAMES
    calls = []
    monkeypatch.setattr(perturbation, "perturb", lambda words, *args: calls.append(1) or words)
    measures.measure(network, data, settings)
    assert not calls
    optimiser = optimisers.build(network, settings)
    loop.train_epoch(network, optimiser, data, settings, rng())
    assert len(calls) == 4  # 16 pictures, 4 a batch
    # Pseudo-words, and the control that reads, have nothing to hear.
    assert not settings.of_words().perturbs
    assert not settings.reading().perturbs


@pytest.mark.parametrize("key", PERTURBATIONS)
def test_one_picture_a_batch_and_frames_of_a_model_are_refused(key):
    with pytest.raises(ValidationError, match="needs a batch of many pictures"):
        make(**{key: 0.1})
    changes = {"model": "m.pt", "span": "word"}
    logmel = config.load(values()).logmel.model_copy(update=changes)
    if key in ("tempo", "neighbours"):
        check_frames(settings(**{key: 0.1}), logmel)
    else:
        with pytest.raises(ValueError, match=f"{key} changes log-Mel frames, and logmel.model"):
            check_frames(settings(**{key: 0.1}), logmel)


def test_noise_and_rooms_want_levels():
    logmel = config.load(values()).logmel.model_copy(update={"normalise": "token"})
    check_frames(settings(channel=0.1, filter_warp=0.1), logmel)
    for key in ("noise", "reverberation"):
        with pytest.raises(ValueError, match=f"{key} needs frames that say how loud"):
            check_frames(settings(**{key: 0.1}), logmel)


@pytest.mark.parametrize("encoder", ["mlp", "conv"])
def test_no_steady_colour_is_heard_with_instance_normalisation(encoder):
    layers = {"speech_encoder": encoder, "speech_layers": (8,)}
    raw = torch.randn(30, 6 * 40, generator=torch.Generator().manual_seed(1)) * 3 - 5
    colour = 2 * perturbation.smooth(30, 40, rng()).repeat(1, 6)
    found = {}
    for norm in ("none", "instance"):
        network = Network(settings(**layers, speech_norm=norm), 6, 240).eval()
        network.initialise(torch.Generator().manual_seed(3), 1.0)
        network.set_moments(
            Features(torch.randn(5, 6)).moments(), Features(raw).moments(network.shared)
        )
        found[norm] = network.embed_words(raw), network.embed_words(raw + colour)
    torch.testing.assert_close(*found["instance"], atol=1e-3, rtol=1e-3)
    assert (found["none"][0] - found["none"][1]).abs().max() > 0.1
    values = speech_encoders.Even(40)(raw).view(30, 6, 40)
    shaped = raw.view(30, 6, 40)
    expected = shaped - shaped.mean(dim=1, keepdim=True)
    expected = expected / shaped.std(dim=1, keepdim=True, correction=0)
    torch.testing.assert_close(values, expected, atol=1e-3, rtol=1e-3)
    assert settings(speech_norm="instance").reading().speech_norm == "none"
