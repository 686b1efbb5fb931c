"""Seeded randomness and stable hashes: the same ids give the same numbers on every machine."""

import hashlib
from collections.abc import Iterable

import numpy as np


def stable_hash(*keys: object) -> int:
    """A 64-bit hash of the keys' text, the same in every process and on every machine."""
    text = "\x1f".join(str(key) for key in keys)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def generator(*keys: object) -> np.random.Generator:
    """A random generator seeded by the keys, e.g. `generator("training", seed, epoch)`.

    Draws for one purpose do not depend on the number of draws for another.
    """
    return np.random.default_rng(stable_hash(*keys))


def shard_of(identifier: str, shards: int) -> int:
    """The shard (0 to `shards` - 1) of an id, independent of all other ids."""
    return stable_hash("shard", identifier) % shards


def choose(names: Iterable[str], number: int, kind: str, seed: int) -> set[str]:
    """The `number` names with the lowest hashes, which depend on `kind` and `seed`."""
    return set(sorted(set(names), key=lambda name: stable_hash(kind, seed, name))[:number])
