"""synthesis: generated speech, if the config has the section `synthesis`.

Inputs: the captions or their content words, and the files of an engine that needs some.
Outputs: <results>/synthesis/speech in the layout of a reader, and rejects.parquet: words not
spoken.
"""

if CONFIG.synthesis is not None:

    english = CONFIG.synthesis.language == "en"
    SPEAKING = "synthesis" if english else "synthesis_language"

    rule synthesis:
        """Let the talkers speak."""
        input:
            captions=at(chosen(CONFIG.synthesis, "script").reads),
            engines=engine_files,
            listed=listed("pictures"),
        output:
            speech=directory(at("synthesis/speech")),
            rejects=at("synthesis/rejects.parquet"),
        log:
            at("logs/synthesis.log"),
        benchmark:
            at("benchmarks/synthesis.tsv")
        conda:
            "../../envs/seesay.yaml"
        threads: 4
        resources:
            mem_mb=scaled(2000),
            disk_mb=4000,
            runtime=60,
            gpu=0,
        params:
            *stamp(SPEAKING),
            *compared("synthesis", settings("synthesis")),
            settings=passed(settings("synthesis")),
        message:
            "Speaking"
        shell:
            f'python "$SCRIPTS/{SPEAKING}.py"'
            " --captions {input.captions:q}"
            " --speech {output.speech:q} --rejects {output.rejects:q} --jobs {threads}"
            " --settings {params.settings:q} 2>&1 | tee {log:q}"
