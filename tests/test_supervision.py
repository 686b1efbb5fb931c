"""Sources of supervision: each setting changes its own entry, and training reads what it says."""

import dataclasses

import numpy as np
import pytest
import yaml

from seesay.learning import training
from seesay.planning.config import load
from seesay.reporting import supervision
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.shared import tables
from support import ROOT, configs
from support.training import BEST, CPU, learnable, make

DEFAULT = configs.complete()
MANY = {"batch_pictures": 20, "loss": "infonce", "output": "linear"}
PEOPLE = {"human": [{"name": "a", "reader": "tsv", "path": "x"}], "human_talkers": 0.5}
READ = [{"reader": "lucid", "path": "x"}]
COLUMNS = {"columns": {"onset": None, "offset": None}}
ALIGNED = {
    "path": "x",
    "talker": "folder",
    "dictionary": None,
    "beam": 1e-60,
    "on_bad_input": "fail",
}


def config(experiment=None, **sections):
    """A whole config with its defaults, as JSON has it: the default's with other sections."""
    values = {**DEFAULT, "experiments": {"paper": experiment or {}}}
    for name, section in sections.items():
        old = values.get(name)
        values[name] = {**old, **section} if section and isinstance(old, dict) else section
    return load(values).model_dump(mode="json")


def flipped(values, base=None):
    """The names of the entries that differ from the base's."""
    first, other = (supervision.sources(one, "paper") for one in (base or config(), values))
    return {one.name for one, two in zip(first, other, strict=True) if one != two}


@pytest.mark.parametrize(
    ("recipe", "names"),
    [
        ({"training": {**MANY}}, set()),
        ({"training": {**MANY, "word_term": 1}}, {"talker labels"}),
        ({"training": {**MANY, "type_term": 1}}, {"transcripts", "talker labels"}),
        ({"training": {**MANY, "semantic_term": 1}}, {"transcripts"}),
        ({"training": {"negatives": "types"}}, {"transcripts"}),
        ({"training": {**MANY, "spare_words": 9}}, {"transcripts"}),
        ({"training": {"context": "gate"}}, {"whole picture"}),
        ({"training": {"criterion": "r10"}}, {"choices on the validation set"}),
        ({"training": {**MANY, "pseudo_words": 9}}, {"choices on the validation set"}),
        ({"logmel": {"span": "masked"}}, {"word times"}),
        ({"logmel": {"span": "word"}}, {"word times"}),
        ({"logmel": {"normalise": "recording"}}, {"talker labels"}),
        ({"logmel": {"normalise": "token"}}, set()),
        ({"logmel": {"model": "hubert.pt"}}, {"pretrained speech model"}),
        ({"fc7": {"weights": "random"}}, {"image labels"}),
        ({"fc7": {"network": "fasterrcnn", "size": 800}}, {"image labels"}),
        ({"fc7": {"network": "alexnet"}}, set()),
        ({"regions": {"proposals": "rpn"}}, {"image labels"}),
        ({"regions": {"proposals": "grid"}}, set()),
        ({"training": {**MANY, "pooling": "logsumexp", "anchors": "words"}}, set()),
        ({"training": {**MANY, "pseudo_negatives": "words", "time_mask": 4}}, set()),
        ({"training": {"dropout": 0.2, "speech_layers": [64], "l2": 0.1}}, set()),
    ],
)
def test_a_setting_of_an_experiment_changes_its_own_entries(recipe, names):
    assert flipped(config(recipe)) == names
    values = {**DEFAULT, "experiments": {"paper": {}, "other": recipe}}
    values = load(values).model_dump(mode="json")
    other = [
        row for row in supervision.rows(values, ["paper", "other"]) if row.experiments != "all"
    ]
    assert {row.source.name for row in other if row.experiments == "other"} == names
    assert {row.source.name for row in other if row.experiments == "paper"} == names
    line = supervision.lines(values, ["paper", "other"])["other"]
    said = line.removeprefix("as paper").removeprefix(", but ").rstrip(".")
    assert {part.split(": ")[0] for part in said.split("; ") if part} <= names


@pytest.mark.parametrize(
    ("sections", "names"),
    [
        ({"synthesis": {"engines": ["espeak", "flite"]}}, {"voices"}),
        ({"synthesis": {"word_gap": 0}}, {"isolated words"}),
        ({"synthesis": {"word_gap": 5}}, {"isolated words"}),
        ({"synthesis": {"talkers": 8, "unsaid": 0}}, set()),
        ({"matching": {"speakers": "mixed", "reuse": "within_split"}}, set()),
        ({"report": {"tried": 68}}, {"choices on the validation set"}),
        ({"evaluation": PEOPLE}, set()),
        (
            {"synthesis": None, "speech": {"corpora": READ}},
            {"word times", "voices", "isolated words"},
        ),
        (
            {"synthesis": None, "alignment": {**ALIGNED, "on_bad_input": "fail"}},
            {"word times", "voices", "isolated words"},
        ),
        (
            {"fragments": {"path": "x"}, "regions": None, "fc7": None},
            {"image labels", "whole picture"},
        ),
    ],
)
def test_a_section_changes_its_own_entries(sections, names):
    assert flipped(config(**sections)) == names


def test_captions_spoken_whole_are_paired_without_labels():
    values = configs.complete("captions.yaml")
    told = {source.name: source for source in supervision.sources(values, "paper")}
    assert told["transcripts"].short == "choice of words only"
    assert told["talker labels"].short == "not read"
    assert told["isolated words"].short == "no, running speech"
    assert "among other words of their caption" in told["isolated words"].sentence
    values["experiments"]["paper"]["training"] = {**MANY, "type_term": 1}
    told = {source.name: source for source in supervision.sources(values, "paper")}
    assert told["transcripts"].short == "choice of words and training (type_term: 1)"
    assert told["talker labels"].short == "training (type_term: 1)"
    assert told["talker labels"].marked


def test_human_words_are_read_by_their_transcripts():
    recipe = {"training": {**MANY, "human_words": 8}}
    found = flipped(config(recipe, evaluation=PEOPLE))
    assert found == {"transcripts", "human words in training"}


def test_files_of_single_words_are_isolated():
    (columns,) = ({"reader": "tsv", "path": "y", "options": COLUMNS},)
    named = [{**READ[0], "name": "a"}, {**columns, "name": "b"}]
    for corpora, said in (
        (READ, "as recorded"),
        ([columns], "yes, files of single words"),
        ([{"reader": "isolated", "path": "y"}], "yes, files of single words"),
        (named, "some, a file each"),
    ):
        found = supervision.sources(config(synthesis=None, speech={"corpora": corpora}), "paper")
        (source,) = [one for one in found if one.name == "isolated words"]
        assert source.short == said


def test_a_whisper_model_is_one_that_read_transcripts(tmp_path):
    for path, said in (
        (str(tmp_path), "which was trained on transcripts"),
        ("x.pt", "and possibly on transcripts"),
    ):
        values = config({"logmel": {"model": path}})
        (told,) = supervision.declared(values, "paper")
        assert said in told
        assert f"(logmel.model: {path})" in told


@pytest.mark.parametrize("path", sorted((ROOT / "config").glob("*.yaml")), ids=lambda p: p.stem)
def test_every_config_has_its_sources_in_sentences(path):
    values = load(yaml.safe_load(path.read_text(encoding="utf-8"))).model_dump(mode="json")
    names = list(values["experiments"])
    lines = supervision.lines(values, names)
    first = supervision.sources(values, names[0])
    assert lines[names[0]] == f"{'; '.join(f'{s.name}: {s.short}' for s in first)}."
    for name in names:
        for source in supervision.sources(values, name):
            assert source.sentence[0].isupper()
            assert source.sentence.endswith(".")
            assert len(source.sentence) < 320
            assert "|" not in source.sentence
    reads = {
        name
        for name in names
        if {"semantic_term", "type_term", "human_words", "word_term"}
        & {key for key, value in (values["experiments"][name]["training"] or {}).items() if value}
    }
    assert reads <= {name for name in names if supervision.declared(values, name)}


def relabelled(inputs, folder, column):
    """The same corpus with other labels: every token has a random one, as many of each."""
    frame = tables.read(SPOKEN_CAPTIONS, inputs.spoken_captions)
    random = np.random.default_rng(3)
    frame[column] = random.permutation([f"x{n % 8}" for n in range(len(frame))])
    path = folder / f"captions of other {column}"
    tables.write(SPOKEN_CAPTIONS, path, frame)
    return dataclasses.replace(inputs, spoken_captions=path)


def learnt(inputs, recipe):
    """What the history of an epoch's training says, without the rate that labels only measure."""
    settings = make(**recipe, max_epochs=1)
    _, rows, _ = training.train_system(inputs, settings, "model", 1, CPU)
    measured = ("seconds", "false_negatives")
    return [[row[name] for name in row if name not in measured] for row in rows]


@pytest.mark.parametrize(
    "changes",
    [
        {"batch_pictures": 1, "loss": "coscos2", "pooling": "max", "criterion": "loss"},
        {"batch_pictures": 1, "loss": "coscos2", "negatives": "types", "criterion": "loss"},
        {},
        {"negatives": "types"},
        {"word_term": 1.0},
        {"type_term": 1.0},
        {"semantic_term": 0.5},
        {"pseudo_words": 6, "lexicon_term": 0.5, "pseudo_negatives": "words"},
        {"pseudo_words": 6, "word_term": 1.0, "pseudo_anchors": "words"},
        {"context": "gate", "image_dropout": 0.3},
        {"speech_encoder": "conv", "speech_layers": (8,), "time_mask": 5},
        *({"loss": loss} for loss in ("margin", "sigmoid")),
    ],
)
def test_training_reads_the_labels_that_its_entries_say(tmp_path, changes):
    """Other labels give other weights just where an entry says that training reads them."""
    recipe = {**BEST, **changes}
    inputs = learnable(tmp_path)
    frame = tables.read(SPOKEN_CAPTIONS, inputs.spoken_captions)
    frame["talker"] = [f"F0{n % 3}" for n in range(len(frame))]
    tables.write(SPOKEN_CAPTIONS, inputs.spoken_captions, frame)
    values = {"experiments": {}, "training": make(**recipe).model_dump(mode="json")}
    values |= {"synthesis": {"word_gap": 0}, "fc7": DEFAULT["fc7"], "regions": DEFAULT["regions"]}
    told = {source.name: source.short for source in supervision.sources(values, "any")}
    first = learnt(inputs, recipe)
    for column, name in (("spoken_word", "transcripts"), ("talker", "talker labels")):
        other = learnt(relabelled(inputs, tmp_path, column), recipe)
        assert (repr(first) == repr(other)) == (told[name] == "pairing only"), (name, told[name])
