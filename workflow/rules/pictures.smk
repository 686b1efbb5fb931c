"""pictures: the captioned pictures.

Comes in: every file of the corpus, or the folder that the rule scenes wrote.
Goes out: <results>/pictures/ with images, captions, rejects, and one manifest a shard. A
checkpoint, so that a new picture reruns its own shard only.
"""


def pictures_corpus():
    """The folder of the pictures."""
    return CONFIG.pictures.path or at("scenes/pictures")


def pictures_sources(wildcards):
    """Every file of the corpus of pictures, or the generated folder."""
    if CONFIG.scenes is not None:
        return [pictures_corpus()]
    return corpus_files(CONFIG.pictures.reader, CONFIG.pictures.path)


def pictures_manifest(wildcards):
    """The manifest of a shard, once the corpus has been listed."""
    return checkpoints.pictures.get().output.manifests[int(wildcards.shard)]


checkpoint pictures:
    """Read the corpus of pictures and list the pictures of every shard."""
    input:
        sources=pictures_sources,
    output:
        images=at("pictures/images.parquet"),
        captions=at("pictures/captions.parquet"),
        rejects=at("pictures/rejects.parquet"),
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
        runtime=60,
    params:
        code=stamp("pictures", CONFIG.pictures.reader),
        settings=settings("pictures"),
        corpus=pictures_corpus(),
    message:
        "Reading the pictures"
    shell:
        "python {SCRIPTS}/pictures.py --corpus {params.corpus:q} --images {output.images:q}"
        " --captions {output.captions:q} --rejects {output.rejects:q}"
        " --manifests {output.manifests:q} --settings {params.settings:q} 2>&1 | tee {log:q}"
