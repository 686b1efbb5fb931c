"""A source that changes after it was read ends the job in one line, and leaves no output."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
from PIL import Image

from seesay.audio import alignment, logmel, speech
from seesay.reporting.sections.pictures import examples
from seesay.schemas.audio import TOKEN_MANIFEST
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.vision import CAPTIONS, FC7, MANIFEST, REGIONS
from seesay.settings.alignment import AlignmentSettings
from seesay.settings.pictures import PicturesSettings
from seesay.settings.speech import SpeechSettings
from seesay.shared import sources, tables
from seesay.shared.errors import InputError
from seesay.vision import fc7, pictures, regions
from support import frames
from support.pictures import FC7_SETTINGS, REGIONS_SETTINGS

GRID = REGIONS_SETTINGS.model_copy(update={"proposals": "grid", "candidates": 3})
NETWORK = FC7_SETTINGS.model_copy(update={"weights": "random"})


def test_a_digest_is_of_all_bytes_and_a_foreign_one_is_not_compared(tmp_path):
    path = tmp_path / "long"
    path.write_bytes(bytes(range(256)) * 9000)
    wanted = hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()
    assert sources.digest(path) == wanted
    files = pd.DataFrame({"path": [str(path)] * 3, "digest": [wanted, "", "0"]})
    sources.unchanged(files, "pictures")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(InputError, match="it has changed since the stage pictures read it"):
        sources.unchanged(files, "pictures")
    path.unlink()
    with pytest.raises(InputError, match=r"cannot be read now \(No such file or directory\)"):
        sources.unchanged(files, "pictures")


def drawn(path, colour):
    Image.new("RGB", (96, 80), colour).save(path)


def _regions(folder):
    source = folder / "a.png"
    drawn(source, "navy")
    row = {"image_id": ["a"], "path": [str(source)], "digest": [sources.digest(source)]}
    tables.write(MANIFEST, folder / "manifest", row)
    yield source
    drawn(source, "orange")
    regions.propose_shard(folder / "manifest", folder / "out", folder / "rejects", GRID)


def _fc7(folder):
    source = folder / "a.png"
    drawn(source, "navy")
    row = {"image_id": ["a"], "path": [str(source)], "digest": [sources.digest(source)]}
    tables.write(MANIFEST, folder / "manifest", row)
    regions.propose_shard(folder / "manifest", folder / "regions", folder / "rejects", GRID)
    yield source
    drawn(source, "orange")
    fc7.extract_shard(
        folder / "manifest", folder / "regions", folder / "out", NETWORK, "cpu", threads=1
    )


def _logmel(folder):
    rate, source = frames.RATE, folder / "a.wav"
    soundfile.write(source, frames.noise(rate), rate)
    manifest = frames.manifest(folder, [("a", source, 0.2, 0.6)])
    words = tables.read(TOKEN_MANIFEST, manifest).assign(digest=sources.digest(source))
    tables.write(TOKEN_MANIFEST, manifest, words)
    yield source
    soundfile.write(source, frames.noise(rate, seed=1), rate)
    logmel.extract_shard(manifest, folder / "out", folder / "rejects", frames.SETTINGS)


def test_an_example_of_the_report_is_the_picture_that_was_listed(tmp_path):
    source = tmp_path / "a.png"
    drawn(source, "navy")
    row = {"image_id": "a", "path": str(source), "digest": sources.digest(source)}
    images = pd.DataFrame([row | {"width": 96, "height": 80, "split": "test"}])
    others = [CAPTIONS, REGIONS, FC7, SPOKEN_CAPTIONS, tables.REJECTS]
    empty = [pd.DataFrame(columns=[column.name for column in table.columns]) for table in others]
    assert examples(images, *empty, number=1, size=40)[0].uri
    drawn(source, "orange")
    with pytest.raises(InputError, match="has changed since the stage pictures read it"):
        examples(images, *empty, number=1, size=40)


@pytest.mark.parametrize("stage", [_regions, _fc7, _logmel])
def test_a_stage_whose_source_has_changed_ends_and_writes_nothing(stage, tmp_path):
    steps = stage(tmp_path)
    source = next(steps)
    with pytest.raises(InputError, match="has changed since the stage") as told:
        next(steps)
    assert str(told.value).startswith(f"{source}: ")
    assert "run again" in str(told.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("stage", [_regions, _fc7, _logmel])
def test_a_stage_whose_sources_stay_is_done(stage, tmp_path, monkeypatch):
    steps = stage(tmp_path)
    source = next(steps)
    content, name = source.read_bytes(), "drawn" if source.suffix == ".png" else "soundfile"
    write = (lambda *_: None) if name == "drawn" else Still(content)
    monkeypatch.setitem(globals(), name, write)
    assert next(steps, "done") == "done"
    assert (tmp_path / "out").exists()


class Still:
    """In the place of soundfile: writes what was there."""

    def __init__(self, content):
        self.content = content

    def write(self, path, *_):
        Path(path).write_bytes(self.content)


def _read_pictures(folder):
    root = folder / "corpus"
    (root / "images" / "one").mkdir(parents=True)
    (root / "sentence" / "one").mkdir(parents=True)
    for number in range(3):
        drawn(root / "images" / "one" / f"{number}.png", "navy")
        (root / "sentence" / "one" / f"{number}.txt").write_text("a dog runs")
    settings = PicturesSettings.model_validate(
        {
            "corpora": [{"reader": "pascal1k", "path": str(root)}],
            "split": {"method": "exact", "train": 1, "validation": 1, "test": 1},
            "on_bad_input": "reject",
        }
    )
    out = [folder / name for name in ("out", "captions", "rejects")]
    return root / "sentence" / "one" / "1.txt", lambda: pictures.read_corpora(
        *out, [folder / "manifest"], settings
    )


def _read_speech(folder):
    root = folder / "corpus"
    root.mkdir()
    soundfile.write(root / "a.wav", np.zeros(16000), 16000)
    (root / "words.tsv").write_text("file\tonset\toffset\tword\tspeaker\na.wav\t0\t1\tdog\tA\n")
    corpus = {"reader": "tsv", "path": str(root)}
    settings = SpeechSettings.model_validate({"corpora": [corpus], "on_bad_input": "reject"})
    out = [folder / name for name in ("out", "words", "rejects")]
    return root / "words.tsv", lambda: speech.read_corpora(*out, [folder / "manifest"], settings)


def _align(folder):
    root = folder / "corpus"
    (root / "ann").mkdir(parents=True)
    soundfile.write(root / "ann" / "a.wav", np.zeros(16000), 16000)
    (root / "ann" / "a.txt").write_text("dog")
    settings = AlignmentSettings(
        path=str(root), talker="folder", dictionary=None, beam=1e-60, on_bad_input="reject"
    )
    return root / "ann" / "a.txt", lambda: alignment.align_corpus(
        folder / "out", folder / "rejects", settings, 1
    )


@pytest.mark.parametrize(
    ("stage", "module", "name"),
    [
        (_read_pictures, pictures, "check_splits"),
        (_read_speech, speech, "keep_apart"),
        (_align, alignment, "shared"),
    ],
)
def test_a_source_that_changes_while_a_corpus_is_read_is_told(
    stage, module, name, tmp_path, monkeypatch
):
    source, read = stage(tmp_path)
    aligned = [[(0.1, 0.9)]]
    whole = {"shared": lambda *_: iter(aligned)}.get(name, getattr(module, name))
    monkeypatch.setattr(module, name, whole)
    read()
    assert (tmp_path / "out").exists()

    def meanwhile(*given):
        source.write_text(source.read_text() + "\n")
        return whole(*given)

    before = (tmp_path / "rejects").read_bytes()
    monkeypatch.setattr(module, name, meanwhile)
    with pytest.raises(InputError) as told:
        read()
    assert str(told.value) == f"{source}: it changed while it was read; run again"
    assert (tmp_path / "rejects").read_bytes() == before
