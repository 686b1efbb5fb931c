"""The config that `seesay init` writes: what a first run needs, each part with a comment."""

import shlex
import textwrap
from pathlib import PurePath
from typing import Any

import yaml

from seesay.commands.begin.recognition import ALIGNMENT, Recognised
from seesay.shared.printable import printable

WIDTH = 100
HEAD = """\
# Written by `seesay init`. It has only what differs from the defaults. To see every key, its
# meaning and its value: seesay config --explain {file}
# Paths start from the folder in which snakemake runs.

# folder for everything that the run writes; each data set needs its own
results: {results}

# Variants of the settings to compare.
experiments:
  # the recipe of the paper
  paper: {{}}
  # only the frames of the word itself, and a contrastive loss over batches of pictures
  best:
    logmel: {{span: word, frames: 40}}
    training:
      {{speech_layers: [256], output: linear, batch_pictures: 20, loss: infonce, pooling: logsumexp,
       optimiser: adamw, criterion: r10, max_epochs: 25, patience: 5}}
"""


def written(file: str, pictures: Recognised, speech: Recognised) -> str:
    """The text of a config named `file` for one corpus of pictures and one of speech."""
    results = PurePath("results", PurePath(file).stem).as_posix()
    parts = [HEAD.format(file=shlex.quote(file), results=_yaml(results)), _pictures(pictures)]
    parts += [_speech(speech)] if speech.evidence.timed else [_alignment(speech)]
    if speech.evidence.spoken:
        parts.append(
            "# A recording says its own caption. If it says captions of other pictures, or if any\n"
            "# words are to say a caption, as in the paper, leave this line out.\n"
            "matching: {method: spoken}\n"
        )
    return "\n".join(parts)


def _pictures(found: Recognised) -> str:
    text = f"pictures:\n  corpora:\n{_why(found, 4)}    - {_yaml(_entry(found))}\n"
    if found.evidence.split:
        text += "  # the corpus's own training, validation and test pictures\n"
        text += "  split: {method: corpus}\n"
    return text


def _speech(found: Recognised) -> str:
    return f"speech:\n  corpora:\n{_why(found, 4)}    - {_yaml(_entry(found))}\n"


def _alignment(found: Recognised) -> str:
    text = (
        "# The recordings have no word times; this stage finds them (English alone).\nalignment:\n"
    )
    if found.reader == ALIGNMENT:
        keys = {"path": found.path, **found.evidence.options}
        return text + _why(found, 2) + "".join(f"  {key}: {_yaml(keys[key])}\n" for key in keys)
    return f"{text}  corpora:\n{_why(found, 4)}    - {_yaml(_entry(found))}\n"


def _entry(found: Recognised) -> dict[str, Any]:
    options = {"options": found.evidence.options} if found.evidence.options else {}
    return {"reader": found.reader, "path": found.path, **options}


def _why(found: Recognised, indent: int) -> str:
    """What decided, as a comment."""
    mark = f"{' ' * indent}# "
    text = printable(f"{found.title}: {found.evidence.said}")
    return textwrap.fill(text, WIDTH, initial_indent=mark, subsequent_indent=mark) + "\n"


def _yaml(value: Any) -> str:
    """A value on one line of YAML."""
    text = yaml.safe_dump(
        value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=float("inf")
    )
    return text.removesuffix("\n").removesuffix("\n...")
