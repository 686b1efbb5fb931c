"""Formats of files that several readers, or one of many layouts, read."""
