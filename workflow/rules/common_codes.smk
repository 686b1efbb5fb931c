"""A hash of each stage's code, for the report.

Inputs: stages() of common_stages.smk.
Outputs: codes().
"""

import hashlib
import json
import re

# The rule that does the work of a stage whose name is a target.
WORKERS = {
    "evaluation": "evaluation_ranks",
    "logmel": "logmel_shard",
    "matching": "matching_fold",
}


def codes(wildcards, input):
    """A hash of each stage's code stamp, as JSON, taken from the rules themselves.

    It takes `input` so that Snakemake does not compare it: a stage whose code has changed and
    whose tables have not is no reason to write the report again.
    """
    found = {}
    # By their names here, not by those in a workflow that imports this one.
    for name in json.loads(stages()):
        params = getattr(rules, WORKERS.get(name, name)).rule.params
        parts = [entry for param in params for entry in stamp_entries(param)]
        if parts:
            text = "\n".join(parts)
            found[name] = hashlib.sha256(text.encode()).hexdigest()[:12]
    return json.dumps(found, sort_keys=True)


def stamp_entries(param):
    """The entries of a code stamp in a rule's param: those of all experiments, if jobs differ."""
    if hasattr(param, "entries"):
        return param.entries
    # The name of a user's reader may hold any letter.
    entry = re.compile(r".+:[0-9a-f]{12}|[\w.-]+==\S+")
    return [param] if isinstance(param, str) and entry.fullmatch(param) else []
