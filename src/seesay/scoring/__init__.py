"""Evaluation: ranks, metrics, intervals."""
