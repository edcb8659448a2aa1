# make report   the demonstration as HTML and PDF in out/     make report ANALYSIS=manniskoexploatering   another analysis
# make test     formatting, types, tests                      make bench, make calibration                see README
# Everything is set up in .venv from requirements.lock; only Python 3.11+ with pip is needed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
ANALYSIS ?=
OUT ?= out
ENGINE ?= auto

export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: report test lint bench calibration lock clean

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "evalkit needs Python 3.11 or newer; name one with make PYTHON=…"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

report: $(READY)
	$(BIN)/evalkit report $(ANALYSIS) --out $(OUT) --engine $(ENGINE)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: $(READY) lint
	$(BIN)/pytest -n auto

bench: $(READY)
	$(BIN)/python benchmarks/demonstration.py
	$(BIN)/python -m pip install --quiet --editable '.[bench]'
	$(BIN)/python benchmarks/validation.py
	$(BIN)/python benchmarks/panel.py

# How often tests reject what is true, design by design; the tables of docs/statistics. Hours on two cores.
calibration: $(READY)
	@for script in benchmarks/calibration_*.py; do \
	  echo; echo "== $$script"; OPENBLAS_NUM_THREADS=1 $(BIN)/python $$script || exit 1; done

lock:
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet '.[test]'
	.venv-lock/bin/python -m pip freeze --exclude evalkit > requirements.lock
	rm -r .venv-lock

clean:
	rm -rf $(VENV) out dist build
