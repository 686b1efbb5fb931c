"""Damaged files: states and tables give what was written, or one line that names the file."""

import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from seesay.learning.checkpoints import State
from seesay.schemas.captions import CAPTION_WORDS
from seesay.settings.synthesis import SynthesisSettings
from seesay.shared import seals, tables
from seesay.shared.columns import Column, Table, features
from seesay.shared.errors import InputError
from seesay.shared.randomness import generator
from support import ROOT

THINGS = Table(
    "things",
    ("thing",),
    (
        Column("thing", pa.string(), "the thing"),
        Column("number", pa.int32(), "a number", optional=True),
        Column("feature", features(6), "six numbers"),
    ),
)


def damaged(content: bytes, rng: np.random.Generator) -> bytes:
    """Some bytes with one bit turned, some zeroed, or some missing at the end."""
    place = int(rng.integers(len(content)))
    kind = rng.integers(4)
    if kind == 0:
        return content[:place]
    if kind == 1:
        length = int(rng.integers(1, 80))
        return content[:place] + bytes(len(content[place:][:length])) + content[place + length :]
    turned = bytes([content[place] ^ (1 << int(rng.integers(8)))])
    return content[:place] + turned + content[place + 1 :]


@pytest.fixture
def table(tmp_path):
    """A table of three row groups, and what it holds."""
    rows = pd.DataFrame(
        {"thing": [f"thing {n % 40:02}{n}" for n in range(120)], "number": [*range(119), None]}
    )
    feature = generator("damage").normal(size=(120, 6)).astype(np.float32)
    with tables.Writer(THINGS, tmp_path / "things.parquet") as writer:
        for start in range(0, 120, 40):
            some = rows[start : start + 40]
            writer.write({**some, "feature": feature[start : start + 40]})
    return tmp_path / "things.parquet", tables.read(THINGS, tmp_path / "things.parquet")


def test_a_damaged_table_is_one_line_or_whole(table, tmp_path):
    path, whole = table
    content, rng, told = path.read_bytes(), generator("damage", "tables"), []
    for number in range(400):
        bad = tmp_path / f"{number}.parquet"
        bad.write_bytes(damaged(content, rng))
        for read in (_all, tables.width, _rows):
            try:
                found = read(bad, "feature")
            except InputError as error:
                told.append((f"{bad}: not a readable Parquet file (", str(error)))
            else:
                assert bad.read_bytes() == content  # zeros in the place of zeros
                assert read is not _all or _same(found, whole)
        bad.unlink()
    assert len(told) > 3 * 380
    for start, line in told:
        assert line.startswith(start)
        assert line.endswith("; make it again")
        assert "\n" not in line


def _all(path, column):
    return tables.read(THINGS, path)


def _rows(path, column):
    return tables.rows([path])


def _same(one, other):
    same = one.drop(columns="feature").equals(other.drop(columns="feature"))
    return same and np.array_equal(np.stack(one["feature"]), np.stack(other["feature"]))


def test_the_seal_and_the_checksums_of_pages_are_for_all_readers(table, tmp_path):
    path, whole = table
    assert seals.check(path)
    found = pq.read_table(path, page_checksum_verification=True).to_pandas()
    assert _same(found.sort_values("thing", ignore_index=True), whole)
    # Pages tell of their own damage, too, to a reader that knows nothing of seals.
    content = bytearray(path.read_bytes())
    column = pq.ParquetFile(path).metadata.row_group(0).column(2)
    content[column.data_page_offset + column.total_compressed_size - 5] ^= 1
    (tmp_path / "page.parquet").write_bytes(content)
    with pytest.raises(OSError, match="CRC"):
        pq.read_table(tmp_path / "page.parquet", page_checksum_verification=True)


def test_a_table_of_an_earlier_version_is_read_as_before(table, tmp_path):
    path, whole = table
    old = pq.read_table(path).replace_schema_metadata({"table": "things"})
    pq.write_table(old, tmp_path / "old.parquet", compression="zstd", row_group_size=40)
    assert not seals.check(tmp_path / "old.parquet")
    assert _same(tables.read(THINGS, tmp_path / "old.parquet"), whole)
    # Its damage may pass, but never as a traceback.
    content, rng, told = (tmp_path / "old.parquet").read_bytes(), generator("damage", "old"), []
    for number in range(100):
        bad = tmp_path / f"{number}.parquet"
        bad.write_bytes(damaged(content, rng))
        try:
            tables.read(THINGS, bad)
        except InputError as error:
            told.append(str(error).startswith(f"{bad}: "))
    assert all(told)
    assert len(told) > 20


def test_a_table_whose_seal_is_cut_out_is_damaged(table):
    path, _ = table
    content = path.read_bytes()
    place = content.index(seals.MAGIC)
    path.write_bytes(content[:place] + content[place + seals.SEAL.size :])
    with pytest.raises(InputError, match="its seal is gone"):
        tables.read(THINGS, path)


def test_a_stage_says_which_table_is_damaged(tmp_path):
    columns = {"image_id": "a", "caption": 0, "position": [0], "text": "dog", "lemma": "dog"}
    tables.write(CAPTION_WORDS, tmp_path / "words.parquet", {**columns, "pos": "NOUN"})
    content = bytearray((tmp_path / "words.parquet").read_bytes())
    content[40:80] = bytes(40)
    (tmp_path / "words.parquet").write_bytes(content)
    script = ROOT / "workflow" / "scripts" / "synthesis.py"
    settings = SynthesisSettings(
        talkers=2, seed=1, unsaid=0, surplus=2, fillers=0, word_gap=18, pause=1, minutes=1
    ).model_dump_json()
    done = subprocess.run(
        [sys.executable, script, "--captions", tmp_path / "words.parquet", "--speech",
         tmp_path / "speech", "--rejects", tmp_path / "rejects.parquet", "--jobs", "1",
         "--settings", settings],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {tmp_path / 'words.parquet'}: not a readable Parquet")
    assert done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["words.parquet"]


@pytest.fixture
def state(tmp_path):
    """A saved state of a run, and what it holds."""
    saved = State(tmp_path / "model.pt", "run")
    network = {"weight": torch.arange(48.0).reshape(6, 8), "bias": torch.ones(6)}
    saved.save(network=network, rows=[{"epoch": 0, "loss": 0.5}], best=0.5)
    return saved, saved.load()


def test_a_damaged_state_is_one_line_or_whole(state):
    saved, whole = state
    content, rng, told = saved.file.read_bytes(), generator("damage", "states"), []
    for _ in range(400):
        saved.file.write_bytes(damaged(content, rng))
        try:
            found = saved.load()
        except InputError as error:
            told.append(str(error))
        else:
            assert torch.equal(found["network"].pop("weight"), whole["network"]["weight"])
            assert torch.equal(found["network"].pop("bias"), whole["network"]["bias"])
            assert found == {**whole, "network": {}}
    assert len(told) > 200  # nobody reads the dates of a zip's records
    for line in told:
        assert line.startswith(f"{saved.file}: a damaged state (")
        assert line.endswith("); delete the folder")
        assert "\n" not in line


@pytest.mark.parametrize("content", [b"", b"PK", b"\x80\x02]q\x00.", b"\x00" * 4096])
def test_a_file_that_is_no_state_is_one_line(state, content):
    saved, _ = state
    saved.file.write_bytes(content)
    with pytest.raises(InputError, match="a damaged state"):
        saved.load()


@pytest.mark.parametrize("held", [[1, 2], {}, None, torch.ones(3), {"rows": 1}])
def test_a_state_that_holds_something_else_is_one_line(state, held):
    saved, _ = state
    torch.save(held, saved.file)
    with pytest.raises(InputError, match="a damaged state"):
        saved.load()


def test_a_state_of_another_run_is_refused(state):
    saved, _ = state
    shutil.copy(saved.file, saved.file.with_name("other.pt"))
    with pytest.raises(InputError, match=r"the state of another run \(run\)"):
        State(saved.file.with_name("other.pt"), "mine").load()
