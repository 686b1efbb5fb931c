"""Rank the test queries of an experiment that hears captions, and score its ABX."""

from seesay.scoring.evaluation import job
from seesay.settings.captions.evaluation import CaptionEvaluation
from seesay.shared.command import run


def main() -> None:
    job(__doc__, CaptionEvaluation)


if __name__ == "__main__":
    run(main)
