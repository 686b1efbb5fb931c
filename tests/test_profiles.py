"""What rules ask for, and what the profiles make of it, without a cluster."""

import re

import pytest
import yaml
import yte

from seesay.shared import gpus
from support import ROOT
from support.workflow import jobs, small_config, snakemake

RULE_FILES = sorted((ROOT / "workflow" / "rules").glob("*.smk"))


def rules():
    """The text of every rule by its name, without targets, which run nothing."""
    texts = {}
    for path in RULE_FILES:
        parts = re.split(r"^ *(?:rule|checkpoint) (\w+):$", path.read_text(), flags=re.MULTILINE)
        texts |= dict(zip(parts[1::2], parts[2::2], strict=True))
    return {name: text for name, text in texts.items() if "shell:" in text}


def profile(name, **values):
    """A profile as Snakemake reads it, with some values of the site."""
    raw = yaml.safe_load((ROOT / "profiles" / name / "config.yaml").read_text())
    raw["__variables__"] |= values
    return yte.process_yaml(yaml.safe_dump(raw, sort_keys=False), require_use_yte=True)


@pytest.mark.parametrize("rule", rules())
def test_every_rule_says_what_it_takes(rule):
    text = rules()[rule]
    for key in ("threads: ", "mem_mb=", "disk_mb=", "runtime=", "gpu="):
        assert len(re.findall(rf"^ +{key}", text, re.MULTILINE)) == 1, key
    # Memory grows with each attempt, by one of the functions of common.smk.
    assert re.search(r"mem_mb=(scaled\(\d+\)|\w+_memory),", text)
    # Sites differ: partitions, accounts and flavours are for profiles, and retries too, since a
    # rule's own are tried inside the job, with the same memory.
    assert not re.search(r"slurm|partition|account|gres|retries", text)
    assert ("device=" in text) == ("gpu=0," not in text)


@pytest.mark.parametrize("name", ["slurm", "generic"])
def test_a_cluster_is_told_of_every_rule_that_can_use_a_gpu(name):
    able = {rule for rule, text in rules().items() if "device=" in text}
    for count in (0, 1):
        told = profile(name, gpus=count)["set-resources"]
        assert set(told) == able
        taking = {rule for rule, given in told.items() if given["gpu"]}
        assert taking == (
            {"training", "caption_training", "fc7", "fc7_networks"} if count else set()
        )
        for rule, given in told.items():
            assert given["device"] == ("auto" if rule in taking else "cpu")


def test_the_site_stands_at_the_top_of_the_profile_and_nowhere_else():
    site = {
        "account": "learners",
        "partition": "short",
        "gpu_partition": "accelerated",
        "gpu_flavour": "a100",
        "scratch": "/scratch/$USER/run",
    }
    said = profile("slurm", **site)
    assert said["directory"] == site["scratch"]
    assert said["default-resources"] == {"slurm_partition": "short", "slurm_account": "learners"}
    on_gpu = {"gpu": 1, "device": "auto", "slurm_partition": "accelerated", "gpu_model": "a100"}
    assert said["set-resources"]["training"] == said["set-resources"]["fc7"] == on_gpu
    without = profile("slurm", **site | {"gpus": 0})
    assert without["set-resources"]["training"] == {"gpu": 0, "device": "cpu"}
    bare = profile("slurm")
    assert "directory" not in bare
    assert "slurm_account" not in bare["default-resources"]


def test_the_default_profile_sets_no_default_resources():
    said = yaml.safe_load((ROOT / "profiles" / "default" / "config.yaml").read_text())
    assert "default-resources" not in said


def test_a_gpu_is_seen_by_its_device_file_unless_it_is_hidden(tmp_path, monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    (tmp_path / "nvidiactl").touch()
    assert gpus.here(tmp_path) == 0
    (tmp_path / "nvidia0").touch()
    assert gpus.here(tmp_path) == 1
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert gpus.here(tmp_path) == 0


@pytest.mark.slow
def test_jobs_take_turns_on_one_gpu_and_share_the_cpus(tmp_path):
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(small_config()))
    shards = [f"results/regions/shards/{shard}.parquet" for shard in (0, 1)]
    result = snakemake(tmp_path, "--set-resources", "regions:gpu=0", "--", *shards)
    assert jobs(result) == {"scenes": 1, "pictures": 1, "regions": 2}, result.stderr[-3000:]
    assert "Execute 2 jobs" in result.stderr
    again = ["--forcerun", "regions", "--set-resources", "regions:gpu=1", "--", *shards]
    result = snakemake(tmp_path, *again)
    assert jobs(result) == {"regions": 2}, result.stderr[-3000:]
    assert "Execute 2 jobs" not in result.stderr


def test_the_container_is_made_from_the_lock():
    text = (ROOT / "envs" / "seesay.def").read_text()
    environment = yaml.safe_load((ROOT / "envs" / "seesay.yaml").read_text())
    python = environment["dependencies"][0].removeprefix("python=")
    assert f"From: python:{python}-slim\n" in text
    assert "envs/requirements.lock /opt/requirements.lock\n" in text
    assert "--require-hashes -r /opt/requirements.lock\n" in text
    # Nothing else is installed that could be of another version.
    assert text.count("pip install") == 1
