"""The pictures, speech and image networks of a run in words, with their licences."""

from collections.abc import Callable
from typing import Any

from seesay.planning import folds
from seesay.planning.experiments import section, trained
from seesay.settings.choice import about, names
from seesay.settings.facts import Engine, Network, Proposals, Reader, Segmentation

Values = dict[str, Any]

# Controls that a config may leave out.
TRAINED = {"shuffled": "the control of shuffled pairs", "text": "the text bound"}


def sources(config: dict[str, Any]) -> dict[str, Any]:
    """The `pictures`, `speech` and image `network` of a run in words, and `labels`.

    `labels` are warnings that belong beside every number: synthetic pictures, synthetic speech, a
    network with random weights, captions spoken by several talkers, talkers or words held out for
    the test, controls that were not trained.
    """
    pictures, speech = config["pictures"], config["speech"]
    labels = []
    if config.get("scenes"):
        said = "composed scenes of OpenMoji drawings with template captions"
        labels.append("synthetic pictures")
    else:
        said = " and ".join(map(_corpus, pictures["corpora"]))
    if config.get("synthesis"):
        named = " and ".join(engine.title for engine in engines(config))
        heard = f"{named} voices saying {'the captions' if spoken(config) else 'generated text'}"
        labels.append("synthetic speech")
    elif config.get("alignment"):
        heard = f"{' and '.join(_aligned(config))} (words timed by forced alignment)"
    else:
        heard = "; ".join(map(_corpus, speech["corpora"]))
    if mixed(config):
        labels.append("sentences mix talkers")
    labels += unseen(config)
    labels += pooled(config)
    labels += [f"without {name}" for name in left_out(config)]
    if config.get("fragments"):
        where = config["fragments"]["path"]
        network = f"ready-made R-CNN fragments (Karpathy et al. 2014) from {where}"
        return {"pictures": said, "speech": heard, "network": network, "labels": labels}
    networks = by_experiment(config, _networks)
    labels += [
        f"untrained {what}{of_some(names, config)}"
        for what, names in by_experiment(config, _untrained).items()
        if what
    ]
    network = "; ".join(f"{text}{of_some(names, config)}" for text, names in networks.items())
    return {"pictures": said, "speech": heard, "network": network, "labels": labels}


def label(source: Values) -> str:
    """The labels of `sources` as a sentence, or "" without labels; names keep their capitals."""
    text = ", ".join(source["labels"])
    return f"{text[0].upper()}{text[1:]}." if text else ""


def guesses(config: Values) -> str:
    """The warning of random weights, with the experiments that have them; "" if none has."""
    if config.get("fragments"):
        return ""
    names = by_experiment(config, lambda fc7, _: str(fc7["weights"] == "random")).get("True", [])
    whose = f" of {' and '.join(names)}" if of_some(names, config) else ""
    return f"The image network{whose} has random weights" if names else ""


def by_experiment(
    config: dict[str, Any], said: Callable[[Values, Values], str]
) -> dict[str, list[str]]:
    """A text about the sections fc7 and regions of each experiment, with its experiments."""
    found: dict[str, list[str]] = {}
    for name in trained(config):
        text = said(*(section(config, name, stage) for stage in ("fc7", "regions")))
        found.setdefault(text, []).append(name)
    return found


def _networks(fc7: Values, regions: Values) -> str:
    """The network of the features and, if there is one, the network that proposes the boxes."""
    found = [_network(name, fc7["weights"]) for name in networks_of(fc7)]
    network = " beside ".join(found)
    if detector := proposer(regions):
        network += f"; its boxes proposed by {_network(detector, regions['weights'])}"
    return network


def _untrained(fc7: Values, regions: Values) -> str:
    """The networks with random weights in words, "" for none."""
    found = ["image network"] if fc7["weights"] == "random" else []
    if proposer(regions) and regions["weights"] == "random":
        found.append("region proposals")
    return " and ".join(found)


def of_some(names: list[str], config: dict[str, Any]) -> str:
    """Names of experiments in brackets; "" if they are all experiments of the config."""
    return f" ({', '.join(names)})" if len(names) < len(trained(config)) else ""


def pooled(config: dict[str, Any]) -> list[str]:
    """The label of a run over all folds: its numbers pool them, the rest shows the first."""
    number = folds.count(config)
    said = "every picture is tested once; examples, map and counts are from fold 0"
    return [f"{number} folds pooled: {said}"] if number > 1 else []


def mixed(config: dict[str, Any]) -> bool:
    """Whether the words of one caption may come from several talkers."""
    return bool(config["matching"]["speakers"] == "mixed")


def spoken(config: dict[str, Any]) -> bool:
    """Whether recordings say the captions themselves."""
    return bool(config.get("matching", {}).get("method") == "spoken")


def found_by(config: Values) -> str:
    """The method that finds the boundaries of tokens, "" where they are given."""
    method = str((config.get("segmentation") or {}).get("method", "given"))
    return "" if method == "given" else method


def segmentation(config: Values) -> Segmentation:
    """What the method that finds the boundaries says about itself."""
    facts: Segmentation = about("seesay.audio.segmentations", found_by(config))
    return facts


def unseen(config: dict[str, Any]) -> list[str]:
    """The talkers and words that are held out for the test, as labels."""
    talkers, share = (config["matching"].get(f"unseen_{kind}", 0) for kind in ("talkers", "words"))
    found = []
    if isinstance(talkers, list):
        found = [f"test with unseen talkers {', '.join(talkers)}"]
    elif talkers:
        found = [f"test with {talkers} unseen talker{'s' if talkers > 1 else ''}"]
    return found + ([f"test with {100 * share:.3g} % unseen words"] if share else [])


def left_out(config: dict[str, Any]) -> list[str]:
    """The controls that were not trained, in words."""
    trained = config.get("controls", TRAINED)
    return [name for system, name in TRAINED.items() if system not in trained]


def unheard(config: dict[str, Any]) -> str:
    """The limit of a run with synthetic voices and without human words, "" for any other."""
    if not config.get("synthesis") or config.get("evaluation", {}).get("human"):
        return ""
    return (
        "Every number here is about synthetic voices; results on human voices are unknown. To test"
        " human words, name their corpora in evaluation.human."
    )


def licences(config: dict[str, Any]) -> list[dict[str, str]]:
    """The works that the run used, with their makers and licences."""
    used = []
    if config.get("scenes"):
        used.append(
            {
                "what": "Drawings in the pictures",
                "whose": "OpenMoji, the open-source emoji and icon project",
                "terms": "CC BY-SA 4.0; the scenes and the thumbnails here are adapted from them",
                "link": "https://openmoji.org",
            }
        )
    if config.get("synthesis"):
        for engine in engines(config):
            whose = f"{engine.title} (used as a program; not part of this report)"
            used.append(
                {"what": "Voices", "whose": whose, "terms": engine.terms, "link": engine.link}
            )
    if config.get("alignment"):
        used.append(
            {
                "what": "Times of the spoken words",
                "whose": "PocketSphinx, with its acoustic model and dictionary",
                "terms": "BSD-2-Clause",
                "link": "https://github.com/cmusphinx/pocketsphinx",
            }
        )
    if config.get("fragments"):
        used.append(
            {
                "what": "Image features",
                "whose": f"Karpathy, Joulin and Li 2014 ({config['fragments']['path']})",
                "terms": "Licence: ask the makers before you pass the features on",
                "link": "",
            }
        )
    else:
        used += _network_licences(config)
    read = [("Pictures", corpus["path"]) for corpus in config["pictures"]["corpora"]]
    read += [("Speech", corpus["path"]) for corpus in config["speech"]["corpora"]]
    if config.get("alignment"):
        read += [("Speech", path) for path in _aligned(config)]
    human = config.get("evaluation", {}).get("human", [])
    read += [("Human words of the test", corpus["path"]) for corpus in human]
    terms = "Licence of the corpus: ask its owners before you pass this page on"
    return used + [{"what": w, "whose": str(p), "terms": terms, "link": ""} for w, p in read]


def _aligned(config: Values) -> list[str]:
    """The folders of speech that is aligned."""
    given = config["alignment"]
    return [corpus["path"] for corpus in given.get("corpora", [])] or [given["path"]]


def network_facts(network: str) -> Network:
    """The title, training data, maker and licence of an image network."""
    found: Network = about("seesay.vision.networks", network)
    return found


def networks_of(fc7: Values) -> list[str]:
    """The networks of a section fc7, mostly one."""
    return [fc7["network"]] if isinstance(fc7["network"], str) else list(fc7["network"])


def proposer(regions: Values) -> str | None:
    """The image network that proposes the boxes of a section regions; None for other methods."""
    found: Proposals = about("seesay.vision.proposals", regions["proposals"])
    return found.network


def engines(config: Values) -> list[Engine]:
    """The titles and licences of the synthesisers of a config with a section synthesis."""
    names = config["synthesis"].get("engines", ["espeak"])
    return [about("seesay.audio.engines", name) for name in names]


def reader_facts(reader: str) -> Reader | None:
    """The facts of a reader of ours; None for another."""
    return about("seesay.corpora", reader) if reader in names("seesay.corpora") else None


def _corpus(corpus: Values) -> str:
    """The folder of a corpus, and the name of its layout."""
    facts = reader_facts(corpus["reader"])
    return f"{corpus['path']} (read as {facts.title if facts else corpus['reader']})"


def _network(network: str, weights: str) -> str:
    """An image network in words: `AlexNet, trained on ImageNet`."""
    facts = network_facts(network)
    if weights == "random":
        return f"{facts.title} with random, untrained weights"
    if weights == "DEFAULT":
        return f"{facts.title}, trained on {facts.data}"
    return f"{facts.title} with the weights {weights}"


def _network_licences(config: dict[str, Any]) -> list[dict[str, str]]:
    """The licences of the networks of all experiments, each once."""
    networks = []
    for name in trained(config):
        fc7, regions = (section(config, name, stage) for stage in ("fc7", "regions"))
        networks += [("Image network", each, fc7["weights"]) for each in networks_of(fc7)]
        if detector := proposer(regions):
            networks.append(("Region proposals", detector, regions["weights"]))
    return [_network_licence(*network) for network in dict.fromkeys(networks)]


def _network_licence(what: str, network: str, weights: str) -> dict[str, str]:
    facts = network_facts(network)
    # A file of the user's own is only known to fit this network.
    trained = f", with weights trained on {facts.data}" if weights == "DEFAULT" else ""
    whose = f"{facts.whose}{trained}"
    return {"what": what, "whose": whose, "terms": facts.terms, "link": facts.link}
