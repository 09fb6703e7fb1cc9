# Two commands matter: `make demo` and `make test`. Both need Python >= 3.11 and make, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements/develop.txt
STAMP := $(VENV)/.installed

.PHONY: help install weights demo test lint bench shared-space sounds-space docs samples lock clean

help:
	@echo "make demo     build a small library from sample files and show what it finds"
	@echo "make test     run the whole suite"
	@echo "make install  make $(VENV) with pinned, hash-checked packages"
	@echo "make lint     ruff, mypy, import-linter"
	@echo "make bench    measure speed (results in bench-out/)"
	@echo "             (make bench DATA=DIR adds those that need real files)"
	@echo "make sounds-space  learn the space of sounds again, from made-up sounds (10 minutes)"
	@echo "make shared-space DATA=DIR"
	@echo "             train the space of words and pictures anew (results in training-out/)"
	@echo "make docs     make docs/cli.md, docs/api.md and the table of packages again"
	@echo "make samples  make the sample files of the demo again"
	@echo "make lock     resolve requirements/*.in again (needs uv)"

install: $(STAMP)

$(STAMP): $(LOCK) pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Clerestory needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python's venv module is missing. Debian, Ubuntu: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r $(LOCK)
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $(STAMP)

weights: install
	$(BIN)/clerestory models pull --for-default

demo: weights
	$(BIN)/clerestory models pull sample-photographs
	$(BIN)/clerestory demo --out demo-out

test: weights
	$(BIN)/python -m pytest -n 2

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: weights
	$(BIN)/python -m bench --out bench-out $(if $(DATA),--data $(DATA))

# Kept in training-out/shared-space, so that a run that was stopped goes on.
shared-space: weights
	@test -n "$(DATA)" || { echo "Say where flickr8k is: make shared-space DATA=DIR"; exit 1; }
	$(BIN)/python -m training.shared_space --data $(DATA) --out training-out/shared-space

sounds-space: install
	$(BIN)/python -m training.sounds --out training-out/sounds --choose --install

docs: install
	$(BIN)/python scripts/make_docs.py

samples: install
	$(BIN)/python scripts/make_samples.py

lock:
	for name in runtime develop; do \
	  uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	    --no-annotate --override requirements/overrides.txt -q requirements/$$name.in -o requirements/$$name.txt; \
	done

clean:
	rm -rf $(VENV) demo-out bench-out
