"""Large arrays of vectors lie in files without a name; what is computed stays the same."""

import errno
import os

import numpy as np
import pytest

from seesay.learning import embedding, features
from seesay.learning.logmel_vectors import of_tokens
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.shared import tables, vectors
from seesay.shared.errors import refused
from support.training import BEST, CPU, learnable, run


@pytest.fixture
def mapped(monkeypatch, tmp_path):
    """The temporary folder of arrays, which are large from the first byte on."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(vectors, "LARGE", 0)
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def mappings(folder):
    """The files of a folder that this process has mapped."""
    with open("/proc/self/maps") as maps:
        return [line for line in maps if str(folder) in line]


@pytest.mark.skipif(not os.path.exists("/proc/self/maps"), reason="needs Linux's /proc")
def test_a_large_array_lies_in_a_file_that_goes_with_it(mapped):
    array = vectors.room(300, 40)
    array[:] = 1.5
    assert array.shape == (300, 40)
    assert array.dtype == np.float32
    assert len(mappings(mapped)) == 1
    # Without a name, so that not even a killed job leaves one behind.
    assert not list(mapped.iterdir())
    del array
    assert not mappings(mapped)


def test_a_small_array_lies_in_memory(monkeypatch):
    monkeypatch.setattr("tempfile.TemporaryFile", None)
    assert vectors.room(300, 40).shape == (300, 40)


@pytest.mark.parametrize("reserves", [True, False])
def test_a_full_disk_is_named_before_anything_is_computed(mapped, monkeypatch, reserves):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    if not reserves:  # as on systems that cannot reserve room
        monkeypatch.delattr(os, "posix_fallocate")
    monkeypatch.setattr(os, "posix_fallocate" if reserves else "pwrite", full)
    with pytest.raises(OSError, match="no room") as error:
        vectors.room(1_000_000, 500)
    assert refused(error.value) == (
        f"{mapped}: no room for 2.0 GB of features (No space left on device); set TMPDIR (for"
        " snakemake: --default-resources tmpdir=FOLDER) to a disk that has it"
    )
    assert not list(mapped.iterdir())


def test_a_temporary_folder_that_is_missing_is_named(mapped, monkeypatch):
    monkeypatch.setenv("TMPDIR", "/no/such/folder")
    with pytest.raises(OSError, match="No such file or directory") as error:
        vectors.room(10, 10)
    assert refused(error.value).startswith("/no/such/folder: no room for 0.0 GB of features (No")


def test_room_is_written_where_it_cannot_be_reserved(mapped, monkeypatch):
    monkeypatch.delattr(os, "posix_fallocate")
    monkeypatch.setattr(vectors, "STEP", 1000)
    array = vectors.room(77, 13)
    assert not array.any()
    array[-1] = 1
    assert array.sum() == 13


@pytest.mark.parametrize("changes", [{}, BEST, {"context": "gate"}])
def test_trainings_and_embeddings_have_the_same_bytes(changes, tmp_path, request):
    inputs = learnable(tmp_path)
    for name in ("small", "large"):
        if name == "large":
            request.getfixturevalue("mapped")
        folder = tmp_path / name
        run(inputs, folder, **changes)
        outputs = (folder / "images.parquet", folder / "words.parquet")
        embedding.embed([(folder / "model.safetensors", *outputs)], inputs, CPU)
    for file in ("model.safetensors", "images.parquet", "words.parquet"):
        assert (tmp_path / "small" / file).read_bytes() == (tmp_path / "large" / file).read_bytes()


def test_tokens_without_a_vector_are_left_out_in_place(mapped, tmp_path, monkeypatch):
    monkeypatch.setattr("seesay.learning.logmel_vectors.ROWS", 7)
    inputs = learnable(tmp_path)
    tokens = tables.read(SPOKEN_CAPTIONS, inputs.spoken_captions)["token_id"].tolist()
    lost = [f"{token}x" for token in tokens[::3]]
    names, vectors = of_tokens(inputs.logmel, [*tokens, *lost])
    assert names.tolist() == sorted(tokens)
    wanted = of_tokens(inputs.logmel, tokens)[1]
    np.testing.assert_array_equal(vectors, wanted)


def test_fragments_are_in_the_order_of_their_keys(mapped, tmp_path):
    inputs = learnable(tmp_path)
    found = features.load_fragments(inputs.fc7, {"p03", "p01"}, context=True)
    assert found.keys.to_numpy().tolist() == [[p, r] for p in ("p01", "p03") for r in range(3)]
    values = found.features.rows(slice(None))
    for row in range(6):
        assert (values[row, 6:] == values[row - row % 3, :6]).all()
