"""The lexicon: its measures by hand, who belongs to which pseudo-word, and the report's section."""

import base64
import io
import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
import torch
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from seesay.exhibits.lexicon import Clip, Inputs, belonging, describe, entries, parts
from seesay.learning import training
from seesay.learning.embedding import load_network
from seesay.learning.features import Features, load_words
from seesay.learning.lexicon_measures import SHUFFLES, measures, table
from seesay.learning.pseudo_words import cluster, draw_of
from seesay.reporting.report import build
from seesay.reporting.sections.lexicon import lexicon as shown_lexicon
from seesay.schemas.audio import RECORDINGS, SPOKEN_WORDS
from seesay.schemas.exhibits import LEXICON
from seesay.schemas.learning import HISTORY
from seesay.schemas.vision import IMAGES
from seesay.settings.report import ReportSettings
from seesay.shared import sources, tables
from seesay.shared.errors import InputError
from seesay.shared.randomness import generator
from support import listen_run, report_run
from support.training import BEST, CPU, make
from support.workflow import small_config, snakemake

SETTINGS = make(**BEST | {"pseudo_words": 5})
CLIP = Clip(0.05, 1.0, 16000)
SYSTEMS = ("model", "shuffled", "untrained")


def naive(clusters, types):
    """Purity, types found and normalised mutual information, by counting."""
    pairs = list(zip(clusters.tolist(), types.tolist(), strict=True))
    total, joint = len(pairs), Counter(pairs)
    right, found = 0, set()
    for label in set(clusters.tolist()):
        inside = Counter(kind for other, kind in pairs if other == label)
        most = max(inside.values())
        right += most
        found.add(min(kind for kind, count in inside.items() if count == most))
    one, two = Counter(clusters.tolist()), Counter(types.tolist())

    def entropy(counts):
        return -sum(n / total * np.log(n / total) for n in counts.values())

    shared = sum(
        n / total * np.log(n * total / (one[label] * two[kind]))
        for (label, kind), n in joint.items()
    )
    mean = (entropy(one) + entropy(two)) / 2
    return right / total, len(found), shared / mean if mean > 1e-9 else 1.0


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 5)), min_size=2, max_size=40))
def test_measures_and_their_chance_are_those_of_counting(pairs):
    clusters, types = (np.array(values) for values in zip(*pairs, strict=True))
    found = measures(clusters, types, 7)
    names = ("purity", "types", "nmi")
    assert [found[name] for name in names] == pytest.approx(naive(clusters, types), abs=1e-9)
    random = generator("lexicon", "chance", 7)
    drawn = [naive(clusters, random.permutation(types)) for _ in range(SHUFFLES)]
    chance = [found[f"chance_{name}"] for name in names]
    assert chance == pytest.approx(np.mean(drawn, axis=0), abs=1e-9)
    assert found == measures(clusters, types, 7)


def test_clusters_that_know_nothing_are_at_chance_and_right_ones_are_not():
    rng = np.random.default_rng(0)
    types = rng.integers(0, 10, 2000)
    blind, right = measures(rng.integers(0, 10, 2000), types, 1), measures(types, types, 1)
    for name in ("purity", "nmi"):
        assert blind[name] == pytest.approx(blind[f"chance_{name}"], abs=0.02)
        assert right[name] == pytest.approx(1)
        assert right[f"chance_{name}"] < 0.2
    assert right["types"] == 10


def test_the_table_by_hand():
    labels, types = np.array([0, 0, 0, 2, 2, 2, 2]), np.array([1, 1, 0, 2, 0, 2, 0])
    assert table(labels, types, 4).tolist() == [[1, 2, 0], [0, 0, 0], [2, 0, 2], [0, 0, 0]]
    talkers = np.array(["F1", "M1", "F1", "F1", "F1", "F1", "F1"])
    found = entries(labels, types, np.array(["ant", "bee", "cat"]), talkers, 4)
    assert found["pseudo_word"].tolist() == [0, 1, 2, 3]
    assert found["tokens"].tolist() == [3, 0, 4, 0]
    assert found["talkers"].tolist() == [2, 0, 1, 0]
    assert found["types"].tolist() == [2, 0, 2, 0]
    # Of two equally common types the first by name.
    assert found["word"].tolist() == ["bee", "", "ant", ""]
    np.testing.assert_allclose(found["purity"], [2 / 3, np.nan, 0.5, np.nan])


def history(parts, kept):
    """A model's history: R@10 of the epochs of each part, and the kept epoch."""
    values = [(part, r10) for part, own in enumerate(parts, start=1) for r10 in own]
    rows = [
        ("best", "model", 1, epoch, "validation", -r10, 0.0, 0.0, 0.0, r10, *[0.0] * 5, part)
        for epoch, (part, r10) in enumerate(values)
    ]
    frame = pd.DataFrame(rows, columns=[c.name for c in HISTORY.columns][:-1])
    return frame.assign(kept=frame["epoch"] == kept)


def test_rounds_are_told_by_what_was_watched():
    past = history([[0, 9, 7], [8, 11], [10]], 4)
    found = parts(past, "r10")
    assert [(p["part"], p["epochs"], p["value"], p["kept"]) for p in found] == [
        (1, 2, 9, False), (2, 2, 11, True), (3, 1, 10, False)
    ]  # fmt: skip
    assert [part["value"] for part in parts(past, "loss")] == [-9, -11, -10]


def world(folder, used, words=listen_run.WORDS):
    """A run of three systems whose lexicons have `used` pseudo-words, on recordings of clicks."""
    made = listen_run.make(folder, pictures=24, words=words)
    images = tables.read(IMAGES, made.pictures)
    images["split"] = ["test"] * 4 + ["train"] * 20
    tables.write(IMAGES, made.pictures, images)
    random = torch.Generator().manual_seed(3)
    size = listen_run.FRAMES * listen_run.FILTERS
    models = []
    for system in SYSTEMS:
        network = training.start(
            SETTINGS,
            Features(torch.randn(9, 6, generator=random)),
            Features(torch.randn(9, size)),
            system,
            1,
        )
        lexicon = network.speech[-1]
        values = torch.randn(5, SETTINGS.embedding, generator=random)
        lexicon.centroids[:] = torch.nn.functional.normalize(values)
        lexicon.used.fill_(used)
        training.save_model(folder / system, network, SETTINGS, system, 1, [])
        models.append(folder / system / "model.safetensors")
    past = folder / "history.parquet"
    kept = 4 if used else 1
    tables.write(HISTORY, past, history([[0, 9, 7], [8, 11], [10]], kept))
    return Inputs(
        models, past, made.pictures, made.spoken_captions, made.recordings, made.spoken_words,
        made.logmel,
    )  # fmt: skip


def written(folder, inputs):
    """What the stage writes: the page, the table and the rejects."""
    out = [folder / name for name in ("words.parquet", "lexicon.json", "rejects.parquet")]
    describe(inputs, *out, CLIP, "best")
    page = json.loads(out[1].read_text(encoding="utf-8"))
    return page, tables.read(LEXICON, out[0]), tables.read(tables.REJECTS, out[2])


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lexicon")
    inputs = world(folder, 4)
    return folder, inputs, *written(folder, inputs)


def loop(folder, inputs):
    """Each training token's pseudo-word, talker and true type, one token after the other."""
    network = load_network(folder / "model", CPU)
    lexicon = network.speech[-1]
    centroids = lexicon.centroids.numpy()[: int(lexicon.used)]
    lexicon.used.zero_()
    images = tables.read(IMAGES, inputs.images).set_index("image_id")["split"]
    spoken = pd.read_parquet(inputs.spoken_captions)
    rows = {}
    for image_id, talker, word, token in spoken[
        ["image_id", "talker", "spoken_word", "token_id"]
    ].itertuples(index=False):
        if images[image_id] != "train":
            continue
        with torch.no_grad():
            heard = (
                load_words(inputs.logmel, [token]).features.through(network.embed_words)[0].numpy()
            )
        cosines = [
            float(np.dot(heard, c) / np.sqrt(np.dot(heard, heard) * np.dot(c, c)))
            for c in centroids
        ]
        rows[token] = (int(np.argmax(cosines)), talker, word, max(cosines))
    return pd.DataFrame(rows, index=["pseudo_word", "talker", "word", "cosine"]).T


def test_a_token_belongs_to_what_it_sounds_most_like(found):
    folder, inputs, page, lexicon, rejects = found
    own = loop(folder, inputs)
    assert rejects.empty
    assert page["tokens"] == len(own) == 80
    assert lexicon["experiment"].unique().tolist() == ["best"]
    assert lexicon["pseudo_word"].tolist() == [0, 1, 2, 3]
    for row in lexicon.itertuples():
        inside = own[own["pseudo_word"] == row.pseudo_word]
        assert row.tokens == len(inside)
        assert row.talkers == inside["talker"].nunique()
        counts = Counter(inside["word"])
        if counts:
            assert counts[row.word] == max(counts.values())
            assert row.purity == pytest.approx(max(counts.values()) / len(inside))
    right = lexicon["tokens"] * lexicon["purity"].fillna(0)
    model = page["systems"][0]
    assert [row["system"] for row in page["systems"]] == list(SYSTEMS)
    assert model["purity"] == pytest.approx(right.sum() / 80)
    assert model["words"] == 4
    assert page["all_types"] == own["word"].nunique()


def test_cases_are_ranked_by_purity_and_heard_by_different_talkers(found):
    folder, inputs, page, lexicon, _ = found
    own = loop(folder, inputs)
    some = lexicon[lexicon["tokens"] > 0]
    order = sorted(some.itertuples(), key=lambda row: (-row.purity, -row.tokens))
    cases = page["cases"]
    assert [case["place"] for case in cases] == sorted(case["place"] for case in cases)
    assert cases[0]["kind"] == "best"
    assert cases[-1]["kind"] == "worst"
    for case in cases:
        assert case["pseudo_word"] == order[case["place"] - 1].pseudo_word
        talkers = [token["talker"] for token in case["examples"]]
        assert len(talkers) == len(set(talkers)) == min(3, order[case["place"] - 1].talkers)
        cosines = [token["cosine"] for token in case["examples"]]
        assert cosines == sorted(cosines, reverse=True)
        for token in case["examples"]:
            row = own.loc[token["token_id"]]
            assert (row["pseudo_word"], row["talker"], row["word"]) == (
                case["pseudo_word"], token["talker"], token["word"]
            )  # fmt: skip
            assert token["cosine"] == pytest.approx(row["cosine"], abs=6e-4)
    # The tone of a talker tells the clip: 200, 300 and 400 Hz.
    words = tables.read(SPOKEN_WORDS, inputs.spoken_words).set_index("token_id")
    token = cases[0]["examples"][0]
    kind, data = token["sound"].split(";base64,")
    assert kind == "data:audio/mpeg"
    samples, rate = soundfile.read(io.BytesIO(base64.b64decode(data)))
    length = words.at[token["token_id"], "offset"] - words.at[token["token_id"], "onset"]
    assert len(samples) / rate == pytest.approx(length + 0.1, abs=0.06)
    peak = np.abs(np.fft.rfft(samples)).argmax() * rate / len(samples)
    wanted = 200 + 100 * listen_run.TALKERS.index(token["talker"])
    assert peak == pytest.approx(wanted, abs=15)


def test_without_a_kept_round_the_clusters_of_the_first_are_shown(tmp_path):
    inputs = world(tmp_path, 0)
    page, lexicon, _ = written(tmp_path, inputs)
    spoken = pd.read_parquet(inputs.spoken_captions)
    images = tables.read(IMAGES, inputs.images)
    train = images.loc[images["split"] == "train", "image_id"]
    tokens = spoken.loc[spoken["image_id"].isin(train), "token_id"].tolist()
    features = load_words(inputs.logmel, tokens).features
    with torch.no_grad():
        sounds = features.through(load_network(tmp_path / "model", CPU).embed_words).numpy()
    _, labels = cluster(sounds, 5, draw_of(1, 1))
    mine, _, count = belonging(tmp_path / "model", features, 5, 1)
    assert count == len(lexicon) == 5
    # k-means compares distances to means, the lexicon angles: they differ on the edge alone.
    assert (labels == mine).mean() > 0.9
    assert lexicon["tokens"].tolist() == np.bincount(mine, minlength=5).tolist()
    assert [part["kept"] for part in page["parts"]] == [True, False, False]


def test_a_recording_that_cannot_be_read_is_rejected_and_said_so(tmp_path):
    inputs = world(tmp_path, 4)
    path = tables.read(RECORDINGS, inputs.recordings)["path"].iloc[1]
    with open(path, "wb") as file:
        file.write(b"no sound")
    page, _, rejects = written(tmp_path, inputs)
    silent = [t for case in page["cases"] for t in case["examples"] if not t["sound"]]
    assert {token["why"] for token in silent} == {"cannot be read"}
    assert sorted(rejects["id"]) == sorted(token["token_id"] for token in silent)
    assert all("cannot be read as audio" in reason for reason in rejects["reason"])
    assert {token["talker"] for token in silent} == {listen_run.TALKERS[1]}


def test_a_recording_that_has_changed_since_it_was_listed_ends_the_stage(tmp_path):
    inputs = world(tmp_path, 4)
    files = tables.read(RECORDINGS, inputs.recordings)
    files["digest"] = [sources.digest(Path(path)) for path in files["path"]]
    tables.write(RECORDINGS, inputs.recordings, files)
    written(tmp_path, inputs)
    path = Path(files["path"].iloc[1])
    samples, rate = soundfile.read(path)
    soundfile.write(path, samples / 2, rate)
    with pytest.raises(InputError, match="has changed since the stage speech read it"):
        written(tmp_path, inputs)


def test_a_token_without_a_recording_is_a_clear_error(tmp_path):
    inputs = world(tmp_path, 4)
    words = tables.read(SPOKEN_WORDS, inputs.spoken_words)
    tables.write(SPOKEN_WORDS, inputs.spoken_words, words.head(0))
    with pytest.raises(InputError, match="make the stage speech and all after it again"):
        written(tmp_path, inputs)


def report(folder, rows=3, **more):
    """The page of a made-up run."""
    (folder / "report").mkdir(exist_ok=True)
    made = report_run.make(folder / "report")
    given = made | {"experiment_fc7": made["fc7"] * 2} | more
    outputs = report_run.outputs(folder)
    shown = ReportSettings(title="T", pictures=0, thumbnail=64, rows=rows, examples=1)
    config = report_run.CONFIG | {"experiments": {"paper": {}, "best": {"training": {}}}}
    build(given, outputs, shown, config, report_run.STAGES, folder / "none")
    return outputs.report.read_text(encoding="utf-8")


def section(html):
    """The report's section on the lexicon."""
    shown = re.search(r'<section id="lexicon">.*?</section>', html, re.DOTALL)[0]
    # Without the page's own script.
    return re.sub(r"(?s)<script>\n// Replaces each clip.*?</script>", "", shown)


def test_the_report_shows_the_lexicon_and_lets_it_be_heard(found, tmp_path):
    folder, _, page, lexicon, _ = found
    files = {"lexicons": [folder / "lexicon.json"], "pseudo_words": [folder / "words.parquet"]}
    html = report(tmp_path, **files)
    shown = section(html)
    assert '<a href="#lexicon">' in html
    assert "The weights of round 1 are kept" in shown
    rounds = re.findall(r'<th scope="row">((?:spoken|pseudo)[^<]*)</th><td class="n">(\d+)', shown)
    assert rounds == [
        ("spoken words", "2"),
        ("pseudo-words, round 1, kept", "2"),
        ("pseudo-words, round 2", "1"),
    ]
    model = page["systems"][0]
    assert f"{100 * model['purity']:.1f} %<small>{100 * model['chance_purity']:.1f} %" in shown
    assert f"{model['nmi']:.2f}<small>{model['chance_nmi']:.2f}" in shown
    sounds = [token["sound"] for case in page["cases"] for token in case["examples"]]
    assert re.findall(r'<audio [^>]*src="([^"]*)"', shown) == sounds
    assert all(sound.startswith("data:audio/mpeg;base64,") for sound in sounds)
    # The largest three of four, the largest first.
    rest = shown[shown.index("<details>") :]
    numbers = re.findall(r'<tr><td class="n">(\d+)</td>', rest)
    largest = sorted(lexicon.itertuples(), key=lambda row: -row.tokens)[:3]
    assert numbers == [str(row.pseudo_word) for row in largest]
    assert "The 3 largest of 4 pseudo-words" in rest
    # Hostile words and talkers are text.
    assert "<script" not in shown
    assert "<b>T&amp;1" not in shown
    assert "&lt;b&gt;T&amp;1&lt;/b&gt;" in shown


def test_a_hostile_word_is_text(tmp_path):
    inputs = world(tmp_path, 4, {listen_run.SCRIPT: "a", '" onload="x': "b", "c": "c", "d": "d"})
    written(tmp_path, inputs)
    files = {"lexicons": [tmp_path / "lexicon.json"], "pseudo_words": [tmp_path / "words.parquet"]}
    shown = section(report(tmp_path, rows=9, **files))
    assert "<script" not in shown
    assert 'onload="x' not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "onload=&#34;x" in shown


def test_without_pseudo_words_there_is_no_section(tmp_path):
    html = report(tmp_path)
    assert "lexicon" not in re.sub(r"(?s)<(style|script).*?</\1>", "", html).lower()


def test_what_the_stage_did_not_write_is_refused(found, tmp_path):
    folder = found[0]
    bad = tmp_path / "lexicon.json"
    bad.write_text('{"criterion": "r10"}')
    with pytest.raises(InputError, match="not what the stage lexicon writes"):
        shown_lexicon(bad, tables.read(LEXICON, folder / "words.parquet"), 3)


@pytest.mark.slow
def test_only_experiments_with_pseudo_words_have_a_lexicon(tmp_path):
    values = small_config()
    for name, experiments, jobs in (
        ("without", {"paper": {}}, 0),
        ("with", {"paper": {}, "again": {"training": BEST | {"pseudo_words": 5}}}, 1),
    ):
        values["experiments"] = experiments
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(values))
        planned = snakemake(tmp_path, "--dry-run", config=f"{name}.yaml")
        assert planned.returncode == 0, planned.stderr
        found = re.findall(r"^lexicon +(\d+)$", planned.stdout + planned.stderr, re.MULTILINE)
        assert set(found) == ({"1"} if jobs else set())
