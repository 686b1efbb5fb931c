"""The options of commands that take a trained model."""

import argparse
from pathlib import Path
from typing import Any

Commands = Any  # argparse keeps the type of its subparsers to itself
TRUST = "run the TorchScript file that logmel.model names: a program that runs with your rights"
FOLD = "in a run of all folds: the model of this fold (default: the one of the folder)"


def _add_model(command: argparse.ArgumentParser) -> None:
    """The options that name a trained model."""
    command.add_argument(
        "--model", required=True, help="folder <results>/training/{experiment}/{system}/{seed}"
    )
    command.add_argument("--fold", type=int, metavar="N", help=FOLD)


def _add_device(command: argparse.ArgumentParser) -> None:
    """The options of commands that compute with a model."""
    command.add_argument("--device", default="cpu", help="auto, cpu or cuda (cpu)")
    command.add_argument("--trust-model", action="store_true", help=TRUST)


def add_search(commands: Commands) -> None:
    """The command `seesay search`."""
    search = commands.add_parser(
        "search",
        help="find pictures for a spoken word, or spoken words for a picture",
        description="Print the items of a run that are nearest to a new recording or picture, as a"
        " table separated by tabs (docs/search.md).",
    )
    _add_model(search)
    asked = search.add_mutually_exclusive_group(required=True)
    asked.add_argument("--say", type=Path, metavar="WAV", help="a recording of one word")
    asked.add_argument("--look", type=Path, metavar="PICTURE", help="a picture")
    search.add_argument("--top", type=int, default=10, help="largest number of rows (10)")
    search.add_argument(
        "--split",
        choices=("train", "validation", "test"),
        help="with --say: search only the pictures of this split",
    )
    search.add_argument("--html", type=Path, help="also write a page with pictures and boxes")
    search.add_argument("--out", type=Path, help="with --look: folder for the tokens as wav files")
    _add_device(search)


def add_demo(commands: Commands) -> None:
    """The command `seesay demo`."""
    demo = commands.add_parser(
        "demo",
        help="show a run's model on a page: say a word, show a picture",
        description="Serve a page on this machine alone, which takes a word from the microphone or"
        " a file and shows the pictures that the model finds, or takes a picture and plays the"
        " words (docs/demo.md).",
    )
    default = Path("results")
    demo.add_argument("results", nargs="?", type=Path, default=default, metavar="RESULTS",
                      help="results folder of a finished run (results)")  # fmt: skip
    demo.add_argument("--experiment", metavar="NAME", help="whose model (as Listen and look)")
    demo.add_argument("--seed", type=int, metavar="N", help="which of its models (the first)")
    demo.add_argument("--port", type=int, default=8642, metavar="P", help="0 for any (8642)")
    demo.add_argument("--out", type=Path, metavar="FILE", help="write one file instead, which"
                      " hears words and holds answers for the run's own pictures")  # fmt: skip
    demo.add_argument("--trust-model", action="store_true", help=TRUST)


def add_embed(commands: Commands) -> None:
    """The command `seesay embed`."""
    embed = commands.add_parser(
        "embed",
        help="embed pictures or words of your own with a trained model",
        description="Write the vectors of picture files, or of sound files of one word each, by a"
        " trained model, in a file that `seesay evaluate` reads; ids are file names"
        " (docs/embed.md).",
    )
    _add_model(embed)
    embed.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="pictures, or sound files"
    )
    embed.add_argument(
        "--out", type=Path, metavar="FILE", help=".npz or .parquet (default: print a table)"
    )
    embed.add_argument(
        "--boxes", action="store_true", help="also the boxes of a picture, not only the whole"
    )
    embed.add_argument(
        "--span",
        choices=("window", "masked", "word"),
        help="frames of a word, as logmel.span (default: the model's)",
    )
    _add_device(embed)


def add_export(commands: Commands) -> None:
    """The command `seesay export`."""
    export = commands.add_parser(
        "export",
        help="write both branches of a model as ONNX files",
        description="Write image.onnx and speech.onnx, which compute embeddings from raw features,"
        " and export.json, which says how features are made (docs/export.md). Print how much they"
        " differ from the model; write nothing if they differ too much.",
    )
    _add_model(export)
    export.add_argument("--out", required=True, type=Path, help="folder for the files")


def add_abx(commands: Commands) -> None:
    """The command `seesay abx`."""
    abx = commands.add_parser(
        "abx",
        help="write the test tokens as ABX items with their embeddings, for fastabx",
        description="Write the test tokens of a finished run as ZeroSpeech's item files, by form"
        " and by lemma, with the embeddings of one system, and print their ABX error rates"
        " (docs/abx.md).",
    )
    abx.add_argument("results", type=Path, help="the results folder of the run")
    abx.add_argument("--experiment", required=True, help="an experiment of the run")
    abx.add_argument("--system", default="model", help="model (the default) or a control")
    abx.add_argument("--seed", type=int, default=1, help="a seed of the run (1)")
    abx.add_argument(
        "--fold",
        type=int,
        default=0,
        metavar="N",
        help="test pictures and model of this fold, in a run of all folds (0)",
    )
    abx.add_argument("--out", required=True, type=Path, help="folder for the files")
