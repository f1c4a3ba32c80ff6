# Two commands on a fresh machine: `make demo` and `make test`. Everything lives in .venv; nothing else is touched.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
INPUT  ?= sample_images
OUTPUT ?= demo-out

.DEFAULT_GOAL := help
.PHONY: help install develop demo quick test test-shared test-ray coverage check check-install release-check format lock \
        bench train clean

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

NO_PYTHON = there is no $(PYTHON) here: install Python 3.10 to 3.13, or name it: make PYTHON=...
MAKE_ENVIRONMENT = command -v $(PYTHON) >/dev/null || { echo "movenet-cli: $(NO_PYTHON)" >&2; exit 1; }; \
  $(PYTHON) scripts/make_environment.py

install: $(VENV)/.installed  ## set up .venv with what running needs, as locked

develop: $(VENV)/.developing  ## set up .venv with what developing needs, too

$(VENV)/.installed: requirements.lock requirements-build.lock pyproject.toml scripts/make_environment.py
	@$(MAKE_ENVIRONMENT) $(VENV) requirements.lock requirements-build.lock
	@touch $@

$(VENV)/.developing: requirements-dev.lock pyproject.toml scripts/make_environment.py
	@$(MAKE_ENVIRONMENT) $(VENV) requirements-dev.lock
	@touch $@ $(VENV)/.installed

demo: install  ## annotate sample_images and say where the keypoints and overlays are
	$(BIN)/movenet annotate $(INPUT) --model mini --format json,csv,coco --overlay --output $(OUTPUT)
	$(BIN)/movenet annotate $(INPUT) --model mini-multi --format json,csv,coco --overlay --output $(OUTPUT)-people
	@echo
	@echo "keypoints: $(OUTPUT)/keypoints/   (one JSON and one CSV per input)"
	@echo "COCO:      $(OUTPUT)/coco.json"
	@echo "overlays:  $(OUTPUT)/overlay/     (look here first)"
	@echo "everybody: $(OUTPUT)-people/      (the same with up to six people an image)"

# One more than cores: many tests wait for processes of their own.
TEST_JOBS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')

quick: develop  ## the quick tests, to run while working
	$(BIN)/python -m pytest -q -n $(TEST_JOBS) --dist worksteal -m "not slow and not shared"

test: develop  ## set up, then run all tests
	$(BIN)/python -m pytest -q -n $(TEST_JOBS) --dist worksteal

test-shared: develop  ## only the tests with official models or real media in ../shared
	$(BIN)/python -m pytest -q -n $(TEST_JOBS) --dist worksteal -m shared

test-ray: develop  ## the tests on a Ray cluster of two nodes, for which Ray is added to .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
	  -r requirements-ray.lock
	$(BIN)/python -m pytest -q tests/end_to_end/test_ray.py

coverage: develop  ## the tests again, one after the other, and what they cover
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered

check: develop  ## look at format, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

check-install: develop  ## install afresh with the oldest and the newest Python, from the lock and without it
	$(BIN)/python scripts/check_install.py

release-check: develop  ## install with every Python; build what is published, and try it in environments of its own
	$(BIN)/python scripts/check_install.py --all
	$(BIN)/python scripts/check_release.py

format: develop  ## format and fix what can be fixed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Wheels only: a package that had to be built would bring in build tools that nothing pins.
LOCK := --universal --python-version 3.10 --generate-hashes --no-strip-extras --only-binary :all: \
        --no-emit-index-url --no-header --quiet

lock: develop  ## resolve the dependencies afresh for Python 3.10 to 3.13
	$(BIN)/uv pip compile $(LOCK) --upgrade -c requirements.constraints pyproject.toml --group dev \
	  -o requirements-dev.lock
	$(BIN)/uv pip compile $(LOCK) -c requirements-dev.lock pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile $(LOCK) -c requirements-dev.lock --group build -o requirements-build.lock
	$(BIN)/uv pip compile $(LOCK) -c requirements-dev.lock pyproject.toml --extra ray -o requirements-ray.lock

bench: develop  ## frames per second next to the tutorial loop and to the machine's limit
	$(BIN)/python -m benchmarks

train: develop  ## reproduce the mini model: people, teacher labels, training, export (see training/README.md)
	$(MAKE) -C training PYTHON=$(PYTHON)

clean:  ## remove what the other targets made
	rm -rf $(VENV) $(OUTPUT) bench-out build dist .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
