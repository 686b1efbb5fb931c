#!/usr/bin/env bash
# snakemake 9.27.1: --max-jobs-per-timespan N/T keeps the process alive for up to T after its last job.
#
# Guess before it was run: the option limits how many jobs start in a time, and a run of one job ends
# when that job does.
# Seen: one job of no length ends some 12 s later with 100/12s than with 100/1s, after "complete" is
# printed. Fails when the difference is under 8 s.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet snakemake==9.27.1
cd "$folder"
cat > Snakefile <<'RULES'
rule all:
    input: "a.txt"

rule a:
    output: "a.txt"
    shell: "touch {output}"
RULES
seconds() {
    rm -rf a.txt .snakemake
    local start; start=$(date +%s%N)
    venv/bin/snakemake --cores 1 --quiet all --max-jobs-per-timespan "$1" > log.txt 2>&1
    echo $((($(date +%s%N) - start) / 1000000000))
}
short=$(seconds 100/1s); long=$(seconds 100/12s)
echo "seconds of a run of one job: $short with 100/1s, $long with 100/12s"
[ $((long - short)) -ge 8 ]
