"""segmentation_scores: the found segments beside the words that are said.

Inputs: the segments, the true words and the recordings of test pictures; segments of other methods
(segmentation_controls); and the phones that synthetic talkers say, where they tell them (phones).
Outputs: <results>/segmentation/scores.parquet and scores.tsv; controls/ with the other methods'
segments of the test recordings; phones.parquet. The rules exist only if segmentation.method finds
tokens, so that they rerun nothing where it does not.
"""

if FINDS:

    rule segmentation_controls:
        """Find the segments of test recordings by other methods."""
        input:
            recordings=at("speech/recordings.parquet"),
            images=of_folds("pictures/images.parquet"),
            listed=listed("pictures"),
        output:
            controls=expand(at("segmentation/controls/{method}.parquet"), method=BESIDE),
        log:
            at("logs/segmentation_controls.log"),
        benchmark:
            at("benchmarks/segmentation_controls.tsv")
        conda:
            "../../envs/seesay.yaml"
        threads: 1
        resources:
            mem_mb=scaled(1500),
            disk_mb=1000,
            runtime=600,
            gpu=0,
        params:
            *beside_stamp(),
            *compared("segmentation", beside_settings()),
            settings=passed(settings("segmentation")),
        message:
            "Finding segments by other methods"
        shell:
            'python "$SCRIPTS/segmentation_controls.py" --recordings {input.recordings:q}'
            " --images {input.images:q} --controls {output.controls:q}"
            " --settings {params.settings:q} 2>&1 | tee {log:q}"

    rule segmentation_scores:
        """Score the segments with a tolerance in time, and by phones."""
        input:
            segments=at("segmentation/segments.parquet"),
            recordings=at("speech/recordings.parquet"),
            spoken_words=at("speech/spoken_words.parquet"),
            images=of_folds("pictures/images.parquet"),
            phones=phone_tables(),
            controls=rules.segmentation_controls.output.controls,
            listed=listed("pictures"),
        output:
            scores=at("segmentation/scores.parquet"),
            listed=at("segmentation/scores.tsv"),
        log:
            at("logs/segmentation_scores.log"),
        benchmark:
            at("benchmarks/segmentation_scores.tsv")
        conda:
            "../../envs/seesay.yaml"
        threads: 1
        resources:
            mem_mb=scaled(2000),
            disk_mb=1000,
            runtime=120,
            gpu=0,
        params:
            *stamp("segmentation_scores"),
            *compared("metrics", settings("metrics")),
            settings=passed(settings("metrics")),
            method=CONFIG.segmentation.method,
        message:
            "Scoring the segments"
        shell:
            'python "$SCRIPTS/segmentation_scores.py" --segments {input.segments:q}'
            " --recordings {input.recordings:q} --spoken-words {input.spoken_words:q}"
            " --images {input.images:q} --phones {input.phones:q} --controls {input.controls:q}"
            " --scores {output.scores:q} --listed {output.listed:q}"
            " --settings {params.settings:q} --method {params.method:q} 2>&1 | tee {log:q}"


if PHONES_TOLD:

    rule phones:
        """Let the talkers tell the phones of their recordings."""
        input:
            captions=at(chosen(CONFIG.synthesis, "script").reads),
            speech=at("synthesis/speech"),
            recordings=at("speech/recordings.parquet"),
            listed=listed("pictures"),
        output:
            phones=at("segmentation/phones.parquet"),
        log:
            at("logs/phones.log"),
        benchmark:
            at("benchmarks/phones.tsv")
        conda:
            "../../envs/seesay.yaml"
        threads: 4
        resources:
            mem_mb=scaled(2000),
            disk_mb=1000,
            runtime=60,
            gpu=0,
        params:
            *stamp("phones"),
            *compared("synthesis", settings("synthesis")),
            settings=passed(settings("synthesis")),
        message:
            "Telling the phones of synthetic speech"
        shell:
            'python "$SCRIPTS/phones.py" --captions {input.captions:q} --speech {input.speech:q}'
            " --recordings {input.recordings:q} --phones {output.phones:q} --jobs {threads}"
            " --settings {params.settings:q} 2>&1 | tee {log:q}"
