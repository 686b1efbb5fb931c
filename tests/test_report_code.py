"""The digest of each stage's code in the report: it covers modules that the config chooses."""

import json
import re

import pytest
import yaml

from support.workflow import small_config, snakemake

READER = "def sources(folder):\n    return []\n\n\ndef read(folder):\n    return {}\n"
CHOSEN = {
    "regions": {"proposals": "grid"},
    "fc7": {"network": "alexnet", "weights": "random"},
    "logmel": {"model": "."},
    "training": {"batch_pictures": 4, "loss": "infonce"},
}


def codes(folder, values):
    """The digest of each stage's code, as the rule report gets it."""
    (folder / "config.yaml").write_text(yaml.safe_dump(values))
    planned = snakemake(folder, "--dry-run", "--printshellcmds")
    assert planned.returncode == 0, planned.stderr[-3000:]
    (text,) = re.findall(r"--codes '(\{.*?\})'", planned.stdout + planned.stderr)
    return json.loads(text)


def differing(one, other):
    """The stages whose digests differ."""
    assert one.keys() == other.keys()
    return {stage for stage in one if one[stage] != other[stage]}


@pytest.mark.slow
def test_the_digest_of_a_stage_covers_the_modules_that_an_experiment_chooses(tmp_path):
    before = codes(tmp_path, small_config())
    several = small_config() | {"experiments": {"paper": {}, "other": CHOSEN}}
    after = codes(tmp_path, several)
    # The report shows facts of the modules, such as a network's title.
    assert differing(before, after) == {"regions", "fc7", "logmel", "training", "report"}
    # Their order and names are no matter.
    several["experiments"] = {"another": CHOSEN, "paper": {}}
    assert codes(tmp_path, several) == after


@pytest.mark.slow
def test_the_digest_covers_what_the_whole_config_chooses_and_readers_of_any_name(tmp_path):
    (tmp_path / "our own-reader.py").write_text(READER)
    values = small_config()
    del values["scenes"]
    (tmp_path / "photos").mkdir()
    values["pictures"]["corpora"] = [{"reader": "our own-reader.py", "path": "photos"}]
    before = codes(tmp_path, values)
    (tmp_path / "our own-reader.py").write_text(READER.replace("{}", "[]"))
    values["matching"]["unseen_words"] = 0.5
    values["evaluation"]["tasks"] = ["word_similarity", "abx"]
    found = differing(before, codes(tmp_path, values))
    # The breakdown and the report read the facts of the tasks.
    assert found == {"pictures", "matching", "evaluation", "breakdown", "report"}
