"""frequency: the control that ranks by frequency in the training captions and ignores the query.

Inputs: the pictures' splits, the spoken captions, the keys of fc7 and log-Mel shards.
Outputs: <results>/embedding/{experiment}/frequency/{seed}/images.parquet and words.parquet, the
same for every seed; the table of metrics needs all of them.
"""


rule frequency:
    """Embed every token by its word's frequency, and every fragment at one point."""
    input:
        images=at("{fold}pictures/images.parquet"),
        spoken_captions=at("{fold}matching/spoken_captions.parquet"),
        fc7=experiment_tables("fc7"),
        logmel=experiment_tables("logmel"),
        listed=listed("pictures", "speech"),
    output:
        images=at("{fold}embedding/{experiment}/frequency/{seed}/images.parquet"),
        words=at("{fold}embedding/{experiment}/frequency/{seed}/words.parquet"),
    log:
        at("{fold}logs/frequency/{experiment}/{seed}.log"),
    benchmark:
        at("{fold}benchmarks/frequency/{experiment}/{seed}.tsv")
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=scaled(1500),
        disk_mb=1000,
        runtime=30,
        gpu=0,
    params:
        *stamp("frequency"),
    message:
        "Counting words for {wildcards.fold}{wildcards.experiment}, seed {wildcards.seed}"
    shell:
        'python "$SCRIPTS/frequency.py" --pictures {input.images:q}'
        " --spoken-captions {input.spoken_captions:q} --fc7 {input.fc7:q}"
        " --logmel {input.logmel:q} --image-embeddings {output.images:q}"
        " --word-embeddings {output.words:q} 2>&1 | tee {log:q}"
