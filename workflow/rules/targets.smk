"""features, logmel, matching, evaluation: targets that make one stage and what it needs.

Inputs: the tables of these stages.
Outputs: the targets have none; <results>/features/{variant}npz has a file a picture with its
boxes, scores and features, in the layout that docs/stages.md describes.
"""


rule features:
    """The boxes and features of the pictures."""
    input:
        feature_files,
    localrule: True


rule logmel:
    """The log-Mel vectors of all tokens."""
    input:
        logmel_files,
    localrule: True


rule matching:
    """The matching of every fold."""
    input:
        matching_files,
    localrule: True


rule evaluation:
    """The ranks and numbers of every system."""
    input:
        evaluation_files,
    localrule: True


if CONFIG.alignment is None:

    rule alignment:
        """The target `alignment`, which needs a section of its name."""
        input:
            no_alignment,
        localrule: True


if not CONFIG.fragments:

    rule features_npz:
        """Write a file a picture, for programs of others."""
        input:
            fc7=fc7_of_features,
            regions=regions_of_features,
            listed=listed("pictures"),
        output:
            folder=directory(at("features/{variant}npz")),
        log:
            at("logs/features/{variant}npz.log"),
        benchmark:
            at("benchmarks/features/{variant}npz.tsv")
        conda:
            "../../envs/seesay.yaml"
        threads: 1
        resources:
            mem_mb=scaled(2000),
            disk_mb=20000,
            runtime=60,
            gpu=0,
        params:
            *stamp("features_npz"),
        message:
            "Writing features as npz"
        shell:
            'python "$SCRIPTS/features_npz.py" --fc7 {input.fc7:q} --regions {input.regions:q}'
            " --folder {output.folder:q} 2>&1 | tee {log:q}"
