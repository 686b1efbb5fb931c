"""human: words that people say, as a second test (evaluation.human).

Inputs: every file of those corpora, and the captions' words and speech.
Outputs: <results>/human/ with words, rejects and manifest, and logmel/{variant}words.parquet. The
rule exists only if the config names a corpus.
"""

if CONFIG.evaluation.human:

    rule human:
        """Read the corpora of human words, and keep the words of the captions' speech."""
        input:
            sources=human_sources,
            images=at("{fold}pictures/images.parquet"),
            caption_words=at("words/caption_words.parquet"),
            spoken_captions=at("{fold}matching/spoken_captions.parquet"),
            recordings=at("speech/recordings.parquet"),
            spoken_words=TOKENS,
        output:
            words=at("{fold}human/words.parquet"),
            rejects=at("{fold}human/rejects.parquet"),
            manifest=at("{fold}human/manifest.parquet"),
        log:
            at("{fold}logs/human.log"),
        benchmark:
            at("{fold}benchmarks/human.tsv")
        conda:
            "../../envs/seesay.yaml"
        threads: 1
        resources:
            mem_mb=scaled(1500),
            disk_mb=1000,
            runtime=30,
            gpu=0,
        params:
            *corpora_stamp("human"),
            *compared("human", settings("human")),
            settings=passed(settings("human")),
        message:
            "Reading the human words"
        shell:
            'python "$SCRIPTS/human.py" --images {input.images:q}'
            " --caption-words {input.caption_words:q} --spoken-captions {input.spoken_captions:q}"
            " --recordings {input.recordings:q} --spoken-words {input.spoken_words:q}"
            " --words {output.words:q} --rejects {output.rejects:q} --manifest {output.manifest:q}"
            " --settings {params.settings:q} 2>&1 | tee {log:q}"

    rule human_logmel:
        """Compute the log-Mel vectors of the human words."""
        input:
            manifest=at("{fold}human/manifest.parquet"),
            model=logmel_model,
        output:
            logmel=at("{fold}human/logmel/{variant}words.parquet"),
            rejects=at("{fold}human/logmel/{variant}rejects.parquet"),
        log:
            at("{fold}logs/human_logmel/{variant}words.log"),
        benchmark:
            at("{fold}benchmarks/human_logmel/{variant}words.tsv")
        conda:
            "../../envs/seesay.yaml"
        threads: 1
        resources:
            mem_mb=logmel_memory,
            disk_mb=1000,
            runtime=60,
            gpu=0,
        params:
            *stamp("logmel"),
            *compared("logmel", variant_settings("logmel")),
            *variant_code("logmel"),
            settings=passed(variant_settings("logmel")),
        message:
            "Computing log-Mel vectors of human words {wildcards.variant}"
        shell:
            'python "$SCRIPTS/logmel.py" --manifest {input.manifest:q}'
            " --logmel {output.logmel:q} --rejects {output.rejects:q}"
            " --settings {params.settings:q} 2>&1 | tee {log:q}"
