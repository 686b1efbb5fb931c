"""Drawings of the report: charts by epoch and by training pairs, the network, the stages."""
