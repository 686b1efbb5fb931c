"""fetch: downloads, when `snakemake fetch` asks for them and never otherwise.

Comes in: nothing from other stages, and no other stage wants anything of this one.
Goes out: torchvision's weights in torch hub's checkpoint folder, and Pascal1K in the folder of
its corpus. The rule has no output and no benchmark, which would count as one, so it looks at what is
there whenever it is asked for.
"""


rule fetch:
    """Fetch the weights and the pictures that the config names and that may be fetched."""
    log:
        at("logs/fetch.log"),
    # Computing nodes seldom have a network.
    localrule: True
    conda:
        "../../envs/seesay.yaml"
    threads: 1
    resources:
        mem_mb=scaled(1500),
        disk_mb=5000,
        runtime=240,
        gpu=0,
    params:
        *stamp("fetch"),
        *compared("fetch", settings("fetch")),
        settings=passed(settings("fetch")),
        networks=",".join(CONFIG.fetched_networks()),
        folder=CONFIG.fetched_folder(),
    message:
        "Fetching weights and pictures"
    shell:
        'python "$SCRIPTS/fetch.py" --networks={params.networks:q} --folder={params.folder:q}'
        " --settings {params.settings:q} 2>&1 | tee {log:q}"
