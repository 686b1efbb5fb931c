"""pictures: the captioned pictures.

Inputs: every file of the corpora, or the folder of the rule scenes.
Outputs: <results>/pictures/ with images, captions, rejects, copies (pairs of two splits that look
the same), and one picture manifest a shard. It is a checkpoint, so a new picture reruns only its
own shard.
"""

# Without speech nothing is said about pictures, and no model is tested on them.
LISTING = "pictures_alone" if lacking(CONFIG) else "pictures"


checkpoint pictures:
    """Read the captioned pictures and list the pictures of every shard."""
    input:
        sources=pictures_sources,
    output:
        images=of_folds("pictures/images.parquet"),
        captions=at("pictures/captions.parquet"),
        rejects=at("pictures/rejects.parquet"),
        copies=at("pictures/copies.parquet"),
        manifests=expand(at("pictures/shards/{shard}.parquet"), shard=SHARDS),
    log:
        at("logs/pictures.log"),
    benchmark:
        at("benchmarks/pictures.tsv")
    conda:
        "../../envs/seesay.yaml"
    threads: 2
    resources:
        mem_mb=scaled(1500),
        disk_mb=1000,
        runtime=60,
        gpu=0,
    params:
        *corpora_stamp("pictures", LISTING),
        *compared("pictures", corpora_settings("pictures")),
        settings=passed(corpora_settings("pictures")),
        shards=CONFIG.shards,
        fragments=fragments_of_split(),
    message:
        "Reading the captioned pictures"
    shell:
        f'python "$SCRIPTS/{LISTING}.py"'
        " --fragments={params.fragments:q}"
        " --images {output.images:q} --captions {output.captions:q}"
        " --rejects {output.rejects:q} --copies {output.copies:q} --manifests {output.manifests:q}"
        " --threads {threads}"
        " --settings {params.settings:q} 2>&1 | tee {log:q}"
