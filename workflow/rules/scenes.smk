"""scenes: composed pictures with captions, for runs without a picture corpus.

Inputs: none; the rule exists only if the config has the section scenes.
Outputs: <results>/scenes/pictures, a folder in Pascal1K's layout, and things.parquet, the table
of each drawing's place.
"""

if CONFIG.scenes is not None:

    rule scenes:
        """Compose pictures of a few drawings each, with five captions a picture."""
        output:
            pictures=directory(at("scenes/pictures")),
            things=at("scenes/things.parquet"),
        log:
            at("logs/scenes.log"),
        benchmark:
            at("benchmarks/scenes.tsv")
        conda:
            "../../envs/seesay.yaml"
        threads: 1
        resources:
            mem_mb=scaled(1000),
            disk_mb=1000,
            runtime=20,
            gpu=0,
        params:
            *stamp("scenes"),
            *compared("scenes", settings("scenes")),
            settings=passed(settings("scenes")),
        message:
            "Composing pictures"
        shell:
            'python "$SCRIPTS/scenes.py" --pictures {output.pictures:q}'
            " --things {output.things:q}"
            " --settings {params.settings:q} 2>&1 | tee {log:q}"
