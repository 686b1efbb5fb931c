"""Tables 1 and 2 of the paper, and every number."""

from seesay.reporting import numbers
from seesay.reporting.runs import Context, Run
from seesay.scoring import names

PLACE = 50
LINK = "Tables"
NEEDS: dict[str, str | None] = {}


def describe(run: Run) -> Context | None:
    """Values for the template; None if no task has ranks to show."""
    everything = numbers.everything(run.results)
    if not everything:
        return None
    return {
        "paper": any(row["id"] in names.paper() for row in everything),
        "experiments": [
            {
                "name": name,
                "ranks": numbers.as_in_paper(run.results, name, numbers.RANKS),
                "recalls": numbers.as_in_paper(run.results, name, numbers.RECALLS),
            }
            for name in run.experiments
        ],
        "everything": everything,
        "differences": numbers.differences(run.results),
    }
