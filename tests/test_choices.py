"""Modules that a config chooses: one mark a setting, and facts that the modules themselves have."""

import ast
import importlib
import json
import re
from typing import Annotated

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from seesay.corpora import READERS
from seesay.planning import choices, stamps
from seesay.planning.config import Config, load
from seesay.planning.config_file import read
from seesay.settings import choice, facts
from seesay.settings.captions import TrainingSection
from seesay.settings.choice import Choice, Loads, marks
from seesay.settings.evaluation import TASKS
from seesay.settings.logmel import LogmelSettings
from support import ROOT
from support.pictures import HEAVY

KINDS = {
    "seesay.model.speech_encoders": facts.Encoder,
    "seesay.vision.networks": facts.Network,
    "seesay.vision.proposals": facts.Proposals,
    "seesay.learning.losses": facts.Loss,
    "seesay.audio.engines": facts.Engine,
    "seesay.audio.scripts": facts.Script,
    "seesay.audio.segmentations": facts.Segmentation,
}
SCRIPT = {"script": "captions", "unsaid": 0, "surplus": 1.3, "fillers": 0}
DEFAULT = load(read(ROOT / "config" / "config.yaml")).model_dump(mode="json")


def all_marks(model=Config):
    """The marks of a settings model and of the models within it."""
    found, queue = set(), [model]
    while queue:
        part = queue.pop()
        if isinstance(part, type) and issubclass(part, BaseModel):
            for field in part.model_fields.values():
                found.update(marks(field))
                queue.append(field.annotation)
        queue += getattr(part, "__args__", ())
    return found


def test_every_import_by_name_has_a_mark_and_every_mark_an_import():
    """Code stamps follow marks, so a module that is imported without one would be in none."""
    loaded = set()
    for path in (ROOT / "src").rglob("*.py"):
        module = ".".join(path.relative_to(ROOT / "src").with_suffix("").parts)
        code = stamps.read(path, module.removesuffix(".__init__"))
        branches = {name for part in code.parts for name, _ in part.branches}
        parts = [each for part in code.parts for each in part.of(branches)]
        loaded |= {name for part in parts for name in part.loads if "seesay." in name}
    found = all_marks()
    wanted = {mark.module for mark in found if isinstance(mark, Loads)}
    packages = {mark.package for mark in found if isinstance(mark, Choice)} - {TASKS.package}
    assert {name for name in loaded if not name.endswith(".ABOUT")} == {
        *wanted,
        *(f"{package}.*" for package in packages),
    }
    for mark in found:
        if isinstance(mark, Loads):
            assert stamps.module_path(mark.module, {"seesay": ROOT / "src"}) is not None


@pytest.mark.parametrize("package", KINDS)
def test_modules_that_can_be_chosen_say_what_they_are(package):
    assert len(choice.names(package)) > 1
    for name in choice.names(package):
        assert type(choice.about(package, name)) is KINDS[package]
        path = ROOT / "src" / package.replace(".", "/") / f"{name}.py"
        assert ast.unparse(ast.parse(path.read_text())).count("ABOUT") == 1
    packages = {mark.package for mark in all_marks() if isinstance(mark, Choice)}
    assert packages == {*KINDS, TASKS.package}


def test_facts_agree_with_the_networks_themselves():
    from seesay.vision.networks import find, load
    from seesay.vision.networks.weights import published

    for name in choice.names("seesay.vision.networks"):
        about, module = choice.about("seesay.vision.networks", name), find(name)
        if hasattr(module, "Detector"):
            assert module.Detector.width == about.width
        elif about.memory < HEAVY:
            assert load(name, "random", about.sides[0]).width == about.width
        assert about.packaged != hasattr(module, "URL")
        assert about.packaged or published(module.URL)[1]


@pytest.fixture
def newcomer(tmp_path, monkeypatch):
    """A package of two modules that can be chosen, one of them new, and a helper."""
    package = tmp_path / "seesay" / "model" / "others"
    package.mkdir(parents=True)
    about = 'from seesay.settings.facts import Encoder\nABOUT = Encoder("{}", "ReLU", held=3)\n'
    (package / "old.py").write_text(about.format("as ever"))
    (package / "new.py").write_text("import no_such_library\n" + about.format("a new one"))
    (package / "helper.py").write_text("x = 1\n")
    monkeypatch.setattr(choice, "SOURCE", tmp_path)
    return "seesay.model.others"


def test_a_new_module_is_a_valid_value_by_being_there(newcomer):
    adapter = TypeAdapter(Annotated[str, Choice(newcomer)])
    assert adapter.validate_python("new") == "new"
    schema = adapter.json_schema()
    assert schema["enum"] == ["new", "old"]
    assert schema["enumDescriptions"] == ["a new one", "as ever"]
    with pytest.raises(ValidationError, match="Input should be 'new' or 'old'"):
        adapter.validate_python("helper")
    with pytest.raises(ValueError, match=r"others has no helper; there are new, old"):
        choice.load(newcomer, "helper")


def entries(script, values):
    """The modules in the stamp of a script that a config's first experiment adds to it."""
    config = load(values)
    chosen = choices.of_experiment(config, next(iter(config.experiments)))
    found = set(stamps.stamp(script, chosen=chosen)) - set(stamps.stamp(script))
    return {entry.partition(":")[0] for entry in found if ":" in entry}


def changed(**sections):
    """The default config with one experiment, and other values."""
    values = json.loads(json.dumps(DEFAULT)) | {"experiments": {"one": {}}}
    values["listen"] = values["listen"] | {"experiment": None}
    for name, keys in sections.items():
        values[name] = values[name] | keys
    return values


PLAIN = {"batch_pictures": 1, "criterion": "loss", "loss": "coscos2", "pseudo_words": 0}


def test_the_stamp_has_what_the_settings_choose_and_nothing_else():
    encoders, losses = "seesay.model.speech_encoders", "seesay.learning.losses"
    learning, paper = "seesay.learning", changed(training=PLAIN)
    # The control that reads has linear layers.
    one = {f"{learning}.batches.one_picture", f"{learning}.negatives", f"{losses}.paper"}
    assert entries("training", paper) == {f"{encoders}.mlp", f"{learning}.adadelta", *one}
    many = {"batch_pictures": 4, "loss": "infonce", "word_term": 0.5, "speech_encoder": "conv"}
    more = {"criterion": "r10", "noise": 0.1, "tempo": 0.1, "optimiser": "adamw"}
    found = entries("training", changed(training=PLAIN | many | more))
    assert f"{learning}.adadelta" not in found
    assert {f"{encoders}.mlp", f"{encoders}.conv", f"{losses}.infonce"} <= found
    assert {f"{losses}.word_term", f"{learning}.criterion", f"{learning}.perturbation"} <= found
    assert f"{learning}.batches.many_pictures" in found
    assert f"{learning}.batches.one_picture" not in found
    assert not {f"{losses}.margin", f"{losses}.type_term", f"{encoders}.transformer"} & found
    # What embeds needs the encoders alone.
    found = entries("embedding", changed(training=PLAIN | many | more))
    assert found - {encoders} == {f"{encoders}.mlp", f"{encoders}.conv"}


def test_a_loss_that_no_batch_asks_for_is_not_in_the_stamp():
    values = changed(training=PLAIN)
    assert "seesay.learning.losses.coscos2" not in entries("training", values)


@pytest.mark.parametrize(
    ("script", "section", "keys", "module"),
    [
        ("regions", "regions", {"proposals": "grid"}, "seesay.vision.proposals.grid"),
        ("fc7", "fc7", {"network": "alexnet"}, "seesay.vision.networks.alexnet"),
        ("synthesis", "synthesis", {"engines": ["espeak"]}, "seesay.audio.engines.espeak"),
        ("synthesis", "synthesis", SCRIPT, "seesay.audio.scripts.captions"),
        ("matching", "matching", {"unseen_words": 0.5}, "seesay.captions.unseen"),
        ("logmel", "logmel", {"model": "x.pt"}, "seesay.audio.speech_model"),
        ("logmel", "logmel", {"model": str(ROOT)}, "seesay.audio.whisper"),
    ],
)
def test_stages_stamp_what_their_section_chooses(script, section, keys, module):
    assert module in entries(script, changed(**{section: keys}))
    assert module not in entries("training", changed(**{section: keys}))
    for other in choices.modules(LogmelSettings.model_validate(DEFAULT["logmel"])):
        assert other not in entries(script, changed())


def test_only_spoken_captions_stamp_their_matching():
    module = "seesay.captions.spoken"
    assert module not in entries("matching", changed(synthesis=SCRIPT))
    spoken = changed(synthesis=SCRIPT, matching={"method": "spoken"})
    assert module in entries("matching", spoken)
    assert module not in entries("training", spoken)


def test_the_report_stamps_the_facts_of_readers_and_the_stage_that_reads_does_not(tmp_path):
    speech = {"corpora": [{"reader": "isolated", "path": str(tmp_path)}]}
    config = load(changed(speech=speech) | {"synthesis": None})
    about = choices.of_any(config)
    assert "seesay.corpora.isolated" in about
    for script, is_in in (("report", True), ("speech", False)):
        new = set(stamps.stamp(script, about=about)) - set(stamps.stamp(script))
        assert any(entry.startswith("seesay.corpora.isolated:") for entry in new) == is_in


def test_a_module_with_facts_is_a_reader_of_its_stage():
    assert set(READERS["pictures"]) | set(READERS["speech"]) == set(choice.names("seesay.corpora"))
    for stage, names in READERS.items():
        for name in names:
            facts_of_it = choice.about("seesay.corpora", name)
            assert (type(facts_of_it), facts_of_it.reads) == (facts.Reader, stage)
            assert facts_of_it.title
            assert facts_of_it.layout


@pytest.mark.parametrize("reader", choice.names("seesay.corpora"))
def test_a_reader_s_facts_name_its_options(reader):
    """As `NAME`, or those of another reader by `as READER`; every picture reader has one more."""
    module = importlib.import_module(f"seesay.corpora.{reader}")
    said = choice.about("seesay.corpora", reader).options
    if like := re.fullmatch(r"as `(\w+)`", said):
        said = choice.about("seesay.corpora", like[1]).options
    common = {"captions_alone"} if reader in READERS["pictures"] else set()
    assert {*re.findall(r"`(\w+)`", said), *common} == set(module.Options.model_fields)


def test_facts_are_in_no_stamp_but_where_they_are_asked_for(tmp_path, monkeypatch):
    monkeypatch.setattr(stamps, "SOURCE", tmp_path)
    package = tmp_path / "seesay" / "vision" / "networks"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    reads = "from seesay.settings.choice import about\nabout('seesay.vision.networks', 'own')\n"
    (scripts / "reads.py").write_text(reads)
    (scripts / "other.py").write_text("1\n")
    monkeypatch.setattr(stamps, "SCRIPTS", scripts)
    name, found = "seesay.vision.networks.own", []
    for memory, number in ((1, 1), (2, 1), (2, 2)):
        text = f"from seesay.settings.facts import Network\nABOUT = Network({memory})\nX = {number}"
        (package / "own.py").write_text(text)
        for cached in (stamps.read, stamps._file):
            cached.cache_clear()
        code, about = stamps.stamp("other", [name]), stamps.stamp("reads", about=[name])
        found.append([next(e for e in each if e.startswith(name)) for each in (code, about)])
        assert stamps.stamp("other", about=[name]) == stamps.stamp("other")
    (first, said), (same, told), (other, again) = found
    assert first == same != other
    assert said != told == again


def test_every_recipe_of_a_training_counts():
    settings = TrainingSection.model_validate(DEFAULT["training"] | {"speech_encoder": "conv"})
    both = {f"seesay.model.speech_encoders.{name}" for name in ("conv", "mlp")}
    assert both <= set(choices.modules([settings, settings.reading()]))
