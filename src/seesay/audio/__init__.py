"""Speech: corpora, synthesis, alignment, and the frames of each spoken word."""
