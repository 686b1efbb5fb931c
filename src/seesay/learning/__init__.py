"""Training: pairs, losses, controls, embeddings. docs/python.md shows it in a notebook."""

from seesay.shared.lazily import lazily

FUNCTIONS = {
    "embed": "seesay.learning.arrays",
    "load": "seesay.learning.arrays",
    "train": "seesay.learning.array_training",
}
__all__ = list(FUNCTIONS)
__getattr__, __dir__ = lazily(__name__, FUNCTIONS)
