"""Scoring of networks that hear whole captions: their moments, and keyword localisation."""
