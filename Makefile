# Two commands matter: `make run` and `make test`. See README.md.
HOST ?= 127.0.0.1
PORT ?= 8501
PYTHON ?= python3
BIN := .venv/bin

.PHONY: install run ingest test bench lock clean

install: .venv/.installed

run: .venv/.installed
	@$(BIN)/kb ingest || [ $$? -ne 2 ]
	@HOST=$(HOST) PORT=$(PORT) $(BIN)/python app.py

ingest: .venv/.installed
	@$(BIN)/kb ingest

test: .venv/.tests-installed
	@sh tests/install-programs.sh
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest

# A short form: a few minutes. All of it: see benchmarks/README.md
CORPUS ?= ../gesetze
bench: .venv/.bench-installed
	@$(BIN)/python -m benchmarks engines --corpus $(CORPUS) --passages 2000,20000 --contenders kb,tantivy,fts5 \
		--queries 100 --rounds 2 --load 2

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 oder neuer wird gebraucht, zum Beispiel: make run PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Bitte das Paket python3-venv installieren: apt install python3-venv" >&2; exit 1; }

.venv/.installed: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Pakete werden eingerichtet …" >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q kb app.py ingest.py # a service may not be allowed to write beside its code
	@touch $@

.venv/.tests-installed: .venv/.installed tests/requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/requirements.lock
	@touch $@

# The peers are not locked: their newest versions are what is worth measuring against
.venv/.bench-installed: .venv/.installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation -e '.[bench]'
	@touch $@

# New versions of everything: needs uv. The lock files name versions and hashes, no index.
LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet --upgrade
lock:
	echo setuptools | $(LOCK) pyproject.toml - -o requirements.lock
	echo setuptools | $(LOCK) pyproject.toml - --extra test -c requirements.lock -o tests/requirements.lock

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache *.egg-info
