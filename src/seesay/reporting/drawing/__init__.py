"""Drawings of the report: charts by epoch, the learning curve, the network, the stages."""
