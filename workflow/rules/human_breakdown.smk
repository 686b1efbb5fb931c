"""human_breakdown: results on human words by talker and training (evaluation.human).

Inputs: the ranks of the human words, their talkers, and the words that training hears.
Outputs: <results>/human/groups.parquet, the table `breakdown_groups` by source.
"""

if CONFIG.evaluation.human:

    rule human_breakdown:
        """R@10 and median rank of human words by talker and by pairs in training."""
        input:
            ranks=human_ranks(),
            images=of_folds("pictures/images.parquet"),
            spoken_captions=of_folds("matching/spoken_captions.parquet"),
            human_words=of_folds("human/words.parquet"),
            listed=listed("speech"),
        output:
            groups=at("human/groups.parquet"),
        log:
            at("logs/human_breakdown.log"),
        benchmark:
            at("benchmarks/human_breakdown.tsv")
        conda:
            "../../envs/seesay.yaml"
        threads: 1
        resources:
            mem_mb=scaled(1000),
            disk_mb=100,
            runtime=30,
            gpu=0,
        params:
            *stamp("human_breakdown"),
            *compared("metrics", settings("metrics")),
            settings=passed(settings("metrics")),
        message:
            "Parting the ranks of human words by talker and frequency"
        shell:
            'python "$SCRIPTS/human_breakdown.py" --ranks {input.ranks:q} --images {input.images:q}'
            " --spoken-captions {input.spoken_captions:q} --human-words {input.human_words:q}"
            " --groups {output.groups:q} --settings {params.settings:q} 2>&1 | tee {log:q}"
