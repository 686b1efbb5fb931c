"""evaluation: the rank of the best relevant item for each test query, and ABX of the test words.

Inputs: the embeddings of an experiment and seed, by system; the pictures' splits, the spoken
captions, the spoken words.
Outputs: <results>/evaluation/{experiment}/{system}/{seed}/ with ranks.parquet, the table `ranks`,
and abx.parquet, the table `abx`.
"""


rule evaluation_ranks:
    """Rank the test queries of every system of an experiment and seed, in every task and gallery."""
    input:
        images=of_each("{fold}embedding/{experiment}/{system}/{seed}/images.parquet"),
        words=of_each("{fold}embedding/{experiment}/{system}/{seed}/words.parquet"),
        spoken_captions=at("{fold}matching/spoken_captions.parquet"),
        pictures=at("{fold}pictures/images.parquet"),
        spoken_words=TOKENS,
        listed=listed("pictures", "speech"),
    output:
        ranks=of_each("{fold}evaluation/{experiment}/{system}/{seed}/ranks.parquet"),
        abx=of_each("{fold}evaluation/{experiment}/{system}/{seed}/abx.parquet"),
    log:
        at("{fold}logs/evaluation/{experiment}/{seed}.log"),
    benchmark:
        at("{fold}benchmarks/evaluation/{experiment}/{seed}.tsv")
    wildcard_constraints:
        experiment=of_unit("word"),
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=scaled(1500),
        disk_mb=1000,
        runtime=30,
        gpu=0,
    params:
        *stamp("evaluation", *task_modules(CONFIG.evaluation.tasks)),
        *compared("evaluation", settings("evaluation")),
        settings=passed(settings("evaluation")),
        systems=",".join(SYSTEMS),
        # A constant, so that a laptop and a cluster compute the same bits.
        threads=1,
    message:
        "Ranking {wildcards.fold}{wildcards.experiment}, seed {wildcards.seed}"
    shell:
        'python "$SCRIPTS/evaluation.py" --images {input.images:q} --words {input.words:q}'
        " --spoken-captions {input.spoken_captions:q} --pictures {input.pictures:q}"
        " --spoken-words {input.spoken_words:q}"
        " --ranks {output.ranks:q} --abx {output.abx:q} --experiment {wildcards.experiment:q}"
        " --systems {params.systems} --seed {wildcards.seed:q}"
        " --threads {params.threads} --settings {params.settings:q} 2>&1 | tee {log:q}"
