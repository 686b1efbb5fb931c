"""matching: every caption word gets a spoken word, every caption a talker and tokens.

Comes in: the pictures' splits, the content words, the spoken types and tokens.
Goes out: <results>/matching/ with replacements, spoken_captions, and rejects: the captions
that nobody can say.
"""


rule matching:
    """Replace unsaid words and choose the talker and the tokens of every caption."""
    input:
        images=at("pictures/images.parquet"),
        caption_words=at("words/caption_words.parquet"),
        spoken_types=at("words/spoken_types.parquet"),
        spoken_words=at("speech/spoken_words.parquet"),
    output:
        replacements=at("matching/replacements.parquet"),
        spoken_captions=at("matching/spoken_captions.parquet"),
        rejects=at("matching/rejects.parquet"),
    log:
        at("logs/matching.log"),
    benchmark:
        at("benchmarks/matching.tsv")
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=scaled(1500),
        runtime=30,
    params:
        code=stamp("matching"),
        settings=settings("matching"),
    message:
        "Matching captions to spoken tokens"
    shell:
        'python "$SCRIPTS/matching.py" --images {input.images:q}'
        " --caption-words {input.caption_words:q} --spoken-types {input.spoken_types:q}"
        " --spoken-words {input.spoken_words:q} --replacements {output.replacements:q}"
        " --spoken-captions {output.spoken_captions:q} --rejects {output.rejects:q}"
        " --settings {params.settings:q} 2>&1 | tee {log:q}"
