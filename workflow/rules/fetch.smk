"""fetch: downloads, only when `snakemake fetch` asks for them.

Inputs: none, and no other stage needs this one.
Outputs: torchvision's weights in torch hub's checkpoint folder, and Pascal1K in the folder of its
corpus. The rule has no output and no benchmark (which would count as one), so it checks for the
files whenever it is asked for.
"""


rule fetch:
    """Download the weights and the pictures that the config names."""
    log:
        at("logs/fetch.log"),
    # Compute nodes seldom have a network.
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
