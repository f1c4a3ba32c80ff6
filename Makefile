# Two commands on a fresh machine: `make demo` and `make test`. Everything lives in .venv; nothing else is touched.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
INPUT  ?= sample_images
OUTPUT ?= demo-out

.DEFAULT_GOAL := help
.PHONY: help install demo test check format lock bench train clean

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(VENV)/.installed  ## set up .venv with the locked dependencies

$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: install  ## annotate sample_images and say where the keypoints and overlays are
	$(BIN)/movenet annotate $(INPUT) --model mini --format json,csv,coco --overlay --output $(OUTPUT)
	@echo
	@echo "keypoints: $(OUTPUT)/keypoints/   (one JSON and one CSV per input)"
	@echo "COCO:      $(OUTPUT)/coco.json"
	@echo "overlays:  $(OUTPUT)/overlay/     (look here first)"

test: install  ## set up, then run the tests
	$(BIN)/python -m pytest

check: install  ## exactly what CI runs: format, lint, types, tests with coverage
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered

format: install  ## format and fix what can be fixed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: install  ## resolve the dependencies afresh for Python 3.10 to 3.13
	$(BIN)/uv pip compile --universal --python-version 3.10 --group dev --generate-hashes --no-header \
	  --no-emit-index-url --upgrade --quiet pyproject.toml -o requirements.lock

bench: install  ## frames per second next to the tutorial loop and to the machine's limit
	$(BIN)/python -m benchmarks

train: install  ## reproduce the mini model: people, teacher labels, training, export (see training/README.md)
	$(MAKE) -C training PYTHON=$(PYTHON)

clean:  ## remove what the other targets made
	rm -rf $(VENV) $(OUTPUT) bench-out build dist .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
