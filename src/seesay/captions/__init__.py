"""Words of captions, and the tokens that say them. docs/python.md shows it in a notebook."""

from seesay.shared.lazily import lazily

FUNCTIONS = dict.fromkeys(["content_words", "match"], "seesay.captions.frame_matching")
__all__ = list(FUNCTIONS)
__getattr__, __dir__ = lazily(__name__, FUNCTIONS)
