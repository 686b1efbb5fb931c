"""seesay: learning words from pictures and speech (Synnaeve, Versteegh, Dupoux 2014)."""

import sys

# workflow.basedir is the importer's where another workflow imports this one as a module.
HOME = workflow.current_basedir.get_path_or_uri(secret_free=False)
sys.path.insert(0, f"{HOME}/src")

if not workflow.overwrite_configfiles:

    configfile: f"{HOME}/config/config.yaml"


include: "workflow/rules/common.smk"


for part in (
    *("settings", "experiments", "captions", "files", "resources", "corpora"),
    *("lists", "human", "rejects", "shown", "stages", "codes", "targets"),
):

    include: f"workflow/rules/common_{part}.smk"


rule all:
    """The report, and with it everything."""
    input:
        at("report.html"),
    localrule: True


for stage in RULE_FILES:

    include: f"workflow/rules/{stage}.smk"


onsuccess:
    tell_results()
