"""Checks before a long run that all files of its config exist and can be read."""

import shlex
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from seesay.commands import check_corpora, check_disk
from seesay.commands.check_findings import Counts, Finding, safe
from seesay.commands.evaluate import checking
from seesay.planning.config import Config, load
from seesay.planning.config_file import read, refuse_blocked
from seesay.planning.parts import lacking, targets
from seesay.settings.choice import about, chosen
from seesay.settings.logmel import LogmelSettings
from seesay.shared.errors import InputError


def report(path: str, trust_model: bool = False) -> int:
    """Print every finding about a config file, and return the exit status: 1 if any fails."""
    marks: Counter[str] = Counter()
    for finding in findings(path, trust_model):
        print(finding, flush=True)
        marks[finding.mark] += 1
    if marks["fail"]:
        print(f"not ready: {marks['fail']} to correct before the run")
        return 1
    but = f", but {marks['warn']} to think about (warn)" if marks["warn"] else ""
    wanted = " ".join(["", *targets(load(read(Path(path)), whole=False))])
    print(f"ready{but}: seesay run {shlex.quote(path)}{wanted}")
    return 0


def findings(path: str, trust_model: bool = False) -> Iterator[Finding]:
    """The findings about a config file; if the config itself is wrong, only that.

    Runs a TorchScript file (logmel.model), which is a program, only with `trust_model`.
    """
    try:
        config = load(read(Path(path)), whole=False)
        refuse_blocked(Path(config.results))
    except InputError as error:
        yield Finding("fail", "config", str(error).removeprefix("config: "))
        return
    yield from _missing(config)
    shape = f"{len(config.experiments)} experiment(s), {len(config.seeds)} seed(s)"
    folds = len(config.pictures.folds)
    if folds > 1:
        trainings = folds * len(config.trained) * len(config.seeds)
        shape += f", {folds} folds: {trainings} jobs train"
    yield Finding("ok", "config", f"{path} is valid; {shape}, results go to {config.results}")
    if folds > 1:
        yield Finding("note", "config", "numbers of splits, matching and evaluation are of fold 0")
    counts = Counts(f"seesay run {shlex.quote(path)} fetch")
    parts: list[tuple[str, Callable[[Config, Counts], Iterator[Finding]]]] = [
        ("pictures", check_corpora.pictures),
        ("fragments", check_corpora.fragments),
        ("weights", partial(_weights, trust_model=trust_model)),
        ("speech", check_corpora.speech),
        ("matching", _predicted),
        ("experiments", checking.given),
        ("disk", _disk),
    ]
    # What a config for a part of the workflow lacks has nothing to check.
    unasked = {*lacking(config), *(["matching", "disk"] if lacking(config) else [])}
    for section, part in parts:
        if section not in unasked:
            yield from safe(section, part(config, counts))


def _missing(config: Config) -> Iterator[Finding]:
    """Whether a config has pictures and speech, and which targets it can make otherwise."""
    possible = targets(config)
    for stage, cause in lacking(config).items():
        only = f"; without it only {' and '.join(possible)} can be made"
        yield Finding("note" if possible else "fail", stage, cause + only * bool(possible))


def _weights(config: Config, counts: Counts, trust_model: bool) -> Iterator[Finding]:
    """Whether the image networks of every experiment, and its model of speech, can be loaded."""
    networks: dict[tuple[str, str, str, int], None] = {}
    models: list[LogmelSettings] = []
    for name in sorted(config.trained):
        of = {stage: config.section_of(name, stage) for stage in ("fc7", "regions", "logmel")}
        if not config.fragments and of["fc7"]:
            seen = of["fc7"].weights, of["fc7"].size
            networks |= {("fc7", network, *seen): None for network in of["fc7"].networks}
        detector = of["regions"] and chosen(of["regions"], "proposals").network
        if not config.fragments and detector:
            networks["regions", detector, of["regions"].weights, of["regions"].side] = None
        if of["logmel"].model is not None and of["logmel"] not in models:
            models.append(of["logmel"])
    for section, network, weights, size in networks:
        yield from safe(section, _network(section, network, weights, size, counts.fetching))
    for settings in models:
        yield from safe("logmel", _speech_model(settings, trust_model))


def _speech_model(settings: LogmelSettings, trusted: bool) -> Iterator[Finding]:
    path = Path(str(settings.model))
    if path.is_file() and settings.program and not trusted:
        yield Finding(
            "note", "logmel", f"{path} is a program (TorchScript), which a run will run with your"
            " rights; it is not tried here without --trust-model",
        )  # fmt: skip
        return
    # Here, for torch takes seconds.
    from seesay.audio.logmel import maker

    maker(settings)
    yield Finding("ok", "logmel", f"{settings.model} gives frames of {settings.filters} numbers")


def _network(
    section: str, network: str, weights: str, size: int, fetching: str
) -> Iterator[Finding]:
    if weights == "random":
        yield Finding("note", section, f"{network} has random weights, which are for tests alone")
        return
    # Here, for torch takes seconds.
    from seesay.commands import fetch
    from seesay.vision import networks as fc7_networks
    from seesay.vision.networks.weights import fetched

    if weights == "DEFAULT" and not about("seesay.vision.networks", network).packaged:
        try:
            path = fetched(fetch.address(network))
        except InputError as error:
            yield Finding("fail", section, str(error))
            yield Finding("note", section, f"{network}: fetched by: {fetching}")
            return
        yield Finding("ok", section, f"{network}: {path}, its SHA-256 begins as its name says")
        return
    module = fc7_networks.find(network)
    if hasattr(module, "Detector"):
        import torch

        module.Detector(weights, size, torch.device("cpu"))
    else:
        fc7_networks.load(network, weights, size)
    given = "the weights of its package" if weights == "DEFAULT" else f"{weights} fits it"
    yield Finding("ok", section, f"{network}: {given}")


def _predicted(config: Config, counts: Counts) -> Iterator[Finding]:
    """What matching and evaluation will find."""
    # Imported here, because it takes a while.
    from seesay.commands import check_matching, check_segmentation

    finds = config.segmentation.finds
    if finds:
        yield from check_segmentation.about(config, counts)
    texts = yield from check_matching.tagged(config, counts)
    if texts is not None:
        part = check_segmentation if finds else check_matching
        yield from part.predict(config, counts, texts)


def _disk(config: Config, counts: Counts) -> Iterator[Finding]:
    """Whether the results have room, if all corpora were found."""
    if counts.pictures and counts.tokens != 0:
        size = check_disk.estimate(config, counts.pictures, counts.captions, counts.tokens)
        enough, text = check_disk.room(Path(config.results), size)
        yield Finding("ok" if enough else "fail", "disk", text)
