"""text: one-hot words for the control that reads instead of hearing, an upper bound.

Inputs: the spoken captions, and the keys of the log-Mel vectors.
Outputs: <results>/text/{experiment}.parquet, in the table of the log-Mel vectors; the rules
training and embedding use it for the system text.
"""


rule text:
    """Write a one-hot vector of its spoken type for every token."""
    input:
        spoken_captions=at("{fold}matching/spoken_captions.parquet"),
        logmel=training_logmel,
        human_words=training_human,
        spoken_words=training_spare,
        listed=listed("pictures", "speech"),
    output:
        words=at("{fold}text/{experiment}.parquet"),
    log:
        at("{fold}logs/text/{experiment}.log"),
    benchmark:
        at("{fold}benchmarks/text/{experiment}.tsv")
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=scaled(1500),
        disk_mb=1000,
        runtime=30,
        gpu=0,
    params:
        *stamp("text"),
        *chosen_code("text"),
    message:
        "Writing the words of {wildcards.experiment}"
    shell:
        'python "$SCRIPTS/text.py" --spoken-captions {input.spoken_captions:q}'
        " --logmel {input.logmel:q}"
        " --human-words {input.human_words:q} --spoken-words {input.spoken_words:q}"
        " --words {output.words:q} 2>&1 | tee {log:q}"
