"""Small corpora of spoken captions in every layout, as their makers give them."""

import json
from pathlib import Path

from support.speech_layouts import sound, write

CAPTIONS = ["A DOG RUNS", "TWO DOGS ON THE GRASS"]
ALIGNED = "0.1__A__0.2 0.2__DOG__0.6 0.7__RUNS__1.1"


def flickr_audio(folder: Path, times: bool = False) -> Path:
    """Flickr8k Audio Captions as it is distributed, without the CTM."""
    for name in ("10_ab_0", "10_ab_1", "11_cd_0"):
        sound(folder / f"wavs/{name}.wav")
    write(
        folder / "wav2capt.txt",
        "10_ab_0.wav 10_ab.jpg #0",
        "10_ab_1.wav 10_ab.jpg #1",
        "11_cd_0.wav 11_cd.jpg #0",
    )
    write(folder / "wav2spk.txt", "10_ab_0.wav 7", "10_ab_1.wav 12", "11_cd_0.wav 7")
    if times:
        rows = ["10_ab.jpg_#0 1 0.1 0.3 A", "10_ab.jpg_#0 1 0.4 0.3 DOG", "11_cd.jpg_#0 1 0 1 CAR"]
        write(folder / "flickr_8k.ctm", *rows)
    return folder


def said(uttid: str, speaker: str, wav: str, text: str, **more) -> dict:
    return {"text": text, "speaker": speaker, "uttid": uttid, "wav": wav} | more


def spokencoco(folder: Path, unrolled: bool = False) -> Path:
    """SpokenCOCO: an entry a picture, or, unrolled and aligned, an entry a recording."""
    first, second = "val2014/COCO_val2014_1.jpg", "train2014/COCO_train2014_2.jpg"
    of = {
        "val": [(first, [said("s1-a", "s1", "wavs/val/0/s1-a.wav", CAPTIONS[0])])],
        "train": [
            (second, [said(f"s{n}-b", f"s{n}", f"wavs/train/0/s{n}-b.wav", CAPTIONS[n - 1])
                      for n in (1, 2)])
        ],
    }  # fmt: skip
    for split, pictures in of.items():
        data: list[dict] = []
        for image, captions in pictures:
            for caption in captions:
                sound(folder / caption["wav"])
            if unrolled:
                own = {"text_alignment": ALIGNED}
                data += [{"image": image, "caption": caption, **own} for caption in captions]
            else:
                data.append({"image": image, "captions": captions})
        name = f"SpokenCOCO_{split}{'_unrolled_karpathy_with_alignments' * unrolled}.json"
        write(folder / name, json.dumps({"data": data}))
    return folder


def places_audio(folder: Path) -> Path:
    """Places Audio: an entry a recording, with the text of a recogniser."""
    data = []
    for n, image in enumerate(("a/abbey/gsun_1.jpg", "b/bar/gsun_2.jpg", "a/abbey/gsun_1.jpg")):
        wav = f"wavs/{n}/utterance_{n}.wav"
        sound(folder / wav)
        data.append(
            {"uttid": f"s{n}-u", "speaker": f"s{n}", "asr_text": "a dog runs", "wav": wav,
             "image": image}
        )  # fmt: skip
    bases = {"image_base_path": "/no/such/images", "audio_base_path": "/no/such/audio"}
    write(folder / "train.json", json.dumps({**bases, "data": data[:2]}))
    write(folder / "val.json", json.dumps({**bases, "data": data[2:]}))
    return folder


def kaldi(folder: Path) -> Path:
    """A Kaldi data folder with a file of two utterances, one of its own, and a command."""
    sound(folder / "audio/session.wav", seconds=4)
    sound(folder / "audio/alone.flac")
    write(
        folder / "wav.scp",
        "alone audio/alone.flac",
        "piped sox audio/alone.flac -t wav - |",
        "session audio/session.wav",
    )
    write(
        folder / "segments",
        "bob-1 session 0.0 1.5",
        "bob-2 session 2.0 -1",
        "cid-1 alone 0 2",
        "eve-1 piped 0 2",
    )
    write(folder / "utt2spk", "bob-1 bob", "bob-2 bob", "cid-1 cid", "eve-1 eve")
    write(folder / "text", "bob-1 a dog", "bob-2 two dogs", "cid-1 a car", "eve-1 a cow")
    write(folder / "utt2cap", "bob-1 p.jpg 0", "bob-2 p.jpg #1", "cid-1 q.jpg 0")
    return folder


def kaldi_timed(folder: Path) -> Path:
    """The same with a CTM, whose lines begin with an utterance or with a recording."""
    kaldi(folder)
    write(
        folder / "ctm",
        "bob-2 1 0.1 0.3 two",
        "bob-2 1 0.5 0.5 dogs 0.98",
        "session 1 0.2 0.1 a",
        "session 1 0.4 0.5 dog",
        "session 1 1.6 0.2 lost",
        "alone 1 0.0 0.2 <unk>",
        "alone 1 0.3 x car",
    )
    return folder


def tsv_captions(folder: Path) -> Path:
    """A table of words that names the caption of each file."""
    for name in ("a", "b"):
        sound(folder / f"{name}.wav")
    write(
        folder / "words.tsv",
        "file\tspeaker\tonset\toffset\tword\timage\tnumber",
        "a.wav\tann\t0.1\t0.3\tdog\tp.jpg\t0",
        "a.wav\tann\t0.4\t0.6\truns\tp.jpg\t0",
        "b.wav\tbob\t0.1\t0.3\tdogs\tp.jpg\t1",
    )
    return folder


def tsv_texts(folder: Path) -> Path:
    """A table of recordings and what they say, without word times."""
    for name in ("a", "b", "c"):
        sound(folder / f"{name}.wav")
    write(
        folder / "captions.csv",
        "wav,who,said,image,number",
        'a.wav,ann,"A dog, running.",p.jpg,0',
        "b.wav,bob,,p.jpg,1",
        "c.wav,cid,,,",
        "d.wav,cid,A car,p.jpg,2",
        "a.wav,ann,A dog again,p.jpg,0",
    )
    return folder


WORDS = {"columns": {"picture": "image", "caption": "number"}}
TEXTS = {
    "table": "captions.csv",
    "columns": {
        "file": "wav", "speaker": "who", "text": "said", "picture": "image", "caption": "number",
    },
}  # fmt: skip
# A layout or two of every reader of spoken captions, with the options that it wants.
LAYOUTS = [
    ("flickr_audio", flickr_audio, {}),
    ("spokencoco", spokencoco, {}),
    ("spokencoco", lambda folder: spokencoco(folder, unrolled=True), {}),
    ("places_audio", places_audio, {}),
    ("kaldi", kaldi, {}),
    ("kaldi", kaldi_timed, {}),
    ("tsv", tsv_captions, WORDS),
    ("tsv", tsv_texts, TEXTS),
]
