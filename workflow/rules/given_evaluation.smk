"""given_evaluation: embeddings that another model has made, ranked as the trained ones are.

Inputs: the files of experiments.NAME.embeddings; the ids that the first trained model embedded,
the pictures' splits, the spoken captions, the spoken words.
Outputs: <results>/evaluation/{experiment}/model/{seed}/ as of the rule evaluation_ranks, and
<results>/grounding/{experiment}/model/{seed}.parquet for composed scenes.
"""


rule given_evaluation:
    """Rank the test queries by given embeddings, in every task and gallery that they can answer."""
    input:
        given_pictures=given_file("pictures"),
        given_words=given_file("words"),
        given_captions=given_file("captions"),
        embedded=[
            at(f"embedding/{EXPERIMENTS[0]}/model/{SEEDS[0]}/{name}")
            for name in ("images.parquet", "words.parquet", "recipe.json")
        ],
        spoken_captions=at("matching/spoken_captions.parquet"),
        pictures=at("pictures/images.parquet"),
        spoken_words=TOKENS,
        places=[at("scenes/things.parquet"), *region_tables()] if GROUNDED else [],
        listed=listed("pictures", "speech"),
    output:
        ranks=at("evaluation/{experiment}/model/{seed}/ranks.parquet"),
        abx=at("evaluation/{experiment}/model/{seed}/abx.parquet"),
        grounding=(
            [at("grounding/{experiment}/model/{seed}.parquet")] if GROUNDED else []
        ),
    log:
        at("logs/evaluation/{experiment}/{seed}.log"),
    benchmark:
        at("benchmarks/evaluation/{experiment}/{seed}.tsv")
    wildcard_constraints:
        experiment="|".join(GIVEN),
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=scaled(1500),
        disk_mb=1000,
        runtime=30,
        gpu=0,
    params:
        *stamp("given_evaluation", *task_modules(CONFIG.evaluation.tasks)),
        *compared("evaluation", settings("evaluation")),
        config=passed(CONFIG.model_dump_json()),
        results=CONFIG.results,
    message:
        "Ranking the given embeddings of {wildcards.experiment}, seed {wildcards.seed}"
    shell:
        'python "$SCRIPTS/given_evaluation.py" --pictures={input.given_pictures:q}'
        " --words={input.given_words:q} --captions={input.given_captions:q}"
        " --results {params.results:q} --ranks {output.ranks:q} --abx {output.abx:q}"
        " --grounding={output.grounding:q} --experiment {wildcards.experiment:q}"
        " --seed {wildcards.seed:q} --config {params.config:q} 2>&1 | tee {log:q}"
