"""Speech: corpora, synthesis, alignment, frames of words. docs/python.md shows it in a notebook."""

from seesay.shared.lazily import lazily

FUNCTIONS = {"log_mel": "seesay.audio.word_frames", "say": "seesay.audio.synthetic_voice"}
__all__ = list(FUNCTIONS)
__getattr__, __dir__ = lazily(__name__, FUNCTIONS)
