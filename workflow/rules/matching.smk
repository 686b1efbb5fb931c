"""matching: a spoken word for each caption word, and tokens that say each caption.

Inputs: the pictures' splits, the content words, the spoken tokens and their tags; with
matching.method: spoken also the recordings, which name the captions that they say.
Outputs: <results>/matching/ with replacements, spoken_captions, unsayable and rejects (the
captions that nobody can say, by word and by caption), and quality/: counts of all this.
"""

# Found segments say captions in their own way.
MATCHING = "matching_segments" if FINDS else "matching"


rule matching_fold:
    """Replace unsaid words and choose the talker and the tokens of every caption."""
    input:
        images=at("{fold}pictures/images.parquet"),
        captions=at("pictures/captions.parquet"),
        caption_words=at("words/caption_words.parquet"),
        spoken_tags=at("words/spoken_tags.parquet"),
        spoken_words=TOKENS,
        recordings=spoken_recordings,
    output:
        replacements=at("{fold}matching/replacements.parquet"),
        spoken_captions=at("{fold}matching/spoken_captions.parquet"),
        unsayable=at("{fold}matching/unsayable.parquet"),
        rejects=at("{fold}matching/rejects.parquet"),
    log:
        at("{fold}logs/matching.log"),
    benchmark:
        at("{fold}benchmarks/matching.tsv")
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=scaled(1500),
        disk_mb=1000,
        runtime=30,
        gpu=0,
    params:
        *stamp(MATCHING),
        *compared("matching", settings("matching")),
        settings=passed(settings("matching")),
    message:
        "Matching captions to spoken tokens"
    shell:
        f'python "$SCRIPTS/{MATCHING}.py"'
        " --images {input.images:q}"
        " --captions {input.captions:q}"
        " --caption-words {input.caption_words:q} --spoken-tags {input.spoken_tags:q}"
        " --spoken-words {input.spoken_words:q} --replacements {output.replacements:q}"
        " --spoken-captions {output.spoken_captions:q} --unsayable {output.unsayable:q}"
        " --rejects {output.rejects:q} --recordings {input.recordings:q}"
        " --settings {params.settings:q} 2>&1 | tee {log:q}"


rule matching_quality:
    """Count steps, parts of speech, tokens by word and talker, and durations."""
    input:
        images=at("pictures/images.parquet"),
        caption_words=at("words/caption_words.parquet"),
        spoken_types=at("words/spoken_types.parquet"),
        spoken_tags=at("words/spoken_tags.parquet"),
        spoken_words=TOKENS,
        replacements=at("matching/replacements.parquet"),
        spoken_captions=at("matching/spoken_captions.parquet"),
    output:
        steps=at("matching/quality/steps.parquet"),
        pos=at("matching/quality/pos.parquet"),
        talker_words=at("matching/quality/talker_words.parquet"),
        durations=at("matching/quality/durations.parquet"),
    log:
        at("logs/matching_quality.log"),
    benchmark:
        at("benchmarks/matching_quality.tsv")
    localrule: True
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=scaled(1000),
        disk_mb=1000,
        runtime=10,
        gpu=0,
    params:
        *stamp("matching_quality"),
    message:
        "Counting what came of the matching"
    shell:
        'python "$SCRIPTS/matching_quality.py" --images {input.images:q}'
        " --caption-words {input.caption_words:q} --spoken-types {input.spoken_types:q}"
        " --spoken-tags {input.spoken_tags:q}"
        " --spoken-words {input.spoken_words:q} --replacements {input.replacements:q}"
        " --spoken-captions {input.spoken_captions:q} --steps {output.steps:q}"
        " --pos {output.pos:q} --talker-words {output.talker_words:q}"
        " --durations {output.durations:q} 2>&1 | tee {log:q}"
