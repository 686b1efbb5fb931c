"""Pseudo-words: clustering, the lexicon's layer, and a training in two parts."""

import dataclasses
import json
import math

import numpy as np
import pandas as pd
import pytest
import torch

from seesay.learning import loop, pseudo_words, training
from seesay.learning.batches import many_pictures
from seesay.learning.batches.many_pictures import Examples
from seesay.learning.embedding import load_network
from seesay.learning.lexicon_measures import purity
from seesay.learning.losses.paper import cosines
from seesay.learning.measures import pace
from seesay.learning.pseudo_words import best, cluster, means
from seesay.model.lexicon_layer import Lexicon, Said
from seesay.schemas.learning import HISTORY
from seesay.shared import tables
from support.training import BEST, CPU, learnable, make, run

TWO = BEST | {"pseudo_words": 4, "max_epochs": 6, "patience": 6, "learning_rate": 3e-3}


@pytest.fixture
def inputs(tmp_path):
    return learnable(tmp_path)


def test_clusters_are_directions_whatever_the_length():
    rng = np.random.default_rng(0)
    kinds = np.repeat(np.arange(3), 40)
    rows = np.eye(3, 5)[kinds] + rng.normal(0, 0.02, (120, 5))
    centroids, labels = cluster(rows * rng.uniform(0.1, 9, (120, 1)), 3, 7)
    assert purity(labels, kinds) == (1.0, 3)
    np.testing.assert_allclose(np.linalg.norm(centroids, axis=1), 1, atol=1e-6)
    for label in range(3):
        found = centroids[label].argmax()
        assert set(kinds[labels == label]) == {found}
    again = cluster(rows, 3, 7)[0]
    assert cluster(rows, 3, 7)[0].tobytes() == again.tobytes()
    assert len(cluster(np.repeat(rows[:2], 9, axis=0), 5, 7)[0]) == 2


def test_purity_by_hand():
    # Cluster 0: a a b; 1: b; 2: a. 4 of 5 are of the commonest type, and both types are found.
    assert purity(np.array([0, 0, 0, 1, 2]), np.array([0, 0, 1, 1, 0])) == (0.8, 2)
    assert purity(np.array([0, 0, 0]), np.array([0, 0, 1])) == (pytest.approx(2 / 3), 1)


def test_the_lexicon_weighs_its_vectors_by_a_softmax():
    lexicon = Lexicon(3, 2, 0.5)
    x = torch.tensor([[3.0, 4.0], [0.0, 2.0]])
    assert lexicon(x) is x
    lexicon.centroids[:2] = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    lexicon.vectors[:2] = torch.tensor([[1.0, 1.0], [0.0, 5.0]])
    lexicon.used.fill_(2)
    for row, (near, far) in zip(lexicon(x), [(0.6, 0.8), (0.0, 1.0)], strict=True):
        share = np.exp(np.array([near, far]) / 0.5)
        share /= share.sum()
        np.testing.assert_allclose(row, share @ [[1, 1], [0, 5]], rtol=1e-5)


def test_tokens_known_by_their_pseudo_word():
    said = Said(torch.arange(6.0).view(3, 2))
    assert said(torch.tensor([[2], [0]])).tolist() == [[4.0, 5.0], [0.0, 1.0]]
    assert said(torch.tensor([[0.5, 0.5, 0.0]])).tolist() == [[1.0, 2.0]]
    # Shares of a single pseudo-word are no number.
    assert Said(torch.ones(1, 2))(torch.ones(3, 1)).tolist() == [[1.0, 1.0]] * 3


def test_the_better_part_is_kept_and_the_lexicon_told(inputs, tmp_path):
    history = run(inputs, tmp_path / "m", **TWO)
    validation = history[history["split"] == "validation"]
    assert sorted(set(history["part"])) == [1, 2]
    assert validation["epoch"].tolist() == list(range(13))
    kept = validation[validation["kept"]]
    assert len(kept) == 1
    assert kept["r10"].iloc[0] == validation["r10"].max()
    about = json.loads((tmp_path / "m" / "settings.json").read_text())
    assert about["lexicon"]["words"] == 4
    assert 0.25 <= about["lexicon"]["purity"] <= 1
    network = load_network(tmp_path / "m", CPU)
    assert int(network.speech[-1].used) == (4 if kept["part"].iloc[0] == 2 else 0)


def test_a_groups_centroid_is_the_mean_direction_of_its_sounds():
    rng = np.random.default_rng(1)
    sounds, labels = rng.normal(size=(30, 4)).astype(np.float32), rng.choice([0, 2, 5], 30)
    centroids, groups = means(sounds, labels)
    assert centroids.dtype == np.float32
    for number, label in enumerate([0, 2, 5]):
        rows = [row / np.sqrt((row**2).sum()) for row in sounds[labels == label]]
        mean = sum(rows) / len(rows)
        np.testing.assert_allclose(centroids[number], mean / np.sqrt((mean**2).sum()), atol=1e-6)
        assert set(groups[labels == label]) == {number}


def watch(monkeypatch, costs):
    """Rounds whose validation R@10 is what `costs` says; gives what each clustering was of."""
    seen = []
    fit, part = loop.fit, iter(costs)

    def fitted(network, train, validation, settings, seed, epochs, state):
        rows = fit(network, train, validation, settings, seed, epochs, state)
        if settings.pseudo_words:
            return rows
        r10 = next(part)
        for row in rows:
            row["r10"], row["kept"] = (r10, True) if row["epoch"] == 2 else (0.0, False)
        return rows

    def clustered(embeddings, words, seed):
        seen.append(embeddings)
        return cluster(embeddings, words, seed)

    monkeypatch.setattr(loop, "fit", fitted)
    monkeypatch.setattr(pseudo_words, "cluster", clustered)
    return seen


@pytest.mark.parametrize(
    ("rounds", "costs", "parts", "kept"),
    [
        (1, [101.0], 2, 2),
        (3, [101.0, 102.0, 103.0], 4, 4),
        # The first that is no better is the last; as good is no better.
        (5, [101.0, 102.0, 102.0], 4, 3),
        (5, [101.0, 90.0], 3, 2),
        (5, [1.0], 2, 1),
    ],
)
def test_rounds_go_on_while_the_validation_set_is_better(
    inputs, tmp_path, monkeypatch, rounds, costs, parts, kept
):
    seen = watch(monkeypatch, costs)
    history = run(inputs, tmp_path / "m", **TWO, pseudo_rounds=rounds)
    validation = history[history["split"] == "validation"]
    assert validation["part"].is_monotonic_increasing
    assert validation["part"].max() == parts == len(seen) + 1
    assert validation["epoch"].is_monotonic_increasing
    assert validation["epoch"].is_unique
    chosen = validation[validation["kept"]]
    assert chosen["part"].tolist() == [kept]
    network = load_network(tmp_path / "m", CPU)
    lexicon = network.speech[-1]
    assert int(lexicon.used) == (4 if kept > 1 else 0)
    if kept > 1:
        # The part after the kept one, if any, clusters what the kept network embeds: the sum of
        # its vectors by the softmax of the sounds that the first part hears.
        sounds, shift = seen[0], slice(kept - 1, kept)
        cosine = sounds / np.linalg.norm(sounds, axis=1, keepdims=True)
        share = np.exp(cosine @ lexicon.centroids.numpy().T / make(**TWO).pseudo_temperature)
        share /= share.sum(axis=1, keepdims=True)
        for embeddings in seen[shift]:
            np.testing.assert_allclose(embeddings, share @ lexicon.vectors.numpy(), atol=1e-5)


def test_the_first_round_is_the_same_whatever_follows(inputs, tmp_path, monkeypatch):
    watch(monkeypatch, [101.0, 101.0, 90.0])
    run(inputs, tmp_path / "one", **TWO)
    run(inputs, tmp_path / "three", **TWO, pseudo_rounds=3)
    one, three = ((tmp_path / n / "model.safetensors").read_bytes() for n in ("one", "three"))
    assert one == three
    told = [json.loads((tmp_path / n / "settings.json").read_text()) for n in ("one", "three")]
    assert told[0]["lexicon"] == told[1]["lexicon"]


def test_weights_that_training_made_worse_are_no_better_part():
    rows = [{"epoch": 1, "split": "validation", "loss": 1.0, "r10": 9.0, "kept": False}]
    assert best(rows, make(**TWO)) == np.inf
    assert best([rows[0] | {"kept": True}], make(**TWO)) == -9.0


def parts_of(kept):
    """Epochs 0 to 3 are the first part's, 4 and 5 the second's, 6 to 8 the third's."""
    parts = [1, 1, 1, 1, 2, 2, 3, 3, 3]
    scores = [1.0, 5.0, 9.0, 7.0, 12.0, 11.0, 8.0, 15.0, 14.0]
    rows = [
        {"epoch": epoch, "split": "validation", "part": part, "r10": r10}
        for epoch, (part, r10) in enumerate(zip(parts, scores, strict=True))
    ]
    return pd.DataFrame(rows).assign(loss=0.0).eval(f"kept = epoch == {kept}")


def test_the_control_keeps_pace_in_all_parts(inputs, tmp_path):
    # The first part's best is its epoch 2, the second's its first, the third's its second.
    assert pace(parts_of(7), make(**TWO)) == (2, 1, 2)
    assert pace(parts_of(4), make(**TWO)) == (2, 1)
    assert pace(parts_of(2), make(**TWO)) == (2,)
    assert pace(parts_of(0), make(**TWO)) == (1,)
    run(inputs, tmp_path / "m", **TWO)
    past = tables.read(HISTORY, tmp_path / "m" / "history.parquet")
    past["part"] = np.select([past["epoch"] <= 6, past["epoch"] <= 9], [1, 2], 3).astype(np.int8)
    past["kept"] = past["epoch"] == 11
    first, second, third = pace(past, make(**TWO))
    assert (1 <= second <= 3, third) == (True, 2)
    network, rows, _ = training.train_system(
        inputs, make(**TWO, pseudo_rounds=3), "shuffled", 1, CPU, past=past
    )
    control = pd.DataFrame(rows)
    ends = control.groupby("part")["epoch"].max()
    assert ends.to_dict() == {1: first, 2: first + second, 3: first + second + third}
    assert control.loc[control["kept"], "epoch"].unique().tolist() == [ends[3]]
    assert int(network.speech[-1].used) == 4


def test_the_same_seed_gives_the_same_bytes(inputs, tmp_path):
    for name in "ab":
        run(inputs, tmp_path / name / "m", **TWO)
    one, two = ((tmp_path / name / "m" / "model.safetensors").read_bytes() for name in "ab")
    assert one == two


def test_words_alone_may_look_for_pictures_once_they_are_pseudo_words(
    inputs, tmp_path, monkeypatch
):
    asked, fit = [], loop.fit

    def fitted(network, train, validation, settings, *rest):
        asked.append(settings.anchors)
        return fit(network, train, validation, settings, *rest)

    monkeypatch.setattr(loop, "fit", fitted)
    run(inputs, tmp_path / "m", **TWO, pseudo_anchors="words")
    assert asked == ["both", "words"]
    assert make(**TWO, pseudo_anchors="words").reading().anchors == "words"
    assert make(**BEST).reading().anchors == "both"
    with pytest.raises(ValueError, match="losses of other anchors cannot say which part is better"):
        make(**TWO | {"pseudo_anchors": "words", "criterion": "loss"})


def test_a_picture_with_the_same_pseudo_word_is_no_different_example(inputs, tmp_path, monkeypatch):
    """In the parts on pseudo-words, by what was clustered: no transcript is read."""
    asked, fit = [], loop.fit

    def fitted(network, train, validation, settings, *rest):
        asked.append((settings.negatives, train, validation))
        return fit(network, train, validation, settings, *rest)

    monkeypatch.setattr(loop, "fit", fitted)
    run(inputs, tmp_path / "m", **TWO, pseudo_negatives="words")
    (first, plain, _), (again, train, validation) = asked
    assert (first, again) == ("tokens", "types")
    assert plain.known is plain.types
    # Each training token's cluster is what it is known by, and a heard token's its likeliest.
    assert train.known.tolist() == train.words.rows(slice(None))[:, 0].tolist()
    assert validation.known.tolist() == validation.words.rows(slice(None)).argmax(dim=1).tolist()

    # Where all pictures of a batch have all pseudo-words, there is no different pair.
    network = training.start(make(**TWO), train.fragments, plain.words, "model", 1)
    network.speech = torch.nn.Sequential(Said(torch.randn(4, 8)))
    same = dataclasses.replace(train, known=np.zeros(len(train.known), np.int64))
    for loss in ("coscos2", "cosine", "defrag", "infonce"):
        settings = make(**TWO | {"loss": loss, "pseudo_negatives": "words"}).of_words()
        for data, some in ((train, True), (same, False)):
            total, values = many_pictures.loss(network, data, Examples(np.arange(3)), settings)
            assert np.isfinite(total.item())
            assert np.isfinite(values[2]) == some


def test_a_loss_of_other_different_pairs_does_not_compare():
    assert make(**TWO, pseudo_negatives="words").reading().negatives == "types"
    assert make(**TWO).reading().negatives == "tokens"
    for pairs in ({"pseudo_negatives": "words"}, {"negatives": "types"}):
        with pytest.raises(ValueError, match="losses of other different pairs"):
            make(**TWO | pairs | {"criterion": "loss"})
    both = make(**TWO, negatives="types")
    assert both.of_words().negatives == "tokens"


def test_a_fragment_may_look_for_its_words_among_all_pseudo_words(inputs, tmp_path, monkeypatch):
    """In the parts on pseudo-words, and among all types in the control that reads."""
    asked, fit = [], loop.fit

    def fitted(network, train, validation, *rest):
        asked.append((network, train, validation))
        return fit(network, train, validation, *rest)

    monkeypatch.setattr(loop, "fit", fitted)
    chosen = make(**TWO, lexicon_term=0.5)
    run(inputs, tmp_path / "m", **TWO, lexicon_term=0.5)
    its = chosen.reading()
    read, rows, _ = training.train_system(inputs, its, "text", 1, CPU)
    (_, first, _), (network, again, validation), (_, text, _) = asked
    assert first.lexicon is None
    assert validation.lexicon is None
    # Every pseudo-word as its number, which is all that the later parts know of a word.
    assert again.lexicon[again.known].tolist() == again.words.rows(slice(None)).tolist()
    # The row of a type is that of its first token.
    assert text.known is text.types
    firsts = [np.flatnonzero(text.types == kind)[0] for kind in range(len(text.lexicon))]
    assert text.lexicon.tolist() == text.words.rows(firsts).tolist()
    assert len(text.lexicon) == len(np.unique(text.types))

    # What it saves can be used, though its recipe is none that one could ask for.
    training.save_model(tmp_path / "text", read, its, "text", 1, rows)
    loaded = load_network(tmp_path / "text", CPU)
    assert loaded.state_dict().keys() == read.state_dict().keys()

    # The loss grows by the term, by hand: what the words that are said of a picture have of all.
    pictures = Examples(np.arange(3))
    settings = chosen.of_words()
    plain = dataclasses.replace(again, lexicon=None)
    network.eval()
    with torch.no_grad():
        added = many_pictures.loss(network, again, pictures, settings)[0]
        added = (added - many_pictures.loss(network, plain, pictures, settings)[0]).item()
        vectors = network.speech(again.lexicon)
        costs = []
        for picture in pictures.places:
            said = sorted({again.known[row] for row in again.pairs.words[picture]})
            for row in again.pairs.fragments[picture]:
                fragment = network.image(again.fragments.rows(np.array([row])))
                share = torch.softmax(cosines(fragment, vectors)[0] / settings.temperature, 0)
                costs.append(-math.log(share[said].sum().item()))
    assert added == pytest.approx(0.5 * np.mean(costs), rel=1e-4)
    assert added > 0


def test_a_lexicon_term_wants_a_lexicon():
    with pytest.raises(ValueError, match=r"lexicon_term 0\.5 needs words that are known"):
        make(**BEST, lexicon_term=0.5)
