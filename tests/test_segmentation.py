"""Tokens found without word times: each method on sounds made by hand, and whole small runs."""

import numpy as np
import pandas as pd
import pytest
import soundfile
import yaml

from seesay.audio import segmentation, segmentations
from seesay.audio.segmentations import Speech
from seesay.audio.segmentations.envelope import envelope
from seesay.captions.segments import match_segments
from seesay.planning.config import load
from seesay.schemas.audio import RECORDINGS, SEGMENTS, SPOKEN_WORDS, TOKEN_MANIFEST
from seesay.settings.segmentation import SegmentationSettings
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.randomness import shard_of
from seesay.shared.tables import REJECTS
from support import configs, small_corpora
from support.workflow import jobs, snakemake

RATE = 16000
UNIFORM = SegmentationSettings(method="uniform", seconds=0.2)
ENERGY = SegmentationSettings(method="energy")


def tones(path, parts, rate=RATE):
    """Write a tone of 1 kHz in parts of (seconds, amplitude)."""
    level = np.concatenate([np.full(round(seconds * rate), loud) for seconds, loud in parts])
    tone = np.sin(2 * np.pi * 1000 * np.arange(len(level)) / rate)
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, tone * level, rate)
    return path


def recordings(paths, talker="ann"):
    rows = [
        {
            "recording_id": path.stem,
            "path": str(path),
            "digest": "",
            "channel": 0,
            "talker": talker,
            "sample_rate": RATE,
            "duration": soundfile.info(path).duration,
        }
        for path in paths
    ]
    return pd.DataFrame(rows)


def found(settings, *paths):
    return segmentations.find(settings.method).find(Speech(recordings(paths)), settings)


def times(segments, name):
    own = segments[segments["recording_id"] == name]
    return [*own["onset"].round(3), own["offset"].round(3).iloc[-1]]


SPEECH = [(0.3, 0), (0.8, 0.5), (0.4, 0), (0.4, 0.5), (0.2, 0)]


def test_speech_is_what_silence_parts(tmp_path):
    heard = envelope(tones(tmp_path / "a.wav", SPEECH), 0)
    assert heard.duration == pytest.approx(2.1)
    edges = np.array(heard.spans(UNIFORM))
    # Frames of 25 ms hear a tone half of that before it begins.
    assert np.abs(edges - [[0.3, 1.1], [1.5, 1.9]]).max() < 0.013
    # A longer pause belongs to the speech around it.
    (whole,) = heard.spans(UNIFORM.model_copy(update={"pause": 0.5}))
    assert whole == (edges[0, 0], edges[1, 1])
    # Nor is a stretch shorter than `least` speech.
    (long,) = heard.spans(UNIFORM.model_copy(update={"least": 0.5}))
    assert long == tuple(edges[0])
    # 20 dB below the loud level is speech, if silence is further down.
    quiet = envelope(tones(tmp_path / "b.wav", [*SPEECH[:3], (0.4, 0.05), (0.2, 0)]), 0)
    assert len(quiet.spans(UNIFORM)) == 2
    assert len(quiet.spans(UNIFORM.model_copy(update={"silence": 15.0}))) == 1


def test_uniform_segments_are_equally_long(tmp_path):
    segments = found(UNIFORM, tones(tmp_path / "a.wav", SPEECH)).segments
    lengths = (segments["offset"] - segments["onset"]).to_numpy()
    assert np.allclose(lengths[:4], 0.2, atol=0.01)
    assert len(lengths) == 4 + 2
    # The pause between the stretches is in no segment.
    assert segments["onset"].iloc[4] - segments["offset"].iloc[3] == pytest.approx(0.4, abs=0.03)


def test_energy_cuts_where_the_envelope_is_lowest(tmp_path):
    syllables = [(0.2, 0)] + 3 * [(0.15, 0.5), (0.04, 0.05)] + [(0.3, 0.5), (0.2, 0)]
    parts = found(ENERGY, tones(tmp_path / "a.wav", syllables)).segments
    # Dips of 40 ms begin 0.35, 0.54 and 0.73 s in.
    edges = [0.2, 0.37, 0.56, 0.75, 1.07]
    assert np.abs(np.array(times(parts, "a")) - edges).max() < 0.015
    # A shallow dip is no boundary.
    shallow = [(0.2, 0), (0.2, 0.5), (0.04, 0.48), (0.2, 0.5), (0.2, 0)]
    assert len(found(ENERGY, tones(tmp_path / "b.wav", shallow)).segments) == 1
    assert set(parts["cluster"]) == {-1}


def test_boundaries_are_no_closer_than_the_shortest_segment(tmp_path):
    rough = tmp_path / "a.wav"
    samples = np.random.default_rng(0).normal(0, 0.1, 2 * RATE)
    soundfile.write(rough, samples, RATE)
    settings = ENERGY.model_copy(update={"depth": 0.0, "smoothing": 0.0, "least": 0.08})
    segments = found(settings, rough).segments
    assert len(segments) > 10
    assert (segments["offset"] - segments["onset"]).min() >= 0.08 - 1e-9
    again = found(settings, rough).segments
    pd.testing.assert_frame_equal(segments, again)


def test_a_recording_without_segments_is_rejected(tmp_path):
    silent = tones(tmp_path / "silent.wav", [(1, 0)])
    click = tones(tmp_path / "click.wav", [(1, 0), (0.01, 0.5), (1, 0)])
    good = tones(tmp_path / "good.wav", SPEECH)
    gone = recordings([good]).assign(recording_id="gone", path=str(tmp_path / "gone.wav"))
    given = pd.concat([recordings([silent, click, good]), gone])
    result = segmentations.find("energy").find(Speech(given), ENERGY)
    assert set(result.segments["recording_id"]) == {"good"}
    reasons = dict(result.rejects)
    assert reasons.keys() == {"silent", "click", "gone"}
    assert reasons["silent"].startswith("no segment: no sound of 0.06 s or more")
    assert "no such file" in reasons["gone"].lower()
    strict = ENERGY.model_copy(update={"on_bad_input": "fail"})
    with pytest.raises(InputError, match="click: no segment"):
        segmentations.find("energy").find(Speech(given), strict)


def test_recordings_that_share_a_file_are_rejected(tmp_path):
    """Where an utterance of Kaldi's segments lies in its file is not in the table."""
    path = tones(tmp_path / "a.wav", SPEECH)
    given = pd.concat([recordings([path]), recordings([path]).assign(recording_id="b")])
    result = segmentations.find("energy").find(Speech(given), ENERGY)
    assert result.segments.empty
    assert [name for name, _ in result.rejects] == ["a", "b"]


def frame(rows, columns):
    return pd.DataFrame(rows, columns=columns)


def test_a_label_is_the_word_that_overlaps_most():
    times = ["token_id", "recording_id", "onset", "offset"]
    segments = frame(
        [
            ("r@0", "r", 0.0, 0.5),
            ("r@1", "r", 0.5, 1.0),
            ("r@2", "r", 2.0, 2.5),
            ("s@0", "s", 0, 1),
        ],
        times,
    )
    words = frame(
        [
            ("1", "r", 0.0, 0.2, "a"),
            ("2", "r", 0.2, 0.8, "dog"),
            ("3", "r", 0.8, 1.0, "runs"),
            ("4", "q", 0.0, 1.0, "cat"),
        ],
        [*times, "word"],
    )
    # A segment without a word is a word of its own: no other token is the same.
    assert segmentation.labels(segments, words).tolist() == ["dog", "dog", "r@2", "s@0"]
    # Of equal overlaps, the first counts; words that only touch do not.
    even = frame([("r@3", "r", 0.1, 0.3), ("r@4", "r", 1.0, 1.2)], times)
    assert segmentation.labels(even, words).tolist() == ["a", "r@4"]


def test_labels_of_many_segments_are_those_of_each(monkeypatch):
    rng = np.random.default_rng(1)
    edges = np.sort(rng.uniform(0, 100, 400))
    segments = pd.DataFrame({"recording_id": "r", "onset": edges[:-1], "offset": edges[1:]})
    segments["token_id"] = segments["onset"].map("r@{:.3f}".format)
    starts = np.sort(rng.uniform(0, 100, 150))
    words = pd.DataFrame({"recording_id": "r", "onset": starts, "offset": starts + 0.3})
    words["token_id"], words["word"] = words["onset"].astype(str), [f"w{n}" for n in range(150)]
    whole = segmentation.labels(segments, words)
    monkeypatch.setattr(segmentation, "ROWS", 7)
    assert (segmentation.labels(segments, words) == whole).all()
    for segment, label in zip(segments.itertuples(), whole, strict=True):
        overlaps = [
            min(segment.offset, word.offset) - max(segment.onset, word.onset)
            for word in words.itertuples()
        ]
        best = max(overlaps)
        assert label == (words["word"][overlaps.index(best)] if best > 0 else segment.token_id)


def test_the_stage_writes_tokens_like_the_stage_speech(tmp_path):
    given = recordings([tones(tmp_path / f"{name}.wav", SPEECH) for name in "abc"])
    given["picture"], given["caption"] = "p", pd.array([0, 1, 2], "Int32")
    words = frame(
        [("a@0.300", "a", "ann", "dog", 0.3, 1.1)], [c.name for c in SPOKEN_WORDS.columns]
    )
    words = words[[c.name for c in SPOKEN_WORDS.columns]]
    words["recording_id"], words["talker"], words["word"] = "a", "ann", "dog"
    tables.write(RECORDINGS, tmp_path / "recordings.parquet", given)
    tables.write(SPOKEN_WORDS, tmp_path / "words.parquet", words)
    shards = [tmp_path / f"{n}.parquet" for n in range(2)]
    names = ("recordings", "words", "segments", "labelled", "rejects")
    paths = [tmp_path / f"{name}.parquet" for name in names]
    segmentation.segment(*paths, shards, UNIFORM)
    segments = tables.read(SEGMENTS, paths[2])
    labelled = tables.read(SPOKEN_WORDS, paths[3])
    assert (segments["token_id"] == labelled["token_id"]).all()
    assert set(labelled["talker"]) == {"ann"}
    own = labelled[labelled["recording_id"] == "a"]
    assert own["word"].tolist() == ["dog"] * 4 + own["token_id"].tolist()[4:]
    others = labelled[labelled["recording_id"] != "a"]
    assert (others["word"] == others["token_id"]).all()
    assert tables.read(REJECTS, paths[4]).empty
    for number, path in enumerate(shards):
        listed = tables.read(TOKEN_MANIFEST, path)
        own = {name for name in "abc" if shard_of(name, 2) == number}
        assert set(listed["recording_id"]) == own
    first = [path.read_bytes() for path in paths[2:]]
    segmentation.segment(*paths, shards, UNIFORM)
    assert [path.read_bytes() for path in paths[2:]] == first


def test_every_segment_of_a_caption_is_a_token_of_it():
    texts = frame([("p", 0, "A dog runs ."), ("p", 1, "A cat .")], ["image_id", "caption", "text"])
    texts = texts.astype({"caption": np.int32})
    words = frame(
        [("p", 0, 1, "dog", "dog", "NOUN"), ("p", 0, 2, "runs", "runs", "VERB"),
         ("p", 1, 1, "cat", "cat", "NOUN")],
        ["image_id", "caption", "position", "text", "lemma", "pos"],
    )  # fmt: skip
    said = ["a", "dogs", "R@0.4", "dogs", "the"]
    tokens = pd.DataFrame(
        {
            "token_id": [f"{'R' if n == 2 else 'r'}@{n / 5:.1f}" for n in range(5)],
            "recording_id": "r",
            "talker": "ann",
            "word": said,
            "onset": np.arange(5) / 5,
            "offset": np.arange(5) / 5 + 0.2,
            "lemma": ["a", "dog", "r@0.4", "dogs", "the"],
            "pos": ["other", "NOUN", "other", "VERB", "other"],
            "alone": False,
        }
    )
    tokens = pd.concat(
        [tokens, tokens.iloc[[1]].assign(token_id="s@0", recording_id="s")], ignore_index=True
    )
    recordings = frame([("r", "p", 0), ("s", None, None)], ["recording_id", "picture", "caption"])
    recordings = recordings.astype({"caption": "Int32"})
    matched = match_segments(texts, words, tokens, recordings)
    rows = matched.spoken_captions
    # Function words and pauses too; a form has one lemma, the one that it mostly has. A pause has
    # its id, which no lemma changes.
    assert rows["spoken_word"].tolist() == ["a", "dog", "R@0.4", "dog", "the"]
    assert rows["position"].tolist() == [0, 1, 2, 3, 4]
    assert set(rows["caption"]) == {0}
    assert matched.unsayable[["caption", "word", "cause"]].values.tolist() == [
        [1, "cat", "no recording"]
    ]
    assert matched.replacements.set_index("word")["step"].to_dict() == {
        "cat": "no candidate",
        "dog": "as itself",
        "runs": "no candidate",
    }
    assert [reject[1] for reject in matched.rejects] == ["s", "p#1"]


def spoken(**segmentation):
    """config/captions.yaml with found boundaries."""
    return configs.complete("captions.yaml") | {"segmentation": segmentation}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"matching": {"method": "paper"}},
         "in recordings that say them; give matching.method: spoken"),
        ({"experiments": {"told": {"training": {"batch_pictures": 20, "type_term": 1.0}}}},
         "experiments.told.training: type_term would read transcripts"),
        ({"experiments": {"told": {"training": {"negatives": "types"}}}},
         "experiments.told.training: negatives: types would read transcripts"),
        ({"evaluation": {"human": [{"name": "x", "reader": "tsv", "path": "x"}]}},
         "evaluation.human tests words with given times"),
        ({"segmentation": {"method": "energy", "seconds": 0.5}},
         "seconds: the method energy does not read it; leave it out, or give method uniform"),
        ({"segmentation": {"seconds": 0.5}}, "seconds: the method given does not read it"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(change, told):
    load(spoken(method="energy"))
    with pytest.raises(InputError, match=told):
        load(spoken(method="energy") | change)


WORDS = ["a red dog", "a blue cat", "a dog runs", "the cat", "red dog", "blue cat runs"]


def write_run(folder, **segmentation):
    """A small run of spoken captions: bursts of noise a word, with silence between them."""
    captions = {s: [[w] for w in WORDS] * 2 for s in ("train", "validation", "test")}
    said = {
        (f"{split}_{number:02}", 0): {"ann": texts[0], "bob": texts[0]}
        for split, pictures in captions.items()
        for number, texts in enumerate(pictures)
    }
    values = small_corpora.make_spoken(folder, captions, said)
    words = pd.read_csv(folder / "speech" / "words.tsv", sep="\t")
    for file, rows in words.groupby("file"):
        parts = [part for _ in range(len(rows)) for part in ((0.4, 0.5), (0.1, 0.0))]
        tones(folder / "speech" / file, [*parts, (0.1, 0.0)])
    values["segmentation"] = segmentation
    values["metrics"]["resamples"] = 50
    (folder / "config.yaml").write_text(yaml.safe_dump(values))
    return words


@pytest.mark.slow
def test_a_run_finds_its_words(tmp_path):
    words = write_run(tmp_path, method="uniform", seconds=0.4, pause=0.05)
    result = snakemake(tmp_path)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    assert jobs(result)["segmentation"] == 1
    results = tmp_path / "results"
    found = pd.read_parquet(results / "segmentation" / "spoken_words.parquet")
    given = pd.read_parquet(results / "speech" / "spoken_words.parquet")
    # Each burst is one segment, and the word that is said there.
    both = [frame.sort_values(["recording_id", "onset"]) for frame in (found, given)]
    assert len(found) == len(given) == len(words)
    assert (both[0]["word"].to_numpy() == both[1]["word"].to_numpy()).all()
    matched = pd.read_parquet(results / "matching" / "spoken_captions.parquet")
    assert set(matched["token_id"]) == set(found["token_id"])
    assert {"a", "the"} <= set(matched["spoken_word"])
    scores = pd.read_csv(results / "segmentation" / "scores.tsv", sep="\t")
    assert set(scores["method"]) == {"uniform", "energy", "random"}
    values = scores.set_index(["method", "metric"])["value"]
    assert values["uniform", "boundary_f1"] == values["uniform", "token_f1"] == 100
    assert values["random", "token_f1"] < 20
    page = (results / "report.html").read_text()
    assert '<section id="segmentation"' in page
    assert "Human speech, continuous words, found boundaries (uniform)." in page
