"""Tables 1 and 2 of the paper, and every number."""

from seesay.reporting import numbers
from seesay.reporting.runs import Context, Run

PLACE = 50
LINK = "Tables"
NEEDS: dict[str, str | None] = {}


def describe(run: Run) -> Context:
    """What the template shows."""
    return {
        "experiments": [
            {
                "name": name,
                "ranks": numbers.as_in_paper(run.results, name, numbers.RANKS),
                "recalls": numbers.as_in_paper(run.results, name, numbers.RECALLS),
            }
            for name in run.experiments
        ],
        "everything": numbers.everything(run.results),
        "differences": numbers.differences(run.results),
    }
