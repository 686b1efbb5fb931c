# The two commands: `make report` and `make test`. Both set up everything that they need.
# `make test SYSTEM=1` installs Debian's packages of SYSTEM_PACKAGES first; without them the tests
# that need them skip, saying so.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CORES ?= all
SUDO = $(shell [ "$$(id -u)" = 0 ] || echo sudo)
# Slurm for the tests of clusters, Chromium for those of the report, synthesisers beside eSpeak NG,
# R with lme4 for the mixed models of docs/
SYSTEM_PACKAGES := slurmctld slurmd slurm-client munge chromium \
	flite festival festvox-kallpc16k festvox-kdlpc16k festvox-us-slt-hts r-base-core r-cran-lme4

.PHONY: report test system check bench schema docs clean
report: $(READY)
	PATH="$(CURDIR)/$(BIN):$$PATH" snakemake --cores $(CORES) results/report.html

test: check $(if $(SYSTEM),system)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder --durations=25

system:
	@dpkg -s $(SYSTEM_PACKAGES) > /dev/null 2>&1 || { \
		$(SUDO) apt-get -qq update && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get -qq \
		install -y --no-install-recommends $(SYSTEM_PACKAGES) > /dev/null; } \
		|| { echo "error: SYSTEM=1 wants apt-get, and root or sudo, to install" \
		"$(SYSTEM_PACKAGES); install these by hand, or leave SYSTEM=1 out"; exit 1; }

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile workflow/Snakefile workflow/rules
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache > /dev/null || $(BIN)/lint-imports --no-cache
	PATH="$(CURDIR)/$(BIN):$$PATH" snakemake --lint

bench: $(READY)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python benchmarks/run.py

# The pages and the docstrings as a site; its search needs no network.
docs: $(READY)
	$(BIN)/python -m sphinx -q -W --keep-going -c docs -d site/.doctrees . site
	cp site/README.html site/index.html

schema: $(READY)
	$(BIN)/python -c "from seesay.planning.config import schema; print(schema(), end='')" > config/schema.json
	$(BIN)/python docs/tasks.py
	$(BIN)/python docs/choices.py

$(READY): envs/requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "error: $(PYTHON) is older than 3.11; set PYTHON=python3.11 or newer"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "error: $(PYTHON) has no venv; on Debian: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r envs/requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $(READY)

clean:
	rm -rf results site .snakemake .pytest_cache .mypy_cache .ruff_cache
