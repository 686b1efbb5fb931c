#!/usr/bin/env bash
# Snakemake's format `:q`, which quotes a value for the shell, writes an empty text as nothing.
# snakemake 9.27.1. A rule passes two options to a command, `--first {params.first:q} --second ...`,
# and quotes both, as the documentation advises for values of any content.
#
# Guess before it was run: an empty text comes out as '', as from Python's shlex.quote, and the
# command gets four arguments.
# Seen: nothing comes out, so the command gets three, and `--second` becomes the value of `--first`.
# An empty text in a list disappears likewise; a text of one space is quoted.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
"env/bin/pip" install --quiet snakemake==9.27.1
cat > Snakefile <<'SNAKE'
rule all:
    output:
        "seen.txt",
    params:
        first="",
        second="x",
        several=["a", "", "b"],
        space=" ",
    shell:
        "for argument in --first {params.first:q} --second {params.second:q}; do"
        " echo \"<$argument>\"; done > {output};"
        " for argument in {params.several:q} {params.space:q}; do"
        " echo \"<$argument>\"; done >> {output}"
SNAKE
env/bin/snakemake --quiet all --cores 1 2> log.txt || { cat log.txt; exit 1; }
seen=$(tr '\n' ' ' < seen.txt)
echo "snakemake $(env/bin/snakemake --version): $seen"
[ "$seen" = "<--first> <--second> <x> <a> <b> < > " ]
