"""Functions on arrays and data frames: they give what the stages write into their tables."""

import ast
import importlib
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import soundfile
from PIL import Image

from seesay import audio, vision
from seesay.audio import logmel
from seesay.captions import content_words, match, matching, words
from seesay.planning import stamps
from seesay.schemas.audio import LOGMEL, SPOKEN_WORDS, TOKEN_MANIFEST
from seesay.schemas.captions import CAPTION_WORDS, REPLACEMENTS, SPOKEN_CAPTIONS
from seesay.schemas.vision import CAPTIONS, FC7, IMAGES, MANIFEST, REGIONS
from seesay.settings.fc7 import Fc7Settings
from seesay.settings.logmel import LogmelSettings
from seesay.settings.matching import MatchingSettings
from seesay.settings.regions import RegionsSettings
from seesay.settings.words import WordsSettings
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.vision import fc7, regions
from support import ROOT
from support.stored import CHANGE, stored

WINGS = ("vision", "audio", "captions", "learning", "scoring")
FACES = [
    (wing, name)
    for wing in WINGS
    for name in importlib.import_module(f"seesay.{wing}").__all__
]  # fmt: skip


# ---- pictures

BOXES = {"proposals": "grid", "candidates": 9}
NETWORK = {"weights": "random", "size": 64, "context": 4, "regions": 4, "nms": 0.6, "batch": 4}


def test_boxes_and_features_are_those_of_the_stages(tmp_path):
    picture, captions = vision.scene(3, size=96)
    assert (picture.shape, picture.dtype, len(captions)) == ((96, 96, 3), np.uint8, 5)
    Image.fromarray(picture).save(tmp_path / "p.png")
    manifest = {"image_id": ["p"], "path": str(tmp_path / "p.png"), "digest": "0"}
    tables.write(MANIFEST, tmp_path / "manifest", manifest)
    paths = [tmp_path / name for name in ("manifest", "regions", "rejects", "fc7")]
    regions.propose_shard(*paths[:3], RegionsSettings(**BOXES))
    fc7.extract_shard(paths[0], paths[1], paths[3], Fc7Settings(**NETWORK), "cpu")

    boxes = vision.propose(picture, **BOXES)
    wanted = tables.read(REGIONS, paths[1])
    np.testing.assert_array_equal(boxes, wanted[["x0", "y0", "x1", "y1"]])
    features, scores = vision.features(picture, boxes, **NETWORK)
    assert (features.shape, features.dtype, scores.dtype) == ((10, 1280), np.float32, np.float32)
    kept = vision.keep(boxes, scores, **NETWORK)
    table = tables.read(FC7, paths[3])
    assert kept.tolist() == table["region"].to_list()
    np.testing.assert_allclose(features[kept], np.stack(table["feature"]), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(scores[kept], table["score"], rtol=1e-4)


# ---- sounds

RATE = 22050
TIMES = np.array([[0.1, 0.4], [0.35, 0.52], [0.0, 0.05]])


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"span": "masked", "normalise": "recording"},
        {"span": "word", "normalise": "token", "frames": 20},
    ],
)
def test_log_mel_vectors_are_those_of_the_stage(options, tmp_path):
    samples = np.random.default_rng(1).normal(scale=0.1, size=RATE * 6 // 10)
    ints = np.round(samples * 32767).astype(np.int16)
    soundfile.write(tmp_path / "a.wav", ints, RATE)
    ids = ["a@0", "a@1", "a@2"]
    manifest = {
        "token_id": ids, "recording_id": "a", "path": str(tmp_path / "a.wav"), "digest": "0",
        "channel": -1, "onset": TIMES[:, 0], "offset": TIMES[:, 1],
    }  # fmt: skip
    tables.write(TOKEN_MANIFEST, tmp_path / "manifest", manifest)
    paths = [tmp_path / name for name in ("manifest", "logmel", "rejects")]
    logmel.extract_shard(*paths, LogmelSettings(**options))
    wanted = np.stack(tables.read(LOGMEL, paths[1])["feature"])
    found = audio.log_mel(ints, RATE, TIMES, **options)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(stored(found), wanted)
    stereo = np.stack([2 * ints / 32768, 0 * ints], axis=1).astype(np.float32)
    np.testing.assert_allclose(
        audio.log_mel(stereo, RATE, TIMES, **options), wanted, rtol=CHANGE, atol=1e-4
    )


def test_without_times_all_of_the_sound_is_a_word():
    samples = np.random.default_rng(2).normal(scale=0.1, size=16000).astype(np.float32)
    alone = audio.log_mel(samples, 16000, span="word")
    np.testing.assert_array_equal(alone, audio.log_mel(samples, 16000, [[0, 1]], span="word"))


def test_a_synthetic_talker_says_the_same_again():
    sentences = ["a red ball", "the dog sleeps"]
    samples, rate, said = audio.say(sentences, "M02")
    again, _, times = audio.say(sentences, "M02")
    np.testing.assert_array_equal(samples, again)
    pd.testing.assert_frame_equal(said, times)
    assert set(said["word"]) <= set(" ".join(sentences).split())
    assert (said["onset"] < said["offset"]).all()
    assert said["offset"].max() <= len(samples) / rate
    assert 0.01 < np.abs(samples).max() <= 1


# ---- captions

TEXTS = [
    ("p", "a dog and a red ball"), ("p", "the dog sleeps"), ("q", "two dogs with a ball"),
    ("q", "a red dog"), ("r", "a ball sleeps beside a ball"),
]  # fmt: skip
SPLITS = {"p": "train", "q": "validation", "r": "test"}


def speech():
    """Four talkers each say all words twice, in one recording."""
    said = ["dog", "red", "ball", "sleeps", "the"] * 2
    frames = []
    for talker in "ABCD":
        onsets = np.arange(len(said)) * 0.4
        ids = [f"{talker}@{onset:.1f}" for onset in onsets]
        frames.append(pd.DataFrame({
            "token_id": ids, "recording_id": talker, "talker": talker, "word": said,
            "onset": onsets, "offset": onsets + 0.3,
        }))  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def test_words_and_matching_are_those_of_the_stages(tmp_path):
    captions = pd.DataFrame(TEXTS, columns=["image_id", "text"])
    captions["split"] = captions["image_id"].map(SPLITS)
    numbered = captions.assign(caption=captions.groupby("image_id").cumcount())
    path = {name: tmp_path / name for name in (
        "captions", "caption_words", "rejects", "spoken_words", "types", "tags", "images",
        "replacements", "spoken_captions", "unsayable",
    )}  # fmt: skip
    tables.write(CAPTIONS, path["captions"], numbered[["image_id", "caption", "text"]])
    tables.write(SPOKEN_WORDS, path["spoken_words"], speech())
    images = {"image_id": list(SPLITS), "path": "", "digest": "", "width": 1, "height": 1}
    tables.write(IMAGES, path["images"], {**images, "split": list(SPLITS.values())})
    settings = WordsSettings()
    words.extract_captions(path["captions"], path["caption_words"], path["rejects"], settings)
    words.extract_types(path["spoken_words"], path["types"], path["tags"], settings)
    names = ("images", "captions", "caption_words", "tags", "spoken_words", "replacements",
             "spoken_captions", "unsayable", "rejects")  # fmt: skip
    matching.run_matching(*(path[name] for name in names), MatchingSettings())

    wanted = tables.read(CAPTION_WORDS, path["caption_words"])
    found = content_words(captions)
    pd.testing.assert_frame_equal(found[wanted.columns], wanted, check_dtype=False)
    matched = match(captions, speech())
    for table, rows in (
        (SPOKEN_CAPTIONS, matched.spoken_captions),
        (REPLACEMENTS, matched.replacements),
    ):
        stage = tables.read(table, path[table.name])
        key = list(table.key)
        ours = rows.sort_values(key, ignore_index=True)[stage.columns]
        pd.testing.assert_frame_equal(ours, stage, check_dtype=False)
    assert len(matched.spoken_captions) > 6
    assert "sleeps" in dict(zip(found["text"], found["lemma"], strict=True))


def test_words_without_times_are_tagged_alone():
    alone = speech()[["token_id", "talker", "word"]]
    found = match(pd.DataFrame(TEXTS, columns=["image_id", "text"]), alone)
    said = found.spoken_captions
    assert {"dog", "ball", "red"} <= set(said["spoken_word"])
    assert not said["token_id"].duplicated().any()
    assert said.groupby(["image_id", "caption"])["talker"].nunique().eq(1).all()


# ---- mistakes

PICTURE = np.zeros((20, 30, 3), np.uint8)
WHOLE = np.array([[0, 0, 30, 20]])
QUIET = np.zeros(900)
CAPTION = pd.DataFrame({"image_id": ["p"], "text": ["a dog"]})
TOKEN = pd.DataFrame({"token_id": ["a"], "talker": "A", "word": "dog"})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: vision.propose(PICTURE[0]), r"picture: shape \(30, 3\), expected \(height, width"),
        (lambda: vision.propose(PICTURE / 255), "picture: dtype float64, expected uint8"),
        (lambda: vision.propose(PICTURE[:0]), r"picture: shape \(0, 30, 3\), expected a height"),
        (lambda: vision.propose(PICTURE, sides=3), "options: sides: .*did you mean side?"),
        (lambda: vision.features(PICTURE, WHOLE[0]), r"boxes: shape \(4,\), expected \(boxes, 4\)"),
        (lambda: vision.features(PICTURE, WHOLE / 2), "boxes: dtype float64, expected integers"),
        (lambda: vision.features(PICTURE, WHOLE + 1), r"boxes: row 0 is \[1, 1, 31, 21\], exp"),
        (lambda: vision.features(PICTURE, WHOLE[:0]), r"boxes: shape \(0, 4\), expected one box"),
        (lambda: vision.features(PICTURE, WHOLE, network="vgg"), "options: network: .*got 'vgg'"),
        (lambda: vision.features(PICTURE, WHOLE, device="gpu"), "--device gpu: not a device"),
        (lambda: vision.keep(WHOLE, [0.1, 0.2]), r"boxes: shape \(1, 4\), expected \(2, 4\)"),
        (lambda: vision.keep(WHOLE, [np.nan]), "scores: 1 numbers are not finite"),
        (lambda: vision.scene(0), "number: 0, expected a whole number from 1"),
        (lambda: audio.log_mel(PICTURE, 16000), r"samples: shape \(20, 30, 3\), expected"),
        (lambda: audio.log_mel([], 16000), r"samples: shape \(0,\), expected one sample or more"),
        (lambda: audio.log_mel(QUIET > 0, 16000), "samples: dtype bool, expected float32"),
        (lambda: audio.log_mel(QUIET + np.inf, 16000), "samples: 900 numbers are not finite"),
        (lambda: audio.log_mel(QUIET + 1e20, 16000), r"samples: as great as 1e\+20, expected full"),
        (lambda: audio.log_mel(QUIET, 16e3), "rate: 16000.0, expected a whole number of Hz"),
        (lambda: audio.log_mel(QUIET, 9000, [0, 1]), r"times: shape \(2,\), expected \(words, 2\)"),
        (lambda: audio.log_mel(QUIET, 900, [[0, 1], [1, 0]]), "times: row 1 is 1.000 to 0.000 s"),
        (lambda: audio.log_mel(QUIET, 9000, [[3, 4]]), "times: row 0 is 3.000 to 4.000 s, exp"),
        (lambda: audio.log_mel(QUIET, 9000, [[0, np.nan]]), "times: 1 numbers are not finite"),
        (lambda: audio.log_mel(QUIET, 9000, frames=4), "options: frames must be odd"),
        (lambda: audio.say("a dog"), "sentences: expected a list of texts"),
        (lambda: audio.say([" "]), "sentences: no words"),
        (lambda: audio.say(["a dog"], "Fred"), "talker: 'Fred', expected F01"),
        (lambda: content_words([1]), "captions: list, expected a data frame with image_id"),
        (lambda: content_words(CAPTION[["text"]]), "captions: columns text; missing: image_id"),
        (lambda: content_words(CAPTION), "captions: no content word is seen 2 times"),
        (lambda: content_words(CAPTION.assign(text=None)), "captions: column text is missing in"),
        (lambda: match(CAPTION, TOKEN, min_cuont=1), "options: min_cuont: Extra inputs"),
        (lambda: match(CAPTION, pd.concat([TOKEN] * 2)), "tokens: token_id a is there twice"),
    ],
)  # fmt: skip
def test_mistakes_name_the_argument_and_what_is_wanted(call, message):
    with pytest.raises(InputError, match=f"^{message}") as error:
        call()
    assert "\n" not in str(error.value)


# ---- packages


def test_packages_import_nothing_until_a_function_is_used():
    heavy = "{'torch', 'cv2', 'librosa', 'spacy', 'pandas', 'numpy', 'pydantic'}"
    code = f"import sys, {', '.join(f'seesay.{wing}' for wing in WINGS)}\n"
    code += f"assert not {heavy} & set(sys.modules), {heavy} & set(sys.modules)\n"
    code += "from seesay.scoring import search\n"
    code += "assert 'torch' not in sys.modules and 'cv2' not in sys.modules\n"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("wing", "name"), FACES)
def test_a_function_is_no_module_of_its_package_and_says_all(wing, name):
    """Importing a module of the same name would put it in the function's place."""
    package = importlib.import_module(f"seesay.{wing}")
    assert importlib.util.find_spec(f"seesay.{wing}.{name}") is None
    function = getattr(package, name)
    assert function.__module__ == package.FUNCTIONS[name]
    for part in ("Args:", "Returns:", "Raises:"):
        assert part in function.__doc__ or "Arguments and errors are those of" in function.__doc__


def test_a_changed_function_for_notebooks_reruns_no_stage():
    """Nothing that stages use lies in these modules, and no stage imports from the packages."""
    modules = {importlib.import_module(f"seesay.{wing}").FUNCTIONS[name] for wing, name in FACES}
    for script in sorted((ROOT / "workflow" / "scripts").glob("*.py")):
        used = {entry.split(":")[0] for entry in stamps.stamp(script.stem)}
        assert not used & modules, script
    for path in [*(ROOT / "src").rglob("*.py"), *(ROOT / "workflow").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("seesay."):
                wing = node.module.removeprefix("seesay.")
                handed = {name for package, name in FACES if package == wing}
                assert not handed & {alias.name for alias in node.names}, path
