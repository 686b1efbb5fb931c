"""`seesay config`: every setting, and where it comes from."""

import re

import pytest
import yaml
from snakemake.cli import parse_config
from snakemake.settings.types import ConfigSettings

from seesay.commands.cli import main
from seesay.planning.config import Config, load
from seesay.planning.config_file import read
from seesay.settings.words import WordsSettings
from support.configs import CONFIGS

OWN = """\
results: results/own
scenes: {}
experiments:
  paper: {}
  wide: &wide {training: &recipe {loss: infonce, batch_pictures: 8}}
  narrow: {<<: *wide, training: {<<: *recipe, batch_pictures: 4}}
synthesis:
  talkers: 4
seeds: [1]
"""
OTHER = """\
synthesis: {talkers: 6}
pictures:
  on_bad_input: fail
"""


def shown(capsys, *arguments):
    """What the command prints."""
    main(["config", *map(str, arguments)])
    return capsys.readouterr().out


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_the_complete_config_that_it_prints_is_the_same_run(path, capsys):
    """So an older config that has every key runs, and reruns nothing of a short one."""
    text = shown(capsys, path)
    short, complete = load(read(path)), load(yaml.safe_load(text))
    assert complete == short
    for stage in Config.model_fields:
        if hasattr(getattr(short, stage), "compared"):
            for name in short.experiments:
                assert complete.stage_json(stage, name) == short.stage_json(stage, name)
                assert complete.variant(name, stage) == short.variant(name, stage)
    for stage, model in short:
        for key in type(model).model_fields if hasattr(model, "compared") else ():
            assert re.search(rf"^{stage}:\n(  .*\n)*  {key}:", text, re.MULTILINE), (stage, key)


def test_each_value_has_its_origin(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.yaml").write_text(OWN)
    (tmp_path / "other.yaml").write_text(OTHER)
    given = ["seeds=[2, 3]", "training={rho: 0.9}", "shards=2"]
    text = shown(capsys, "own.yaml", "other.yaml", "--config", *given)
    origins = {line.strip().partition("  # ")[::2] for line in text.splitlines()}
    assert origins >= {
        ("results: results/own", "own.yaml:1"),
        ("talkers: 6", "other.yaml:1"),
        ("on_bad_input: fail", "other.yaml:3"),
        ("seeds: [2, 3]", "--config"),
        ("shards: 2", "--config"),
        ("rho: 0.9", "--config"),
        ("eps: 1.0e-08", "default"),
        ("count: 400", "default"),
        # By an anchor: where it is written.
        ("batch_pictures: 8", "own.yaml:5"),
        ("batch_pictures: 4", "own.yaml:6"),
    }
    narrow = text.partition("  narrow:\n")[2].partition("controls")[0]
    assert "loss: infonce  # own.yaml:5" in narrow
    # Merged as Snakemake merges them.
    theirs = ConfigSettings(
        configfiles=[tmp_path / "own.yaml", tmp_path / "other.yaml"], config=parse_config(given)
    )
    assert load(yaml.safe_load(text)) == load(theirs.overwrite_config)


def test_each_key_is_explained_where_that_is_asked_for(capsys):
    lines = shown(capsys, CONFIGS[0], "--explain").splitlines()
    assert f"  # {WordsSettings.model_fields['pause'].description}" in lines
    free = False  # the keys below an experiment are explained in their sections
    for before, line in zip(["", *lines], lines, strict=False):
        if re.match(r"\w", line):
            free = line.startswith("experiments:")
        if not re.match(r" *(#|- )", line) and not (free and line.startswith(" ")):
            assert before.lstrip().startswith("# "), line
        assert len(line) <= 120 or not line.lstrip().startswith("#")
    assert load(yaml.safe_load("\n".join(lines))) == load(read(CONFIGS[0]))


@pytest.mark.parametrize(
    ("text", "given", "message"),
    [
        ("results: a\nresults: b\n", [], "error: own.yaml: line 2: the key results is given twice"),
        (OWN, ["seeds"], "error: --config seeds: Invalid config definition"),
        (OWN, ["shards=0"], "error: config: shards: Input should be greater"),
    ],
)
def test_a_mistake_is_one_line(text, given, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.yaml").write_text(text)
    with pytest.raises(SystemExit) as caught:
        main(["config", "own.yaml", *(["--config", *given] if given else [])])
    assert str(caught.value.code).startswith(message)
    assert "\n" not in str(caught.value.code)


def test_json_with_tabs_has_its_file(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.json").write_text('{\n\t"results": "r",\n\t"scenes": {}, "synthesis": {}\n}')
    assert "results: r  # own.json\n" in shown(capsys, "own.json")
