"""listen: words to hear and pictures to see, with what the first seed's model finds.

Inputs: that model's embeddings, captions, words and regions, the log-Mel vectors, and the tables
that name the pictures and recordings (and the files themselves); if the model hears whole captions,
its moments and the word times of the speech.
Outputs: <results>/listen/listen.json, which holds words as MP3 and small pictures, and its
rejects.
"""


rule listen:
    """Cut spoken words and shrink pictures, with each one's nearest items and whether they are right."""
    input:
        images=at(f"embedding/{FIRST}/images.parquet"),
        words=at(f"embedding/{FIRST}/words.parquet"),
        pictures=at("pictures/images.parquet"),
        captions=at("pictures/captions.parquet"),
        caption_words=at("words/caption_words.parquet"),
        replacements=at("matching/replacements.parquet"),
        spoken_captions=at("matching/spoken_captions.parquet"),
        recordings=at("speech/recordings.parquet"),
        spoken_words=TOKENS,
        regions=heard_regions(),
        logmel=heard_logmel(),
        human=heard_people(),
        whole=heard_whole(),
    output:
        listen=at("listen/listen.json"),
        rejects=at("listen/rejects.parquet"),
    log:
        at("logs/listen.log"),
    benchmark:
        at("benchmarks/listen.tsv")
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=scaled(1500),
        disk_mb=500,
        runtime=30,
        gpu=0,
    params:
        *stamp("listen"),
        *heard_code(),
        *compared("listen", settings("listen")),
        settings=passed(settings("listen")),
        experiment=HEARD,
        seed=SEEDS[0],
        # A model's frames cannot be drawn.
        frames=0 if HEARD_LOGMEL.model else HEARD_LOGMEL.frames,
        hop=HEARD_LOGMEL.hop,
        span=HEARD_LOGMEL.span,
        evaluation=heard_pooling(),
    message:
        "Cutting words and pictures for the report"
    shell:
        'python "$SCRIPTS/listen.py" --images {input.images:q} --words {input.words:q}'
        " --pictures {input.pictures:q} --captions {input.captions:q}"
        " --caption-words {input.caption_words:q} --replacements {input.replacements:q}"
        " --spoken-captions {input.spoken_captions:q} --recordings {input.recordings:q}"
        " --spoken-words {input.spoken_words:q} --regions {input.regions:q}"
        " --logmel {input.logmel:q} --human {input.human:q} --whole {input.whole:q}"
        " --out {output.listen:q} --rejects {output.rejects:q}"
        " --experiment {params.experiment:q} --system model --seed {params.seed}"
        " --frames {params.frames} --hop {params.hop} --span {params.span}"
        " --evaluation {params.evaluation:q} --settings {params.settings:q}"
        " 2>&1 | tee {log:q}"
