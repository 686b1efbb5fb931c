"""Spoken captions without word times: from their corpora, through alignment, to their pictures."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
import yaml

from seesay.audio import synthesis
from seesay.audio.alignment import align_corpus
from seesay.audio.exclusion import Exclusion
from seesay.audio.speech import read_corpus
from seesay.captions.tagging import Tagger
from seesay.commands import prediction
from seesay.commands.check_corpora import pictures as look_at_pictures
from seesay.commands.check_corpora import speech as look_at_speech
from seesay.commands.check_findings import Counts
from seesay.commands.check_matching import read
from seesay.corpora import SPEECH, finding
from seesay.planning.config import load
from seesay.schemas.vision import CAPTIONS
from seesay.settings.alignment import AlignmentSettings
from seesay.settings.synthesis import SynthesisSettings
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.tables import REJECTS
from support import small_corpora
from support.speech_layouts import write
from support.workflow import jobs, snakemake

TEXTS = {
    ("10_ab", 0): "A dog runs on the green grass .",
    ("10_ab", 1): "Two men stand near a red car .",
    ("11_cd", 0): "The girl holds a yellow ball .",
}
NEAR = 0.08  # s, of half of the onsets in running speech of eSpeak


@pytest.fixture(scope="module")
def spoken(tmp_path_factory) -> Path:
    """A folder with captions.parquet, and speech/ where two talkers say them, with true times."""
    folder = tmp_path_factory.mktemp("spoken")
    rows = [(*key, text) for key, text in TEXTS.items()]
    frame = pd.DataFrame(rows, columns=["image_id", "caption", "text"])
    tables.write(CAPTIONS, folder / "captions.parquet", frame.astype({"caption": np.int32}))
    settings = SynthesisSettings(script="captions", talkers=2, voices=1, word_gap=0)
    out = folder / "speech", folder / "rejects.parquet"
    synthesis.synthesise(folder / "captions.parquet", *out, settings, 2)
    return folder


def truth(spoken: Path) -> pd.DataFrame:
    return pd.read_csv(spoken / "speech" / "words.tsv", sep="\t")


def corpus_of(reader: str, folder: Path, **options) -> AlignmentSettings:
    corpus = {"reader": reader, "path": str(folder), "options": options}
    return AlignmentSettings.model_validate({"corpora": [corpus]})


def aligned(spoken: Path, out: Path, settings: AlignmentSettings, jobs: int = 1):
    """Recordings and words, as the stage speech reads them, and the rejects."""
    captions = spoken / "captions.parquet"
    align_corpus(out / "speech", out / "rejects.parquet", settings, jobs, captions)
    values = {"results": "x", "scenes": {}, "alignment": settings.model_dump(mode="json")}
    corpus = load(values).made("speech").model_copy(update={"path": str(out / "speech")})
    recordings, words, bad = finding.find(corpus, SPEECH).read()
    assert bad == []
    rejects = tables.read(REJECTS, out / "rejects.parquet").set_index("id")["reason"].to_dict()
    return recordings, words, rejects


def flickr(spoken: Path, folder: Path) -> Path:
    """Flickr8k Audio Captions of the same speech, without the CTM."""
    lists: dict[str, list[str]] = {"wav2capt.txt": [], "wav2spk.txt": []}
    for file, rows in truth(spoken).groupby("file"):
        picture, caption, talker = (rows[c].iloc[0] for c in ("picture", "caption", "speaker"))
        name = f"{picture}_{caption}.wav"
        (folder / "wavs").mkdir(parents=True, exist_ok=True)
        shutil.copy(spoken / "speech" / file, folder / "wavs" / name)
        lists["wav2capt.txt"].append(f"{name} {picture}.jpg #{caption}")
        lists["wav2spk.txt"].append(f"{name} {talker}")
    # A caption of another picture than the run's.
    shutil.copy(folder / "wavs" / name, folder / "wavs" / "99_zz_0.wav")
    lists["wav2spk.txt"].append("99_zz_0.wav F01")
    for name, lines in lists.items():
        write(folder / name, *lines)
    return folder


def test_captions_are_aligned_with_their_text(spoken, tmp_path):
    settings = corpus_of("flickr_audio", flickr(spoken, tmp_path / "in"))
    recordings, words, rejects = aligned(spoken, tmp_path / "out", settings)
    own = truth(spoken)
    talkers = own.groupby(["picture", "caption"])["speaker"].first()
    assert {(r.picture, r.caption): r.talker for r in recordings} == talkers.to_dict()
    assert {r.recording_id for r in recordings} == {f"wavs/{p}_{n}" for p, n in TEXTS}
    for (picture, caption), rows in own.groupby(["picture", "caption"]):
        found = [w for w in words if w.recording_id == f"wavs/{picture}_{caption}"]
        text = TEXTS[picture, caption].lower().removesuffix(" .").split()
        assert [word.word for word in found] == text
        # eSpeak says "on the" as one word, and gives neither its times.
        times = {word.word: (word.onset, word.offset) for word in found}
        gaps = [abs(times[row.word][0] - row.onset) for row in rows.itertuples()]
        assert np.median(gaps) < NEAR
    assert rejects == {"wavs/99_zz_0": "says a caption that is not in this run: '99_zz#0'"}


def test_processes_change_nothing(spoken, tmp_path):
    settings = corpus_of("flickr_audio", flickr(spoken, tmp_path / "in"))
    for number in (1, 2):
        aligned(spoken, tmp_path / str(number), settings, number)
    one, two = (tmp_path / n / "speech" / "words.tsv" for n in "12")
    assert one.read_bytes() == two.read_bytes()


def test_parts_of_a_file_are_aligned_where_they_are(spoken, tmp_path):
    """A Kaldi folder whose segments are captions, one after the other in a file."""
    own = truth(spoken)
    parts, lists, at = [], {"segments": [], "utt2spk": [], "utt2cap": [], "text": []}, 0.5
    for number, (file, rows) in enumerate(own.groupby("file")):
        samples, rate = soundfile.read(spoken / "speech" / file)
        parts += [np.zeros(round(0.5 * rate)), samples]
        name, length = f"utt{number}", len(samples) / rate
        lists["segments"].append(f"{name} all {at:.3f} {at + length:.3f}")
        lists["utt2spk"].append(f"{name} {rows['speaker'].iloc[0]}")
        picture, caption = rows["picture"].iloc[0], int(rows["caption"].iloc[0])
        lists["utt2cap"].append(f"{name} {picture} {caption}")
        lists["text"].append(f"{name} {TEXTS[picture, caption].removesuffix(' .')}")
        own.loc[rows.index, "onset"] += at
        at += length + 0.5
    folder = tmp_path / "in"
    for name, lines in {**lists, "wav.scp": ["all all.wav"]}.items():
        write(folder / name, *lines)
    soundfile.write(folder / "all.wav", np.concatenate(parts), rate)
    recordings, words, rejects = aligned(spoken, tmp_path / "out", corpus_of("kaldi", folder))
    assert rejects == {}
    assert {r.picture for r in recordings} == {"10_ab", "11_cd"}
    names = {(r.picture, r.caption): r.recording_id for r in recordings}
    for (picture, caption), rows in own.groupby(["picture", "caption"]):
        found = [w for w in words if w.recording_id == names[picture, caption]]
        times = {word.word: word.onset for word in found}
        gaps = [abs(times[row.word] - row.onset) for row in rows.itertuples()]
        assert np.median(gaps) < NEAR


def test_texts_of_a_table_come_before_those_of_captions(spoken, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    rows = truth(spoken).drop_duplicates("file").to_dict("records")
    table = ["wav\tspeaker\tsaid\timage\tnumber"]
    for row in rows:
        shutil.copy(spoken / "speech" / row["file"], folder)
        text = TEXTS[row["picture"], row["caption"]]
        table.append(f"{row['file']}\t{row['speaker']}\t{text}\t{row['picture']}\t{row['caption']}")
    table[1] = (
        table[1].replace("dog", "zyzzyva").replace("car", "zyzzyva").replace("ball", "zyzzyva")
    )
    write(folder / "said.tsv", *table)
    columns = {"file": "wav", "text": "said", "picture": "image", "caption": "number"}
    settings = corpus_of("tsv", folder, table="said.tsv", columns=columns)
    recordings, _, rejects = aligned(spoken, tmp_path / "out", settings)
    assert len(recordings) == 2
    ((_, reason),) = rejects.items()
    assert "no pronunciation of 'zyzzyva'" in reason


def test_a_corpus_with_times_is_not_aligned(spoken, tmp_path):
    columns = {"picture": "picture", "caption": "caption"}
    settings = corpus_of("tsv", spoken / "speech", columns=columns)
    with pytest.raises(InputError, match="its words have times; name its corpus"):
        aligned(spoken, tmp_path / "out", settings)


def test_either_a_path_or_corpora():
    with pytest.raises(ValueError, match="there is nothing to align; give path, or corpora"):
        AlignmentSettings()
    with pytest.raises(ValueError, match="path and corpora are both given"):
        AlignmentSettings(path="x", corpora=({"reader": "kaldi", "path": "y"},))
    values = {
        "results": "x",
        "scenes": {},
        "alignment": {"corpora": [{"reader": "no", "path": "y"}]},
    }
    with pytest.raises(InputError, match=r"alignment\.corpora\.0: no: no such reader"):
        load(values)
    # The settings of a folder are compared as before.
    assert "corpora" not in AlignmentSettings(path="x").compared()


def test_a_corpus_of_speech_without_times_is_refused_with_the_remedy(spoken, tmp_path):
    config = load({"results": "x", "scenes": {}, "speech": {"corpora": [
        {"reader": "flickr_audio", "path": str(flickr(spoken, tmp_path))}
    ]}})  # fmt: skip
    (corpus,) = config.speech.corpora
    with pytest.raises(InputError, match="none of its 4 recordings has word times; name it in"):
        read_corpus(corpus, "reject", Exclusion([]))
    told = next(look_at_speech(config, Counts("fetch")))
    assert told.mark == "fail"
    assert "alignment.corpora" in told.text


# ---- the whole way


def captioned(spoken: Path, folder: Path) -> dict:
    """A config of three pictures whose captions are in flickr/, without times."""
    flickr(spoken, folder / "flickr")
    pictures = {"train": [["x"]], "validation": [["x"]], "test": [["x"]]}
    values = small_corpora.make(folder, pictures, {"ann": "dog"})
    for path in (folder / "pictures").iterdir():
        path.unlink()
    ids = {"train": "10_ab", "test": "11_cd", "validation": "12_ef"}
    for split, name in ids.items():
        small_corpora.jpeg(folder / "pictures" / f"{name}.jpg")
        texts = [text for (picture, _), text in TEXTS.items() if picture == name]
        write(folder / "pictures" / f"{name}.txt", *(texts or ["A red ball ."]))
        write(folder / f"{split}.txt", name)
    values["speech"] = {}
    values["alignment"] = {"corpora": [{"reader": "flickr_audio", "path": "flickr"}]}
    values["matching"] = {"method": "spoken"}
    return values


def test_check_predicts_what_alignment_and_matching_find(spoken, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    values = captioned(spoken, tmp_path)
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(values))
    config = load(values)
    counts = Counts("snakemake --cores 1 fetch")
    list(look_at_pictures(config, counts))
    told = [finding.text for finding in look_at_speech(config, counts)]
    assert any("1 recordings say captions that are not in this run" in text for text in told)
    assert any("3 recordings with transcripts by 2 talkers" in text for text in told)
    texts = read(config, counts, Tagger(config.words.tagger))
    now = prediction.match(texts, config.words.min_count, config.matching)
    assert now.stops.startswith("no caption of the validation split can be said")
    assert now.counts["itself"].to_dict() == {"train": 2, "validation": 0, "test": 1}
    result = snakemake(tmp_path, "results/speech/spoken_words.parquet")
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    assert jobs(result)["alignment"] == 1
    words = pd.read_parquet(tmp_path / "results/speech/spoken_words.parquet")
    assert sorted(words["word"]) == sorted(texts.tokens["word"])
    recordings = pd.read_parquet(tmp_path / "results/speech/recordings.parquet")
    assert set(recordings["picture"]) == {"10_ab", "11_cd"}
