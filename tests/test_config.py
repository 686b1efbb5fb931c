"""The config: complete, described, and wrong values refused in one line."""

import json
import re

import pytest
import yaml

from conftest import ROOT
from seesay import config
from seesay.errors import InputError
from seesay.stamps import locked

CONFIGS = sorted((ROOT / "config").glob("*.yaml"))


def values(name="config.yaml"):
    return yaml.safe_load((ROOT / "config" / name).read_text())


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_every_config_file_is_complete_and_valid(path):
    loaded = config.load(yaml.safe_load(path.read_text()))
    assert loaded.results == "results" or path.name != "config.yaml"
    given = set(yaml.safe_load(path.read_text()))
    assert set(config.Config.model_fields) - given <= {"scenes", "synthesis"}


def test_the_default_comments_every_key():
    lines = (ROOT / "config" / "config.yaml").read_text().splitlines()
    for number, line in enumerate(lines):
        key = re.match(r" *([a-z_0-9]+):", line)
        if key and not any(part in lines[number - 1] for part in ("#",)):
            before = lines[number - 1].strip()
            assert re.match(r"[a-z_]+:", before), f"line {number + 1} has no comment: {line}"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"shards": 0}, "shards"),
        ({"regoins": {}}, "regoins: Extra inputs"),
        ({"logmel": {"frames": 70}}, "frames must be odd"),
        ({"training": {"rho": "high"}}, "training.rho"),
        ({"training": {"epochs": 3}}, "training.epochs: Extra inputs"),
        ({"pictures": {"path": "somewhere"}}, "both given"),
        ({"fc7": {"regions": 30}}, "the best of regions.candidates (24)"),
        ({"fc7": {"network": "resnet"}}, "fc7.network: Input should be 'alexnet'"),
        ({"fc7": {"size": 227}}, "efficientnet_lite0 takes a size of 64 to 512 px, a multiple"),
        ({"fc7": {"network": "alexnet", "size": 800}}, "alexnet takes a size of 64 to 512 px"),
        ({"regions": {"proposals": "edges"}}, "regions.proposals"),
        ({"scenes": None}, "nothing to read"),
        ({"experiments": {"a-b": {}}}, "letters, digits"),
        ({"experiments": {"wide": {"training": {"rho": 7}}}}, "experiments.wide.training"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_the_key(change, message):
    wrong = values()
    for key, value in change.items():
        merged = isinstance(value, dict) and key in wrong and key != "experiments"
        wrong[key] = wrong[key] | value if merged else value
    with pytest.raises(InputError) as caught:
        config.load(wrong)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_experiment_overrides_training_alone():
    given = values()
    given["experiments"] = {"paper": {}, "other": {"training": {"eps": 1e-6}}}
    loaded = config.load(given)
    one, other = (json.loads(loaded.stage_json("training", name)) for name in ("paper", "other"))
    assert other.pop("eps") == 1e-6 != one.pop("eps")
    assert one == other


def test_stage_settings_do_not_depend_on_key_order():
    given = values()
    turned = {key: given[key] for key in reversed(given)}
    turned["logmel"] = {key: given["logmel"][key] for key in reversed(given["logmel"])}
    assert config.load(given).stage_json("logmel") == config.load(turned).stage_json("logmel")


def test_every_setting_is_described():
    def walk(schema):
        for name, part in schema.get("properties", {}).items():
            assert part.get("description"), name
        for part in schema.get("$defs", {}).values():
            walk(part)

    walk(config.Config.model_json_schema())


def test_the_schema_file_is_in_step():
    assert (ROOT / "config" / "schema.json").read_text() == config.schema(), "run `make schema`"


def test_the_conda_environment_has_the_locked_versions():
    lock = locked(ROOT / "envs" / "requirements.lock")
    environment = yaml.safe_load((ROOT / "envs" / "seesay.yaml").read_text())
    pinned = dict(line.split("==") for line in environment["dependencies"][-1]["pip"])
    assert pinned == {name: lock[name] for name in pinned}
    project = (ROOT / "pyproject.toml").read_text().split("optional-dependencies")[0]
    wanted = set(re.findall(r'^    "([a-z0-9-]+)', project, flags=re.MULTILINE))
    assert set(pinned) == wanted


def test_the_lock_has_hashes_and_no_addresses():
    text = (ROOT / "envs" / "requirements.lock").read_text()
    assert "://" not in text
    entries = re.findall(r"^[a-z0-9].*(?:\n +--hash=.*)+", text, flags=re.MULTILINE)
    assert len(entries) == len(re.findall(r"^[a-z0-9]", text, flags=re.MULTILINE))
