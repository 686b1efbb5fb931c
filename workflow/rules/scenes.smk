"""scenes: composed pictures, where the config has a section `scenes`.

Comes in: nothing.
Goes out: <results>/scenes/pictures in Pascal1K's layout, and things.parquet: where each drawn
thing is.
"""


if CONFIG.scenes is not None:

    rule scenes:
        """Compose the scenes and their captions."""
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
            runtime=30,
        params:
            code=stamp("scenes"),
            settings=settings("scenes"),
        message:
            "Composing scenes"
        shell:
            "python {SCRIPTS}/scenes.py --pictures {output.pictures:q}"
            " --things {output.things:q} --settings {params.settings:q} 2>&1 | tee {log:q}"
