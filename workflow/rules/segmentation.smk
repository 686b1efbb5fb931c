"""segmentation: the tokens of spoken captions, found without word times.

Inputs: the recordings, and for labels the spoken words; for a method that learns from pictures
also these and their features.
Outputs: <results>/segmentation/ with segments, spoken_words (the segments with their labels),
rejects, and one token manifest a shard, which later stages read in place of those of the stage
speech. The rules exist only if segmentation.method finds tokens. It is a checkpoint, as speech
is: new segments in one recording rerun only its own shard.
"""

if FINDS:

    checkpoint segmentation:
        """Find the tokens of every recording."""
        input:
            recordings=at("speech/recordings.parquet"),
            spoken_words=at("speech/spoken_words.parquet"),
            pictures=segmentation_pictures,
            fc7=segmentation_fc7,
            listed=segmentation_lists,
        output:
            segments=at("segmentation/segments.parquet"),
            words=at("segmentation/spoken_words.parquet"),
            rejects=at("segmentation/rejects.parquet"),
            manifests=expand(at("segmentation/shards/{shard}.parquet"), shard=SHARDS),
        log:
            at("logs/segmentation.log"),
        benchmark:
            at("benchmarks/segmentation.tsv")
        conda:
            "../../envs/seesay.yaml"
        threads: 1
        resources:
            mem_mb=segmentation_memory,
            disk_mb=1000,
            runtime=1440,
            gpu=0,
        params:
            *stamp("segmentation"),
            *compared("segmentation", settings("segmentation")),
            settings=passed(settings("segmentation")),
        message:
            "Finding the tokens of the recordings"
        shell:
            'python "$SCRIPTS/segmentation.py" --recordings {input.recordings:q}'
            " --spoken-words {input.spoken_words:q} --pictures {input.pictures:q}"
            " --fc7 {input.fc7:q} --segments {output.segments:q} --words {output.words:q}"
            " --rejects {output.rejects:q} --manifests {output.manifests:q}"
            " --settings {params.settings:q} 2>&1 | tee {log:q}"
