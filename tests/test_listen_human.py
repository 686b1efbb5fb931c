"""Human words in Listen and look: what each finds, against loops, and what stands beside it."""

import json

import numpy as np
import pytest

from seesay.exhibits.listen import prepare
from seesay.exhibits.listen_human import SHARE
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.learning import WORD_EMBEDDINGS
from seesay.scoring.corpus import load
from seesay.shared import tables
from seesay.shared.tables import REJECTS
from support import listen_run
from support.evaluation import cosine


def run(folder, inputs, settings=listen_run.SETTINGS):
    out, rejects = folder / "listen.json", folder / "rejects.parquet"
    prepare(inputs, out, rejects, settings, listen_run.ABOUT, listen_run.FRAMES, listen_run.HOP)
    return json.loads(out.read_text(encoding="utf-8")), tables.read(REJECTS, rejects)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("people")
    inputs = listen_run.with_human(folder, listen_run.make(folder))
    page, rejects = run(folder, inputs)
    assert rejects.empty
    return inputs, page


def vectors(path):
    return {
        name: row
        for batch in tables.batches(WORD_EMBEDDINGS, path)
        for name, row in zip(
            batch.column("token_id").to_pylist(),
            tables.matrix(batch.column("embedding")),
            strict=True,
        )
    }


def test_words_and_pictures_are_the_nearest_of_a_loop_and_the_token_itself_is_none(world):
    inputs, page = world
    corpus = load(inputs.images, inputs.words, inputs.spoken_captions, inputs.pictures)
    said = tables.read(SPOKEN_CAPTIONS, inputs.spoken_captions).set_index("token_id")["spoken_word"]
    tokens, people = vectors(inputs.words), vectors(inputs.human[0])
    sides = [(item["human"], people, None) for item in page["human"]]
    sides += [(i["own"], tokens, i["own"]["id"]) for i in page["human"] if i["own"]]
    for found, known, own in sides:
        vector = known[found["id"]]
        near: dict[str, float] = {}
        for name, other in tokens.items():
            if name != own:
                near[said[name]] = max(near.get(said[name], -9), cosine(vector, other))
        order = sorted(near, key=lambda word: -near[word])[:4]
        assert [item["word"] for item in found["words"]] == order
        # Among words, each by its nearest token, and not among tokens.
        assert [(item["rank"], item["tied"]) for item in found["words"]] == [
            (place, 0) for place in (1, 2, 3, 4)
        ]
        shown: dict[str, float] = {}
        fragments = corpus.fragments.of(corpus.test)
        for other, image in zip(fragments.vectors, fragments.image, strict=True):
            name = corpus.image_ids[image]
            shown[name] = max(shown.get(name, -9), cosine(vector, other))
        order = sorted(shown, key=lambda name: -shown[name])[:4]
        assert [page["pictures"][item["picture"]]["id"] for item in found["near"]] == order
        assert [item["rank"] for item in found["near"]] == [1, 2, 3, 4]


def test_a_token_of_the_same_word_stands_beside_where_one_was_drawn(world):
    inputs, page = world
    said = tables.read(SPOKEN_CAPTIONS, inputs.spoken_captions).set_index("token_id")["spoken_word"]
    there = 0
    for item in page["human"]:
        assert item["human"]["word"] == item["word"]
        assert item["human"]["sound"].startswith("data:audio/mpeg")
        number = int(item["human"]["id"].rpartition("|")[2])
        assert (item["own"] is None) == (number % 2 == 0 and number > 0)
        assert item["human"]["rank"] == item["looked"] == number + 1
        assert (item["human"]["talker"] == "") == (number % 4 == 0)
        if item["own"]:
            there += 1
            assert said[item["own"]["id"]] == item["word"]
            assert item["own"]["sound"].startswith("data:audio/mpeg")
    assert there > 2
    sources = [item["source"] for item in page["human"]]
    assert sources == sorted(sources)
    assert set(sources) == {"isle", "shore"}


def test_right_is_what_the_captions_use_or_the_picture_it_was_said_about(world):
    _, page = world
    seen = set()
    for item in page["human"]:
        word = listen_run.WORDS[item["word"]]
        for near in item["human"]["near"]:
            picture = page["pictures"][near["picture"]]
            used = word in " ".join(picture["captions"])
            assert near["right"] == (used or near["own"])
            seen.add(near["right"])
        assert [w["right"] for w in item["human"]["words"]] == [
            w["word"] == item["word"] for w in item["human"]["words"]
        ]
    assert seen == {True, False}


def test_without_human_words_the_page_is_as_it_was_and_with_them_within_its_room(tmp_path, world):
    inputs, page = world
    alone, _ = run(tmp_path, listen_run.make(tmp_path))
    assert "human" not in alone
    assert alone["tokens"] == page["tokens"]
    small = listen_run.SETTINGS.model_copy(update={"sound_megabytes": 0.02})
    tight, _ = run(tmp_path, inputs, small)
    sides = [side for item in tight["human"] for side in (item["human"], item["own"]) if side]
    heard = sum(len(side["sound"]) for side in sides)
    others = sum(len(t["sound"]) + len(t.get("mel", "")) for t in tight["tokens"])
    assert 0 < heard <= SHARE * 0.02e6
    assert 0 < others <= (1 - SHARE) * 0.02e6
    assert {side["why"] for side in sides} == {"", "no room"}


def test_a_human_recording_that_cannot_be_read_is_a_reject(tmp_path):
    inputs = listen_run.with_human(tmp_path, listen_run.make(tmp_path))
    (tmp_path / "human3.wav").write_text("no sound")
    page, rejects = run(tmp_path, inputs)
    assert [name for name in rejects["id"] if name.startswith("h|")] == ["h|03"]
    lost = [item["human"] for item in page["human"] if item["human"]["id"] == "h|03"]
    assert [one["why"] for one in lost] == ["cannot be read"]
    assert np.isfinite([item["human"]["rank"] for item in page["human"]]).all()
