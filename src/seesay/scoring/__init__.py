"""Evaluation: ranks, metrics, intervals. docs/python.md shows its functions in a notebook."""

from seesay.shared.lazily import lazily

__all__ = ["compare", "measure", "search"]

__getattr__, __dir__ = lazily(__name__, dict.fromkeys(__all__, "seesay.scoring.retrieval"))
