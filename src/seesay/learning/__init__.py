"""Training: pairs, losses, controls, embeddings. docs/python.md shows it in a notebook."""

from seesay.shared.lazily import lazily

FUNCTIONS = dict.fromkeys(["embed", "load"], "seesay.learning.arrays")
__all__ = list(FUNCTIONS)
__getattr__, __dir__ = lazily(__name__, FUNCTIONS)
