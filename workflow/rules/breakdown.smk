"""breakdown: results by kind of word and of fragment, and word by word.

Inputs: the ranks of every experiment, system and seed; the words said of each picture; regions.
Outputs: <results>/breakdown/groups.parquet, with 95 % intervals, and words.parquet.
"""


rule breakdown:
    """R@10 and median rank by part of speech, frequency, length, talker, size ..."""
    input:
        ranks=of_measured("evaluation/{experiment}/{system}/{seed}/ranks.parquet"),
        images=of_folds("pictures/images.parquet"),
        spoken_captions=of_folds("matching/spoken_captions.parquet"),
        replacements=of_folds("matching/replacements.parquet"),
        caption_words=at("words/caption_words.parquet"),
        regions=region_tables(),
        listed=listed("speech"),
    output:
        groups=at("breakdown/groups.parquet"),
        words=at("breakdown/words.parquet"),
    log:
        at("logs/breakdown.log"),
    benchmark:
        at("benchmarks/breakdown.tsv")
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=scaled(2000),
        disk_mb=1000,
        runtime=30,
        gpu=0,
    params:
        *stamp("breakdown"),
        *compared("metrics", settings("metrics")),
        settings=passed(settings("metrics")),
        boxed=",".join(boxed()),
    message:
        "Parting the ranks by kind of word and of fragment"
    shell:
        'python "$SCRIPTS/breakdown.py" --ranks {input.ranks:q} --images {input.images:q}'
        " --spoken-captions {input.spoken_captions:q} --replacements {input.replacements:q}"
        " --caption-words {input.caption_words:q} --regions {input.regions:q}"
        " --boxed={params.boxed} --groups {output.groups:q} --words {output.words:q}"
        " --settings {params.settings:q} 2>&1 | tee {log:q}"
