"""Captioned pictures, their regions and features. docs/python.md shows it in a notebook."""

from seesay.shared.lazily import lazily

FUNCTIONS = {
    "features": "seesay.vision.picture_fragments",
    "keep": "seesay.vision.picture_fragments",
    "propose": "seesay.vision.picture_fragments",
    "scene": "seesay.vision.scene_pictures",
}
__all__ = list(FUNCTIONS)
__getattr__, __dir__ = lazily(__name__, FUNCTIONS)
