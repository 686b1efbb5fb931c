"""words: content words of the captions, and word types of the speech.

Inputs: the captions; the spoken words.
Outputs: <results>/words/ with caption_words, its rejects, spoken_types, and spoken_tags of every
token.
"""

# Captions in other languages have other taggers.
WORDS = "words" if CONFIG.words.english else "words_language"
SPOKEN_TYPES = "spoken_types" if CONFIG.words.english else "spoken_types_language"


rule words:
    """Tag the captions and keep their content words."""
    input:
        captions=at("pictures/captions.parquet"),
        table=words_table,
    output:
        caption_words=at("words/caption_words.parquet"),
        rejects=at("words/rejects.parquet"),
    log:
        at("logs/words.log"),
    benchmark:
        at("benchmarks/words.tsv")
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=scaled(1500),
        disk_mb=1000,
        runtime=30,
        gpu=0,
    params:
        *stamp(WORDS),
        *compared("words", settings("words")),
        settings=passed(settings("words")),
    message:
        "Extracting the captions' content words"
    shell:
        f'python "$SCRIPTS/{WORDS}.py"'
        " --captions {input.captions:q}"
        " --caption-words {output.caption_words:q} --rejects {output.rejects:q}"
        " --settings {params.settings:q} 2>&1 | tee {log:q}"


rule spoken_types:
    """Tag the speech and count its word types."""
    input:
        spoken_words=TOKENS,
        table=words_table,
    output:
        spoken_types=at("words/spoken_types.parquet"),
        spoken_tags=at("words/spoken_tags.parquet"),
    log:
        at("logs/spoken_types.log"),
    benchmark:
        at("benchmarks/spoken_types.tsv")
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=scaled(1500),
        disk_mb=1000,
        runtime=30,
        gpu=0,
    params:
        *stamp(SPOKEN_TYPES),
        *compared("words", settings("words")),
        settings=passed(settings("words")),
    message:
        "Tagging the speech"
    shell:
        f'python "$SCRIPTS/{SPOKEN_TYPES}.py"'
        " --spoken-words {input.spoken_words:q}"
        " --spoken-types {output.spoken_types:q} --spoken-tags {output.spoken_tags:q}"
        " --settings {params.settings:q} 2>&1 | tee {log:q}"
