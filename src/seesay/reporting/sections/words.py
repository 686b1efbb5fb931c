"""What the report says of all word queries together, with intervals over words."""

import pandas as pd

from seesay.reporting.results import SYSTEMS, Difference, difference, interval, shown
from seesay.scoring import intervals
from seesay.scoring.breakdown import OVER_WORDS


def over_words(groups: pd.DataFrame) -> str:
    """What the model's R@10 is, and what it has over each control, with intervals over words."""
    part = groups[groups["property"] == OVER_WORDS].set_index("system")
    rows = {str(system): row for system, row in part.to_dict("index").items()}
    model = rows.get("model")
    if model is None or pd.isna(model["low"]):
        return ""
    said = f"{shown(model['r10'], 'r10')} {interval(model['low'], model['high'], 'r10')}"
    for system, name in SYSTEMS.items():
        if system in rows and system != "model":
            ends = (rows[system][f"difference{end}"] for end in ("", "_low", "_high"))
            said += f"; minus {name}: {difference(Difference(*ends), 'r10')}"
    over = intervals.said(model["over"], model["units"])
    return f"intervals {over}: {said} ({model['queries']:,} queries)"
