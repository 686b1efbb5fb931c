"""Configs for a part of the workflow: which sections are missing, and what runs without them.

A config is the model of `seesay.planning.config`, which uses these functions itself.
"""

from seesay.settings import Settings

# Where a run takes its pictures and its speech from, besides the corpora of the section itself.
MADE_BY = {"pictures": ("scenes",), "speech": ("synthesis", "alignment")}


def check_sources(config: Settings) -> None:
    """Raise ValueError if pictures or speech come from two places, or both from none."""
    for stage, sections in MADE_BY.items():
        given = [f"the section {name}" for name in sections if getattr(config, name) is not None]
        given += [f"{stage}.corpora"] if getattr(config, stage).corpora else []
        if len(given) > 1:
            raise ValueError(
                f"{' and '.join(given)} are both given; {stage} come from one place: drop one"
            )
    if len(lacking(config)) == len(MADE_BY):
        raise ValueError("; ".join(lacking(config).values()))


def lacking(config: Settings) -> dict[str, str]:
    """Which of pictures and speech a config gives no source of, each with a line that says so."""
    found = {}
    for stage, sections in MADE_BY.items():
        if getattr(config, stage).corpora or any(getattr(config, name) for name in sections):
            continue
        found[stage] = (
            f"{stage}.corpora is empty and there is no section {' or '.join(sections)}: "
            "nothing to read and nothing to generate; give one of them"
            f" ({sections[0]}: {{}} for its defaults)"
        )
    return found


def targets(config: Settings) -> list[str]:
    """The targets that a config can make which lacks pictures or speech; [] if it lacks neither."""
    lacks = lacking(config)
    if "pictures" not in lacks:
        return ["features"] if lacks else []
    makers = {name for name in MADE_BY["speech"] if getattr(config, name) is not None}
    if "synthesis" in makers:  # it says the captions of pictures
        return []
    return [*sorted(makers), "logmel"]
