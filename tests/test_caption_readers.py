"""Readers of spoken captions: what each recording says, with and without word times."""

import json
from pathlib import Path

import pytest
from PIL import Image

from seesay.corpora import PICTURES, SPEECH, conformance, finding
from seesay.settings.corpora import Corpus
from seesay.settings.pictures import PictureCorpus
from seesay.shared.errors import InputError
from support import caption_layouts as layouts
from support.speech_layouts import sound, write


def read(reader: str, folder: Path, **options):
    """What recordings say (id: talker, picture, caption, text), words and rejects."""
    corpus = Corpus(reader=reader, path=str(folder), options=options)
    recordings, words, rejects = finding.find(corpus, SPEECH).read()
    return (
        {r.recording_id: (r.talker, r.picture, r.caption, r.text) for r in recordings},
        [(w.recording_id, w.word, w.onset, w.offset) for w in words],
        {reject.id: reject.reason for reject in rejects},
    )


@pytest.mark.parametrize(("reader", "layout", "options"), layouts.LAYOUTS)
def test_readers_of_captions_keep_to_the_contract(tmp_path: Path, reader, layout, options):
    folder = layout(tmp_path / "corpus")
    assert conformance.check(Corpus(reader=reader, path=str(folder), options=options)) == []


def test_flickr_audio_without_times(tmp_path: Path):
    recordings, words, rejects = read("flickr_audio", layouts.flickr_audio(tmp_path))
    assert recordings == {
        "wavs/10_ab_0": ("7", "10_ab", 0, ""),
        "wavs/10_ab_1": ("12", "10_ab", 1, ""),
        "wavs/11_cd_0": ("7", "11_cd", 0, ""),
    }
    assert (words, rejects) == ([], {})


def test_flickr_audio_with_times(tmp_path: Path):
    folder = layouts.flickr_audio(tmp_path, times=True)
    recordings, words, rejects = read("flickr_audio", folder)
    assert recordings == {
        "wavs/10_ab_0": ("7", "10_ab", 0, ""),
        "wavs/11_cd_0": ("7", "11_cd", 0, ""),
    }
    assert [word[:2] for word in words] == [
        ("wavs/10_ab_0", "A"), ("wavs/10_ab_0", "DOG"), ("wavs/11_cd_0", "CAR"),
    ]  # fmt: skip
    assert rejects == {"wavs/10_ab_1": "no usable line of a CTM file names this recording"}


def test_the_list_of_captions_comes_before_the_names(tmp_path: Path):
    folder = layouts.flickr_audio(tmp_path)
    sound(folder / "wavs/second_take.wav")
    lines = (folder / "wav2capt.txt").read_text().splitlines()
    write(folder / "wav2capt.txt", *lines[:2], "second_take.wav 11_cd.jpg #0", "bad line", "")
    write(folder / "wav2spk.txt", *(folder / "wav2spk.txt").read_text().splitlines(),
          "second_take.wav 9")  # fmt: skip
    recordings, _, rejects = read("flickr_audio", folder)
    assert recordings["wavs/second_take"] == ("9", "11_cd", 0, "")
    assert recordings["wavs/11_cd_0"] == ("7", "11_cd", 0, "")  # by its name
    assert set(rejects) == {"wav2capt.txt:4"}
    # Without the talker's line a wav is nobody's.
    write(folder / "wav2spk.txt", "10_ab_0.wav 7")
    recordings, _, rejects = read("flickr_audio", folder)
    assert set(recordings) == {"wavs/10_ab_0"}
    assert rejects["wavs/10_ab_1"].startswith("no talker")


SPOKENCOCO = {
    "wavs/val/0/s1-a": ("s1", "val2014/COCO_val2014_1", 0, "A DOG RUNS"),
    "wavs/train/0/s1-b": ("s1", "train2014/COCO_train2014_2", 0, "A DOG RUNS"),
    "wavs/train/0/s2-b": ("s2", "train2014/COCO_train2014_2", 1, "TWO DOGS ON THE GRASS"),
}


def test_spokencoco(tmp_path: Path):
    recordings, words, rejects = read("spokencoco", layouts.spokencoco(tmp_path))
    assert recordings == SPOKENCOCO
    assert (words, rejects) == ([], {})


def test_spokencoco_with_times_in_the_json_or_beside_it(tmp_path: Path):
    folder = layouts.spokencoco(tmp_path / "unrolled", unrolled=True)
    recordings, words, rejects = read("spokencoco", folder)
    assert recordings == {name: (*own[:3], "") for name, own in SPOKENCOCO.items()}
    assert [word[1:] for word in words][:3] == [
        ("A", 0.1, 0.2), ("DOG", 0.2, 0.6), ("RUNS", 0.7, 1.1),
    ]  # fmt: skip
    assert len(words) == 9
    assert rejects == {}
    folder = layouts.spokencoco(tmp_path / "listed")
    write(folder / "words.txt", "s1-a 0.1 0.2 a", "s1-a 0.2 0.7 dog", "s2-b 0.5 0.6", "")
    recordings, words, rejects = read("spokencoco", folder)
    assert words == [
        ("wavs/val/0/s1-a", "a", 0.1, 0.2), ("wavs/val/0/s1-a", "dog", 0.2, 0.7),
    ]  # fmt: skip
    # The others have no times, and are still said.
    assert recordings["wavs/val/0/s1-a"][3] == ""
    assert recordings["wavs/train/0/s1-b"][3] == "A DOG RUNS"
    assert set(rejects) == {"words.txt:3"}


def test_places_audio_numbers_the_captions_of_a_picture(tmp_path: Path):
    recordings, words, rejects = read("places_audio", layouts.places_audio(tmp_path))
    assert recordings == {
        "wavs/0/utterance_0": ("s0", "a/abbey/gsun_1", 0, "a dog runs"),
        "wavs/1/utterance_1": ("s1", "b/bar/gsun_2", 0, "a dog runs"),
        "wavs/2/utterance_2": ("s2", "a/abbey/gsun_1", 1, "a dog runs"),
    }
    assert (words, rejects) == ([], {})


def test_faults_of_the_json_are_named(tmp_path: Path):
    folder = layouts.spokencoco(tmp_path)
    path = folder / "SpokenCOCO_val.json"
    good = json.loads(path.read_text())["data"][0]
    data = [good, {"captions": []}, 3, {**good, "image": ""}, {**good, "captions": [{"wav": "x"}]}]
    data += [{"image": "q.jpg", "captions": [{"wav": "gone.wav", "text": "a", "speaker": "s"}]}]
    path.write_text(json.dumps({"data": data}))
    recordings, _, rejects = read("spokencoco", folder)
    assert recordings == SPOKENCOCO
    val = "SpokenCOCO_val.json, data"
    assert {name: reason.split(";")[0].split(":")[0] for name, reason in rejects.items()} == {
        f"{val}[1].captions[0]": "no image",
        f"{val}[2]": "no image",
        f"{val}[3].captions[0]": "no image",
        f"{val}[4].captions[0]": "no text and no asr_text",
        f"{val}[5].captions[0]": "no file of that name among the 3 audio files",
    }
    for content, message in (
        ("{", "not JSON"),
        ("[]", "has no list `data`"),
        ('{"data": {}}', "has no list `data`"),
        ('{"data": [], "data": []}', "'data' is given twice"),
    ):
        path.write_text(content)
        with pytest.raises(InputError, match=message):
            read("spokencoco", folder)
    with pytest.raises(InputError, match=r"has no x\.json; see options\.captions"):
        read("spokencoco", folder, captions=["x.json"])


def test_the_pictures_of_the_json_have_the_same_captions(tmp_path: Path):
    for layout, reader in (
        (layouts.spokencoco, "spokencoco"),
        (layouts.places_audio, "places_audio"),
    ):
        folder = layout(tmp_path / reader)
        said = read(reader, folder)[0].values()
        for _, picture, _, _ in said:
            path = tmp_path / f"{reader}_images" / f"{picture}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (8, 6)).save(path)
        Image.new("RGB", (8, 6)).save(path.with_name("unnamed.jpg"))
        images = {"images": str(tmp_path / f"{reader}_images")}
        corpus = PictureCorpus(reader="davenet", path=str(folder), options=images)
        pictures, rejects = finding.find(corpus, PICTURES).read()
        path = str(folder)
        told = conformance.check(PictureCorpus(reader="davenet", path=path, options=images))
        assert told == []
        captions = {
            (p.image_id, number): text for p in pictures for number, text in enumerate(p.captions)
        }
        assert captions == {(own[1], own[2]): own[3] for own in said}
        assert all(reject.by_rule for reject in rejects)
        assert rejects[-1].id.endswith("unnamed")
    assert rejects[0].reason.startswith("its picture stays in the split train")
    splits = {p.image_id: p.split for p in pictures}
    # Of a picture in two files, the first counts.
    assert splits == {"a/abbey/gsun_1": "train", "b/bar/gsun_2": "train"}


def test_kaldi_without_times(tmp_path: Path):
    recordings, words, rejects = read("kaldi", layouts.kaldi(tmp_path))
    assert recordings == {
        "bob-1": ("bob", "p", 0, "a dog"),
        "bob-2": ("bob", "p", 1, "two dogs"),
        "cid-1": ("cid", "q", 0, "a car"),
    }
    assert words == []
    assert set(rejects) == {"piped", "eve-1"}
    assert "a command, which is not run" in rejects["piped"]
    assert "'sox audio/alone.flac -t wav - |'" in rejects["piped"]
    assert "'piped' has no usable file" in rejects["eve-1"]


def test_kaldi_parts_of_a_file(tmp_path: Path):
    corpus = Corpus(reader="kaldi", path=str(layouts.kaldi_timed(tmp_path)))
    recordings, words, rejects = finding.find(corpus, SPEECH).read()
    parts = {r.recording_id: (r.path.name, r.start, r.end, r.text) for r in recordings}
    assert parts == {
        "bob-1": ("session.wav", 0.0, 1.5, ""),
        "bob-2": ("session.wav", 2.0, None, ""),
        "cid-1": ("alone.flac", 0.0, 2.0, "a car"),
    }
    # Times of an utterance count from its start, those of a recording from the file's.
    assert [(w.recording_id, w.word, w.onset, w.offset) for w in words] == [
        ("bob-1", "a", 0.2, 0.3),
        ("bob-1", "dog", 0.4, 0.9),
        ("bob-2", "two", 2.1, 2.4),
        ("bob-2", "dogs", 2.5, 3.0),
    ]
    told = {reject.id: reject for reject in rejects}
    assert set(told) == {"piped", "eve-1", "ctm:5", "ctm:7", "ctm"}
    assert told["ctm:5"].reason.startswith("of no usable utterance")
    assert told["ctm"].by_rule
    assert told["ctm"].reason.startswith("1 words dropped")


def test_kaldi_lists_that_lack_something(tmp_path: Path):
    folder = layouts.kaldi(tmp_path / "data")
    for name in ("segments", "text", "utt2cap"):
        (folder / name).unlink()
    write(folder / "utt2spk", "alone cid", "session")
    write(folder / "text", "alone a car")
    write(folder / "wav.scp", "alone alone.flac", "gone x.wav", "kept feats.ark:12")
    recordings, _, rejects = read("kaldi", folder, audio=str(folder / "audio"))
    assert recordings == {"alone": ("cid", "", None, "a car")}
    assert set(rejects) == {"gone", "kept", "utt2spk:2"}
    assert "archive" in rejects["kept"]
    (folder / "utt2spk").unlink()
    with pytest.raises(InputError, match="has no utt2spk"):
        read("kaldi", folder)


def test_tables_of_captions(tmp_path: Path):
    recordings, words, rejects = read("tsv", layouts.tsv_captions(tmp_path / "a"), **layouts.WORDS)
    assert recordings == {"a": ("ann", "p", 0, ""), "b": ("bob", "p", 1, "")}
    assert [word[1] for word in words] == ["dog", "runs", "dogs"]
    assert rejects == {}
    recordings, words, rejects = read("tsv", layouts.tsv_texts(tmp_path / "b"), **layouts.TEXTS)
    assert recordings == {"a": ("ann", "p", 0, "A dog, running."), "b": ("bob", "p", 1, "")}
    assert words == []
    assert set(rejects) == {"captions.csv:4", "captions.csv:5", "captions.csv:6", "c"}
    assert rejects["captions.csv:4"].startswith("no text, and no caption")
    assert rejects["captions.csv:6"].startswith("this file is named twice")
