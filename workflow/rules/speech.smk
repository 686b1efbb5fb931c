"""speech: the word-aligned speech corpora.

Inputs: every file of the corpora, or the folder of the rule synthesis.
Outputs: <results>/speech/ with recordings, spoken_words, rejects, and one token manifest a shard.
It is a checkpoint, so a new recording reruns only its own shard.
"""


checkpoint speech:
    """Read the speech corpora and list the tokens of every shard."""
    input:
        sources=speech_sources,
    output:
        recordings=at("speech/recordings.parquet"),
        spoken_words=at("speech/spoken_words.parquet"),
        rejects=at("speech/rejects.parquet"),
        manifests=expand(at("speech/shards/{shard}.parquet"), shard=SHARDS),
    log:
        at("logs/speech.log"),
    benchmark:
        at("benchmarks/speech.tsv")
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=scaled(1500),
        disk_mb=1000,
        runtime=60,
        gpu=0,
    params:
        *corpora_stamp("speech"),
        *compared("speech", corpora_settings("speech")),
        settings=passed(corpora_settings("speech")),
        shards=CONFIG.shards,
    message:
        "Reading the speech corpora"
    shell:
        'python "$SCRIPTS/speech.py"'
        " --recordings {output.recordings:q} --spoken-words {output.spoken_words:q}"
        " --rejects {output.rejects:q} --manifests {output.manifests:q}"
        " --settings {params.settings:q} 2>&1 | tee {log:q}"
