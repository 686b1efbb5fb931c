"""seesay, for a Snakemake that starts in this folder; the workflow is in workflow/."""


include: "workflow/Snakefile"


# A rule of an included file is no default target by itself. In another workflow that imports this
# one, rules have other names, and its own default stays.
ALL = workflow.modifier.modify_rulename("all")
if not workflow.default_target and workflow.is_rule(ALL):
    workflow.default_target = ALL
