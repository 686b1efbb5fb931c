"""items: one row a query, for your own statistics (docs/items.md); only on demand.

Inputs: the ranks of every experiment, the words said of each picture, regions, human words.
Outputs: <results>/items.tsv and items.md, its codebook, from
<results>/items/{experiment}.parquet.
"""


rule items:
    """List the queries of an experiment, with picture, words, talker and rank."""
    input:
        ranks=items_of("evaluation/{experiment}/{system}/{seed}/ranks.parquet"),
        grounding=(
            items_of("grounding/{experiment}/{system}/{seed}.parquet")
            if GROUNDED
            else []
        ),
        human_ranks=items_human,
        images=of_folds("pictures/images.parquet"),
        spoken_captions=of_folds("matching/spoken_captions.parquet"),
        replacements=of_folds("matching/replacements.parquet"),
        human_words=(of_folds("human/words.parquet") if CONFIG.evaluation.human else []),
        caption_words=at("words/caption_words.parquet"),
        regions=items_regions,
        listed=listed("pictures", "speech"),
    output:
        table=at("items/{experiment}.parquet"),
    log:
        at("logs/items/{experiment}.log"),
    benchmark:
        at("benchmarks/items/{experiment}.tsv")
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=scaled(1500),
        disk_mb=1000,
        runtime=30,
        gpu=0,
    params:
        *stamp("items"),
        synthetic=int(CONFIG.synthesis is not None),
    message:
        "Listing the queries of {wildcards.experiment}"
    shell:
        'python "$SCRIPTS/items.py" --ranks {input.ranks:q} --grounding {input.grounding:q}'
        " --human-ranks {input.human_ranks:q} --images {input.images:q}"
        " --spoken-captions {input.spoken_captions:q} --replacements {input.replacements:q}"
        " --human-words {input.human_words:q} --caption-words {input.caption_words:q}"
        " --regions {input.regions:q} --items {output.table:q}"
        " --synthetic {params.synthetic} 2>&1 | tee {log:q}"


rule items_tsv:
    """Write the queries of all experiments as text, and the codebook of the columns."""
    input:
        tables=expand(at("items/{experiment}.parquet"), experiment=MEASURED),
    output:
        tsv=at("items.tsv"),
        codebook=at("items.md"),
    log:
        at("logs/items_tsv.log"),
    benchmark:
        at("benchmarks/items_tsv.tsv")
    localrule: True
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=scaled(500),
        disk_mb=1000,
        runtime=10,
        gpu=0,
    params:
        *stamp("items_tsv"),
    message:
        "Writing the queries as text"
    shell:
        'python "$SCRIPTS/items_tsv.py" --items {input.tables:q} --tsv {output.tsv:q}'
        " --codebook {output.codebook:q} 2>&1 | tee {log:q}"
