"""Evaluation: ranks, metrics, intervals. docs/python.md shows it in a notebook."""

from seesay.shared.lazily import lazily

FUNCTIONS = dict.fromkeys(["compare", "measure", "search"], "seesay.scoring.retrieval")
__all__ = list(FUNCTIONS)
__getattr__, __dir__ = lazily(__name__, FUNCTIONS)
