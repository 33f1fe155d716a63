# The two commands are `make run` and `make test`. Everything else is here too: `make help` lists it.
SHELL := /bin/sh
PYTHON ?= python3
BOOTSTRAP = $(PYTHON) -I mmsadmin/bootstrap.py
VENV = .venv/bin

.PHONY: help run test fuzz lint bench storm simulate messages lock clean

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## start everything on this machine (PORT=8000 unless you say otherwise)
	@$(BOOTSTRAP) run

test: ## install what the tests need, then run all of them
	@$(BOOTSTRAP) test $(ARGS)

fuzz: ## throw broken files at the decoders (SECONDS=600 unless you say otherwise)
	@$(BOOTSTRAP) fuzz $(SECONDS)

lint: ## ruff, mypy, the floors, the templates
	@$(BOOTSTRAP) lint

bench: ## measure, one JSON object a line (ONLY=name picks rows)
	@$(BOOTSTRAP) bench $(ONLY)

storm: ## kill processes while a run of 5,000 goes, and hold the ledger against the carrier's record (minutes)
	@$(BOOTSTRAP) storm

simulate: ## play a send to ten million people through (ARGS="--people 1000000 --numbers 2x100,20x1")
	@$(BOOTSTRAP) simulate $(ARGS)

messages: ## bring the French in step with the words of the sources, and say what is missing
	@$(BOOTSTRAP) messages

lock: ## write the lock files anew from pyproject.toml and package.json
	@$(BOOTSTRAP) lock

clean: ## remove what can be made again (not var/: your data)
	rm -rf .venv node_modules .mypy_cache .ruff_cache .import_linter_cache .hypothesis
