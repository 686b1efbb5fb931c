"""human_ranks: the ranks of every system on human words (evaluation.human).

Inputs: the human words and their log-Mel vectors, the trained systems and their embeddings.
Outputs: <results>/human/embedding/{experiment}/{system}/{seed}/words.parquet and
<results>/human/ranks/{experiment}/{system}/{seed}.parquet, the table `human_ranks`.
"""

if CONFIG.evaluation.human:

    rule human_embedding:
        """Embed the human words with every system of an experiment and seed."""
        input:
            models=of_each(
                "{fold}training/{experiment}/{system}/{seed}/model.safetensors",
                HEARING,
            ),
            settings=of_each(
                "{fold}training/{experiment}/{system}/{seed}/settings.json", HEARING
            ),
            told=of_each(
                "{fold}embedding/{experiment}/{system}/{seed}/words.parquet", TOLD
            ),
            human_words=at("{fold}human/words.parquet"),
            spoken_captions=at("{fold}matching/spoken_captions.parquet"),
            logmel=human_logmel,
            listed=listed("pictures", "speech"),
        output:
            heard=of_each(
                "{fold}human/embedding/{experiment}/{system}/{seed}/words.parquet",
                HEARING,
            ),
            told=of_each(
                "{fold}human/embedding/{experiment}/{system}/{seed}/words.parquet",
                TOLD,
            ),
        log:
            at("{fold}logs/human_embedding/{experiment}/{seed}.log"),
        benchmark:
            at("{fold}benchmarks/human_embedding/{experiment}/{seed}.tsv")
        conda:
            "../../envs/seesay.yaml"
        threads: 1
        resources:
            mem_mb=scaled(2500),
            disk_mb=100,
            runtime=30,
            gpu=0,
        params:
            *stamp("human_embedding"),
            *chosen_code("human_embedding"),
        message:
            "Embedding human words with {wildcards.fold}{wildcards.experiment}, seed {wildcards.seed}"
        shell:
            'python "$SCRIPTS/human_embedding.py" --models {input.models:q} --told {input.told:q}'
            " --human-words {input.human_words:q} --spoken-captions {input.spoken_captions:q}"
            " --logmel {input.logmel:q} --heard-out {output.heard:q} --told-out {output.told:q}"
            " --threads 1 2>&1 | tee {log:q}"

    rule human_ranks:
        """Rank the human words of an experiment and seed, and the same words by the captions' talkers."""
        input:
            images=of_each(
                "{fold}embedding/{experiment}/{system}/{seed}/images.parquet"
            ),
            words=of_each("{fold}embedding/{experiment}/{system}/{seed}/words.parquet"),
            human=of_each(
                "{fold}human/embedding/{experiment}/{system}/{seed}/words.parquet"
            ),
            human_words=at("{fold}human/words.parquet"),
            spoken_captions=at("{fold}matching/spoken_captions.parquet"),
            pictures=at("{fold}pictures/images.parquet"),
            listed=listed("pictures", "speech"),
        output:
            ranks=of_each("{fold}human/ranks/{experiment}/{system}/{seed}.parquet"),
        log:
            at("{fold}logs/human_ranks/{experiment}/{seed}.log"),
        benchmark:
            at("{fold}benchmarks/human_ranks/{experiment}/{seed}.tsv")
        conda:
            "../../envs/seesay.yaml"
        threads: 1
        resources:
            mem_mb=scaled(2500),
            disk_mb=100,
            runtime=30,
            gpu=0,
        params:
            *stamp("human_ranks"),
            systems=",".join(SYSTEMS),
            # A constant, so that a laptop and a cluster compute the same bits.
            threads=1,
        message:
            "Ranking human words of {wildcards.fold}{wildcards.experiment}, seed {wildcards.seed}"
        shell:
            'python "$SCRIPTS/human_ranks.py" --images {input.images:q} --words {input.words:q}'
            " --human {input.human:q} --human-words {input.human_words:q}"
            " --spoken-captions {input.spoken_captions:q} --pictures {input.pictures:q}"
            " --ranks {output.ranks:q} --experiment {wildcards.experiment:q}"
            " --systems {params.systems} --seed {wildcards.seed:q}"
            " --threads {params.threads} 2>&1 | tee {log:q}"
