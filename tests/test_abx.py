"""ABX by cells: equal to fastabx, hand-worked cases, loops over all triplets as oracle."""

import importlib.util
import json
from collections import defaultdict
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from seesay.captions import pronunciations
from seesay.commands import abx_export, cli
from seesay.commands.run_tokens import FOUND, GIVEN
from seesay.schemas.audio import SPOKEN_WORDS
from seesay.schemas.scoring import ABX, RANKS
from seesay.scoring import abx, abx_metrics
from seesay.scoring.abx_scores import score
from seesay.scoring.abx_triplets import draw, judge
from seesay.scoring.metrics import measure
from seesay.scoring.resampling import Factor, Factors, weights
from seesay.settings.metrics import MetricsSettings
from seesay.shared import tables
from seesay.shared.errors import InputError
from support import abx_fastabx
from support.evaluation import Corpus

STORED = json.loads(Path(abx_fastabx.__file__).with_suffix(".json").read_text())["scores"]
HAS_FASTABX = importlib.util.find_spec("fastabx") is not None


def ours(vectors, word, talker, context, row):
    place = context if row["context"] == "within" else None
    return score(vectors, vectors, word, talker, place, row["speaker"] == "within")


@pytest.mark.parametrize("row", STORED, ids=lambda row: "-".join(map(str, list(row.values())[:3])))
def test_the_score_is_that_of_fastabx(row):
    found = ours(*abx_fastabx.items(row["seed"]), row)
    assert 1 - found.score.mean() == pytest.approx(row["exact"], rel=0, abs=1e-9)
    assert 1 - found.score.mean() == pytest.approx(row["printed"], rel=0, abs=1e-7)
    assert (found.cells.sum(), found.triplets.sum()) == (row["cells"], row["triplets"])


@pytest.mark.skipif(not HAS_FASTABX, reason="fastabx wants Python 3.12; its numbers are stored")
@pytest.mark.parametrize("row", STORED[-4:], ids=lambda row: f"{row['speaker']}-{row['context']}")
def test_the_stored_numbers_are_those_of_this_fastabx(row, tmp_path):
    item = abx_fastabx.write(tmp_path, *abx_fastabx.items(row["seed"]))
    found = abx_fastabx.theirs(item, tmp_path / "features", row["speaker"], row["context"])
    assert found == {name: row[name] for name in found}


def right(near_a, near_b):
    return float(near_a > near_b) + 0.5 * (near_a == near_b)


def by_loops(vectors, word, talker, context, within):
    """Every triplet by itself, cells in dicts: the mean of each pair of words."""
    cells = defaultdict(list)
    cosine = vectors @ vectors.T
    for a, b, x in product(range(len(word)), repeat=3):
        alike = word[a] == word[x] != word[b] and talker[a] == talker[b] and a != x
        if alike and (talker[a] == talker[x]) == within and context[a] == context[b] == context[x]:
            key = word[a], word[b], talker[a], context[a], talker[x]
            cells[key].append(right(cosine[x, a], cosine[x, b]))
    by_talker = defaultdict(list)
    for key, scores in cells.items():
        by_talker[key[:3]].append(np.mean(scores))
    by_pair = defaultdict(list)
    for key, scores in by_talker.items():
        by_pair[key[:2]].append(np.mean(scores))
    return {pair: np.mean(scores) for pair, scores in by_pair.items()}


@pytest.mark.parametrize("within", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_pairs_equal_a_loop_over_all_triplets(seed, within):
    rng = np.random.default_rng(seed)
    vectors = rng.choice([-0.5, 0.5], (30, 4)).astype(np.float32)
    word, talker, context = (rng.integers(0, k, 30) for k in (4, 3, 2))
    found = score(vectors, vectors, word, talker, context, within)
    expected = by_loops(vectors, word, talker, context, within)
    pairs = zip(found.word.tolist(), found.other.tolist(), strict=True)
    assert dict(zip(pairs, found.score, strict=True)) == pytest.approx(expected, abs=1e-12)
    assert len(expected) > 6


# Two talkers; dog is said three times by each, cat and owl once, and these two sound the wrong way
# round: X of cat is at right angles to A (and to every dog), and is the owl of A's talker.
ONE, TWO, THREE = np.eye(3)
SAID = [*[("dog", t, ONE) for t in (0, 0, 0, 1, 1, 1)]]
SAID += [("cat", 0, TWO), ("cat", 1, THREE), ("owl", 0, THREE), ("owl", 1, TWO)]


def test_a_frequent_word_counts_no_more_than_a_rare_one():
    """dog is right beside both others; cat and owl are even beside dog, wrong beside each other:
    cells give (1 + 1 + 1/2 + 0 + 1/2 + 0) / 6. Of the 52 triplets dog has 36, all right; cat and
    owl have 8 each, 6 of them even: (36 + 2 x 3) / 52.
    """
    words = ["cat", "dog", "owl"]
    word = np.array([words.index(name) for name, _, _ in SAID])
    talker = np.array([by for _, by, _ in SAID])
    vectors = np.array([vector for _, _, vector in SAID], dtype=np.float32)
    found = score(vectors, vectors, word, talker)
    pairs = zip(found.word.tolist(), found.other.tolist(), strict=True)
    assert dict(zip(pairs, found.score.tolist(), strict=True)) == {
        (0, 1): 0.5, (0, 2): 0.0, (1, 0): 1.0, (1, 2): 1.0, (2, 0): 0.0, (2, 1): 0.5
    }  # fmt: skip
    assert (found.cells == 2).all()
    assert found.score.mean() == 0.5
    names = np.array([f"t{i}" for i in range(len(SAID))], dtype=object)
    triples = draw(names, word, talker, draws=200)
    worse, even = judge(vectors, vectors, triples)
    assert found.triplets.sum() == len(worse) == 52
    assert np.mean(1.0 - worse - 0.5 * even) == pytest.approx(42 / 52)


@pytest.mark.parametrize("within", [False, True])
def test_a_collapsed_net_is_at_chance_and_one_hot_words_are_right(within):
    _, word, talker, _ = abx_fastabx.items(0)
    same = np.ones((len(word), 3), dtype=np.float32)
    assert set(score(same, same, word, talker, within=within).score) == {0.5}
    words = np.eye(8, dtype=np.float32)[word]
    assert set(score(words, words, word, talker, within=within).score) == {1.0}


def test_one_talker_can_be_asked_within_alone():
    vectors = np.eye(4, dtype=np.float32)
    word, talker = np.array([0, 0, 1, 2]), np.zeros(4, dtype=np.int64)
    assert len(score(vectors, vectors, word, talker).word) == 0
    found = score(vectors, vectors, word, talker, within=True)
    assert [part.tolist() for part in found] == [[0, 0], [1, 2], [0.5, 0.5], [1, 1], [2, 2]]
    once = np.arange(4)
    assert len(score(vectors, vectors, once, talker, once, within=True).word) == 0


WORDS = ["dog", "dogs", "cat", "hat", "red ball"]
LEMMAS = ["dog", "dog", "cat", "hat", "red ball"]


@pytest.fixture
def run(tmp_path):
    """The results folder of a run: two talkers say 40 test words one after the other, and one more
    for a training picture."""
    rng = np.random.default_rng(1)
    said = [(int(rng.integers(5)), f"t{rng.integers(2)}") for _ in range(40)]
    tokens = {f"{by}@{i}": rng.normal(size=4).tolist() for i, (_, by) in enumerate(said)}
    uses = [
        ("A", i, token, LEMMAS[word], by, 0)
        for (i, token), (word, by) in zip(enumerate(tokens), said, strict=True)
    ]
    tokens["t0@train"] = [1, 0, 0, 0]
    uses.append(("C", 0, "t0@train", "cat", "t0", 0))
    fragments = {"A#0": (1, 0, 0, 0), "C#0": (0, 1, 0, 0)}
    corpus = Corpus(tmp_path, {"A": "test", "C": "train"}, fragments, tokens, uses)
    results = tmp_path / "results"
    for name, place in abx_export.TABLES.items():
        path = results / place.format(experiment="paper", system="model", seed=1)
        path.parent.mkdir(parents=True, exist_ok=True)
        if name in corpus.paths:
            corpus.paths[name].rename(path)
    times = np.arange(41) * 0.5
    times[20:] += 2  # a pause
    spoken = {
        "token_id": list(tokens),
        "recording_id": [token.partition("@")[0] for token in tokens],
        "talker": [token.partition("@")[0] for token in tokens],
        "word": [WORDS[word] for word, _ in said] + ["cat"],
        "onset": times,
        "offset": times + 0.3,
    }
    for name in (GIVEN, FOUND):
        (results / name).parent.mkdir(parents=True)
    tables.write(SPOKEN_WORDS, results / GIVEN, spoken)
    return results


def exported(run, tmp_path, **options):
    given = {"experiment": "paper", "system": "model", "seed": 1} | options
    return abx_export.export(run, **given, folder=tmp_path / "out")


def test_the_items_of_a_run_that_found_its_tokens_are_its_segments(run, tmp_path):
    given = tables.read(SPOKEN_WORDS, run / GIVEN)
    segments = given.assign(onset=given["onset"] + 0.05, offset=given["offset"] - 0.1)
    # The true words begin elsewhere.
    other = given.assign(token_id=given["token_id"] + "0")
    tables.write(SPOKEN_WORDS, run / GIVEN, other)
    tables.write(SPOKEN_WORDS, run / FOUND, segments)
    found = exported(run, tmp_path).frame.set_index("token_id")
    assert len(found) == 40
    wanted = segments.set_index("token_id").loc[found.index]
    for edge in ("onset", "offset"):
        assert found[edge].tolist() == wanted[edge].tolist()
    # Segments of an earlier run with another method are not this run's tokens.
    tables.write(SPOKEN_WORDS, run / GIVEN, given)
    tables.write(SPOKEN_WORDS, run / FOUND, other)
    found = exported(run, tmp_path).frame.set_index("token_id")
    assert found["onset"].tolist() == given.set_index("token_id").loc[found.index, "onset"].tolist()


def test_items_are_written_with_their_embeddings(run, tmp_path):
    found = exported(run, tmp_path)
    out = tmp_path / "out"
    assert len(found.frame) == 40  # without the training picture's
    features = torch.load(out / "features" / "tokens.pt")
    assert features.numpy() == pytest.approx(found.vectors)
    for category in ("form", "lemma"):
        header, *lines = (out / f"{category}.item").read_text().splitlines()
        assert header == abx_export.HEADER
        assert len(lines) == 40
        for i, line in enumerate(lines):
            file, onset, offset, word, before, after, talker = line.split(" ")
            row = found.frame.iloc[i]
            assert (file, onset, offset) == ("tokens", f"{i / 50:.6f}", f"{(i + 1) / 50:.6f}")
            assert word == row[category].replace(" ", "%20")
            assert talker == row["talker"]
            assert (before, after) == tuple(row[["before", "after"]].str.replace(" ", "%20"))
        _, *own = (out / f"recordings_{category}.item").read_text().splitlines()
        assert own[3].split(" ")[0] == found.frame["recording_id"][3]
        assert float(own[3].split(" ")[1]) == found.frame["onset"][3]
    table = pd.read_csv(out / "tokens.tsv", sep="\t")
    assert table["token_id"].tolist() == found.frame["token_id"].tolist()
    near = pd.read_csv(out / "neighbours.tsv", sep="\t")
    assert set(near.itertuples(index=False, name=None)) == {
        ("cat", "hat"), ("hat", "cat"), ("dog", "dogs"), ("dogs", "dog")
    }  # fmt: skip


@pytest.mark.parametrize("within", [False, True])
@pytest.mark.parametrize("category", ["form", "lemma"])
def test_the_table_has_the_scores_of_the_items(run, tmp_path, within, category):
    found = exported(run, tmp_path)
    task = f"abx_{'within' if within else 'across'}{'_lemma' * (category == 'lemma')}"
    rows = abx.pairs(found, "any")
    rows = rows[rows["task"] == task]
    names, word = np.unique(found.frame[category], return_inverse=True)
    _, talker = np.unique(found.frame["talker"], return_inverse=True)
    alone = score(found.vectors, found.vectors, word, talker, within=within)
    assert rows["score"].tolist() == pytest.approx(alone.score.tolist())
    assert rows["word"].tolist() == names[alone.word].tolist()
    near = rows.loc[rows["neighbour"], ["word", "other"]].agg("|".join, axis=1)
    expected = {"cat|hat", "hat|cat"} | ({"dog|dogs", "dogs|dog"} if category == "form" else set())
    assert set(near) == expected
    if category == "lemma":
        assert not (rows["word"] == "dogs").any()


@pytest.mark.skipif(not HAS_FASTABX, reason="fastabx wants Python 3.12; its numbers are stored")
def test_fastabx_reads_what_is_exported(run, tmp_path):
    scores = abx.pairs(exported(run, tmp_path), "any").groupby("task")["score"].mean()
    for task, (within, category) in abx.TASKS.items():
        item, root = tmp_path / "out" / f"{category}.item", tmp_path / "out" / "features"
        speaker = "within" if within else "across"
        theirs = abx_fastabx.theirs(item, root, speaker, "any")["exact"]
        assert 1 - scores[task] == pytest.approx(theirs, abs=1e-9)


def test_neighbours_are_one_phone_apart_and_do_not_sound_alike():
    """red is read (/rɛd/), and one phone from read (/riːd/): not a neighbour. zzyzx is no word."""
    words = ["cat", "hat", "cats", "at", "dog", "red", "read", "zzyzx"]
    found = {(words[a], words[b]) for a, b in abx.neighbours(tuple(words))}
    pairs = [("cat", "hat"), ("cat", "cats"), ("cat", "at"), ("hat", "at")]
    assert found == {*pairs, *((b, a) for a, b in pairs)}


def phones_apart(one, other):
    """The edit distance."""
    line = list(range(len(other) + 1))
    for i, phone in enumerate(one, 1):
        left = line
        line = [i]
        for j, said in enumerate(other, 1):
            line.append(min(left[j] + 1, line[-1] + 1, left[j - 1] + (phone != said)))
    return line[-1]


def test_neighbours_equal_the_edit_distance():
    known = pronunciations.load(None)
    short = [word for word in known if word.isalpha() and len(word) < 5]
    words = np.random.default_rng(0).choice(short, 120, replace=False).tolist()
    sounds = [[said.split() for said in known[word]] for word in words]
    expected = set()
    for (a, one), (b, other) in product(enumerate(sounds), repeat=2):
        apart = {phones_apart(p, q) for p in one for q in other}
        if 1 in apart and 0 not in apart:
            expected.add((a, b))
    assert abx.neighbours(tuple(words)) == expected
    assert len(expected) > 50


def test_context_ends_at_a_pause_and_at_the_recording(run):
    rows = tables.read(SPOKEN_WORDS, run / GIVEN)
    rows = rows[rows["recording_id"] == "t0"].sort_values("onset")
    found = abx.in_context(rows)
    gap = found["onset"].to_numpy()[1:] - found["offset"].to_numpy()[:-1]
    for i, apart in enumerate(gap):
        beside = (found["form"].iloc[i + 1], found["form"].iloc[i])
        silent = (abx.SILENCE, abx.SILENCE)
        assert (found["after"].iloc[i], found["before"].iloc[i + 1]) == (
            beside if apart <= 0.5 else silent
        )
    assert (gap <= 0.5).any()
    assert (gap > 0.5).any()
    assert found["before"].iloc[0] == found["after"].iloc[-1] == abx.SILENCE


def test_the_command_says_what_fastabx_is_to_find(run, tmp_path, capsys):
    cli.main(["abx", str(run), "--experiment", "paper", "--out", str(tmp_path / "out")])
    said = capsys.readouterr().out.splitlines()
    assert said[0].endswith("40 tokens; error rates by cells, in any context:")
    table = {line.split("\t")[0]: float(line.split("\t")[1]) for line in said[1:]}
    scores = abx.pairs(exported(run, tmp_path), "any").groupby("task")["score"].mean()
    assert table == pytest.approx((1 - scores).to_dict(), abs=1e-6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"system": "frequency"}, "it looks at no query"),
        ({"seed": 7}, "model/7/images.parquet: no such file; give the results folder"),
    ],
)
def test_what_cannot_be_exported_is_said_in_one_line(run, tmp_path, options, message):
    with pytest.raises(InputError, match=message):
        exported(run, tmp_path, **options)
    assert not (tmp_path / "out").exists()


def test_resamples_of_words_equal_a_loop_over_pairs():
    """A draw holds a pair as often as its one word times as often as its other."""
    rng = np.random.default_rng(2)
    words = [f"w{i:02}" for i in range(12)]
    pairs = [(a, b) for a, b in product(range(12), repeat=2) if a != b and rng.random() < 0.4]
    word, other = np.array(pairs).T
    run = abx_metrics.Scores(words, word, other, rng.random(len(pairs)), 9)
    settings = MetricsSettings(resamples=50, seed=4)
    factors = Factors({"words": 12}, words, (Factor(12, word),), settings)
    found = abx_metrics.resampled(run, factors)
    assert len(found) == 51
    assert found[0] == pytest.approx(100 * run.score.mean())
    for held, value in zip(weights(factors.parts[0], settings), found, strict=True):
        times = [held[a] * held[b] for a, b in pairs]
        assert value == pytest.approx(100 * np.average(run.score, weights=times))


def abx_table(folder, scores, words, system="model", seed=1, experiment="paper"):
    """A table ABX: `scores` (words, words) of the task abx_across, NaN where there is no pair."""
    a, b = np.nonzero(~np.isnan(scores))
    path = folder / f"{experiment}-{system}-{seed}.parquet"
    columns = {
        "experiment": experiment, "system": system, "seed": seed, "task": "abx_across",
        "word": np.array(words)[a], "other": np.array(words)[b], "score": scores[a, b],
        "cells": 2, "triplets": 3, "neighbour": (a == 0) & (b == 1),
    }  # fmt: skip
    tables.write(ABX, path, columns)
    return path


def numbers_of(folder, paths, resamples=200):
    outs = [folder / f"{name}.tsv" for name in ("metrics", "differences", "experiments")]
    none = folder / "ranks.parquet"
    tables.write(RANKS, none, pd.DataFrame(columns=[column.name for column in RANKS.columns]))
    measure([none], *outs, MetricsSettings(resamples=resamples, seed=0), abx=paths)
    return [pd.read_csv(out, sep="\t") for out in outs]


def square(words, seed, low=0.5):
    scores = np.random.default_rng(seed).uniform(low, 1, (words, words))
    np.fill_diagonal(scores, np.nan)
    return scores


def test_scores_have_their_rows_in_the_metrics(tmp_path):
    words = [f"w{i:02}" for i in range(30)]
    paths = [abx_table(tmp_path, square(30, seed), words, seed=seed) for seed in (1, 2, 3)]
    paths += [abx_table(tmp_path, square(30, 9, 0.1), words, "untrained", seed) for seed in (1, 2)]
    paths += [abx_table(tmp_path, square(30, 7, 0.9), words, experiment="best")]
    metrics, differences, experiments = numbers_of(tmp_path, paths)
    rows = metrics.set_index(["experiment", "system", "seed", "task"])
    row = rows.loc["paper", "model", "mean", "abx_across"]
    assert row["value"] == pytest.approx(
        100 * np.mean([np.nanmean(square(30, seed)) for seed in (1, 2, 3)]), abs=1e-4
    )
    told = row[["gallery", "gallery_size", "queries", "metric", "chance", "over", "units"]]
    assert told.tolist() == ["test", 2, 870 * 3, "right", 50, "words x seeds", "30 x 3"]
    assert row["ci_low"] < row["value"] < row["ci_high"]
    near = rows.loc["paper", "model", "1", "abx_across_neighbours"]
    assert near["value"] == pytest.approx(100 * square(30, 1)[0, 1], abs=1e-4)
    assert np.isnan(near["ci_low"])  # two words
    gap = differences.set_index("task").loc["abx_across"]
    assert gap["difference"] == pytest.approx(
        row["value"] - 100 * np.nanmean(square(30, 9, 0.1)), abs=1e-3
    )
    assert gap["ci_low"] > 0
    beside = experiments.set_index("task").loc["abx_across"]
    assert (beside["experiment"], beside["other"]) == ("best", "paper")
    assert beside["ci_low"] > 0


def test_all_right_has_a_bounded_interval_and_few_words_have_none(tmp_path):
    sure = np.where(np.eye(30, dtype=bool), np.nan, 1.0)
    names = [f"w{i:02}" for i in range(30)]
    metrics, *_ = numbers_of(tmp_path, [abx_table(tmp_path, sure, names)])
    row = metrics[(metrics["task"] == "abx_across") & (metrics["seed"] == "mean")].iloc[0]
    assert row["value"] == row["ci_high"] == 100
    assert 80 < row["ci_low"] < 95
    metrics, *_ = numbers_of(tmp_path, [abx_table(tmp_path, square(9, 1), names[:9])])
    assert metrics["ci_low"].isna().all()
    assert metrics["value"].notna().all()


def test_other_pairs_of_words_are_refused(tmp_path):
    words = [f"w{i}" for i in range(5)]
    paths = [abx_table(tmp_path, square(5, 1), words)]
    paths.append(abx_table(tmp_path, square(4, 1), words[:4], "untrained"))
    with pytest.raises(InputError, match="were asked other pairs of words"):
        numbers_of(tmp_path, paths)
