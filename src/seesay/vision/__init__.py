"""Captioned pictures, their regions, and the features of those regions."""
