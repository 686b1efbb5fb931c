"""The config: complete, described, and wrong values refused in one line."""

import datetime
import json
import os
import re

import pytest
import yaml
from pydantic import ValidationError

from seesay.commands import check
from seesay.planning import config, config_file, entries
from seesay.planning.stamps import locked
from seesay.settings.evaluation import FIRST, PAPER, TASKS, EvaluationSettings
from seesay.shared.command import one_line
from seesay.shared.errors import InputError
from support import ROOT, configs
from support.workflow import snakemake, values

ONE = {"reader": "flickr8k", "path": "somewhere"}
ALONE = {"captions_alone": True}
ALIGNMENT = {
    "path": "speech",
    "talker": "folder",
    "dictionary": None,
    "beam": 1e-80,
    "on_bad_input": "reject",
}
# What a config cannot leave out.
GENERATED = {"results": "results", "scenes": {}, "synthesis": {}}


@pytest.mark.parametrize("path", configs.CONFIGS, ids=lambda path: path.stem)
def test_a_shipped_config_says_only_what_differs_from_the_defaults(path):
    """The paper's says its numbers, whatever the defaults are."""
    given = config_file.read(path)
    loaded = config.load(given)
    assert (loaded.results == "results") == (path.name == "config.yaml")
    if path.name == "paper.yaml":
        return
    defaults = dict(entries.flat(config.load(GENERATED).model_dump(mode="json")))
    del given["experiments"]
    for key, value in entries.flat(given):
        if not re.search(r"\.(corpora|human)\.", key):
            assert value != defaults.get(key) or key == "results", f"{key} has its default"


def test_a_config_says_only_where_it_writes_and_what_it_reads():
    loaded = config.load(GENERATED)
    assert list(loaded.experiments) == ["paper"]
    assert None not in (loaded.regions, loaded.fc7)
    assert loaded.scenes.count == 400
    for section, optional in (("scenes", "pictures"), ("synthesis", "speech")):
        lacking = {key: value for key, value in GENERATED.items() if key != section}
        with pytest.raises(
            InputError, match=rf"^config: {optional}.corpora is .* \({section}: {{}}"
        ):
            config.load(lacking)


def test_a_default_written_down_is_equal_to_the_key_left_out():
    short = config.load(GENERATED)
    written = short.model_dump(mode="json")
    complete = config.load(written)
    assert complete == short
    assert complete.model_dump_json() == short.model_dump_json()
    for stage in config.Config.model_fields:
        if hasattr(getattr(short, stage), "compared"):
            assert complete.stage_json(stage) == short.stage_json(stage), stage
    # As tables and reports take it, too: 6.0 and not 6.
    assert repr(complete.training) == repr(short.training)


def test_an_empty_section_is_one_line():
    for text in ("words:", "words: 3"):
        with pytest.raises(InputError, match=r"^config: words: ") as caught:
            config.load(GENERATED | yaml.safe_load(text))
        assert "\n" not in str(caught.value)


def test_all_tasks_are_named_by_one_word():
    tasks = config.load(GENERATED | {"evaluation": {"tasks": "all"}}).evaluation.tasks
    assert tasks[: len(FIRST)] == FIRST
    assert sorted(tasks) == sorted(TASKS.names)
    assert config.load(GENERATED).evaluation.tasks == PAPER


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"shards": 0}, "shards"),
        ({"regoins": {}}, "regoins: Extra inputs"),
        ({"logmel": {"frames": 70}}, "frames must be odd"),
        ({"training": {"rho": "high"}}, "training.rho"),
        ({"training": {"epochs": 3}}, "training.epochs: Extra inputs"),
        ({"pictures": {"corpora": [ONE]}}, "both given"),
        ({"scenes": None, "pictures": {"corpora": [ONE, ONE]}}, "no name; names keep ids apart"),
        (
            {"scenes": None, "pictures": {"corpora": [ONE | {"name": "a/b"}]}},
            "pictures.corpora.0.name",
        ),
        (
            {"scenes": None, "pictures": {"corpora": [ONE | {"reader": "pascal2k"}]}},
            "pictures.corpora.0: pascal2k: no such reader; ours are",
        ),
        (
            {"scenes": None, "pictures": {"corpora": [ONE | {"options": {"size": 3}}]}},
            "pictures.corpora.0: flickr8k: options: size: Extra inputs are not permitted, got 3",
        ),
        (
            {"scenes": None, "pictures": {"corpora": [ONE | {"options": ALONE}]}},
            "captions_alone needs the section fragments",
        ),
        ({"fc7": None}, "no section fc7"),
        ({"pictures": {"split": {"method": "fragments"}}}, "needs the section fragments"),
        (
            {"alignment": ALIGNMENT},
            "section synthesis and the section alignment are both",
        ),
        (
            {
                "alignment": ALIGNMENT,
                "synthesis": None,
                "speech": {"corpora": [{"reader": "tsv", "path": "x"}]},
            },
            "both given",
        ),
        ({"synthesis": None}, "no section synthesis or alignment: nothing to read"),
        ({"fc7": {"regions": 30}}, "the best of regions.candidates (24)"),
        ({"seeds": [1, 1]}, "names one twice"),
        ({"seeds": [-1]}, "seeds.0"),
        ({"controls": ["text", "text"]}, "controls: ['text', 'text'] names one twice"),
        ({"controls": ["untrained"]}, "controls.0: Input should be 'shuffled' or 'text'"),
        ({"results": datetime.date(2024, 1, 1)}, "in quotes"),
        ({"results": "a{b}"}, "results"),
        ({"training": {"speech_layers": [0]}}, "training.speech_layers.0"),
        ({"experiments": {"é": {}}}, "letters a-z"),
        ({"fc7": {"network": "resnet"}}, "fc7.network: Input should be 'alexnet'"),
        ({"fc7": {"size": 227}}, "efficientnet_lite0 takes a size of 64 to 512 px, a multiple"),
        ({"fc7": {"network": "alexnet", "size": 800}}, "alexnet takes a size of 64 to 512 px"),
        ({"regions": {"proposals": "edges"}}, "regions.proposals"),
        ({"scenes": None}, "nothing to read"),
        ({"synthesis": None}, "speech.corpora is empty and there is no section synthesis"),
        ({"speech": {"corpora": [{"reader": "tsv", "path": "x"}]}}, "both given"),
        ({"speech": {"corpora": [{"reader": "tsv"}]}}, "speech.corpora.0.path: Field required"),
        (
            {"speech": {"corpora": [{"name": "a/b", "reader": "tsv", "path": "x"}]}},
            "speech.corpora.0.name",
        ),
        (
            {"speech": {"corpora": [{"reader": "tsv", "path": "x"}] * 2}},
            "2 corpora have no name; names keep ids apart",
        ),
        (
            {"synthesis": None, "speech": {"corpora": [{"reader": "tvs", "path": "x"}]}},
            "speech.corpora.0: tvs: no such reader; ours are ",
        ),
        (
            {
                "synthesis": None,
                "speech": {"corpora": [{"reader": "timit", "path": "x", "options": {"rte": 1}}]},
            },
            "speech.corpora.0: timit: options: rte: Extra inputs",
        ),
        ({"experiments": {"a-b": {}}}, "letters a-z, digits"),
        ({"listen": {"experiment": "rest"}}, "no experiment 'rest'; there are best, paper"),
        ({"experiments": {"wide": {"training": {"rho": 7}}}}, "experiments.wide.training"),
        ({"experiments": {"a": {"logmel": {"spam": "word"}}}}, "experiments.a.logmel: spam: Extra"),
        (
            {"experiments": {"a": {"logmel": {"frames": 40}}}},
            "config: experiments.a.logmel: frames must be odd to have a middle one, got 40",
        ),
        ({"experiments": {"a": {"words": {"min_count": 1}}}}, "experiments.a.words: Extra"),
        ({"experiments": {"a": {"fc7": {"regions": 30}}}}, "experiments.a: fc7.regions (30)"),
        ({"experiments": {"a": {"regions": {"candidates": 2}}}}, "experiments.a: fc7.regions"),
        ({"training": {"loss": "infonce"}}, "loss infonce needs a batch of many pictures"),
        (
            {"experiments": {"a": {"training": {"speech_encoder": "conv", "filters": 39}}}},
            "experiments.a.training: filters is 39, and logmel.filters 40",
        ),
    ],
)
def test_a_wrong_value_is_one_line_that_names_the_key(change, message):
    wrong = values()
    for key, value in change.items():
        merged = isinstance(value, dict) and wrong.get(key) and key != "experiments"
        wrong[key] = wrong[key] | value if merged else value
    with pytest.raises(InputError) as caught:
        config.load(wrong)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


WRONG = [
    # What the file says, put in place of a line of the default; what is said of it.
    ("seeds", "[9223372036854775808]", "seeds: a whole number of at most 9223372036854775807"),
    ("seeds", "[yes]", "seeds: a number or a text, not true: YAML reads yes, no, on and off as"),
    ("seeds", "[1.5]", "seeds.0: Input should be a valid integer"),
    ("shards", "yes", "shards: a number or a text, not true"),
    ("shards", "0x1_000", "shards: Input should be less than or equal to 400, got 4096"),
    ("results", "~no-such-user/x", "results: no such user's home"),
    ("results", "-rf", "results: a path that begins with - is read as an option"),
    ("results", "/", "results: results needs a folder of its own"),
    ("results", "..", "results: results needs a folder of its own"),
    ("results", "./", "results: results needs a folder of its own"),
    ("results", "a/../..", "results: results needs a folder of its own"),
    ("results", "' '", "results: results needs a folder of its own"),
    ("results", "<logs>/x", "results: braces and <> stand for variables in rules"),
    ("results", "'{x}'", "results: braces and <> stand for variables in rules"),
    ("results", '"a\\e[2J"', "results: only what can be printed may stand in a path"),
    ("results", "x" * 250, "results: a name of 250 bytes; at most 200"),
    ("results", "no", "results: a number or a text, not false"),
    ("results", "2024", "results: Input should be a valid string, got 2024"),
    ("results", "2024-01-01", "results: 2024-01-01 is a date in YAML; put the value in quotes"),
    ("results", "[a", "line 2: not YAML (expected"),
    ("results", "2024-13-45", "not YAML (month must be in 1..12"),
    ("results", "!!python/name:os.system x", "not YAML (could not determine a constructor"),
    ("results", "*x", "not YAML (found undefined alias"),
    ("experiments", "{paper: {}, Paper: {}}", "paper and Paper differ in capitals alone"),
    ("experiments", f"{{{'x' * 300}: {{}}}}", "may hold letters a-z, digits and _ only, 64 of"),
    ("experiments", "{paper: {}, paper: {}}", "line 1: the key paper is given twice, first in"),
    ("experiments", "{a: {training: {l2: .nan}}}", "training: l2: Input should be a finite number"),
    ("experiments", "{a: {training: {l2: .inf}}}", "training: l2: Input should be a finite number"),
    ("experiments", "{a: {training: {rh: 1}}}", "experiments.a.training: rh: Extra inputs are not"),
    (
        "experiments",
        "{a: {trainign: {}}}",
        "trainign: Extra inputs are not permitted; did you mean",
    ),
    ("experiments", '{"\\ud800": {}}', "experiments: the key '\\ud800' holds half a character"),
    ("report", '{title: "\\udc00"}', "report.title '\\udc00' holds half a character"),
    ("experiments", "&a {b: *a}", "line 1: an alias within its own anchor"),
    ("experiments", "[&a [1], *a]", "experiments: Input should be an object"),
    ("wrods", "1", "wrods: Extra inputs are not permitted; did you mean words?"),
    ("metrics", "{resamples: 1.0e+9, seed: 1}", "metrics.resamples: Input should be less than"),
    ("evaluation", "{abx_draws: 1000000000}", "abx_draws: Input should be less than or equal"),
    (
        "metrics",
        "{resamples: 49, seed: 1}",
        "metrics.resamples: a 95 % interval needs 50 resamples",
    ),
    (
        "metrics",
        "{resamples: 50, sede: 1}",
        "metrics.sede: Extra inputs are not permitted; did you",
    ),
    ("metrics", "{resamples: 50, seed: -1}", "metrics.seed: Input should be greater than"),
    ("metrics", "{resamples: 50, seed: 1e9}", "metrics.seed: Input should be a valid integer"),
    (
        "words",
        "{min_cuont: 1}",
        "words.min_cuont: Extra inputs are not permitted; did you mean min",
    ),
]


@pytest.mark.parametrize(("key", "value", "message"), WRONG)
def test_a_wrong_line_of_a_file_is_one_line(key, value, message, tmp_path):
    """Through the very files, as Snakemake's `load` and `seesay check` read them."""
    given = values()
    given.pop(key, None)
    path = tmp_path / "config.yaml"
    path.write_text(f"{key}: {value}\n{yaml.safe_dump(given)}")
    (found,) = list(check.findings(str(path)))
    assert found.mark == "fail"
    assert message in found.text, found.text
    assert "\n" not in found.text
    assert len(found.text) < 600


def test_a_config_in_json_may_have_tabs_and_no_key_twice(tmp_path):
    path = tmp_path / "config.json"
    text = json.dumps(values(), indent="\t")
    path.write_text(text)
    assert config_file.read(path) == values()
    path.write_text(text.replace('"shards"', '"seeds"', 1))
    with pytest.raises(InputError, match=r"config\.json: the key 'seeds' is given twice; drop one"):
        config_file.read(path)


def test_aliases_that_repeat_too_much_are_refused_at_once(tmp_path):
    """Ten aliases of ten aliases, nine deep; and fair aliases, which are taken."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    (tmp_path / "laughs.yaml").write_text("\n".join(lines))
    with pytest.raises(InputError, match="line 5: aliases make more than 100,000 values of it"):
        config_file.read(tmp_path / "laughs.yaml")
    (tmp_path / "deep.yaml").write_text("[" * 3000 + "]" * 3000)
    with pytest.raises(InputError, match="sections within sections without end"):
        config_file.read(tmp_path / "deep.yaml")
    fair = "a: &a {b: 1, c: [2]}\nd: *a\ne: {<<: *a, b: 3}\n"
    (tmp_path / "fair.yaml").write_text(fair)
    assert config_file.read(tmp_path / "fair.yaml") == yaml.safe_load(fair)


def test_the_same_sections_again_and_again_are_one_line():
    endless = values()
    endless["experiments"]["paper"] = endless["experiments"]
    with pytest.raises(InputError, match="sections within sections without end"):
        config.load(endless)


def test_only_files_are_read_again(tmp_path):
    """A pipe, which would never end."""
    os.mkfifo(tmp_path / "pipe")
    config.load(values(), [tmp_path / "pipe"])
    (tmp_path / "twice.yaml").write_text("a: 1\na: 2\n")
    with pytest.raises(InputError, match="line 2: the key a is given twice"):
        config.load(values(), [tmp_path / "pipe", str(tmp_path / "twice.yaml")])


def test_unreadable_files_are_one_line(tmp_path):
    (tmp_path / "latin.yaml").write_bytes("results: caf\xe9".encode("latin-1"))
    with pytest.raises(InputError, match=r"latin.yaml: not YAML \(.*utf-8"):
        config_file.read(tmp_path / "latin.yaml")
    (tmp_path / "tab.yaml").write_text("words:\n\tmin_count: 1\n")
    with pytest.raises(InputError, match=r"tab.yaml: line 2: not YAML \(found character"):
        config_file.read(tmp_path / "tab.yaml")
    with pytest.raises(InputError, match=r"none.yaml: No such file or directory; give the path"):
        config_file.read(tmp_path / "none.yaml")
    with pytest.raises(InputError, match=r"Is a directory; give the path of a config file"):
        config_file.read(tmp_path)


def test_a_file_in_the_way_of_the_results_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    for results in ("file", "file/below"):
        given = values() | {"results": str(tmp_path / results)}
        (tmp_path / "config.yaml").write_text(yaml.safe_dump(given))
        (found,) = list(check.findings(str(tmp_path / "config.yaml")))
        assert str(found) == f"fail  config: results: {tmp_path}/file is a file; name a folder"


def test_paths_are_taken_as_a_shell_reads_them(monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    given = values() | {"results": "~/out//x/./", "scenes": None}
    given["pictures"]["corpora"] = [ONE | {"path": "~/flickr"}]
    given["logmel"]["model"] = "~/hubert.pt"
    loaded = config.load(given)
    assert loaded.results == "/home/me/out/x"
    assert loaded.pictures.corpora[0].path == "/home/me/flickr"
    assert loaded.logmel.model == "/home/me/hubert.pt"
    assert config.load(values() | {"results": "../other"}).results == "../other"
    assert config.load(values() | {"results": "a/../b"}).results == "b"


@pytest.mark.parametrize("path", ["data/{x}", "data/<ann>/x", "data/\x07"])
def test_a_path_that_is_a_pattern_to_snakemake_is_one_line(path):
    for section, key in (("logmel", "model"), ("fc7", "weights"), ("regions", "weights")):
        given = values()
        given[section][key] = path
        with pytest.raises(InputError, match=f"^config: {section}.{key}: no braces, <names> or"):
            config.load(given)
    given = values() | {"scenes": None}
    given["pictures"]["corpora"] = [ONE | {"path": path}]
    with pytest.raises(InputError, match=r"^config: pictures.corpora.0.path: no braces"):
        config.load(given)


def test_corpora_whose_names_differ_in_capitals_alone_are_refused():
    given = values() | {"scenes": None}
    given["pictures"]["corpora"] = [ONE | {"name": "a"}, ONE | {"name": "A"}]
    with pytest.raises(InputError, match="the corpora a and A differ in capitals alone"):
        config.load(given)


def test_text_for_a_number_is_read_as_one():
    """YAML 1.1 reads 1e-6, without a dot, as text."""
    given = values()
    given["training"]["eps"] = "1e-6"
    assert config.load(given).training.eps == 1e-6


def test_ready_made_fragments_need_no_sections_regions_and_fc7():
    given = values() | {"fragments": {"path": "fragments"}, "scenes": None}
    given["pictures"] = {
        "corpora": [ONE | {"options": ALONE}],
        "split": {"method": "fragments"},
        "on_bad_input": "reject",
    }
    del given["regions"], given["fc7"]
    loaded = config.load(given)
    assert loaded.fragments.whole == "unknown"
    assert (loaded.regions, loaded.fc7) == (None, None)


def test_equal_settings_share_a_folder_whatever_the_experiments_are_called():
    given = values()
    word = {"span": "word", "frames": 40}
    given["experiments"] = {
        "paper": {},
        "best": {"logmel": word},
        "same": {"logmel": dict(reversed(word.items())), "training": {"eps": 1e-7}},
        "said": {"logmel": {"frames": 71}},
        "large": {"regions": {"min_area": 0.05}},
        "few": {"fc7": {"regions": 4}},
        "both": {"regions": {"min_area": 0.05}, "fc7": {"regions": 4}},
    }
    loaded = config.load(given)

    def folders(stage):
        return {name: loaded.variant(name, stage) for name in given["experiments"]}

    logmel, regions, fc7 = folders("logmel"), folders("regions"), folders("fc7")
    assert {name for name, folder in logmel.items() if folder} == {"best", "same"}
    assert logmel["best"] == logmel["same"]
    assert re.fullmatch("[0-9a-f]{8}/", logmel["best"])
    assert {name for name, folder in regions.items() if folder} == {"large", "both"}
    assert regions["large"] == regions["both"]
    # Features depend on the boxes, too.
    assert {name for name, folder in fc7.items() if folder} == {"large", "few", "both"}
    assert len({fc7["large"], fc7["few"], fc7["both"]}) == 3
    del given["experiments"]["large"], given["experiments"]["same"]
    alone = config.load(given)
    assert alone.variant("best", "logmel") == logmel["best"]
    assert alone.variant("both", "fc7") == fc7["both"]
    assert json.loads(loaded.stage_json("logmel", "best"))["frames"] == 40
    assert loaded.stage_json("logmel", "paper") == loaded.stage_json("logmel")


def test_ready_made_fragments_cannot_be_made_otherwise():
    given = values() | {"fragments": {"path": "fragments"}}
    given["experiments"] = {"large": {"regions": {"min_area": 0.05}}}
    with pytest.raises(InputError, match=r"experiments\.large\.regions: the fragments are ready"):
        config.load(given)


def test_weights_that_only_an_experiment_wants_are_fetched():
    given = values()
    given["experiments"]["vgg"] = {"fc7": {"network": "vgg16"}}
    assert config.load(given).fetched_networks() == ["vgg16"]


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


def test_the_legacy_evaluation_is_off_and_turning_it_on_changes_no_stage():
    given = values()
    assert given["evaluation"]["legacy"] is False
    turned = values()
    turned["evaluation"]["legacy"] = True
    for stage in config.Config.model_fields:
        if hasattr(getattr(config.load(given), stage), "model_dump"):
            one, other = (config.load(v).stage_json(stage) for v in (given, turned))
            assert one == other, stage


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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("metrics:", "config.yaml: line 3: the key metrics is given twice, first in line 1; drop"),
        ("results: -rf", "config: results: a path that begins with - is read as an option"),
        ("words: {min_cuont: 1}", "config: words.min_cuont: Extra inputs are not permitted; did"),
    ],
)
def test_snakemake_itself_ends_in_that_line(text, message, tmp_path):
    given = values()
    given.pop(text.partition(":")[0])
    rest = yaml.safe_dump(given)
    if text == "metrics:":
        text, rest = f"{text} {values()['metrics']}", f"# again\n{text} 1\n{rest}"
    (tmp_path / "config.yaml").write_text(f"{text}\n{rest}")
    result = snakemake(tmp_path, "-n")
    assert result.returncode != 0
    said = (result.stdout + result.stderr).splitlines()
    lines = [line for line in said if line.startswith("error: ")]
    assert len(lines) == 1, said
    assert message in lines[0]
    assert not any("Traceback" in line for line in said)


def test_the_line_of_a_wrong_value_is_never_a_page():
    with pytest.raises(ValidationError) as error:
        EvaluationSettings.model_validate({"tasks": ["x" * 5000], "galleries": ["test"]})
    assert len(one_line(error.value, "config")) < 1200
    with pytest.raises(ValidationError) as error:
        EvaluationSettings.model_validate_json('{"tasks": [' + '"x", ' * 2000)
    assert re.fullmatch(r"x: Invalid JSON: EOF while .*", one_line(error.value, "x"))
    assert len(one_line(error.value, "x")) < 100
