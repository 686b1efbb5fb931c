#!/usr/bin/env bash
# snakemake 9.27.1: the prefix of a module changes input, output and log, and leaves params alone.
#
# Guess before it was run: a path that a rule has both as output and, as a folder, in params is
# prefixed in both, or in neither.
# Seen: the output is moved below the prefix and the param is not, so a rule that passes its folder
# as a param writes beside where its output is looked for. Fails when both or neither have it.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet snakemake==9.27.1
cd "$folder"
mkdir imported
cat > imported/Snakefile <<'RULES'
rule a:
    output: "results/a.txt"
    log: "results/a.log"
    params: folder="results"
    shell: "echo {params.folder} > {output}; echo {output} {log} >> {output}"
RULES
cat > Snakefile <<'RULES'
module imported:
    snakefile: "imported/Snakefile"
    prefix: "below"

use rule * from imported as imported_*

rule all:
    input: "below/results/a.txt"
    default_target: True
RULES
venv/bin/snakemake --cores 1 --quiet all
cat below/results/a.txt
[ "$(cat below/results/a.txt)" = "results
below/results/a.txt below/results/a.log" ]
