"""Captions and voices of other languages than English."""

import sys

import pandas as pd
import pytest
import spacy
import yaml
from pydantic import ValidationError

from seesay.audio import synthesis
from seesay.captions import languages
from seesay.captions.tagging import OTHER
from seesay.planning.config import load
from seesay.settings.synthesis import SynthesisSection, SynthesisSettings, voice_files
from seesay.settings.words import WordsSection, WordsSettings
from seesay.shared.errors import InputError
from support.pictures import jpeg
from support.workflow import jobs, snakemake

TABLE = """word\tpos\tlemma
Hund\tNOUN\tHund
Hunde\tnoun\tHund
Ball\tNOUN\t
rennt\tVERB\trennen
roter\tADJ\trot
grün\tADJ\tgrün
Straße\tNOUN\tStraße
der\tDET\tder
"""
# Two pictures in each split.
CAPTIONS = {
    "train": ["Ein roter Ball.", "Der Hund rennt."],
    "validation": ["Ein Hund und ein Ball.", "Der Ball ist grün."],
    "test": ["Hunde auf der Straße.", "Roter Hund, grün!"],
}


def table(folder, text=TABLE):
    path = folder / "words.tsv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_tags_captions_and_speech(tmp_path):
    tagger = languages.tagger_of(WordsSection(tagger=str(table(tmp_path))))
    text, spoken = tagger.tag(["Roter Hunde-Ball, der rennt: ÜBER Straße", ["hunde", "grün", "ja"]])
    assert text == [
        ("roter", "rot", "ADJ"),
        ("hunde-ball", "hunde-ball", OTHER),
        ("der", "der", OTHER),
        ("rennt", "rennen", "VERB"),
        ("über", "über", OTHER),
        ("straße", "straße", "NOUN"),
    ]
    assert spoken == [("hunde", "hund", "NOUN"), ("grün", "grün", "ADJ"), ("ja", "ja", OTHER)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, r"words.tsv: not a table between tabs \(No such file"),
        ("word\tlemma\na\tb\n", "words.tsv: no column pos"),
        (TABLE + "hund\tNOUN\thund\n", "line 10: 'hund' is there twice"),
        (TABLE + "12\tNOUN\t\n", "line 10: '12' is no word"),
        ("", "not a table between tabs"),
    ],
)
def test_a_table_that_is_none_is_told(tmp_path, text, message):
    if text is not None:
        table(tmp_path, text)
    with pytest.raises(InputError, match=message) as error:
        languages.read_table(tmp_path / "words.tsv")
    assert "\n" not in str(error.value)


@pytest.fixture
def german(tmp_path, monkeypatch):
    """An installed package of a spaCy model that knows a few words by their form."""
    model = spacy.blank("de")
    ruler = model.add_pipe("attribute_ruler")
    for word, pos, lemma in (("Hunde", "NOUN", "Hund"), ("rennt", "VERB", "rennen"),
                             ("Rex", "PROPN", "Rex"), ("der", "DET", "der")):  # fmt: skip
        ruler.add([[{"TEXT": word}]], {"POS": pos, "LEMMA": lemma})
    package = tmp_path / "de_tiny"
    package.mkdir()
    model.to_disk(package / "data")
    (package / "__init__.py").write_text(
        "import spacy, pathlib\n"
        "def load(**given):\n"
        "    return spacy.load(pathlib.Path(__file__).parent / 'data', **given)\n"
    )
    facts = tmp_path / "de_tiny-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: de_tiny\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "de_tiny"
    sys.modules.pop("de_tiny", None)


def test_any_spacy_model_that_is_installed_tags(german):
    """Its own tags; only nouns get their lemma, and the English rules have no part in it."""
    tagger = languages.tagger_of(WordsSection(tagger=german))
    text, spoken = tagger.tag(["Rex, der Hunde rennt 3", ["Hunde", "der"]])
    assert [token for token in text if token[2] != OTHER] == [
        ("rex", "rex", "NOUN"),
        ("hunde", "hund", "NOUN"),
        ("rennt", "rennt", "VERB"),
    ]
    assert spoken == [("hunde", "hund", "NOUN"), ("der", "der", OTHER)]


def test_a_model_that_is_not_installed_is_told():
    with pytest.raises(InputError, match=r"words\.tagger: xx_none: no spaCy model"):
        languages.tagger_of(WordsSection(tagger="xx_none"))


def test_english_has_the_settings_that_it_always_had():
    assert WordsSection().compared() == WordsSettings().compared()
    assert SynthesisSection().compared() == SynthesisSettings().compared()
    given = load({"results": "r", "scenes": {}, "synthesis": {}})
    assert given.stage_json("synthesis") == SynthesisSettings().compared()
    assert given.stage_json("words") == WordsSettings().compared()


@pytest.mark.parametrize(
    ("section", "given", "message"),
    [
        (WordsSection, {"tagger": "a b"}, "spaCy model's package, or a path that ends in .tsv"),
        (SynthesisSection, {"language": "xx"}, "eSpeak NG does not speak it"),
        (SynthesisSection, {"language": "de"}, "language: de needs engines: .* script: captions"),
        (SynthesisSection, {"language": "de", "script": "captions", "engines": ["flite"]}, "needs"),
        (SynthesisSection, {"engines": ["polyglot"]}, "polyglot is chosen by language"),
    ],
)
def test_settings_that_do_not_fit_are_told(section, given, message):
    with pytest.raises(ValidationError, match=message):
        section.model_validate(given)


def test_a_language_has_its_own_voice_before_its_accents():
    assert voice_files("de") == ["gmw/de"]
    assert voice_files("fr") == ["roa/fr", "roa/fr-BE", "roa/fr-CH"]
    assert voice_files("xx") == []


def test_german_is_spoken_by_the_rules_of_german(tmp_path):
    """Final devoicing (Hund), z as ts, w as v, and an umlaut; in English they are otherwise."""
    words = ["hund", "zwei", "weg", "grün"]
    work = {"script": [words], "folder": str(tmp_path), "word_gap": 10, "pause": 0.6}
    work |= {"minutes": 3, "seed": 1}
    german = {"talker": "polyglot-F01", "options": {"language": "de"}}
    rows, said, _ = synthesis.speak(work | german)
    ipa = {word: said[word].replace("ˈ", "").replace("ː", "") for word in words}
    assert {word: ipa[word] for word in words[:3]} == {
        "hund": "hʊnt",
        "zwei": "tsvaɪ",
        "weg": "vɛk",
    }
    assert "y" in ipa["grün"]
    assert [row[3] for row in rows] == words
    assert all(0 <= onset < offset for _, onset, offset, _ in rows)
    english = synthesis.speak(work | {"talker": "F01"})[1]
    assert english["zwei"] != said["zwei"]


@pytest.mark.slow
def test_german_captions_are_said_and_matched(tmp_path):
    """Every content word of the table is heard in a recording of its own caption."""
    for split, texts in CAPTIONS.items():
        names = [f"{split}{number}" for number in range(len(texts))]
        for name, text in zip(names, texts, strict=True):
            jpeg(tmp_path / "photos" / f"{name}.jpg")
            (tmp_path / "photos" / f"{name}.txt").write_text(text + "\n", encoding="utf-8")
        (tmp_path / f"{split}.txt").write_text("\n".join(names) + "\n")
    table(tmp_path)
    pictures = {
        "corpora": [{"reader": "pascal1k", "path": "photos"}],
        "split": {"method": "files", **{split: f"{split}.txt" for split in CAPTIONS}},
    }
    values = {
        "results": "results",
        "shards": 1,
        "pictures": pictures,
        "words": {"tagger": "words.tsv", "min_count": 1},
        "synthesis": {"language": "de", "script": "captions", "talkers": 2},
        "matching": {"method": "spoken"},
    }
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(values))
    result = snakemake(tmp_path, "matching")
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-3000:]
    assert {"words", "spoken_types", "synthesis"} <= set(jobs(result))
    results = tmp_path / "results"
    said = pd.read_parquet(results / "matching" / "spoken_captions.parquet")
    by_caption = said.groupby("image_id")["word"].agg(sorted).to_dict()
    assert by_caption == {
        "train0": ["ball", "rot"],
        "train1": ["hund", "rennen"],
        "validation0": ["ball", "hund"],
        "validation1": ["ball", "grün"],
        "test0": ["hund", "straße"],
        "test1": ["grün", "hund", "rot"],
    }
    tags = pd.read_parquet(results / "words" / "spoken_tags.parquet")
    assert set(tags["pos"]) == {"NOUN", "VERB", "ADJ", OTHER}
    # The table is an input: a word that changes in it is tagged again.
    table(tmp_path, TABLE.replace("rennt\tVERB", "rennt\tother"))
    result = snakemake(tmp_path, "matching")
    assert {"words", "spoken_types", "matching_fold"} <= set(jobs(result))
    assert "synthesis" not in jobs(result)
    words = pd.read_parquet(results / "words" / "caption_words.parquet")
    assert "rennen" not in set(words["lemma"])
