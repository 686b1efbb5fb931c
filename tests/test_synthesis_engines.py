"""Synthesisers beside eSpeak NG: their times, their talkers, what they cannot do."""

import hashlib
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from seesay.audio import synthesis
from seesay.audio.engines import Casting, build, kokoro
from seesay.audio.engines.sounds import part, plain, sounding
from seesay.schemas.captions import CAPTION_WORDS
from seesay.scoring.breakdown_classes import word_properties
from seesay.settings.matching import MatchingSettings
from seesay.settings.synthesis import KokoroSettings, SynthesisSettings
from seesay.shared import tables, voices
from seesay.shared.errors import InputError
from support.captions import caption_words

RATE = 16_000
# Each begins and ends with a sound that is loud at once.
LOUD = ["lion", "moon", "wall", "lemon", "yellow", "window"]


def wanted(engine: str) -> None:
    """Skip, saying why, where an engine is not installed."""
    if voices.lack(engine):
        pytest.skip(f"{engine}: {voices.lack(engine)}")


def settings(**changes: object) -> SynthesisSettings:
    values = {"talkers": 6, "seed": 3, "unsaid": 0, "surplus": 1, "fillers": 0, "word_gap": 18}
    values |= {"pause": 0.6, "minutes": 0.5, "engines": ("espeak", "flite", "festival")}
    return SynthesisSettings.model_validate(values | changes)


@pytest.mark.parametrize("talker", ["flite-F01", "flite-M01", "flite-M02", "flite-M03",
                                    "festival-F01", "festival-M01", "festival-M02"])  # fmt: skip
def test_word_times_are_the_edges_of_the_sound(talker: str):
    """Said apart, words are islands of sound: their edges are found without the engine's times."""
    wanted(voices.engine_of(talker))
    speaker = build(Casting(talker, 30, 1, {}))
    ((samples, times),) = speaker.speak([LOUD])
    rate = speaker.sample_rate
    assert [index for index, _, _ in times] == list(range(len(LOUD)))
    step = rate // 200
    level = np.abs(samples[: len(samples) // step * step].astype(float).reshape(-1, step)).max(1)
    for _, onset, offset in times:
        own = level[onset // step : offset // step]
        assert 0.1 < (offset - onset) / rate < 1.2
        # The word is loud within 10 ms of its ends, and from there on it is quiet.
        assert own[:3].max() > 0.01 * own.max()
        assert own[-3:].max() > 0.01 * own.max()
    for (_, _, offset), (_, onset, _) in pairwise(times):
        assert (onset - offset) / rate > 0.25
        assert level[offset // step + 4 : onset // step - 4].max() < 0.02 * level.max()


@pytest.mark.parametrize("engine", ["flite", "festival"])
def test_talkers_of_an_engine_have_voices_of_their_own(engine: str):
    wanted(engine)

    def said(talker: str) -> bytes:
        ((samples, _),) = build(Casting(talker, 0, 1, {})).speak([["yellow", "lion"]])
        return samples.tobytes()

    sounds = [said(f"{engine}-{name}") for name in ("F01", "F02", "M01", "M02", "M03", "M04")]
    assert len(set(sounds)) == len(sounds)


@pytest.mark.parametrize("engine", ["flite", "festival"])
def test_a_word_without_letters_is_left_out_and_the_others_keep_their_times(engine: str):
    wanted(engine)
    speaker = build(Casting(f"{engine}-M01", 18, 1, {}))
    script = [["yellow", "狗", "café"], ["狗"], ["-"], ["lion"]]
    found = [[index for index, _, _ in times] for _, times in speaker.speak(script)]
    assert found == [[0, 2], [], [], [0]]
    assert speaker.transcribe("yellow") == "y eh l ow"


@pytest.mark.parametrize("engine", ["flite", "festival"])
def test_a_possessive_is_one_word_with_its_last_sound(engine: str):
    wanted(engine)
    speaker = build(Casting(f"{engine}-M01", 18, 1, {}))
    ((_, times),) = speaker.speak([["dog's", "lion"]])
    assert [index for index, _, _ in times] == [0, 1]
    assert speaker.transcribe("dog's") == "d ao g z"


def test_several_engines_speak_one_corpus(tmp_path: Path):
    wanted("flite")
    wanted("festival")
    words = caption_words(20)
    words.loc[words["lemma"] == "dog", "lemma"] = "狗"
    tables.write(CAPTION_WORDS, tmp_path / "words.parquet", words)
    made = []
    for jobs in (1, 3):
        folder = tmp_path / f"speech{jobs}"
        rejects = tmp_path / f"rejects{jobs}.parquet"
        synthesis.synthesise(tmp_path / "words.parquet", folder, rejects, settings(), jobs)
        files = sorted(folder.iterdir())
        made.append({file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files})
    assert made[0] == made[1]
    tokens = pd.read_csv(tmp_path / "speech1" / "lucid_native.tokens.txt", sep="\t")
    names = voices.talker_names(6, ("espeak", "flite", "festival"))
    assert sorted(tokens["talker"].unique()) == sorted(names)
    lost = tables.read(tables.REJECTS, tmp_path / "rejects1.parquet")
    assert lost["id"].tolist() == ["狗"]
    assert "festival does not speak it" in lost["reason"][0]
    assert "flite does not speak it" in lost["reason"][0]
    notice = (tmp_path / "speech1" / "ATTRIBUTION.txt").read_text()
    assert all(name in notice for name in ("eSpeak NG", "flite", "Festival"))


def test_talkers_are_dealt_evenly_and_one_engine_has_the_ids_of_before():
    assert voices.talker_names(5) == ["F01", "F02", "M01", "M02", "M03"]
    names = voices.talker_names(7, ("espeak", "flite", "festival"))
    assert names == ["F01", "M01", "M02", "flite-F01", "flite-M01", "festival-F01", "festival-M01"]
    assert [voices.engine_of(name) for name in names] == ["espeak"] * 3 + ["flite"] * 2 + [
        "festival"
    ] * 2


def test_a_missing_engine_is_one_line_with_its_packages(monkeypatch, tmp_path: Path):
    monkeypatch.setattr(voices.shutil, "which", lambda name: None)
    told = str(voices.missing(settings(engines=("espeak", "festival"))))
    assert told.startswith("synthesis.engines: festival: ")
    assert "festival festvox-kallpc16k festvox-kdlpc16k festvox-us-slt-hts" in told

    def refuse(*_: object, **__: object) -> None:
        raise OSError("no such library")

    monkeypatch.setattr(voices.ctypes, "CDLL", refuse)
    with pytest.raises(InputError, match="Debian's package flite, or leave flite out"):
        synthesis.synthesise(
            tmp_path / "none", tmp_path / "a", tmp_path / "b", settings(engines=("flite",)), 1
        )
    files = KokoroSettings(model=str(tmp_path / "no.onnx"), voices=str(tmp_path))
    told = str(voices.missing(settings(engines=("kokoro",), kokoro=files)))
    assert "pip install 'seesay[kokoro]'" in told or "no such file" in told


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"engines": ("flite", "flite")}, "names one twice"),
        ({"engines": ()}, "at least 1 item"),
        ({"engines": ("kokoro",)}, "kokoro needs its files"),
        ({"engines": ("espeak", "flite", "festival"), "talkers": 2}, "as many talkers or more"),
        ({"engines": ("mbrola",)}, "espeak"),
    ],
)
def test_engines_that_cannot_be_are_refused(changes: dict[str, object], message: str):
    with pytest.raises(ValueError, match=message):
        settings(**changes)


def test_silence_is_put_between_words_and_their_times_move_with_it():
    tone = np.full(RATE // 10, 1000, np.int16)
    samples = np.concatenate([tone, tone, tone])
    times = [(0, 0, 1600), (1, 1600, 3200), (4, 3200, 4800)]
    found, moved = part(samples, times, 0.05, RATE)
    assert len(found) == len(samples) + 2 * 800
    assert moved == [(0, 0, 1600), (1, 2400, 4000), (4, 4800, 6400)]
    assert not found[1600:2400].any()
    assert (found[2480:3900] == 1000).all()
    # 5 ms fades at the cuts, none at the ends
    assert found[0] == 1000
    assert found[1599] == 0
    same, unmoved = part(samples, times, 0, RATE)
    assert same is samples
    assert unmoved is times


def test_times_are_trimmed_to_the_sound_and_silent_words_have_none():
    samples = np.zeros(8000, np.int16)
    samples[1600:3200] = 1000
    assert sounding(samples, [(0, 800, 4000), (1, 4000, 8000)], RATE) == [(0, 1600, 3200)]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        *[
            ("café", "cafe"),
            ("狗", ""),
            ("can't", "can't"),
            ('a"b(c', "abc"),
            ("t-shirt", "t-shirt"),
        ],
        ("'", ""),
    ],
)
def test_words_are_plain_to_engines_for_english(given: str, found: str):
    assert plain(given) == found


@pytest.mark.parametrize(
    ("ipa", "british", "symbols"),
    [
        ("tʃˈeɪsᵻz", False, "ʧˈAsᵻz"),
        ("smˈɔːl", False, "smˈɔl"),
        ("smˈɔːl", True, "smˈɔːl"),
        ("bˈaɪsɪkəl", False, "bˈIsɪkᵊl"),
        ("bˈɜːd", False, "bˈɜɹd"),
        ("bˈəʊt", True, "bˈQt"),
        ("狗", False, ""),
    ],
)
def test_phonemes_of_espeak_are_those_that_kokoro_knows(ipa: str, british: bool, symbols: str):
    assert kokoro.phonemes(ipa, british) == symbols


def test_an_engine_that_training_does_not_hear_is_a_class_of_its_own():
    said = pd.DataFrame(
        [("p", 0, "F01", "t1"), ("p", 0, "festival-M01", "t2"), ("q", 0, "flite-F01", "t3"),
         ("q", 0, "F01", "t4")],
        columns=["image_id", "caption", "talker", "token_id"],
    ).assign(word="dog", spoken_word="dog")  # fmt: skip
    replaced = pd.DataFrame({"word": ["dog"], "pos": ["NOUN"]})
    split = pd.Series({"p": "train", "q": "test"})
    uses = pd.DataFrame({"lemma": ["dog"]})
    found = word_properties(said, replaced, uses, split)
    assert found["synthesiser"].to_dict() == {"t3": "unseen: flite", "t4": "espeak"}
    assert found["synthesiser"].cat.categories.tolist() == ["espeak", "festival", "unseen: flite"]
    for talkers in (["F01", "M02"], ["F01", "flite-F01", "anna"]):
        assert voices.synthesisers(talkers) == {}
    alone = word_properties(said[said["talker"] == "F01"], replaced, uses, split)
    assert "synthesiser" not in alone


@pytest.mark.parametrize(("given", "held"), [(2, 2), (["flite-.*"], ("flite-.*",))])
def test_unseen_talkers_are_a_number_or_patterns(given: object, held: object):
    values = {"speakers": "balanced", "reuse": "never", "min_tokens": 1, "relax": []}
    values |= {"frequency_tolerance": 1.0, "seed": 1}
    assert (
        MatchingSettings.model_validate(values | {"unseen_talkers": given}).unseen_talkers == held
    )
    for bad in (-1, [], ["("]):
        with pytest.raises(ValueError, match="unseen_talkers"):
            MatchingSettings.model_validate(values | {"unseen_talkers": bad})
