"""What `seesay check` says of a run that finds its tokens, and what its stages then find."""

import pandas as pd
import pytest

from seesay.audio.segmentation import segment
from seesay.captions.segments import run_matching_segments
from seesay.captions.words import extract_types
from seesay.commands.check import report
from seesay.planning.config import load
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.vision import IMAGES
from seesay.shared import tables
from support import configs, small_corpora
from support.small_corpora import stages

CAPTIONS = {
    "train": [["a red dog", "the cat"]] * 3,
    "validation": [["a dog runs"], ["the cat"]],
    "test": [["a red dog", "red cats"], ["the cat"]],
}


def checked(folder, values, capsys) -> tuple[int, list[str]]:
    """The exit status of `seesay check`, and its lines."""
    status = report(str(small_corpora.write(folder, values)))
    out = capsys.readouterr().out
    assert "Traceback" not in out
    return status, out.splitlines()


@pytest.fixture
def values(tmp_path, monkeypatch):
    """A config of recordings that say most captions; a picture of another run is said, too."""
    monkeypatch.chdir(tmp_path)
    said = {
        (f"{split}_{number:02}", place): {"ann": text, "bob": text}
        for split, pictures in CAPTIONS.items()
        for number, texts in enumerate(pictures)
        for place, text in enumerate(texts)
    }
    del said["train_01", 0], said["test_00", 1]["bob"]
    said["other_09", 0] = {"ann": "a cat"}
    found = small_corpora.make_spoken(tmp_path, CAPTIONS, said)
    return found | {"segmentation": {"method": "uniform"}}


def table_of(lines) -> dict[str, list[int]]:
    """The rows of the printed table, by split: pictures, captions, said, recordings."""
    rows = [line.split() for line in lines]
    return {row[0]: list(map(int, row[1:])) for row in rows if row and row[0] in CAPTIONS}


def test_the_captions_that_are_said_are_those_that_the_stages_find(values, tmp_path, capsys):
    status, lines = checked(tmp_path, values, capsys)
    assert status == 0
    config = load(values)
    at = stages(tmp_path, config)
    names = ("segments", "words", "rejects", "shard", "types", "tags", "r", "s", "u", "m")
    made = {name: tmp_path / "tables" / f"found_{name}.parquet" for name in names}
    segment(
        at["recordings"], at["spoken_words"], made["segments"], made["words"], made["rejects"],
        [made["shard"]], config.segmentation,
    )  # fmt: skip
    extract_types(made["words"], made["types"], made["tags"], config.words)
    run_matching_segments(
        at["images"], at["captions"], at["caption_words"], made["tags"], made["words"],
        at["recordings"], *(made[name] for name in "rsum"), config.matching,
    )  # fmt: skip
    said = tables.read(SPOKEN_CAPTIONS, made["s"])
    splits = tables.read(IMAGES, at["images"]).set_index("image_id")["split"]
    words = pd.read_parquet(made["words"]).set_index("token_id")["recording_id"]
    said = said.assign(split=said["image_id"].map(splits), recording=said["token_id"].map(words))
    wanted = {
        split: [
            len(pictures),
            sum(map(len, pictures)),
            len(said[said["split"] == split].drop_duplicates(["image_id", "caption"])),
            said.loc[said["split"] == split, "recording"].nunique(),
        ]
        for split, pictures in CAPTIONS.items()
    }
    assert table_of(lines) == wanted
    assert (wanted["train"], wanted["test"]) == ([3, 6, 5, 10], [2, 3, 3, 5])
    (left,) = [line for line in lines if "say no caption of this run" in line]
    assert left.startswith("note  segmentation: 1 recordings ")
    assert "other_09" in left


def test_the_method_is_named_and_what_cannot_be_known(values, tmp_path, capsys):
    _, lines = checked(tmp_path, values, capsys)
    text = "uniform finds the tokens: segments of equal length; word times label them, for scoring"
    assert f"ok    segmentation: {text} alone" in lines
    assert any("are known after the stage segmentation" in line for line in lines)
    # Nothing of what given words would bring.
    assert not any("by chance:" in line or "training hears" in line for line in lines)
    values["segmentation"] = {"method": "learned"}
    _, lines = checked(tmp_path, values, capsys)
    assert any("; it learns from the pictures of the training split; " in line for line in lines)
    del values["segmentation"]
    _, lines = checked(tmp_path, values, capsys)
    assert not any("segmentation" in line for line in lines)
    assert any("training hears" in line for line in lines)


def test_a_split_that_nobody_says_ends_the_run_and_few_captions_are_a_warning(
    values, tmp_path, capsys
):
    words = tmp_path / "speech" / "words.tsv"
    rows = pd.read_csv(words, sep="\t", dtype=str)
    few = rows[~rows["image"].isin(["train_00", "train_01"]) | (rows["number"] != "0")]
    few = few[~few["image"].isin(["train_00", "train_02"])]
    few.to_csv(words, sep="\t", index=False)
    status, lines = checked(tmp_path, values, capsys)
    assert status == 0
    assert any(line.startswith("warn  matching: 6 of 11 captions are said") for line in lines)
    rows[rows["image"].str.startswith("train")].to_csv(words, sep="\t", index=False)
    status, lines = checked(tmp_path, values, capsys)
    assert status == 1
    (fail,) = [line for line in lines if line.startswith("fail  matching")]
    assert "no caption of the test and the validation split can be said" in fail


def test_recordings_that_share_a_file_are_told_before_the_run(values, tmp_path, capsys):
    folder = tmp_path / "kaldi"
    folder.mkdir()
    files = sorted((tmp_path / "speech").glob("*.wav"))
    lines = {name: [] for name in ("wav.scp", "segments", "utt2spk", "ctm", "utt2cap")}
    for file in files:
        picture, number, talker = file.stem.rsplit("_", 2)
        shared = picture == "train_00"
        wav = "train" if shared else file.stem
        lines["wav.scp"] += [] if f"{wav} " in str(lines["wav.scp"]) else [f"{wav} {file}"]
        lines["segments"] += [f"{file.stem} {wav} 0.0 0.4"]
        lines["utt2spk"].append(f"{file.stem} {talker}")
        lines["utt2cap"].append(f"{file.stem} {picture} {number}")
        lines["ctm"].append(f"{file.stem} 1 0.0 0.4 dog")
    for name, found in lines.items():
        (folder / name).write_text("\n".join(found) + "\n")
    values["speech"]["corpora"] = [{"reader": "kaldi", "path": "kaldi"}]
    _, out = checked(tmp_path, values, capsys)
    (warn,) = [line for line in out if "share their file" in line]
    assert warn.startswith("warn  segmentation: 4 recordings share their file with others")
    assert warn.endswith("cut the files, or give segmentation.method: given")
    assert table_of(out)["train"][3] == 6
    values["segmentation"]["on_bad_input"] = "fail"
    status, out = checked(tmp_path, values, capsys)
    assert status == 1
    assert any(line.startswith("fail  segmentation: 4 recordings share") for line in out)


def test_before_scenes_are_drawn_the_method_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    found = configs.complete("captions.yaml") | {"segmentation": {"method": "energy"}}
    _, lines = checked(tmp_path, found, capsys)
    assert any("energy finds the tokens: minima of the amplitude" in line for line in lines)
    assert any("not known before the scenes are drawn" in line for line in lines)
