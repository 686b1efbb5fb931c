"""What has to be said beside an experiment's numbers: what it learnt from, beside its corpora."""

from pathlib import Path
from typing import Any


def declared(config: dict[str, Any], experiment: str) -> list[str]:
    """What has to be said beside an experiment's numbers: a sentence each."""
    override = (config["experiments"].get(experiment) or {}).get("training") or {}
    read = transcripts(config, experiment)
    said = []
    if heard := speech_model(config, experiment):
        said.append(heard)
    if read:
        said.append(
            "It has not learnt from speech and pictures alone: its recipe reads the transcripts of"
            f" the training words ({read})."
        )
    if {**config["training"], **override}.get("context", "none") != "none":
        said.append(
            "Each fragment knows its whole picture (context: gate): what is found for a fragment is"
            " in part what fits its picture."
        )
    return said


def speech_model(config: dict[str, Any], experiment: str) -> str:
    """What a model of speech that gives an experiment's frames had learnt from, or ""."""
    override = (config["experiments"].get(experiment) or {}).get("logmel") or {}
    path = {**config.get("logmel", {}), **override}.get("model")
    if path is None:
        return ""
    if Path(path).is_dir():
        return (
            "It has not learnt from speech and pictures alone: its frames of speech are those of a"
            f" Whisper model, which was trained on transcripts (logmel.model: {path})."
        )
    return (
        "It has not learnt from this speech alone: its frames are those of a model that had heard"
        f" other speech before, and may have read transcripts (logmel.model: {path})."
    )


def transcripts(config: dict[str, Any], experiment: str) -> str:
    """What of an experiment's recipe reads the training words' transcripts, or "" if nothing."""
    override = (config["experiments"].get(experiment) or {}).get("training") or {}
    recipe = {**config["training"], **override}
    read = []
    if recipe.get("negatives") == "types":
        read.append("negatives: types")
    read += [
        f"{key}: {recipe[key]:g}"
        for key in ("semantic_term", "type_term", "human_words")
        if recipe.get(key)
    ]
    return ", ".join(read)
