"""The other ways of asking: loops over the tables as oracles, and cases worked by hand."""

import numpy as np
import pytest

from seesay.schemas.learning import IMAGE_EMBEDDINGS, WORD_EMBEDDINGS
from seesay.scoring.abx_triplets import draw
from seesay.settings.evaluation import PAPER, TASKS, EvaluationSettings
from support.evaluation import FRAGMENTS, SPLITS, TOKENS, USES, Corpus, cosine, counted

COLUMNS = ["image_id", "better", "tied", "tied_relevant", "relevant", "gallery_size"]
OTHERS = tuple(task for task in TASKS.names if task not in (*PAPER, "abx"))


@pytest.fixture(params=range(4))
def corpus(request, tmp_path):
    """Tokens of three talkers and five words; some captions are said by two talkers."""
    rng = np.random.default_rng(request.param)
    splits = {f"picture{i}": ("test", "train", "test")[i % 3] for i in range(9)}
    fragments = {
        f"{image}#{region}": rng.integers(0, 3, 3).tolist()
        for image in splits
        for region in (0, 4, 11)
        if rng.random() < 0.7
    }
    fragments["picture0#0"] = [1, 0, 2]
    tokens, uses = {}, []
    for image in splits:
        for caption in range(int(rng.integers(1, 4))):
            first, second = rng.permutation(3)[:2].tolist()
            length = int(rng.integers(1, 4))
            for talker in [first, second] if rng.random() < 0.4 else [first]:
                for position in range(length):
                    token = f"t{talker}@{len(tokens)}"
                    tokens[token] = rng.integers(0, 3, 3).tolist()
                    word = f"word{rng.integers(5)}"
                    uses.append((image, caption, token, word, f"t{talker}", position))
    return Corpus(tmp_path, splits, fragments, tokens, uses)


def found(corpus, task, gallery):
    part = corpus.ranks(tasks=(task,), galleries=(gallery,))
    return {
        query: tuple(row)
        for query, row in zip(part["query"], part[COLUMNS].itertuples(index=False), strict=True)
    }


def heard_in(corpus):
    test = {image for image, split in corpus.splits.items() if split == "test"}
    return test, {use[2]: use for use in corpus.uses}


@pytest.mark.parametrize("gallery", ["test", "all"])
@pytest.mark.parametrize("left_out", ["types", "talkers", "both"])
def test_word_similarity_leaves_neighbours_out(corpus, gallery, left_out):
    test, use_of = heard_in(corpus)
    rows = {}
    for query, (image, _, _, word, talker, _) in use_of.items():
        near = {}
        for item, other in use_of.items():
            same_type, same_talker = other[3] == word, other[4] == talker
            hidden = {"types": same_type, "talkers": same_talker, "both": same_type or same_talker}
            if not hidden[left_out] and item != query and (gallery == "all" or other[0] in test):
                near[item] = cosine(corpus.tokens[query], corpus.tokens[item])
        relevant = [item for item in near if use_of[item][0] == image]
        if image in test and relevant:
            rows[query] = (image, *counted(near, relevant))
    assert found(corpus, f"word_similarity_other_{left_out}", gallery) == rows


@pytest.mark.parametrize("gallery", ["test", "all"])
def test_distinct_types_are_ranked_by_their_best_token(corpus, gallery):
    test, use_of = heard_in(corpus)
    rows = {}
    for query, vector in corpus.fragments.items():
        image = query.split("#")[0]
        near = {}
        for item, use in use_of.items():
            if gallery == "all" or use[0] in test:
                value = cosine(vector, corpus.tokens[item])
                near[use[3]] = max(near.get(use[3], 0), value)
        relevant = {use[3] for use in corpus.uses if use[0] == image}
        if image in test and relevant:
            rows[query] = (image, *counted(near, relevant))
    assert found(corpus, "distinct_type_by_image", gallery) == rows


def exact(a, b):
    lengths = np.sqrt(np.dot(a, a)) * np.sqrt(np.dot(b, b))
    return np.dot(a, b) / lengths if lengths else 0.0


def caption_scores(corpus):
    """(caption, picture) -> score, and each caption's picture."""
    said, image_of = {}, {}
    for image, caption, token, _, talker, _ in corpus.uses:
        talkers = {use[4] for use in corpus.uses if use[:2] == (image, caption)}
        name = f"{image}#{caption}" + (f"@{talker}" if len(talkers) > 1 else "")
        said.setdefault(name, []).append(corpus.tokens[token])
        image_of[name] = image
    scores = {}
    for name, words in said.items():
        for image in corpus.splits:
            regions = [v for key, v in corpus.fragments.items() if key.split("#")[0] == image]
            if regions:
                best = [max(exact(word, region) for region in regions) for word in words]
                scores[name, image] = round(sum(best) / len(best), 6)
    return scores, image_of


@pytest.mark.parametrize("gallery", ["test", "all"])
def test_captions_and_pictures_find_each_other(corpus, gallery):
    test, _ = heard_in(corpus)
    scores, image_of = caption_scores(corpus)
    pictures = {image for _, image in scores}
    wanted = test if gallery == "test" else set(corpus.splits)
    rows = {}
    for name, image in image_of.items():
        if image in test & pictures:
            near = {other: scores[name, other] for other in pictures & wanted}
            rows[name] = (image, *counted(near, [image]))
    assert found(corpus, "picture_by_caption", gallery) == rows
    rows = {}
    for image in sorted(test & pictures):
        near = {name: scores[name, image] for name, of in image_of.items() if of in wanted}
        relevant = [name for name in near if image_of[name] == image]
        if relevant:
            rows[image] = (image, *counted(near, relevant))
    assert found(corpus, "caption_by_picture", gallery) == rows


def test_abx_equals_a_loop_over_all_triples(corpus):
    """With many draws every triple is drawn: A says X's word in another voice, B another word."""
    test, use_of = heard_in(corpus)
    heard = [use for use in use_of.values() if use[0] in test]
    rows = {}
    for image, _, x, word, talker, _ in heard:
        for _, _, a, _, other, _ in [u for u in heard if u[3] == word and u[4] != talker]:
            for b in [u[2] for u in heard if u[3] != word and u[4] == other]:
                near_a, near_b = (cosine(corpus.tokens[x], corpus.tokens[t]) for t in (a, b))
                rows[f"{x}|{a}|{b}"] = (image, near_b > near_a, near_b == near_a, 1, 1, 2)
    part = corpus.ranks(tasks=("abx_token_weighted",), galleries=("test", "all"), abx_draws=4000)
    assert set(part["gallery"]) == {"test"}
    assert dict(zip(part["query"], part[COLUMNS].itertuples(index=False), strict=True)) == rows


def test_abx_draws_few_and_the_same_whatever_the_other_tokens():
    names = np.array([f"t{i:03}" for i in range(60)], dtype=object)
    rng = np.random.default_rng(0)
    word, talker = rng.integers(0, 6, 60), rng.integers(0, 5, 60)
    triples = draw(names, word, talker, 3)
    assert 150 < len(triples.x) <= 180
    assert (word[triples.x] == word[triples.a]).all()
    assert (talker[triples.x] != talker[triples.a]).all()
    assert (talker[triples.a] == talker[triples.b]).all()
    assert (word[triples.a] != word[triples.b]).all()
    # A word that only one voice says asks nothing, and changes no other triple.
    more = draw(np.append(names, "z"), np.append(word, 9), np.append(talker, 7), 3)
    assert all(np.array_equal(a, b) for a, b in zip(triples, more, strict=True))


def test_a_collapsed_net_is_at_chance_everywhere(corpus):
    regions = [key.split("#") for key in corpus.fragments]
    keys = {"image_id": [key[0] for key in regions], "region": [int(key[1]) for key in regions]}
    same = dict.fromkeys(corpus.fragments, (1, 1, 1))
    corpus.vectors(IMAGE_EMBEDDINGS, "images", same, keys)
    same = dict.fromkeys(corpus.tokens, (1, 1, 1))
    corpus.vectors(WORD_EMBEDDINGS, "words", same, {"token_id": list(same)})
    part = corpus.ranks(tasks=OTHERS)
    assert set(part["task"]) == set(OTHERS)
    assert (part["better"] == 0).all()
    assert (part["tied"] == part["gallery_size"] - part["relevant"]).all()
    expected = (part["gallery_size"] + 1) / (part["relevant"] + 1)
    assert part["rank"].to_numpy() == pytest.approx(expected.to_numpy())


def test_frequency_looks_at_no_query(tmp_path):
    """Tokens of a prior: (f, root(1 - f^2)). Whatever is asked, the likelier comes first."""
    prior = {"a1": (1, 0), "a2": (0, 1), "b1": (0.6, 0.8), "c1": (1, 0)}
    corpus = Corpus(tmp_path, SPLITS, dict.fromkeys(FRAGMENTS, (1, 0)), prior, USES)
    part = corpus.ranks(galleries=("test",), system="frequency").set_index(["task", "query"])
    similarity, by_image = part.loc["word_similarity"], part.loc["word_token_by_image"]
    assert similarity["rank"].to_dict() == {"a1": 2, "a2": 1}
    assert by_image["rank"].to_dict() == {"A#0": 1, "A#1": 1, "B#0": 2}
    # Pictures that nobody has seen have no prior: chance.
    assert part.loc["image_token_by_word"]["tied"].to_dict() == {"a1": 1, "a2": 1, "b1": 2}


def test_a_task_that_asks_nothing_is_left_out(tmp_path, capsys):
    """One talker: no neighbour by another, and no ABX."""
    corpus = Corpus(tmp_path, SPLITS, FRAGMENTS, TOKENS, USES)
    part = corpus.ranks(
        galleries=("test",),
        tasks=("word_token_by_image", "abx_token_weighted", "word_similarity_other_talkers"),
    )
    assert set(part["task"]) == {"word_token_by_image"}
    notes = [line for line in capsys.readouterr().err.splitlines() if line.startswith("note")]
    assert notes == [
        "note: abx_token_weighted: no two talkers say the same word in the test set; the task is"
        " left out",
        "note: word_similarity_other_talkers, gallery test: none of the 3 test queries has "
        "anything relevant in it; the task is left out",
    ]


def test_a_task_named_twice_is_refused():
    with pytest.raises(ValueError, match="abx is named twice"):
        EvaluationSettings.model_validate({"galleries": ["test"], "tasks": ["abx", "abx"]})
