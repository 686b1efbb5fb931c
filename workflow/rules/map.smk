"""map: spoken words and picture fragments of the shared space, on a plane.

Inputs: the embeddings of the first seed's model, the pictures' splits, the spoken captions.
Outputs: <results>/map/map.parquet, the table `map`.
"""


rule map:
    """Lay out the test split's spoken words and fragments by t-SNE."""
    input:
        images=at(f"embedding/{FIRST}/images.parquet"),
        words=at(f"embedding/{FIRST}/words.parquet"),
        spoken_captions=at("matching/spoken_captions.parquet"),
        pictures=at("pictures/images.parquet"),
        listed=listed("pictures", "speech"),
    output:
        map=at("map/map.parquet"),
    log:
        at("logs/map.log"),
    benchmark:
        at("benchmarks/map.tsv")
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=scaled(2000),
        disk_mb=100,
        runtime=30,
        gpu=0,
    params:
        *stamp("map"),
        *compared("map", settings("map")),
        settings=passed(settings("map")),
    message:
        "Drawing the map of the shared space"
    shell:
        'python "$SCRIPTS/map.py" --images {input.images:q} --words {input.words:q}'
        " --spoken-captions {input.spoken_captions:q} --pictures {input.pictures:q}"
        " --map {output.map:q} --settings {params.settings:q} 2>&1 | tee {log:q}"
