"""One-hot words: the same vector for the same word, and a training that takes them."""

from dataclasses import replace

from seesay.learning.features import load_words
from seesay.learning.text import write_types
from seesay.schemas.audio import LOGMEL
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.shared import tables
from support.embeddings import make
from support.training import learnable, run


def test_every_token_has_the_vector_of_its_type(tmp_path, monkeypatch):
    """Tokens of two words in blocks of two; the unused token r@4 has none."""
    monkeypatch.setattr("seesay.learning.text.TOKENS", 2)
    inputs = make(tmp_path)
    write_types(inputs.spoken_captions, inputs.logmel, tmp_path / "text.parquet")
    words = load_words([tmp_path / "text.parquet"], ["r@0", "r@1", "r@2", "r@3", "r@4"])
    vectors = dict(zip(words.token_ids, words.features.rows(slice(None)).tolist(), strict=True))
    cat, dog = [1, 0], [0, 1]
    assert vectors == {"r@0": cat, "r@1": cat, "r@2": dog, "r@3": dog}


def test_segments_that_are_no_word_are_one_type(tmp_path):
    """Their labels are their ids, of which each would be a type of its own."""
    inputs = make(tmp_path)
    spoken = tables.read(SPOKEN_CAPTIONS, inputs.spoken_captions)
    none = spoken["token_id"].isin(["r@1", "r@2"])
    spoken["spoken_word"] = spoken["spoken_word"].mask(none, spoken["token_id"])
    tables.write(SPOKEN_CAPTIONS, inputs.spoken_captions, spoken)
    write_types(inputs.spoken_captions, inputs.logmel, tmp_path / "text.parquet")
    words = load_words([tmp_path / "text.parquet"], ["r@0", "r@1", "r@2", "r@3"])
    vectors = dict(zip(words.token_ids, words.features.rows(slice(None)).tolist(), strict=True))
    no_word, cat, dog = [1, 0, 0], [0, 1, 0], [0, 0, 1]
    assert vectors == {"r@0": cat, "r@1": no_word, "r@2": no_word, "r@3": dog}


def test_a_token_that_was_not_heard_is_not_read(tmp_path):
    """Every system is asked the same tokens."""
    inputs = make(tmp_path)
    write_types(inputs.spoken_captions, inputs.logmel[:1], tmp_path / "text.parquet")
    heard = set(tables.read(LOGMEL, inputs.logmel[0])["token_id"])
    read = tables.read(LOGMEL, tmp_path / "text.parquet")["token_id"].to_list()
    assert read == sorted(heard - {"r@4"})
    assert 0 < len(read) < 4


def test_the_system_text_is_trained_as_the_model_is(tmp_path):
    """On the same words the same weights, which are not those of the untrained network."""
    inputs = learnable(tmp_path)
    write_types(inputs.spoken_captions, inputs.logmel, tmp_path / "text.parquet")
    inputs = replace(inputs, logmel=[tmp_path / "text.parquet"])
    saved = {}
    for system in ("text", "model", "untrained"):
        run(inputs, tmp_path / system, system, speech_layers=(), max_epochs=3, eps=1e-5)
        saved[system] = (tmp_path / system / "model.safetensors").read_bytes()
    assert saved["text"] == saved["model"]
    assert saved["text"] != saved["untrained"]
