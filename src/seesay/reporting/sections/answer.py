"""Did it learn words? The answer of each experiment, its supervision and its limits."""

from seesay.planning.experiments import section
from seesay.reporting import credits, supervision
from seesay.reporting.people import sentence
from seesay.reporting.runs import Context, Run
from seesay.reporting.stopping import cut_off
from seesay.reporting.verdict import answer

PLACE = 10
LINK = "Answer"
NEEDS = {"histories": None, "human_words": None}


def describe(run: Run) -> Context:
    """Values for the template.

    `missing` is the limit of a run that has synthetic voices only, "" for any other run.
    """
    supervised = supervision.lines(run.config, run.experiments)
    found = []
    for name in run.experiments:
        headline, kind, long = answer(run.results, name)
        found.append(
            {
                "name": name,
                "headline": headline,
                "kind": kind,
                "sentence": long,
                "human": sentence(run.results, name),
                "cut": cut_off(run.history, section(run.config, name, "training"), name),
                "declared": supervision.declared(run.config, name),
                "told": supervised[name],
            }
        )
    return {
        "experiments": found,
        "supervision": supervision.rows(run.config, run.experiments),
        "missing": "" if run.paths("human_words") else credits.unheard(run.config),
    }
