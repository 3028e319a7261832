# Two commands do all the set-up: `make run` and `make test`.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test lint golden reports pictures clean

run: .venv/run.stamp
	$(BIN)/supplychain simulate --hbm-cut 20%

test: lint
	$(BIN)/python -m pytest -q --numprocesses auto --dist loadfile

lint: .venv/test.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

# The day printed on the example reports; the same day gives the same bytes.
reports pictures: export SOURCE_DATE_EPOCH ?= 1795564800

reports: .venv/run.stamp
	$(BIN)/supplychain report --quiet --scores --out reports/baseline.html
	$(BIN)/supplychain report --quiet --scores --scenario hbm-cut-20 --out reports/hbm-cut-20.html
	$(BIN)/supplychain report --quiet --scores --scenario taiwan-two-quarters --out reports/taiwan-two-quarters.html
	$(BIN)/supplychain report --quiet --scores --scenario samsung-hbm3e-early --out reports/samsung-hbm3e-early.html

pictures: .venv/test.stamp
	$(BIN)/python docs/pictures.py

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or later is needed; try: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv

.venv/run.stamp: .venv/bin/python setup.cfg pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

.venv/test.stamp: .venv/bin/python setup.cfg pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	touch $@ .venv/run.stamp

golden: .venv/test.stamp
	GOLDEN=write $(BIN)/python -m pytest -q tests/cli/test_golden.py tests/test_notebook.py tests/report/test_words.py

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
