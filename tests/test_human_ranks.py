"""The tasks of human words: loops over the tables as oracles, and cases worked by hand."""

import numpy as np
import pandas as pd
import pytest

from seesay.schemas.audio import HUMAN_WORDS
from seesay.schemas.learning import WORD_EMBEDDINGS
from seesay.schemas.scoring import HUMAN_RANKS, SYNTHETIC
from seesay.scoring.human_ranks import rank_human
from seesay.scoring.names import HUMAN
from seesay.scoring.rank_metrics import METRICS, by_chance
from seesay.shared import tables
from seesay.shared.columns import sized
from seesay.shared.errors import InputError
from support.evaluation import Corpus, cosine, counted

COLUMNS = ["better", "tied", "tied_relevant", "relevant", "gallery_size"]


class Human:
    """A corpus of captions, and human words: id -> (source, talker, word, picture, use, vector)."""

    def __init__(self, folder, corpus, words):
        self.folder, self.corpus, self.words = folder, corpus, words
        frame = pd.DataFrame(
            [(name, *word[:5]) for name, word in words.items()],
            columns=["token_id", "source", "talker", "spoken_word", "image_id", "use"],
        ).assign(recording_id="r", word="w", pos="NOUN", onset=0.0, offset=0.1)
        tables.write(HUMAN_WORDS, folder / "human.parquet", frame)
        vectors = np.array([word[5] for word in words.values()], dtype=np.float32)
        table = sized(WORD_EMBEDDINGS, embedding=vectors.shape[1])
        with tables.Writer(table, folder / "said.parquet") as writer:
            writer.write({"token_id": list(words), "embedding": vectors})

    def ranks(self, system="model", seed=1):
        at, out = self.corpus.paths, self.folder / "human_ranks.parquet"
        rank_human(
            at["images"], at["words"], self.folder / "said.parquet", self.folder / "human.parquet",
            at["spoken_captions"], at["pictures"], out, "paper", system, seed,
        )  # fmt: skip
        return tables.read(HUMAN_RANKS, out)

    def found(self, task, gallery):
        rows = self.ranks()
        rows = rows[(rows["task"] == task) & (rows["gallery"] == gallery)]
        values = rows[COLUMNS].itertuples(index=False)
        return {query: tuple(row) for query, row in zip(rows["query"], values, strict=True)}


@pytest.fixture(params=range(4))
def human(request, tmp_path):
    """Nine pictures, five words, three talkers; twelve human words of two sources."""
    rng = np.random.default_rng(request.param)

    def vector():
        return rng.integers(0, 3, 3).tolist()

    splits = {f"p{i}": ("test", "train", "test")[i % 3] for i in range(9)}
    shown = {f"{p}#{r}": vector() for p in splits for r in (0, 4) if p != "p3" or r == 0}
    del shown["p2#0"], shown["p2#4"]  # a test picture without fragments
    tokens, uses = {}, []
    for image in splits:
        for position in range(int(rng.integers(1, 4))):
            token = f"t{len(tokens)}"
            tokens[token] = vector()
            uses.append((image, 0, token, f"word{rng.integers(5)}", f"t{position}", position))
    # Without a vector, so that the word is in no gallery, and nobody can be asked for it.
    uses.append(("p1", 2, "lost", "lost", "t0", 0))
    # Said in training alone.
    tokens["rare"] = vector()
    uses.append(("p1", 1, "rare", "rare", "t0", 0))
    words = {}
    for number in range(14):
        word = {3: "rare", 5: "lost", 6: "lost"}.get(number, f"word{rng.integers(5)}")
        word = word if word in {use[3] for use in uses} else "rare"
        picture = rng.choice(["", "p0", "p1", "p2", "p5"])
        use = "train" if number % 5 == 4 else "test"
        talker = ("ann", "bob", "")[number % 3]
        words[f"h{number:02}"] = ("ab"[number % 2], talker, word, picture, use, vector())
    return Human(tmp_path, Corpus(tmp_path, splits, shown, tokens, uses), words)


def asked(human, source):
    """The test's words of a source, of those that a gallery has."""
    words = {n: w for n, w in human.words.items() if w[0] == source and w[4] == "test"}
    return {n: w for n, w in words.items() if w[2] != "lost"}


def best_picture(human, vector):
    """Each test picture with fragments -> its best one's similarity."""
    near = {}
    for name, fragment in human.corpus.fragments.items():
        picture = name.split("#")[0]
        if human.corpus.splits[picture] == "test":
            near[picture] = max(near.get(picture, -9), cosine(vector, fragment))
    return near


def relevant_to(human, word, picture):
    """The pictures whose captions say a word, and its own."""
    return {use[0] for use in human.corpus.uses if use[3] == word} | {picture}


def voices(human, source, gallery):
    """Query -> (word, picture, vector, own token) as it is asked in a gallery."""
    words = asked(human, source)
    if gallery == source:
        return {n: (w[2], w[3], w[5], None) for n, w in words.items()}
    rows = human.ranks()
    drawn = rows[(rows["gallery"] == gallery) & (rows["task"] == "human_recognition")]["query"]
    pictures = rows[(rows["gallery"] == gallery) & (rows["task"] == "picture_by_human_word")]
    names = [name.split("|") for name in {*drawn, *pictures["query"]}]
    return {
        f"{n}|{token}": (words[n][2], words[n][3], human.corpus.tokens[token], token)
        for n, token in names
    }


@pytest.mark.parametrize("gallery", ["a", f"a{SYNTHETIC}"])
def test_human_words_are_ranked_among_all_types_by_the_nearest_token(human, gallery):
    rows = {}
    for query, (word, _, vector, own) in voices(human, "a", gallery).items():
        near = {use[3]: -9.0 for use in human.corpus.uses if use[2] != "lost"}
        for use in human.corpus.uses:
            if use[2] not in (own, "lost"):
                value = cosine(vector, human.corpus.tokens[use[2]])
                near[use[3]] = max(near[use[3]], value)
        if near[word] > -9:  # its word has another token than the query
            rows[query] = counted(near, {word})
    found = human.found("human_recognition", gallery)
    assert rows
    assert found == rows


@pytest.mark.parametrize("gallery", ["b", f"b{SYNTHETIC}"])
def test_pictures_are_ranked_by_their_best_fragment(human, gallery):
    rows = {}
    for query, (word, picture, vector, _) in voices(human, "b", gallery).items():
        near = best_picture(human, vector)
        relevant = relevant_to(human, word, picture) & set(near)
        if relevant:
            rows[query] = counted(near, relevant)
    found = human.found("picture_by_human_word", gallery)
    assert rows
    assert found == rows


def test_pictures_rank_the_human_words_of_a_source(human):
    words = asked(human, "a")
    near = {name: best_picture(human, word[5]) for name, word in words.items()}
    rows = {}
    for picture in next(iter(near.values())):
        relevant = {n for n, w in words.items() if picture in relevant_to(human, w[2], w[3])}
        if relevant:
            rows[picture] = counted({n: near[n][picture] for n in near}, relevant)
    assert human.found("human_word_by_picture", "a") == rows


def test_only_the_tests_words_are_asked_and_synthetic_ones_are_test_tokens_of_the_same_word(human):
    rows = human.ranks()
    of_words = rows[rows["word"] != ""]
    for row in of_words.itertuples():
        name, _, token = row.query.partition("|")
        word = human.words[name]
        assert word[4] == "test"
        assert row.word == word[2]
        assert row.gallery.removesuffix(SYNTHETIC) == word[0]
        assert (token != "") == row.gallery.endswith(SYNTHETIC)
        if not token:
            assert row.talker == word[1]
            continue
        image, _, _, spoken, talker, _ = next(u for u in human.corpus.uses if u[2] == token)
        assert (spoken, talker) == (row.word, row.talker)
        assert human.corpus.splits[image] == "test"
    # Another seed and system are asked the same.
    again = human.ranks("untrained", 2)
    keys = ["task", "gallery", "query", "word", "talker", "image_id", "gallery_size", "relevant"]
    pd.testing.assert_frame_equal(rows[keys], again[keys])


def perfect(folder):
    """Each word has a direction of its own, which fragments and all tokens of it share."""
    words = np.eye(4).tolist()
    splits = {"p0": "test", "p1": "test", "p2": "train", "p3": "test"}
    shown = {f"p{i}#{0}": words[i] for i in range(4)}
    tokens = {f"t{i}{n}": words[i] for i in range(4) for n in range(2)}
    uses = [(f"p{i}", n, f"t{i}{n}", f"word{i}", "t", 0) for i in range(4) for n in range(2)]
    said = {
        f"h{i}{t}": ("people", t, f"word{i}", "", "test", words[i])
        for i in range(4)
        for t in ("ann", "bob")
    }
    return Human(folder, Corpus(folder, splits, shown, tokens, uses), said)


def test_a_perfect_space_finds_everything_and_the_prior_looks_at_no_query(tmp_path):
    human = perfect(tmp_path)
    rows = human.ranks()
    assert set(zip(rows["task"], rows["gallery"], strict=True)) == {
        (task, gallery) for task in HUMAN for gallery in ("people", f"people{SYNTHETIC}")
    }
    assert (rows["rank"] == 1).all()
    # A word of a training picture is recognised, and no test picture has it.
    sizes = rows[rows["gallery"] == "people"].groupby("task").size().to_dict()
    assert sizes == {
        "human_recognition": 8, "picture_by_human_word": 6, "human_word_by_picture": 3
    }  # fmt: skip
    blind = human.ranks("frequency")
    told = blind[blind["task"] == "human_recognition"]
    # The first word's own direction is what every query has.
    assert told.groupby("word")["rank"].unique().map(list).to_dict() == {
        "word0": [1.0], "word1": [3.0], "word2": [3.0], "word3": [3.0]
    }  # fmt: skip


def test_without_a_word_to_ask_for_one_line_says_so(tmp_path):
    human = perfect(tmp_path)
    human = Human(tmp_path, human.corpus, {"h": ("a", "ann", "yak", "", "test", [1, 0, 0, 0])})
    with pytest.raises(InputError, match="no word of the test has both"):
        human.ranks()


def test_chance_is_what_random_ranking_finds(tmp_path):
    human = perfect(tmp_path)
    rows = human.ranks()
    rows = rows[rows["gallery"] == "people"]
    rng = np.random.default_rng(0)
    for _, part in rows.groupby("task"):
        drawn = []
        for row in part.itertuples():
            order = rng.random((20_000, row.gallery_size)).argsort(axis=1)
            drawn.append(1 + order[:, : row.relevant].min(axis=1))
        luck = by_chance(part)
        assert set(luck) == set(METRICS)
        assert luck["mean_rank"] == pytest.approx(np.mean(drawn), rel=0.02)
        assert luck["r1"] == pytest.approx(100 * np.mean(np.array(drawn) == 1), abs=1)
