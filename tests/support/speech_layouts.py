"""Small speech corpora in every layout, written by hand, and what a reader finds in them."""

from pathlib import Path

import numpy as np
import soundfile

from seesay.corpora import SPEECH, finding
from seesay.settings.corpora import Corpus

RATE = 8000
LONG = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 2
tiers? <exists>
size = {count}
item []:
"""
SHORT = 'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n2\n<exists>\n{count}\n'
WORDS = [(0.0, 0.2, ""), (0.2, 0.5, "The"), (0.5, 1.0, "cat"), (1.0, 2.0, "<LAUGH>")]


def sound(path: Path, channels: int = 1, seconds: float = 2.0, **options) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = np.random.default_rng(0).normal(0, 0.1, (round(seconds * RATE), channels))
    soundfile.write(path, samples, RATE, **options)
    return path


def grid(path: Path, tiers: dict[str, list], short: bool = False, encoding: str = "utf-8") -> Path:
    """Write a TextGrid by hand, as Praat writes it; all tiers are interval tiers."""
    text = (SHORT if short else LONG).format(count=len(tiers))
    for n, (name, intervals) in enumerate(tiers.items(), start=1):
        if short:
            text += f'"IntervalTier"\n"{name}"\n0\n2\n{len(intervals)}\n'
            text += "".join(f'{start}\n{end}\n"{word}"\n' for start, end, word in intervals)
            continue
        text += f'    item [{n}]:\n        class = "IntervalTier"\n        name = "{name}"\n'
        text += f"        xmin = 0\n        xmax = 2\n        intervals: size = {len(intervals)}\n"
        for k, (start, end, word) in enumerate(intervals, start=1):
            text += f"        intervals [{k}]:\n            xmin = {start}\n"
            text += f'            xmax = {end}\n            text = "{word}"\n'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return path


def write(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    return path


def read(reader: str, root: Path, **options):
    """Recordings (id: file, channel, talker), words (id, talker, word, times), rejects."""
    corpus = Corpus(reader=reader, path=str(root), options=options)
    recordings, words, rejects = finding.find(corpus, SPEECH).read()
    return (
        {r.recording_id: (r.path.name, r.channel, r.talker) for r in recordings},
        [(w.recording_id, w.talker, w.word, w.onset, w.offset) for w in words],
        {reject.id: reject.reason for reject in rejects},
    )


def timit(folder: Path) -> Path:
    sound(folder / "dr1/fcjf0/SA1.WAV", format="NIST")
    write(folder / "dr1/fcjf0/SA1.WRD", "0 1600 she", "1600 4800 don't", "16000 8000 back")
    sound(folder / "dr1/mabc0/sa1.wav")
    write(folder / "dr1/mabc0/sa1.wrd", "100 1600 she", "x 3 y", "", "3200 4800")
    write(folder / "dr1/mabc0/sa2.wrd", "100 1600 she")
    return folder


def ctm(folder: Path) -> Path:
    sound(folder / "audio/call.wav", channels=2)
    sound(folder / "mono.flac")
    write(
        folder / "words.ctm",
        ";; a comment",
        "call A 0.10 0.20 hello 0.9",
        "call 2 0.10 0.30 goodbye",
        "call 2 0.50 0.30 hmm 0.9 lex S7",
        "call 1 0.60 0.20 <unk>",
        "call 1 * * <ALT_BEGIN>",
        "mono 1 0.5 x word",
        "mono 1 0.5 0.1 word",
        "mono C 0.5 0.1 word",
        "other 1 0.5 0.1 word",
        "mono 1 0.5",
    )
    return folder


def flickr_audio(folder: Path) -> Path:
    for number in (0, 1):
        sound(folder / f"wavs/10_ab_{number}.wav")
    write(folder / "wav2spk.txt", "10_ab_0.wav 7", "10_ab_1.wav 12")
    write(folder / "flickr_8k.ctm", "10_ab.jpg_#0 1 0.1 0.3 A", "10_ab.jpg_#1 1 0.2 0.4 DOG")
    return folder


def tsv(folder: Path) -> Path:
    sound(folder / "a.flac")
    sound(folder / "sub/b.wav", channels=2)
    write(
        folder / "words.tsv",
        "word\tfile\tspeaker\tonset\toffset\tside",
        'say"s\ta.flac\tann\t0.1\t0.2\t1',
        "cat\tb\tbob\t0.5\t0.7\t2",
        "[noise]\tb\tbob\t0.8\t0.9\t2",
        "cat\tb\tbob\t0.5\t0.7\tleft",
        "cat\tb\tbob\t0.5\t0.4\t2",
    )
    return folder


def words_apart(folder: Path) -> Path:
    """A word from 0.5 to 0.9 s of 1.5 s, in faint noise; with takes, and two talkers."""
    samples = np.random.default_rng(1).normal(0, 1e-4, round(1.5 * RATE))
    word = slice(round(0.5 * RATE), round(0.9 * RATE))
    samples[word] += np.sin(np.arange(word.stop - word.start) / 3) / 2
    for name in ("ann/cat_1", "ann/cat_2", "bob/take/dog", "ice cream", "sun"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(folder / f"{name}.wav", samples, RATE)
    soundfile.write(folder / "still.wav", np.zeros(RATE), RATE)
    write(folder / "text.wav", "no sound")
    return folder


def lucid_dialogue(folder: Path) -> Path:
    sound(folder / "x_F1M2.wav", channels=2)
    grid(folder / "x_F1M2.TextGrid", {"A word": WORDS, "B word": WORDS})
    sound(folder / "F3.wav")
    grid(folder / "F3.TextGrid", {"word": WORDS}, short=True, encoding="utf-16")
    return folder


def lucid_table(folder: Path) -> Path:
    sound(folder / "F01.wav")
    write(
        folder / "lucid_native.tokens.txt",
        "filename\tonset\toffset\tword\ttalker",
        "F01\t0.1\t0.2\tcat\tF01",
        "F01\t0.2\t0.3\tdog-\tF01",
    )
    return folder


def audacity(folder: Path) -> Path:
    sound(folder / "ann/one.wav")
    write(folder / "ann/one.txt", "0.5\t0.7\tcat", "0.1\t0.4\tthe", "0.8\t0.9\t#cough", "x")
    sound(folder / "bob/one.wav")
    write(folder / "bob/one.txt", "0.2\t0.7\tdog")
    write(folder / "bob/two.txt", "0.2\t0.7\tdog")
    return folder


# A layout or two of every reader.
LAYOUTS = [
    ("ctm", ctm),
    ("flickr_audio", flickr_audio),
    ("isolated", words_apart),
    ("lucid", lucid_dialogue),
    ("lucid", lucid_table),
    ("textgrid", lucid_dialogue),
    ("timit", timit),
    ("tsv", tsv),
]
