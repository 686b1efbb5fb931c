"""Listen and look: chosen by rank, cut where it should be, right and wrong as the tables say."""

import base64
import dataclasses
import io
import json
import re
import time

import numpy as np
import pandas as pd
import pytest
import soundfile
import yaml
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from seesay.exhibits.choice import choose, chosen, kinds, spread, voices
from seesay.exhibits.listen import prepare
from seesay.exhibits.map import draw
from seesay.exhibits.media import Budget, drawing, mp3
from seesay.exhibits.near import nearest
from seesay.reporting.report import build
from seesay.reporting.sections import listen
from seesay.schemas.audio import RECORDINGS
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.vision import IMAGES
from seesay.scoring.asked import Asked
from seesay.scoring.corpus import load
from seesay.scoring.tasks import image_token_by_word, word_token_by_image
from seesay.settings.listen import ListenSettings
from seesay.settings.map import MapSettings
from seesay.settings.report import ReportSettings
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.sound import span
from seesay.shared.tables import REJECTS
from support import configs, listen_run, report_run
from support.workflow import small_config, snakemake


def run(folder, inputs, settings=listen_run.SETTINGS, frames=listen_run.FRAMES):
    out, rejects = folder / "listen.json", folder / "rejects.parquet"
    prepare(inputs, out, rejects, settings, listen_run.ABOUT, frames, listen_run.HOP)
    return json.loads(out.read_text(encoding="utf-8")), tables.read(REJECTS, rejects)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("listen")
    inputs = listen_run.make(folder)
    page, rejects = run(folder, inputs)
    assert rejects.empty
    return inputs, page


def test_positions_are_spread_evenly_with_both_ends():
    assert spread(10, 4) == [0, 3, 6, 9]
    assert spread(3, 5) == [0, 1, 2]
    assert spread(5, 1) == [2]
    assert spread(0, 3) == []


def test_best_typical_and_worst_are_the_ends_and_the_middle_of_the_ranking():
    two = {0: "best", 1: "best", 4: "typical", 5: "typical", 8: "worst", 9: "worst"}
    assert kinds(10, 2) == two
    assert kinds(7, 4) == {
        0: "best", 1: "best", 2: "typical", 3: "typical", 5: "worst", 6: "worst"
    }  # fmt: skip
    assert kinds(2, 4) == {0: "best", 1: "worst"}
    assert kinds(1, 4) == {0: "best"}
    assert kinds(0, 4) == {}
    assert chosen(10, 7, 2) == [0, 1, 3, 4, 5, 8, 9]


@given(st.integers(0, 60), st.integers(1, 8), st.integers(0, 40))
def test_as_many_are_chosen_as_there_is_room_for_and_all_cases_are_among_them(size, cases, more):
    number = 3 * cases + more
    found = chosen(size, number, cases)
    assert len(found) == min(size, number)
    assert found == sorted(set(found))
    assert set(kinds(size, cases)) <= set(found) <= set(range(size))


def test_tokens_go_from_the_best_to_the_worst_by_distinct_talkers():
    tokens = pd.DataFrame(
        {
            "rank": [5.0, 1.0, 2.0, 90.0, 40.0, 3.0],
            "token_id": list("abcdef"),
            "talker": ["A", "A", "A", "A", "B", "C"],
        }
    )
    # In order of rank: b A, c A, f C, a A, e B, d A. The best is b; in the middle f is of another
    # talker; the worst, d, is of A as b is, so it is e.
    assert voices(tokens, 3) == [1, 5, 4]
    # With four, no talker is left for the last: the worst that is not taken.
    assert voices(tokens, 4) == [1, 5, 4, 3]
    assert voices(tokens, 1) == [5]
    assert voices(tokens.sample(frac=1, random_state=1), 4) == [1, 5, 4, 3]


def test_words_are_ordered_by_the_median_rank_of_their_tokens():
    ranks = {"ant": [9.0, 1.0, 2.0], "bee": [1.5], "cat": [50.0, np.nan], "dog": [np.nan]}
    rows = [(word, rank) for word, found in ranks.items() for rank in found]
    queries = pd.DataFrame(rows, columns=["word", "rank"])
    queries = queries.assign(token_id=queries.index.astype(str), talker=queries.index.astype(str))
    found = choose(queries, "word", 3, 1, 2)
    assert [(name, about["place"], about["kind"]) for name, about, _ in found] == [
        ("bee", 1, "best"), ("ant", 2, "typical"), ("cat", 3, "worst")
    ]  # fmt: skip
    assert [about["median"] for _, about, _ in found] == [1.5, 2.0, 50.0]
    assert [about["count"] for _, about, _ in found] == [1, 3, 1]
    assert [labels for _, _, labels in found] == [[3], [1, 0], [4]]


@pytest.mark.parametrize(("rows", "items", "groups"), [(1, 1, 1), (3, 7, 2), (300, 40, 11)])
def test_the_nearest_are_those_of_a_naive_loop_ties_and_zeros_included(rows, items, groups):
    rng = np.random.default_rng(rows)
    queries = rng.integers(0, 3, (rows, 3)).astype(np.float32)
    gallery = rng.integers(0, 3, (items, 3)).astype(np.float32)
    group = rng.integers(0, groups, items)
    for query, found in zip(queries, nearest(queries, gallery, group, 4), strict=True):
        cosines = []
        for item in gallery:
            length = float(np.sqrt((query @ query) * (item @ item)))
            cosines.append(round(float(query @ item) / length, 6) if length else 0.0)
        wanted = []
        for item in sorted(range(items), key=lambda n: (-cosines[n], n)):
            if group[item] not in [group[n] for n, *_ in wanted]:
                better = sum(cosine > cosines[item] for cosine in cosines)
                tied = sum(cosine == cosines[item] for cosine in cosines) - 1
                wanted.append((item, 1 + better, tied))
        assert [(near.item, near.rank, near.tied) for near in found] == wanted[:4]
        assert [near.cosine for near in found] == pytest.approx([cosines[n.item] for n in found])


@pytest.fixture
def ramp(tmp_path):
    """A stereo recording of 1 s at 1,000 Hz: sample n is n / 1,000, and its negative."""
    file = tmp_path / "ramp.wav"
    values = np.arange(1000) / 1000
    soundfile.write(file, np.stack([values, -values], axis=1), 1000, subtype="FLOAT")
    return file


@pytest.mark.parametrize(
    ("onset", "offset", "margin", "seconds", "first", "last"),
    [
        (0.2, 0.3, 0.0, 2, 200, 299),
        (0.2, 0.3, 0.05, 2, 150, 349),
        (0.01, 0.1, 0.05, 2, 0, 149),
        (0.9, 1.0, 0.05, 2, 850, 999),
        (0.1, 0.9, 0.0, 0.25, 100, 349),
    ],
)
def test_cut_audio_has_the_asked_samples(ramp, onset, offset, margin, seconds, first, last):
    times = (onset - margin, offset + margin)
    samples, rate = span(ramp, *times, 0, seconds)
    assert rate == 1000
    assert samples == pytest.approx(np.arange(first, last + 1) / 1000)
    other, _ = span(ramp, *times, 1, seconds)
    assert other == pytest.approx(-samples)
    mean, _ = span(ramp, *times, -1, seconds)
    assert mean == pytest.approx(np.zeros(len(samples)))


def test_what_cannot_be_cut_is_said_in_one_line(ramp, tmp_path):
    for path, times, channel, said in (
        (tmp_path / "none.wav", (0.1, 0.2), 0, "cannot be read"),
        (ramp, (1.2, 1.4), 0, "nothing at 1.200 to 1.400 s; correct"),
        (ramp, (0.1, 0.2), 2, "has 2 channels, not 3"),
    ):
        with pytest.raises(InputError, match=said):
            span(path, *times, channel, 1.0)


def test_a_clip_is_an_mp3_of_the_same_length_and_sound(tmp_path):
    tone = np.sin(2 * np.pi * 300 * np.arange(4000) / 8000).astype(np.float32) * 0.5
    uri = mp3(tone, 8000, 16000)
    assert uri == mp3(tone, 8000, 16000)
    assert len(uri) < 5000
    heard, rate = soundfile.read(io.BytesIO(base64.b64decode(uri.partition(",")[2])))
    assert (rate, len(heard)) == (16000, 8000)
    wanted = np.sin(2 * np.pi * 300 * np.arange(8000) / 16000) * 0.5
    assert np.corrcoef(heard[1000:7000], wanted[1000:7000])[0, 1] > 0.99


def test_a_log_mel_drawing_is_dark_where_it_is_loud_with_low_filters_below():
    feature = np.array([[0.0, -5.0, -20.0], [-20.0, -20.0, 0.0]], np.float32)
    uri = drawing(feature.reshape(-1), 2)
    picture = Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))).convert("L")
    grey = np.asarray(picture)
    # Columns are frames; the lowest filter is the bottom row. Ten nats below the loudest: white.
    assert grey[:, 0].tolist() == [255, 8 * 17, 0]
    assert grey[:, 1].tolist() == [0, 255, 255]


def test_a_budget_is_never_exceeded_and_counts_what_it_refuses():
    budget = Budget(10)
    assert [budget.take(uri) for uri in ("abcd", "efgh", "ijklm", "n")] == ["abcd", "efgh", "", ""]
    assert (budget.left, budget.used, budget.refused) == (2, 8, 2)


def test_right_and_wrong_are_what_the_captions_say(world):
    inputs, page = world
    captions = {p["id"]: " ".join(p["captions"]) for p in page["pictures"]}
    said = tables.read(SPOKEN_CAPTIONS, inputs.spoken_captions)
    seen = set()
    for token in page["tokens"]:
        mine = set(said.loc[said["token_id"] == token["id"], "image_id"])
        for near in token.get("near", []):
            picture = page["pictures"][near["picture"]]
            right = listen_run.WORDS[token["word"]] in captions[picture["id"]]
            assert near["right"] == right
            assert near["own"] == (picture["id"] in mine)
            assert near["right"] or not near["own"]
            seen.add((near["right"], near["own"]))
    assert seen == {(True, True), (True, False), (False, False)}
    checked = 0
    for picture in page["pictures"]:
        for fragment in picture.get("fragments", []):
            for near in fragment["near"]:
                word = page["tokens"][near["token"]]["word"]
                assert near["right"] == (listen_run.WORDS[word] in captions[picture["id"]])
                checked += 1
    assert checked == 6 * 2 * 4


def test_the_first_of_its_own_has_the_rank_of_the_evaluation(tmp_path):
    inputs = listen_run.make(tmp_path)
    settings = listen_run.SETTINGS.model_copy(update={"neighbours": 20, "tokens": 9})
    page, _ = run(tmp_path, inputs, settings)
    corpus = load(inputs.images, inputs.words, inputs.spoken_captions, inputs.pictures)
    asked = Asked(corpus, "test", "")
    ranks = image_token_by_word.rank(asked).set_index("query")["rank"]
    queries = [token for token in page["tokens"] if "near" in token]
    assert len(queries) > 20
    for token in queries:
        assert token["rank"] == ranks[token["id"]]
        assert min(near["rank"] for near in token["near"] if near["own"]) == token["rank"]
    ranks = word_token_by_image.rank(asked).set_index("query")["rank"]
    picture = page["pictures"][0]
    assert picture["median"] == np.median([ranks[f"{picture['id']}#{n}"] for n in range(3)])


def test_each_picture_and_each_word_is_there_once_nearest_first(world):
    _, page = world
    for token in page["tokens"]:
        near = token.get("near", [])
        assert len({item["picture"] for item in near}) == len(near)
        assert [item["rank"] for item in near] == sorted(item["rank"] for item in near)
    for picture in page["pictures"]:
        for fragment in picture.get("fragments", []):
            words = [page["tokens"][near["token"]]["word"] for near in fragment["near"]]
            assert len(set(words)) == len(words) == 4


def test_a_replacement_says_what_it_is_said_for_and_every_word_sounds(world):
    _, page = world
    assert page["said_for"] == {"bureau": ["</script><b>grass"]}
    assert len(page["words"]) == 6
    assert set(page["sounds"]) == set(listen_run.WORDS)
    for word, token in page["sounds"].items():
        assert page["tokens"][token]["word"] == word
        assert page["tokens"][token]["sound"].startswith("data:audio/mpeg;base64,")
    for word in page["words"]:
        assert len({page["tokens"][t]["talker"] for t in word["tokens"]}) == len(word["tokens"])


def test_the_same_inputs_give_the_same_bytes(world, tmp_path):
    inputs, page = world
    again, _ = run(tmp_path, inputs)
    assert again == page
    first = (tmp_path / "listen.json").read_bytes()
    run(tmp_path, inputs)
    assert (tmp_path / "listen.json").read_bytes() == first


def test_what_cannot_be_read_is_rejected_and_the_page_says_so(tmp_path):
    inputs = listen_run.make(tmp_path)
    images = tables.read(IMAGES, inputs.pictures)
    (tmp_path / "1.jpg").unlink()
    images.loc[images["image_id"] == "pic 02", "path"] = ""
    tables.write(IMAGES, inputs.pictures, images)
    (tmp_path / "rec0.wav").write_bytes(b"no sound")
    page, rejects = run(tmp_path, inputs)
    why = {picture["id"]: picture["why"] for picture in page["pictures"]}
    assert (why["pic 01"], why["pic 02"], why["pic 03"]) == ("cannot be read", "no file", "")
    lost = [token for token in page["tokens"] if token["why"]]
    assert {token["talker"] for token in lost} == {listen_run.TALKERS[0]}
    assert not any(token["sound"] for token in lost)
    assert set(rejects["id"]) == {"pic 01", *(token["id"] for token in lost)}
    assert set(rejects["stage"]) == {"listen"}


def test_fragments_without_boxes_have_none(tmp_path):
    inputs = dataclasses.replace(listen_run.make(tmp_path), regions=[])
    page, _ = run(tmp_path, inputs)
    assert page["pictures"][0]["boxes"] == {"0": None, "1": None, "2": None}
    shown = listen.page_of(tmp_path / "listen.json")
    assert {near["box"] for row in shown["words"] for near in row["near"]} == {None}


def test_frames_of_the_word_alone_are_all_marked_as_the_word(tmp_path):
    out = tmp_path / "listen.json"
    told = (listen_run.SETTINGS, listen_run.ABOUT, listen_run.FRAMES, listen_run.HOP)
    prepare(listen_run.make(tmp_path), out, tmp_path / "rejects.parquet", *told, span="word")
    tokens = json.loads(out.read_text(encoding="utf-8"))["tokens"]
    assert {tuple(token["span"]) for token in tokens if "mel" in token} == {(0.0, 1.0)}


def test_frames_of_a_speech_model_are_not_drawn(tmp_path):
    inputs = listen_run.make(tmp_path)
    page, rejects = run(tmp_path, inputs, frames=0)
    assert rejects.empty
    assert not any("mel" in token or "span" in token for token in page["tokens"])
    drawn, _ = run(tmp_path, inputs)
    assert any("mel" in token for token in drawn["tokens"])
    assert any(token["span"] != [0.0, 1.0] for token in drawn["tokens"] if "mel" in token)
    sounds = [[token["sound"] for token in each["tokens"]] for each in (page, drawn)]
    assert sounds[0] == sounds[1]


def test_room_is_kept_and_what_finds_none_is_counted(tmp_path):
    inputs = listen_run.make(tmp_path)
    room = {"sound_megabytes": 0.02, "picture_megabytes": 0.005}
    page, rejects = run(tmp_path, inputs, listen_run.SETTINGS.model_copy(update=room))
    sounds = [token["sound"] for token in page["tokens"]]
    sounds += [token.get("mel", "") for token in page["tokens"]]
    pictures = [picture["uri"] for picture in page["pictures"]]
    assert 10_000 < sum(map(len, sounds)) <= 20_000
    assert 2_000 < sum(map(len, pictures)) <= 5_000
    assert page["unseen"] == pictures.count("") > 0
    assert page["silent"] > 0
    assert {t["why"] for t in page["tokens"] if not t["sound"]} == {"no room"}
    assert rejects.empty


def test_a_lost_recording_row_is_one_line(tmp_path):
    inputs = listen_run.make(tmp_path)
    recordings = tables.read(RECORDINGS, inputs.recordings)
    tables.write(RECORDINGS, inputs.recordings, recordings.iloc[1:])
    with pytest.raises(InputError, match=r"rec0@.* or its recording is not there"):
        run(tmp_path, inputs)


def test_cases_are_in_the_tables_and_no_text_ends_the_script(world, tmp_path):
    _, page = world
    file = tmp_path / "listen.json"
    file.write_text(json.dumps(page), encoding="utf-8")
    shown = listen.page_of(file)
    assert [row["kind"] for row in shown["words"]] == ["best", "typical", "worst"]
    assert [row["kind"] for row in shown["pictures"]] == ["best", "typical", "worst"]
    places = [row["place"] for row in shown["words"]]
    assert places == [1, 4, 7]
    assert "<" not in shown["text"]
    assert json.loads(shown["text"]) == page
    for text in ("[]", '{"words": []}', "not JSON"):
        file.write_text(text)
        with pytest.raises(InputError, match="not what the stage listen writes"):
            listen.page_of(file)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "pictures", "most"), [("config", 40, 8e6), ("paper", 102, 15e6)])
def test_the_page_stays_within_its_size_and_time(name, pictures, most, tmp_path):
    config = configs.complete(f"{name}.yaml")
    words = {f"word{n}": f"word{n}" for n in range(200)}
    # Large and noisy pictures: the tables of cases hold some of them once more.
    inputs = listen_run.make(tmp_path, pictures=pictures, words=words, side=600)
    settings = ListenSettings(**config["listen"])
    page, _ = run(tmp_path, inputs, settings)
    place = tmp_path / "map.parquet"
    files = (inputs.images, inputs.words, inputs.spoken_captions, inputs.pictures)
    draw(*files, place, MapSettings(**config["map"]))
    (tmp_path / "report").mkdir()
    report = report_run.make(tmp_path / "report")
    sizes = []
    for more in ({}, {"listen": tmp_path / "listen.json", "map": place}):
        outputs = report_run.outputs(tmp_path)
        given = report | more
        shown = ReportSettings(**config["report"])
        began = time.process_time()
        build(given, outputs, shown, report_run.CONFIG, report_run.STAGES, tmp_path / "none")
        sizes.append(outputs.report.stat().st_size)
        # Of this processor: a machine that is busy with other work takes no longer by it.
        assert time.process_time() - began < 20
    media = [token["sound"] + token.get("mel", "") for token in page["tokens"]]
    media += [picture["uri"] for picture in page["pictures"]]
    room = 1e6 * (settings.sound_megabytes + settings.picture_megabytes) - sum(map(len, media))
    assert room >= 0
    # With all room filled, and as much again for all the rest of a report.
    assert sizes[1] - sizes[0] + room < most - 2.5e6


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"words": 5, "cases": 2}, "words (5) must be at least three times cases (2)"),
        ({"seconds": 0.2, "margin": 0.1}, "seconds (0.2) must be more than twice margin (0.1)"),
    ],
)
def test_settings_that_do_not_fit_are_refused(change, said):
    values = listen_run.SETTINGS.model_dump() | change
    with pytest.raises(ValueError, match=said.replace("(", r"\(").replace(")", r"\)")):
        ListenSettings(**values)


@pytest.mark.slow
def test_the_page_draws_frames_as_the_experiment_shown_hears_them(tmp_path):
    values = small_config()
    heard = {"span": "word", "frames": 40}
    values["experiments"] = {"paper": {}, "wide": {"logmel": heard}}
    values["listen"]["experiment"] = "wide"
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(values))
    planned = snakemake(tmp_path, "--dry-run", "--printshellcmds")
    assert planned.returncode == 0, planned.stderr
    (command,) = re.findall(r"^.*listen\.py.*$", planned.stdout + planned.stderr, re.MULTILINE)
    assert "--frames 40 --hop 0.01 --span word" in command
    # A network that hears words has no captions to play.
    assert re.search(r"--whole +--out .* --evaluation '\{\}' ", command)
    assert re.search(r"--logmel \S*/logmel/[0-9a-f]{8}/shards/", command)
