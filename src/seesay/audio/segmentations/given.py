"""The word times of the speech. Nothing is found, so there is no job."""

from seesay.settings.facts import Segmentation

ABOUT = Segmentation("word times of the speech")
