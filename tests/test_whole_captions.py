"""Networks that hear whole captions: encoder, scores, losses, training, settings, stamps."""

import itertools
import math

import numpy as np
import pytest
import torch
import yaml

from seesay.learning import batches, training
from seesay.learning.batches import captions as batching
from seesay.learning.captions import examples, scores
from seesay.learning.captions.losses import LOSSES
from seesay.learning.checkpoints import State
from seesay.learning.examples import prepare
from seesay.learning.losses import Batch
from seesay.model.network import Network
from seesay.model.padded import moments
from seesay.planning import choices, stamps
from seesay.planning.config import load
from seesay.settings.captions import TrainingSection
from seesay.shared.errors import InputError
from seesay.shared.randomness import generator
from support import configs, whole_captions
from support.whole_captions import FILTERS, make

torch.set_num_threads(1)
CPU = torch.device("cpu")
POOLINGS = ("sisa", "misa", "sima", "logsumexp")


# ---- the encoder


def networks():
    """A network of each kind, with seeded weights."""
    for kind, more in (("relu", {}), ("relu", {"output": "relu"}), ("linear", {})):
        settings = make(**more, speech_layers=(7, 8, 9), kernel=5)
        network = examples.network(settings, 5, FILTERS, kind)
        network.initialise(torch.Generator().manual_seed(1), 1.0)
        for layer in network.layers():
            torch.nn.init.constant_(layer.bias, 0.3)  # so that silence is heard too
        yield settings, network.eval()


def test_a_caption_alone_and_in_a_padded_batch_has_the_same_moments():
    rng = np.random.default_rng(2)
    parts = [rng.normal(size=(n, FILTERS)).astype(np.float32) for n in (1, 2, 7, 8, 9, 31, 64, 65)]
    for settings, network in networks():
        with torch.no_grad():
            together = network.speech(whole_captions.padded(parts))
            alone = [network.speech(whole_captions.padded([part])) for part in parts]
        counts = [math.ceil(len(part) / 8) for part in parts]
        assert settings.stride == 8
        assert [len(part) for part in alone] == counts
        assert moments(torch.tensor([len(p) for p in parts]), 8).tolist() == counts
        assert torch.allclose(together, torch.cat(alone), atol=1e-6)
        assert float(together.std()) > 0.01


def test_the_projection_is_of_the_mean_frame():
    settings = make(speech_layers=(4, 4))
    network = examples.network(settings, 5, FILTERS, "linear")
    network.project(torch.Generator().manual_seed(1))
    part = np.random.default_rng(1).normal(size=(8, FILTERS)).astype(np.float32)
    layer = network.layers()[-1]
    means = torch.from_numpy(part.reshape(2, 4, FILTERS).mean(axis=1))
    wanted = means @ layer.weight.T + layer.bias
    assert torch.allclose(network.speech(whole_captions.padded([part])), wanted, atol=1e-6)


def test_a_network_for_captions_refuses_single_words():
    network = Network(make(), 5, FILTERS)
    with pytest.raises(InputError, match=r"hears whole captions .* given single words"):
        network.speech(torch.zeros(2, FILTERS))


# ---- scores

# Moments by fragments: captions of 2 and 1 moments, pictures of 1 and 2 fragments.
MATCHMAP = torch.tensor([[0.2, 0.4, 0.0], [0.6, 0.1, 0.3], [0.5, 0.8, 0.2]])
CAPTION, PICTURE = torch.tensor([0, 0, 1]), torch.tensor([0, 1, 1])


@pytest.mark.parametrize(
    ("how", "wanted"),
    [
        ("sisa", [[0.4, 0.2], [0.5, 0.5]]),
        ("misa", [[0.4, 0.35], [0.5, 0.8]]),
        ("sima", [[0.6, 0.35], [0.5, 0.5]]),
    ],
)
def test_scores_worked_by_hand(how, wanted):
    found = scores.caption_scores(MATCHMAP, CAPTION, PICTURE, 2, 2, how, 0.1)
    assert torch.allclose(found, torch.tensor(wanted))


def test_the_soft_maximum_worked_by_hand():
    found = scores.caption_scores(MATCHMAP, CAPTION, PICTURE, 2, 2, "logsumexp", 0.5)
    four = [math.exp(value / 0.5) for value in (0.4, 0.0, 0.1, 0.3)]
    assert float(found[0, 1]) == pytest.approx(0.5 * math.log(sum(four) / 4))
    assert float(found[1, 0]) == pytest.approx(0.5)  # of a single pair


def test_the_soft_maximum_goes_from_the_mean_to_the_maximum():
    def pooled(how, temperature):
        return scores.caption_scores(MATCHMAP, CAPTION, PICTURE, 2, 2, how, temperature)

    assert torch.allclose(pooled("logsumexp", 1e3), pooled("sisa", 1.0), atol=1e-3)
    assert torch.allclose(
        pooled("logsumexp", 1e-3), torch.tensor([[0.6, 0.4], [0.5, 0.8]]), atol=5e-3
    )


def naive(matrix, caption, picture, how, temperature):
    """The scores, pair by pair."""
    found = np.empty((max(caption) + 1, max(picture) + 1))
    for c, p in itertools.product(*map(range, found.shape)):
        part = [[matrix[t][r] for r in range(len(picture)) if picture[r] == p]
                for t in range(len(caption)) if caption[t] == c]  # fmt: skip
        cells = [value for row in part for value in row]
        found[c, p] = {
            "sisa": sum(cells) / len(cells),
            "misa": sum(map(max, part)) / len(part),
            "sima": sum(map(max, zip(*part, strict=True))) / len(part[0]),
            "logsumexp": temperature
            * math.log(sum(math.exp(v / temperature) for v in cells) / len(cells)),
        }[how]
    return found


@pytest.mark.parametrize("how", POOLINGS)
def test_scores_are_those_of_a_loop(how):
    rng = np.random.default_rng(3)
    caption, picture = np.repeat(np.arange(5), [1, 4, 2, 7, 3]), np.repeat([0, 1, 2], [2, 1, 5])
    matrix = rng.uniform(-1, 1, (len(caption), len(picture)))
    given = [torch.from_numpy(array) for array in (matrix, caption, picture)]
    given[0].requires_grad_(True)
    found = scores.caption_scores(*given, 5, 3, how, 0.07)
    found.sum().backward()
    wanted = naive(matrix.tolist(), caption.tolist(), picture.tolist(), how, 0.07)
    np.testing.assert_allclose(found.detach().numpy(), wanted, atol=1e-12)
    # Each score changes by as much as all of its similarities together.
    assert float(given[0].grad.sum()) == pytest.approx(15)


# ---- losses


def batch(owner, pictures, different=None):
    owner = torch.tensor(owner)
    mask = torch.nn.functional.one_hot(owner, pictures) == 0
    empty = torch.zeros(1, 1)
    mask = mask if different is None else torch.tensor(different)
    return Batch(empty, empty, torch.arange(pictures), owner, mask, torch.zeros(len(owner)))


TABLE = torch.tensor([[0.9, 0.1], [0.3, 0.2], [0.4, 0.7]])  # captions 0 and 1 are of picture 0


def share(values, own, temperature):
    powers = [math.exp(value / temperature) for value in values]
    return -math.log(powers[own] / sum(powers))


def test_infonce_of_captions():
    """Each caption finds its picture, and each picture its captions, pooled as tokens are."""
    found = LOSSES["infonce"](batch([0, 0, 1], 2), TABLE, make(temperature=0.5))
    by_caption = [share([0.9, 0.1], 0, 0.5), share([0.3, 0.2], 0, 0.5), share([0.4, 0.7], 1, 0.5)]
    by_picture = [share([0.9, 0.4], 0, 0.5), share([0.2, 0.7], 1, 0.5)]  # the best caption counts
    wanted = (sum(by_caption) / 3 + sum(by_picture) / 2) / 2
    assert float(found) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("mining", "wanted"),
    [
        # Hinges, margin 0.5: captions 0, 0.4, 0.2 and pictures 0, 0.
        ("hardest", (0.6 / 3 + 0 / 2) / 2),
        ("semihard", (0.6 / 3 + 0 / 2) / 2),
    ],
)
def test_margin_of_captions(mining, wanted):
    settings = make(loss="margin", margin=0.5, mining=mining)
    assert float(LOSSES["margin"](batch([0, 0, 1], 2), TABLE, settings)) == pytest.approx(wanted)


def test_captions_of_the_own_picture_are_no_negatives():
    settings = make(temperature=0.2, anchors="words")
    other = TABLE.clone()
    other[1, 0] = 0.99  # the second caption of picture 0 is nearer to it than the first
    for name in ("infonce", "margin"):
        losses = []
        for table in (TABLE, other):
            values = table.clone().requires_grad_(True)
            LOSSES[name](batch([0, 0, 1], 2), values, settings).backward()
            losses.append(values.grad)
        assert torch.equal(losses[0][0], losses[1][0])  # nothing for the first caption


def data(tmp_path, settings, **more):
    inputs = whole_captions.corpus(tmp_path)
    found = examples.load(inputs, "train")
    network = training.start(settings, found.fragments.features, found.words.features, "model", 1)
    return network, prepare(network, *found, settings.negatives, CPU)


def test_batches_draw_captions_of_every_picture(tmp_path):
    for number, each in ((1, 1), (2, 2), (0, 2), (5, 2)):
        settings = make(batch_captions=number)
        network, split = data(tmp_path, settings)
        drawn = list(batching.compose(network, split, settings, generator("x")))
        assert sorted(np.concatenate([b.places for b in drawn])) == list(range(15))
        for one in drawn:
            assert [len(rows) for rows in one.captions] == [each] * one.pictures
            for place, rows in zip(one.places, one.captions, strict=True):
                assert set(rows) <= set(split.pairs.words[place])
            assert len(one.heard) == each * one.pictures


def test_the_loss_of_a_batch_is_that_of_a_loop(tmp_path):
    settings = make(batch_captions=2, caption_pooling="misa", temperature=0.3)
    network, split = data(tmp_path, settings)
    one = next(iter(batching.compose(network, split, settings, generator("y"))))
    found, values = batches.find(settings).loss(network, split, one, settings)
    unit = torch.nn.functional.normalize
    images = [unit(network.image(split.fragments.rows(split.pairs.fragments[i])), dim=1)
              for i in one.places]  # fmt: skip
    table = []
    for row in np.concatenate(one.captions):
        heard = unit(network.speech(split.words.rows(np.array([row]))), dim=1)
        table.append([(heard @ im.T).max(dim=1).values.mean().item() for im in images])
    owner = np.repeat(np.arange(4), 2)
    captions = np.mean([share(line, own, 0.3) for line, own in zip(table, owner, strict=True)])
    best = np.array(table).reshape(4, 2, 4).max(axis=1).T  # of each picture, by picture of captions
    pictures = np.mean([share(line, own, 0.3) for own, line in enumerate(best)])
    assert found.item() == pytest.approx((captions + pictures) / 2, abs=1e-5)
    same = np.array(table)[np.arange(8), owner]
    assert values[1] == pytest.approx(same.mean(), abs=1e-5)
    # Pictures 4 apart are of one kind, and their captions have the same words.
    kinds = np.array([int(split.pairs.image_ids[i][1:]) % 4 for i in one.places])
    false = (kinds[:, None] == kinds).sum() - 4
    assert values[3] == pytest.approx(false / 12)


# ---- training


def rows_of(inputs, settings, system="model", state=None, past=None):
    return training.train_system(inputs, settings, system, 1, CPU, state, past)


@pytest.mark.parametrize("how", POOLINGS)
@pytest.mark.parametrize("loss", ["infonce", "margin"])
def test_captions_are_learnt_without_word_times(tmp_path, how, loss):
    """Whoever hears a picture's kind finds more pictures than chance, by either loss."""
    mining = {"mining": "hardest"} if loss == "margin" else {}
    settings = make(caption_pooling=how, loss=loss, max_epochs=25, batch_captions=2, **mining)
    _, rows, _ = rows_of(whole_captions.corpus(tmp_path, 60), settings)
    losses = [row["loss"] for row in rows if row["split"] == "validation"]
    assert min(losses) < 0.8 * losses[0]
    gaps = [row["same"] - row["different"] for row in rows if row["split"] == "validation"]
    assert gaps[-1] > gaps[0] + 0.05


def test_a_killed_training_ends_with_the_same_weights(tmp_path):
    inputs, settings = whole_captions.corpus(tmp_path), make(time_mask=3, dropout=0.1)
    whole, rows, _ = rows_of(inputs, settings)

    class Killed(Exception):
        pass

    class Dies(State):
        def save(self, **state):
            super().save(**state)
            if len(state["rows"]) > 3:  # after the first epoch
                raise Killed

    file = tmp_path / "model.pt"
    with pytest.raises(Killed):
        rows_of(inputs, settings, state=Dies(file, "run"))
    again, later, _ = rows_of(inputs, settings, state=State(file, "run"))
    for name, values in whole.state_dict().items():
        assert torch.equal(values, again.state_dict()[name])
    for row in (*rows, *later):
        row["seconds"] = 0
    assert str(rows) == str(later)


def test_text_learns_an_embedding_for_each_word(tmp_path):
    inputs = whole_captions.corpus(tmp_path)
    read = examples.Inputs(
        inputs.images, inputs.spoken_captions, inputs.fc7, [tmp_path / "text.parquet"],
        spoken_words=inputs.spoken_words,
    )  # fmt: skip
    settings = make(time_mask=2).reading()
    assert (settings.stride, settings.time_mask, settings.unit) == (1, 0, "caption")
    network, rows, _ = rows_of(read, settings, "text")
    assert [tuple(layer.weight.shape) for layer in network.layers()] == [(8, 5), (8, 4)]
    assert rows[-1]["loss"] < rows[0]["loss"]


def test_controls_hear_captions_too(tmp_path):
    inputs, settings = whole_captions.corpus(tmp_path), make()
    for system in ("random_projection", "untrained"):
        network, rows, _ = rows_of(inputs, settings, system)
        assert rows == []
        part = np.zeros((9, FILTERS), np.float32)
        assert network.speech(whole_captions.padded([part])).shape == (3, 8)


# ---- settings


def config(**training):
    values = configs.complete("captions.yaml")
    values["experiments"] = {
        "captions": {"training": values["experiments"]["captions"]["training"]}
    }
    for key, value in training.items():
        where, _, name = key.rpartition("__")
        if where:
            (values["experiments"]["captions"] if where == "own" else values[where]).update(
                {name: value}
            )
        else:
            values["experiments"]["captions"]["training"][key] = value
    return load(yaml.safe_load(yaml.safe_dump(values)))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"speech_encoder": "mlp"}, "speech_encoder mlp hears a word; give speech_encoder davenet"),
        ({"unit": "word"}, "speech_encoder davenet hears a caption; give speech_encoder conv"),
        ({"batch_pictures": 1, "loss": "coscos2"}, "needs other pictures as negatives"),
        ({"loss": "euclidean"}, "the loss euclidean .* give loss infonce or margin"),
        ({"word_term": 0.5}, "word_term 0.5 is for single words, .* give word_term 0.0"),
        ({"type_term": 0.5}, "type_term 0.5 is for single words"),
        ({"semantic_term": 0.5}, "semantic_term 0.5 is for single words"),
        ({"pseudo_words": 9}, "pseudo_words 9 is for single words"),
        ({"spare_words": 2}, "spare_words 2 is for single words"),
        ({"human_words": 2}, "human_words 2 is for single words"),
        ({"time_shift": 2}, "time_shift 2 is for single words"),
        ({"noise": 0.1}, "noise 0.1 is for single words"),
        ({"speech_norm": "instance"}, "speech_norm instance is for single words"),
        ({"own__logmel": {"span": "word"}}, "logmel.span word cuts words .* leave span out"),
        ({"own__logmel": {"frames": 41}}, "logmel.frames 41 cuts words"),
        ({"own__logmel": {"normalise": "token"}}, "hears no tokens"),
        ({"matching__method": "paper"}, "matching.method is paper; give matching.method: spoken"),
        ({"evaluation__legacy": True}, "evaluation.legacy compares single words"),
    ],
)
def test_keys_of_single_words_are_refused(given, said):
    with pytest.raises(InputError, match=said) as error:
        config(**given)
    assert "\n" not in str(error.value)


def test_keys_of_captions_are_refused_for_words():
    for key, value in (("caption_pooling", "sisa"), ("batch_captions", 3)):
        with pytest.raises(ValueError, match=f"{key} is for whole captions; give unit: caption"):
            TrainingSection(**{key: value})


def test_masks_fit_captions():
    assert config(time_mask=5, filter_mask=3)


# ---- stamps


def trainings(name="best"):
    found = load(configs.complete("captions.yaml"))
    return choices.of_experiment(found, name)


def test_a_word_experiment_has_nothing_of_captions_in_its_stamps():
    for script in ("training", "embedding", "evaluation"):
        names = {entry.split(":")[0] for entry in stamps.stamp(script, chosen=trainings())}
        assert not any("captions.examples" in name or "padded" in name for name in names)
    heard = {
        entry.split(":")[0]
        for entry in stamps.stamp("caption_training", chosen=trainings("captions"))
    }
    assert {"seesay.learning.batches.captions", "seesay.learning.loop"} <= heard


def test_branches_count_only_for_those_who_take_them():
    """`taken` in a test of an if: dead code for jobs whose settings choose no such module."""
    without, heard = trainings(), trainings("captions")
    for script, module in (
        ("caption_training", "seesay.learning.batches"),
        ("caption_training", "seesay.learning.measures"),
        ("caption_evaluation", "seesay.scoring.evaluation"),
    ):
        entries = []
        for chosen in (without, heard, without - {"seesay.learning.losses.infonce"}):
            found = stamps.stamp(script, chosen=chosen)
            entries.append(next(entry for entry in found if entry.split(":")[0] == module))
        assert entries[0] == entries[2] != entries[1]


def test_settings_of_words_are_compared_as_before():
    found = load(configs.complete("captions.yaml"))
    assert "unit" not in found.stage_json("training", "best")
    assert '"unit": "caption"' in found.stage_json("training", "captions")
