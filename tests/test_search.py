"""Searching: what is asked gets the embedding that the stages gave it, and loops rank the rest."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
import soundfile
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from seesay import scoring
from seesay.commands import cli
from seesay.commands.run_tokens import FOUND, GIVEN
from seesay.commands.search import Search
from seesay.exhibits.gallery import Gallery, embeddings
from seesay.learning import arrays
from seesay.learning.features import Features
from seesay.learning.training import start
from seesay.schemas.audio import RECORDINGS, SPOKEN_WORDS
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.learning import IMAGE_EMBEDDINGS, WORD_EMBEDDINGS
from seesay.schemas.vision import IMAGES, REGIONS
from seesay.shared import tables
from seesay.shared.columns import sized
from seesay.shared.errors import InputError
from support.model_run import RATE, TOKENS, TRAINING, make


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """The results of a small run with random weights: the folder of its model."""
    return make(tmp_path_factory.mktemp("home"))


def stored(model, table, name):
    """key -> embedding, of the run."""
    folder = model.parents[3] / "embedding" / "paper" / "model" / "1"
    keys, vectors = embeddings(table, folder / f"{name}.parquet")
    return dict(zip(keys.itertuples(index=False, name=None), vectors, strict=True))


def cosine(a, b):
    a, b = a.astype(float), b.astype(float)
    return round(float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b))), 6)


def test_a_recording_of_the_corpus_finds_what_its_own_token_is_near_to(model):
    """A loop over the stored embeddings; the recording c is the token c@0 and no more."""
    word = stored(model, WORD_EMBEDDINGS, "words")["c@0",]
    best = {}
    for (image, region), vector in stored(model, IMAGE_EMBEDDINGS, "images").items():
        best[image] = max(best.get(image, (-1, 0)), (cosine(word, vector), -region))
    order = sorted(best, key=lambda image: (-best[image][0], image))
    found = Search(model).say(model.parents[3] / "c.wav")
    assert found["image_id"].to_list() == order
    assert found["cosine"].to_list() == pytest.approx([best[i][0] for i in order], abs=2e-6)
    assert found["region"].to_list() == [-best[i][1] for i in order]
    assert found["rank"].to_list() == [1, 2, 3]
    boxes = tables.read(REGIONS, model.parents[3] / "regions" / "shards" / "0.parquet")
    boxes = boxes.set_index(["image_id", "region"])
    for row in found.itertuples():
        box = boxes.loc[(row.image_id, row.region)].to_list()
        assert [row.x0, row.y0, row.x1, row.y1] == box
    assert Search(model).say(model.parents[3] / "c.wav", 1)["image_id"].to_list() == order[:1]


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(0, 3), st.integers(-1, 1)),
        min_size=1,
        unique_by=lambda row: row[:2],
    )
)
def test_the_nearest_of_each_group_is_that_of_a_sort(rows):
    """Equal cosines of an item's group, and of several groups, come in the items' order."""
    keys = pd.DataFrame(rows, columns=["group", "item", "cosine"])
    vectors = np.stack([keys["cosine"], 1 - keys["cosine"].abs()], axis=1).astype(np.float32)
    gallery = Gallery.of(keys, vectors, "group", ["item", "group"])
    found = gallery.keys.iloc[gallery.nearest(gallery.cosines(np.array([[1.0, 0.0]]))[0])]
    wanted = keys.sort_values(["cosine", "item", "group"], ascending=[False, True, True])
    wanted = wanted.drop_duplicates("group")
    assert found.to_numpy().tolist() == wanted.to_numpy().tolist()


def test_one_split_alone(model):
    found = Search(model).say(model.parents[3] / "a.wav", split="test")
    assert sorted(found["image_id"]) == ["p1", "p2"]
    with pytest.raises(InputError, match="--split tset: no picture"):
        Search(model).say(model.parents[3] / "a.wav", split="tset")


def test_rate_and_channels_matter_little(model, tmp_path):
    """Stereo is the mean of its channels; a longer file is cut around its middle."""
    search = Search(model)
    sound, _ = soundfile.read(model.parents[3] / "a.wav", dtype="float32")
    alone = search.hear(model.parents[3] / "a.wav")
    stereo = np.stack([2 * sound, np.zeros_like(sound)], axis=1)
    soundfile.write(tmp_path / "stereo.wav", stereo, RATE, subtype="FLOAT")
    np.testing.assert_allclose(search.hear(tmp_path / "stereo.wav"), alone, rtol=1e-5)
    # A window of 21 frames is 0.21 s: beyond it half a second at both ends is not heard.
    half = np.zeros(RATE // 2, np.float32)
    soundfile.write(
        tmp_path / "long.wav", np.concatenate([half, sound, half]), RATE, subtype="FLOAT"
    )
    np.testing.assert_allclose(search.hear(tmp_path / "long.wav"), alone, rtol=1e-5)
    twice = np.fft.irfft(np.pad(np.fft.rfft(sound), (0, len(sound) // 2)), 2 * len(sound)) * 2
    soundfile.write(tmp_path / "twice.wav", twice, 2 * RATE, subtype="FLOAT")
    assert cosine(search.hear(tmp_path / "twice.wav")[0], alone[0]) > 0.99


def test_a_picture_of_the_corpus_finds_what_its_own_fragments_are_near_to(model):
    found = Search(model).look(model.parents[3] / "pictures" / "p1.png")
    fragments = stored(model, IMAGE_EMBEDDINGS, "images")
    best = {}
    for (token,), vector in stored(model, WORD_EMBEDDINGS, "words").items():
        near = [(cosine(vector, f), -r) for (image, r), f in fragments.items() if image == "p1"]
        best[token] = max(near)
    dog = max("a@0", "b@0", key=lambda token: best[token])
    order = sorted([dog, "a@1", "c@0"], key=lambda token: -best[token][0])
    assert found["token_id"].to_list() == order
    assert found["cosine"].to_list() == pytest.approx([best[t][0] for t in order], abs=2e-6)
    assert found["region"].to_list() == [-best[t][1] for t in order]
    names = dict(zip(found["spoken_word"], found["word"], strict=True))
    assert names == {"dog": "dog", "item": "drum", "cat": "cat"}
    talkers = {"a@0": "A", "a@1": "A", "b@0": "B", "c@0": "C"}
    assert found["talker"].to_list() == [talkers[token] for token in order]


def test_the_order_is_that_of_the_ranks_of_the_evaluation(model):
    """The rank of a picture's first fragment for a word, and of a type's first token."""
    results = model.parents[3]
    fragments = stored(model, IMAGE_EMBEDDINGS, "images")
    tokens = stored(model, WORD_EMBEDDINGS, "words")
    shown = np.array([image for image, _ in fragments])
    said = np.array([TOKENS[token][3] for (token,) in tokens])

    def ranked(query, vectors, owners):
        names = np.unique(owners)
        gallery = np.stack(list(vectors.values()))
        asked = np.stack([query] * len(names))
        ranks = scoring.search(asked, gallery, names[:, None] == owners)["rank"]
        return names[np.argsort(ranks)].tolist()

    found = Search(model).say(results / "c.wav")
    assert found["image_id"].to_list() == ranked(tokens["c@0",], fragments, shown)
    for region in range(4):
        search = Search(model)
        _, vectors = search.see(results / "pictures" / "p2.png")
        search.see = lambda _, one=vectors[region : region + 1]: (BOXES, one)
        found = search.look("the picture")
        assert found["spoken_word"].to_list() == ranked(fragments["p2", region], tokens, said)


BOXES = pd.DataFrame({"region": [0], "x0": 0, "y0": 0, "x1": 9, "y1": 9})


def test_a_model_that_knows_the_whole_picture_can_look(model):
    gate = TRAINING.model_copy(update={"context": "gate"})
    network = start(gate, Features(torch.rand(9, 2560)), Features(torch.rand(9, 252)), "model", 1)
    search = Search(model)
    alone = search.see(model.parents[3] / "pictures" / "p1.png")[1]
    search.model = arrays.Model(network.eval(), gate.model_dump(mode="json"), pd.DataFrame())
    boxes, vectors = search.see(model.parents[3] / "pictures" / "p1.png")
    assert vectors.shape == alone.shape == (len(boxes), 16)
    assert boxes["region"].to_list()[0] == 0


def test_tokens_are_cut_by_their_times(model, tmp_path):
    search = Search(model)
    found = pd.DataFrame({"rank": [1, 2], "token_id": ["b@0", "a@1"]})
    first, second = search.cut(found, tmp_path / "tokens")
    assert (first.name, second.name) == ("01_dog.wav", "02_item.wav")
    whole, _ = soundfile.read(model.parents[3] / "b.wav")
    cut, rate = soundfile.read(first)
    assert rate == RATE
    np.testing.assert_allclose(cut, whole[1600:6400], atol=1e-4)
    assert len(soundfile.read(second)[0]) == 4800


def test_the_words_of_a_run_that_found_its_tokens_are_its_segments(model, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(model.parents[4], home)
    folder = home / model.relative_to(model.parents[4])
    results = folder.parents[3]
    given = tables.read(SPOKEN_WORDS, results / GIVEN)
    (results / FOUND).parent.mkdir()
    tables.write(SPOKEN_WORDS, results / FOUND, given.assign(onset=given["onset"] + 0.1))
    tables.write(SPOKEN_WORDS, results / GIVEN, given.assign(token_id=given["token_id"] + "0"))
    search = Search(folder)
    assert search.files["spoken_words"] == results / FOUND
    picture = results / "pictures" / "p1.png"
    assert search.look(picture).equals(Search(model).look(picture))
    found = pd.DataFrame({"rank": [1], "token_id": ["b@0"]})
    (cut,) = search.cut(found, tmp_path / "tokens")
    assert len(soundfile.read(cut)[0]) == round((0.4 - 0.1 - 0.1) * RATE)
    assert len(search.say(results / "c.wav")) == 3


def test_the_command(model, tmp_path, capsys, monkeypatch):
    results = model.parents[3]
    monkeypatch.chdir(tmp_path)
    page = tmp_path / "say.html"
    cli.main(
        ["search", "--model", str(model), "--say", str(results / "c.wav"), "--html", str(page)]
    )
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == ["rank", "image_id", "region", "x0", "y0", "x1", "y1", "cosine"]
    found = Search(model).say(results / "c.wav")
    assert [line[1] for line in lines[1:]] == found["image_id"].to_list()
    assert page.read_text().count("data:image/jpeg;base64,") == 3
    picture, page = str(results / "pictures" / "p2.png"), tmp_path / "look.html"
    options = ["--look", picture, "--top", "2", "--out", "tokens", "--html", str(page)]
    cli.main(["search", "--model", str(model), *options])
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert lines[0][:3] == ["rank", "word", "spoken_word"]
    assert len(lines) == 3
    wavs = [f"{int(line[0]):02d}_{line[2]}.wav" for line in lines[1:]]
    assert sorted(path.name for path in (tmp_path / "tokens").iterdir()) == wavs
    assert page.read_text().count("data:audio/wav;base64,") == 2


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (["--model", "{home}", "--say", "{home}/a.wav"], "not a model's folder; give <results>"),
        (["--model", "{model}", "--say", "{home}/none.wav"], "none.wav: no such file"),
        (["--model", "{model}", "--say", "{home}/pictures/p0.png"], "p0.png: cannot be read"),
        (["--model", "{model}", "--say", "{home}/empty.wav"], "empty.wav: there is no sound in it"),
        (["--model", "{model}", "--say", "{home}/cut.mp3"], "but its header says 2.000 s"),
        (
            ["--model", "{model}", "--say", "{home}/huge.wav"],
            r"huge.wav: holds samples as great as 1e\+25, where full",
        ),
        (["--model", "{model}", "--look", "{home}/a.wav"], "a.wav: not a readable picture"),
        (["--model", "{home}/training/paper/model/7", "--say", "x"], "7/recipe.json.*: missing"),
    ],
)
def test_mistakes_end_in_one_line(model, asked, message):
    home = model.parents[3]
    soundfile.write(home / "empty.wav", np.zeros(0), RATE)
    soundfile.write(home / "cut.mp3", np.zeros(2 * RATE), RATE)
    cut = (home / "cut.mp3").read_bytes()
    (home / "cut.mp3").write_bytes(cut[: len(cut) // 2])
    soundfile.write(home / "huge.wav", np.full(RATE, 1e25), RATE, subtype="FLOAT")
    with pytest.raises(SystemExit, match=f"^error: .*{message}") as error:
        cli.main(["search", *(text.format(home=home, model=model) for text in asked)])
    assert "\n" not in str(error.value.code)


def test_a_run_of_ready_made_fragments_cannot_look(model):
    search = Search(model)
    search.recipe = search.recipe.model_copy(update={"regions": None, "fc7": None})
    with pytest.raises(InputError, match="ready-made fragments"):
        search.look(model.parents[3] / "pictures" / "p0.png")


# ---- folders that are damaged, or made of several runs' files

SETTINGS = "training/paper/model/1/settings.json"
MODEL = "training/paper/model/1/model.safetensors"
EMBEDDED = "embedding/paper/model/1"


def changed(path, key, value):
    """Set a key, of a section after a dot, in a file of JSON; without a value it is taken out."""
    values = json.loads(path.read_text())
    inner = values
    *sections, last = key.split(".")
    for section in sections:
        inner = inner[section]
    inner.pop(last, None)
    if value is not ...:
        inner[last] = value
    path.write_text(json.dumps(values))


def settings(key, value=...):
    return lambda results: changed(results / SETTINGS, key, value)


def recipe(key, value=...):
    return lambda results: changed(results / EMBEDDED / "recipe.json", key, value)


def content(name, make):
    """Write what `make` makes of a file's bytes in its place."""

    def damage(results):
        path = results / name
        path.write_bytes(make(path.read_bytes()))

    return damage


def tensors(make):
    """Save what `make` makes of the model's tensors in its place."""

    def damage(results):
        state = load_file(results / MODEL)
        make(state)
        save_file(state, results / MODEL)

    return damage


def table(kind, name, make):
    """Write what `make` makes of a table in its place; the recipe, of an older run, has no sums."""

    def damage(results):
        path = results / name
        batches = [batch.to_pandas() for batch in tables.batches(kind, path)]
        rows = make(pd.concat(batches, ignore_index=True))
        if "embedding" in rows:
            values = np.stack(rows["embedding"].to_list()) if len(rows) else np.zeros((0, 16))
            rows = {**rows[list(kind.key)], "embedding": values}
            kind_ = sized(kind, embedding=values.shape[1])
        with tables.Writer(kind_ if "embedding" in rows else kind, path) as writer:
            writer.write(rows)
        changed(results / EMBEDDED / "recipe.json", "digests", ...)

    return damage


def endless(rows):
    rows.at[1, "embedding"] = np.full(16, np.nan)
    return rows


def narrow(rows):
    return rows.assign(embedding=[vector[:7] for vector in rows["embedding"]])


def renamed(key):
    return lambda rows: rows.assign(**{key: ["stranger", *rows[key][1:]]})


def set_tensor(name, value):
    def make(state):
        state[name] = value(state[name]) if callable(value) else value

    return make


IMAGES_TABLE = (IMAGE_EMBEDDINGS, f"{EMBEDDED}/images.parquet")
WORDS_TABLE = (WORD_EMBEDDINGS, f"{EMBEDDED}/words.parquet")
# What is done to the folder, what is said of it, and who says so.
DAMAGES = {
    "settings gone": (lambda r: (r / SETTINGS).unlink(), "settings.json", "both"),
    "settings empty": (content(SETTINGS, lambda b: b""), "settings.json: Invalid JSON", "both"),
    "settings cut": (content(SETTINGS, lambda b: b[:40]), "settings.json: Invalid JSON", "both"),
    "settings latin": (content(SETTINGS, lambda b: b'"\xe9"'), "settings.json: ", "both"),
    "settings a list": (content(SETTINGS, lambda b: b"[1]"), "settings.json: Input should", "both"),
    "settings null": (content(SETTINGS, lambda b: b"null"), "settings.json: Input should", "both"),
    "settings deep": (content(SETTINGS, lambda b: b"[" * 9999), "settings.json: Inv", "both"),
    "no system": (settings("system"), "settings.json: system: Field required", "both"),
    "no sizes": (settings("image_size"), "settings.json: image_size: Field required", "both"),
    "no section": (settings("settings"), "settings.json: settings: Field required", "both"),
    "a number for a section": (settings("settings", 3), "settings.json: settings: Input", "both"),
    "a text for a size": (settings("speech_size", "x"), "settings.json: speech_size: In", "both"),
    "a list for a system": (settings("system", ["model"]), "json: system: Input should", "both"),
    "no embedding": (settings("settings.embedding"), "safetensors: not the network", "both"),
    "a text for widths": (settings("settings.speech_layers", "x"), "speech_layers: Input", "both"),
    "another width": (settings("settings.speech_layers", [25]), "speech.*differs", "both"),
    "another size": (settings("speech_size", 251), "model.safetensors: not the network", "both"),
    "a huge size": (settings("image_size", 10**15), "image_size: Input should be less", "both"),
    "huge widths": (settings("settings.speech_layers", [65536] * 9), "differs", "both"),
    "another system": (settings("system", "random_projection"), "safetensors: not the", "both"),
    "another encoder": (settings("settings.speech_encoder", "conv"), "filters", "both"),
    "no such encoder": (settings("settings.speech_encoder", "x"), "speech_encoder: Input", "both"),
    "model gone": (lambda r: (r / MODEL).unlink(), "model.safetensors", "both"),
    "model empty": (content(MODEL, lambda b: b""), "model.safetensors: damaged", "both"),
    "model cut": (content(MODEL, lambda b: b[:-9]), "model.safetensors: damaged", "both"),
    "model cut in its head": (content(MODEL, lambda b: b[:20]), "safetensors: damaged", "both"),
    "model a text": (content(MODEL, lambda b: b"hello world"), "safetensors: damaged", "both"),
    "model with a long head": (
        content(MODEL, lambda b: b"\xff" * 8 + b[8:]), "safetensors: damaged", "both",
    ),
    "not a number": (
        tensors(lambda s: s["image_mean"].fill_(np.nan)), "image_mean has numbers that are", "both",
    ),
    "endless": (
        tensors(lambda s: s["speech_deviation"].fill_(np.inf)), "speech_deviation has n", "both",
    ),
    "a tensor less": (tensors(lambda s: s.pop("image_mean")), "image_mean differs", "both"),
    "a tensor more": (tensors(set_tensor("x", torch.ones(1))), "x differs", "both"),
    "doubles": (tensors(set_tensor("image_mean", torch.Tensor.double)), "image_mean dif", "both"),
    "another model": (
        tensors(lambda s: s["image_mean"].add_(1)), "model.safetensors: not the file", "search",
    ),
    "a bit of the words": (
        content(f"{EMBEDDED}/words.parquet", lambda b: b[:99] + bytes([b[99] ^ 1]) + b[100:]),
        "words.parquet: not the file that", "search",
    ),
    "another's pictures": (
        content(f"{EMBEDDED}/images.parquet", lambda b: b + b" "), "images.parquet: not", "search",
    ),
    "recipe empty": (
        content(f"{EMBEDDED}/recipe.json", lambda b: b""), "recipe.json: Invalid JSON", "search",
    ),
    "recipe a list": (
        content(f"{EMBEDDED}/recipe.json", lambda b: b"[]"), "recipe.json: Input should", "search",
    ),
    "no logmel": (recipe("logmel"), "recipe.json: logmel: Field required", "search"),
    "no boxes": (recipe("boxes"), "recipe.json: boxes: Field required", "search"),
    "other keys": (recipe("fc7", {"x": 1}), "recipe.json: fc7.x: Extra inputs are not", "search"),
    "other frames": (recipe("logmel.frames", 23), "logmel makes vectors of 276 numb", "say"),
    "pictures without a number": (table(*IMAGES_TABLE, endless), "are not finite", "say"),
    "words without a number": (table(*WORDS_TABLE, endless), "are not finite", "look"),
    "narrow pictures": (table(*IMAGES_TABLE, narrow), "of 7 numbers, the model's have 16", "say"),
    "narrow words": (table(*WORDS_TABLE, narrow), "of 7 numbers, the model's have 16", "look"),
    "no pictures": (table(*IMAGES_TABLE, lambda rows: rows[:0]), "images.*has no rows", "say"),
    "no words": (table(*WORDS_TABLE, lambda rows: rows[:0]), "words.*has no rows", "look"),
    "strange pictures": (table(*IMAGES_TABLE, renamed("image_id")), "has stranger, whi", "say"),
    "strange words": (table(*WORDS_TABLE, renamed("token_id")), "has stranger, which", "look"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_or_mixed_folder_ends_in_one_line(model, name, tmp_path):
    damage, message, who = DAMAGES[name]
    results = tmp_path / "results"
    shutil.copytree(model.parents[3], results)
    damage(results)
    folder = str(results / "training" / "paper" / "model" / "1")
    say = ["search", "--model", folder, "--say", str(results / "c.wav")]
    look = ["search", "--model", folder, "--look", str(results / "pictures" / "p1.png")]
    export = ["export", "--model", folder, "--out", str(tmp_path / "out")]
    asked = {"say": [say], "look": [look], "search": [say, look], "both": [say, export]}[who]
    for arguments in asked:
        with pytest.raises(SystemExit, match=f"(?s)^error: .*({message})") as error:
            cli.main(arguments)
        assert "\n" not in str(error.value.code)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("pictures/images", IMAGES, "has p1, which .*images.parquet lacks: they are of different"),
        ("matching/spoken_captions", SPOKEN_CAPTIONS, "has a@1, which .*captions.parquet lacks"),
        ("speech/spoken_words", SPOKEN_WORDS, "has a@1, which .*spoken_words.parquet lacks: they"),
        ("speech/recordings", RECORDINGS, "has [bc], which .*recordings.parquet lacks: they are"),
        ("regions/shards/0", REGIONS, "shards: has no box of p[012], which .* has: they"),
    ],
)
def test_tables_of_another_run_end_in_one_line(model, name, kind, message, tmp_path):
    """One row is the same; all others are missing."""
    results = tmp_path / "results"
    shutil.copytree(model.parents[3], results)
    path = results / f"{name}.parquet"
    tables.write(kind, path, tables.read(kind, path)[:1])
    folder = str(results / "training" / "paper" / "model" / "1")
    asked = ["--look", str(results / "pictures" / "p1.png"), "--out", str(tmp_path / "out")]
    if kind in (IMAGES, REGIONS):
        asked = ["--say", str(results / "c.wav")]
    with pytest.raises(SystemExit, match=f"^error: .*{message}") as error:
        cli.main(["search", "--model", folder, *asked])
    assert "\n" not in str(error.value.code)
    assert not (tmp_path / "out").exists()


def test_features_of_another_network_are_refused(model):
    search = Search(model)
    seen = search.recipe.fc7.model_copy(update={"network": "fasterrcnn", "size": 64})
    search.recipe = search.recipe.model_copy(update={"fc7": seen})
    with pytest.raises(InputError, match="fc7 makes vectors of 1024 numbers, and the model takes"):
        search.look(model.parents[3] / "pictures" / "p1.png")


def test_a_recipe_of_an_older_run_has_no_digests_and_is_taken(model, tmp_path):
    shutil.copytree(model.parents[3], tmp_path / "results")
    changed(tmp_path / "results" / EMBEDDED / "recipe.json", "digests", ...)
    found = Search(tmp_path / "results" / "training" / "paper" / "model" / "1")
    ours = Search(model).say(model.parents[3] / "c.wav").drop(columns="path")
    pd.testing.assert_frame_equal(found.say(model.parents[3] / "c.wav").drop(columns="path"), ours)


@pytest.mark.filterwarnings("ignore:`torch.jit:FutureWarning")
def test_a_program_is_run_only_where_it_is_trusted(model, tmp_path):
    """The recipe of a stranger names a TorchScript file, which writes what it has heard."""

    class Frames(torch.nn.Module):
        def forward(self, wave: torch.Tensor) -> torch.Tensor:
            return torch.zeros(1, 1 + wave.shape[1] // 160, 12) + wave.mean()

    shutil.copytree(model.parents[3], tmp_path / "results")
    program = tmp_path / "frames.pt"
    torch.jit.save(torch.jit.script(Frames()), program)
    changed(tmp_path / "results" / EMBEDDED / "recipe.json", "logmel.model", str(program))
    folder = str(tmp_path / "results" / "training" / "paper" / "model" / "1")
    say = ["search", "--model", folder, "--say", str(model.parents[3] / "c.wav")]
    with pytest.raises(SystemExit, match=r"recipe.json: names .*frames.pt, .* --trust-model if"):
        cli.main(say)
    cli.main([*say, "--trust-model"])
    # Pictures are looked at without it.
    cli.main(["search", "--model", folder, "--look", str(model.parents[3] / "pictures/p1.png")])


def test_names_cannot_steer_a_terminal(model, tmp_path, capsys):
    results = tmp_path / "results"
    shutil.copytree(model.parents[3], results)
    for name, kind, column in (
        ("speech/spoken_words", SPOKEN_WORDS, "talker"),
        ("matching/spoken_captions", SPOKEN_CAPTIONS, "word"),
    ):
        rows = tables.read(kind, results / f"{name}.parquet")
        tables.write(kind, results / f"{name}.parquet", rows.assign(**{column: "\x1b[2J\tx\n"}))
    folder = str(results / "training" / "paper" / "model" / "1")
    cli.main(["search", "--model", folder, "--look", str(results / "pictures" / "p1.png")])
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert {len(line.split("\t")) for line in out.splitlines()} == {11}
    assert out.count(r"\x1b[2J\tx\n") == 6


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--say", "x.wav", "--out", "tokens"], "--out: holds the words found by --look"),
        (["--look", "x.png", "--split", "test"], "--split: selects pictures for --say"),
        (["--say", "x.wav", "--split", "tset"], "--split: invalid choice: 'tset'"),
    ],
)
def test_options_that_do_not_go_together_are_said(more, message, capsys):
    with pytest.raises(SystemExit):
        cli.main(["search", "--model", "m", *more])
    assert message in capsys.readouterr().err


def test_a_paragraph_is_warned_about(model, tmp_path, capsys):
    sound = np.random.default_rng(0).normal(0, 0.1, 3 * RATE)
    soundfile.write(tmp_path / "long.wav", sound, RATE)
    cli.main(["search", "--model", str(model), "--say", str(tmp_path / "long.wav")])
    said = capsys.readouterr()
    assert said.err.startswith(
        f"{tmp_path}/long.wav: 3.0 s are long for one word; 0.21 s around its middle are heard: cut"
        " the word out\n"
    )
    assert len(said.out.splitlines()) == 4
