"""`seesay embed`: pictures and words of one's own files in the space of a trained model."""
