#!/usr/bin/env bash
# snakemake 9.27.1: a local variable called `module` in a function of an included file is refused, and
# the message about it is lost in a second error.
#
# Guess before it was run: `module` is a keyword at the top level of a Snakefile; inside of a Python
# function it is a name like any other, or the message names the line.
# Seen: a statement that begins with `module` is taken for the directive also in a function, and what
# is printed last is a KeyError from Snakemake's own table of lines, which has no entry for an
# included file that was not read to its end. Fails when the function is accepted, or the KeyError is
# gone.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet snakemake==9.27.1
cd "$folder"
cat > common.smk <<'RULES'
def chosen(name):
    module = name
    return module
RULES
cat > Snakefile <<'RULES'
include: "common.smk"

rule all:
    output: "a.txt"
    params: chosen("a")
    shell: "echo {params} > {output}"
RULES
status=0
venv/bin/snakemake --cores 1 --quiet all > said.txt 2>&1 || status=$?
tail -n 3 said.txt
[ "$status" -ne 0 ]
[ "$(grep -c 'SyntaxError: Expected name or colon after module keyword' said.txt)" -ge 1 ]
[ "$(grep -c '^KeyError: 2$' said.txt)" -ge 1 ]
# The same function with another name for its variable.
sed -i 's/module/other/' common.smk
venv/bin/snakemake --cores 1 --quiet all
[ "$(cat a.txt)" = "a" ]
