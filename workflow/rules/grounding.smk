"""grounding: whether a word finds the drawn thing that it names, in composed scenes.

Inputs: the embeddings of an experiment and seed, by system; the boxes, and the place of every
thing.
Outputs: <results>/grounding/{experiment}/{system}/{seed}.parquet, the table `grounding`.
"""

if GROUNDED:

    rule grounding:
        """Compare the best fragment of each named thing with the thing's place."""
        input:
            images=of_each(
                "{fold}embedding/{experiment}/{system}/{seed}/images.parquet"
            ),
            words=of_each("{fold}embedding/{experiment}/{system}/{seed}/words.parquet"),
            spoken_captions=at("{fold}matching/spoken_captions.parquet"),
            pictures=at("{fold}pictures/images.parquet"),
            things=at("scenes/things.parquet"),
            regions=experiment_tables("regions"),
            listed=listed("pictures", "speech"),
        output:
            grounding=of_each("{fold}grounding/{experiment}/{system}/{seed}.parquet"),
        log:
            at("{fold}logs/grounding/{experiment}/{seed}.log"),
        benchmark:
            at("{fold}benchmarks/grounding/{experiment}/{seed}.tsv")
        wildcard_constraints:
            experiment="|".join(EXPERIMENTS),
        conda:
            "../../envs/seesay.yaml"
        threads: 1
        resources:
            mem_mb=scaled(1500),
            disk_mb=1000,
            runtime=30,
            gpu=0,
        params:
            *stamp("grounding"),
            systems=",".join(SYSTEMS),
            # A constant, so that a laptop and a cluster compute the same bits.
            threads=1,
        message:
            "Grounding {wildcards.fold}{wildcards.experiment}, seed {wildcards.seed}"
        shell:
            'python "$SCRIPTS/grounding.py" --images {input.images:q} --words {input.words:q}'
            " --spoken-captions {input.spoken_captions:q} --pictures {input.pictures:q}"
            " --things {input.things:q} --regions {input.regions:q}"
            " --grounding {output.grounding:q} --experiment {wildcards.experiment:q}"
            " --systems {params.systems} --seed {wildcards.seed:q}"
            " --threads {params.threads} 2>&1 | tee {log:q}"
