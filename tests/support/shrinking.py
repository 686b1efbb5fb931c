"""Configs made small by overrides alone: what is asked and with which recipes stays."""

import json

from seesay.shared.voices import lack


def small_training(section: dict) -> dict:
    """The keys of a training section, or of an experiment's override, that are about size."""
    small = {
        "embedding": 8,
        "batch_pictures": min(section.get("batch_pictures", 1), 8),
        "pseudo_words": min(section.get("pseudo_words", 0), 6),
        "max_epochs": 2,
    }
    layers = ("image_layers", "speech_layers")
    small |= {name: [8] * len(section[name]) for name in layers if name in section}
    return {name: value for name, value in small.items() if name in section}


def shrunk(values: dict) -> dict:
    """The config with overrides that make it small and nothing else."""
    values = json.loads(json.dumps(values))
    # One shard of corpora of one's own: each makes as many jobs again, for every variant.
    values |= {"shards": 2 if values.get("scenes") else 1, "seeds": [1]}
    split = values["pictures"]["split"]
    # Each corpus is made of 26 pictures, and those without a split of their own are all counted.
    given = values["pictures"].get("corpora") or [{}]
    corpora = sum(not corpus.get("split") for corpus in given)
    counts = {"train": 16 * corpora, "validation": 5 * corpora, "test": 5 * corpora}
    split |= (
        counts if split["method"] == "exact" else {"train": 0.5, "validation": 0.25, "test": 0.25}
    )
    if values.get("scenes"):
        values["scenes"] |= {"count": 26, "size": 96}
    if values.get("synthesis"):
        values["synthesis"] |= {"talkers": 4}
        # Those that are installed here; the default's is.
        engines = values["synthesis"].get("engines", ["espeak"])
        values["synthesis"]["engines"] = [name for name in engines if not lack(name)]
    values["words"]["min_count"] = 2
    values["regions"] |= {"side": 96, "candidates": 6}
    values["fc7"] |= {"size": 64, "context": 4, "regions": 4}
    if values["fc7"]["network"] != "efficientnet_lite0":
        values["fc7"]["weights"] = "random"  # the others' are downloaded
    values["training"] |= small_training(values["training"])
    for override in values["experiments"].values():
        if "training" in override:
            override["training"] |= small_training(override["training"])
    values["evaluation"]["abx_draws"] = 2
    values["metrics"]["resamples"] = 50
    values["listen"] |= {"words": 12, "pictures": 5, "cases": 1, "thumbnail": 64}
    values["map"]["fragments"] = 100
    values["report"] |= {"pictures": 2, "thumbnail": 64}
    return values
