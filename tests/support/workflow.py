"""Snakemake runs of the tests: small configs, the command, and which jobs ran."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
from scipy.io import savemat

from support import ROOT, configs, forks


def small_config():
    """The embedded default, made very small."""
    values = configs.complete()
    values |= {"shards": 2, "seeds": [1], "results": "results", "experiments": {"paper": {}}}
    values["scenes"]["count"] = 24
    values["scenes"]["size"] = 128
    values["pictures"]["split"] = {"method": "exact", "train": 16, "validation": 4, "test": 4}
    values["regions"] |= {"side": 96, "candidates": 6}
    values["fc7"] |= {"size": 64, "context": 4, "regions": 4}
    values["synthesis"]["talkers"] = 4
    values["training"] |= {"speech_layers": [32], "embedding": 16, "max_epochs": 2}
    values["metrics"]["resamples"] = 50
    values["report"]["pictures"] = 2
    return values


def snakemake(folder, *arguments, config="config.yaml", root=ROOT, plain=False, timeout=600):
    """Run snakemake; unless it is to be plain, it and its jobs are forks (`forks`)."""
    program = Path(sys.executable).with_name("snakemake")
    command = [program] if plain else [forks.python(), program]
    command += ["--snakefile", root / "Snakefile", "--configfile", config, "--cores", "2"]
    # Snakemake ends up to this much later than its last job.
    command += ["--max-jobs-per-timespan", "2000/1s"]
    return subprocess.run(
        [*command, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )


def copy(folder, to):
    """A copy of a folder that keeps all times, by which Snakemake judges."""
    subprocess.run(["cp", "-a", folder, to], check=True)
    return to


def jobs(result):
    """How many jobs of each rule ran."""
    found = re.findall(r"Finished jobid: \d+ \(Rule: (\w+)\)", result.stdout + result.stderr)
    return {rule: found.count(rule) for rule in sorted(set(found))}


def fragments_config(folder):
    """The small config on 20 captioned pictures without files, and ready-made fragments."""
    things = ["dog", "cat", "car", "tree", "boat"]
    splits = {"train": range(14), "val": range(14, 17), "test": range(17, 20)}
    rows = ["image\tsent_no\tcaption"]
    for split, numbers in splits.items():
        cells = np.empty((1, len(numbers)), dtype=object)
        for place, number in enumerate(numbers):
            thing = things[number % 5]
            said = [f"a {thing} is here", f"the big {thing}", f"a {thing} and another {thing}"]
            rows += [f"p{number:02d}.jpg\t{n}\t{text}" for n, text in enumerate(said)]
            codes = np.random.default_rng(number).random((20, 4097), dtype=np.float32)
            codes[:, -1] = 1
            cells[0, place] = {"fname": f"imgs/p{number:02d}.jpg", "codes": codes}
        savemat(folder / f"split_{split}_img.mat", {"Img": cells})
    (folder / "sentences.tsv").write_text("\n".join(rows) + "\n")
    values = small_config()
    for section in ("scenes", "regions", "fc7"):
        del values[section]
    corpus = {"reader": "pascal1k", "path": str(folder), "options": {"captions_alone": True}}
    values["pictures"] |= {"corpora": [corpus], "split": {"method": "fragments"}}
    values["fragments"] = {"path": str(folder)}
    return values


ALIGNMENT = {
    "path": "in",
    "talker": "folder",
    "dictionary": None,
    "beam": 1e-80,
    "on_bad_input": "reject",
}


def values(name="config.yaml"):
    return configs.complete(name)
