"""alignment: word times for speech with transcripts but no times, if the config has the section.

Inputs: recordings, their transcripts, and the user's dictionary; with alignment.corpora also the
captions, which recordings may say.
Outputs: <results>/alignment/speech in the layout of a reader, with links to the recordings, and
the rejects. One job shares the utterances out among processes, as many as it has threads: a core
aligns an hour in about a minute, so 16 do a hundred hours in seven, and shards would gain little
for a checkpoint and a rule that joins them.
"""

if CONFIG.alignment is not None:

    rule alignment:
        """Find the times of each word of the transcripts."""
        input:
            sources=alignment_sources,
            captions=alignment_captions,
        output:
            speech=directory(at("alignment/speech")),
            rejects=at("alignment/rejects.parquet"),
        log:
            at("logs/alignment.log"),
        benchmark:
            at("benchmarks/alignment.tsv")
        conda:
            "../../envs/seesay.yaml"
        threads: 16
        resources:
            mem_mb=scaled(6000),
            disk_mb=1000,
            runtime=240,
            gpu=0,
        params:
            *stamp("alignment", *alignment_readers()),
            *compared("alignment", settings("alignment")),
            settings=passed(settings("alignment")),
        message:
            "Aligning speech with its transcripts"
        shell:
            'python "$SCRIPTS/alignment.py" --speech {output.speech:q}'
            " --rejects {output.rejects:q} --captions {input.captions:q} --jobs {threads}"
            " --settings {params.settings:q} 2>&1 | tee {log:q}"
