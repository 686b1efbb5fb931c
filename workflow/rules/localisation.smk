"""localisation: whether a fragment of a named thing is found where its name is said.

Inputs: the embeddings of an experiment and seed, by system, and their moments; the words' times, the
boxes, and the place of every thing.
Outputs: <results>/localisation/{experiment}/{system}/{seed}.parquet, a table `grounding`.
"""

if GROUNDED:

    rule localisation:
        """Compare the part of a caption nearest to a named thing with the time of its word."""
        input:
            images=of_each(
                "{fold}embedding/{experiment}/{system}/{seed}/images.parquet"
            ),
            words=of_each("{fold}embedding/{experiment}/{system}/{seed}/words.parquet"),
            moments=moments_tables,
            spoken_captions=at("{fold}matching/spoken_captions.parquet"),
            pictures=at("{fold}pictures/images.parquet"),
            things=at("scenes/things.parquet"),
            spoken_words=TOKENS,
            regions=experiment_tables("regions"),
            listed=listed("pictures", "speech"),
        output:
            localisation=of_each(
                "{fold}localisation/{experiment}/{system}/{seed}.parquet"
            ),
        log:
            at("{fold}logs/localisation/{experiment}/{seed}.log"),
        benchmark:
            at("{fold}benchmarks/localisation/{experiment}/{seed}.tsv")
        conda:
            "../../envs/seesay.yaml"
        threads: 1
        resources:
            mem_mb=scaled(1500),
            disk_mb=1000,
            runtime=30,
            gpu=0,
        params:
            *stamp("localisation"),
            systems=",".join(SYSTEMS),
        message:
            "Localising keywords of {wildcards.fold}{wildcards.experiment}, seed {wildcards.seed}"
        shell:
            'python "$SCRIPTS/localisation.py" --images {input.images:q} --words {input.words:q}'
            " --spoken-captions {input.spoken_captions:q} --pictures {input.pictures:q}"
            " --things {input.things:q} --regions {input.regions:q}"
            " --spoken-words {input.spoken_words:q} --localisation {output.localisation:q}"
            " --experiment {wildcards.experiment:q} --systems {params.systems}"
            " --seed {wildcards.seed:q} 2>&1 | tee {log:q}"
