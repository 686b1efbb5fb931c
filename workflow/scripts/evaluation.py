"""Rank the test queries of the systems of an experiment and seed, and score its ABX."""

from seesay.scoring.evaluation import job
from seesay.settings.evaluation import EvaluationSettings
from seesay.shared.command import run


def main() -> None:
    job(__doc__, EvaluationSettings)


if __name__ == "__main__":
    run(main)
