# The commands that anyone needs. `make` alone lists them.
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup run chat test test-fast check format bench understand learn messages migration lock clean

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.venv/.run: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q -r requirements.lock
	$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	touch $@

.venv/.dev: requirements-dev.lock .venv/.run
	$(BIN)/python -m pip install -q -r requirements-dev.lock
	touch $@

setup: .venv/.dev  ## Install everything into .venv

run: .venv/.run  ## Start the bot: web and worker, on a SQLite file under var/
	@if [ -z "$$TELEGRAM_BOT_TOKEN$$TWILIO_ACCOUNT_SID" ]; then export BOT_DEMO="$${BOT_DEMO:-1}"; fi; \
	exec $(BIN)/scopbot run

chat: .venv/.run  ## Talk to the bot in this terminal
	@if [ -z "$$TELEGRAM_BOT_TOKEN$$TWILIO_ACCOUNT_SID" ]; then export BOT_DEMO="$${BOT_DEMO:-1}"; fi; \
	exec $(BIN)/scopbot chat

test: .venv/.dev  ## Pass the whole test suite
	$(BIN)/python -m pytest -n auto --dist loadgroup

test-fast: .venv/.dev  ## Pass the part of it that takes less than a minute
	$(BIN)/python -m pytest -n auto --dist loadgroup -m "not slow and not browser"

check: .venv/.dev  ## Lint, format, types, import contracts, catalogs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy bot core reminders scopbot.py tests
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m tests.words

format: .venv/.dev  ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check . --fix

bench: .venv/.dev  ## Measure the message path; one JSON object a line
	$(BIN)/python -m tests.bench

understand: .venv/.dev  ## Score the understanding of messages; each miss and what was taken for what
	$(BIN)/python -m tests.understanding.corpus --held-back

learn: .venv/.dev  ## Learn the ranking of messages anew, from the labelled ones
	$(BIN)/python -m tests.understanding.learning

messages: .venv/.dev  ## Bring the catalogs up to date with the texts in the code
	mkdir -p var
	$(BIN)/pybabel -q extract -F pyproject.toml -k N_ -k _ --no-location --sort-output --omit-header --no-wrap \
		-o locales/bot.pot .
	for locale in es_PE en; do \
		$(BIN)/pybabel -q update -i locales/bot.pot -d locales -D bot -l $$locale \
			--no-fuzzy-matching --ignore-obsolete --omit-header --no-wrap; done

lock: .venv/.dev  ## Pin the newest versions that pyproject.toml allows
	$(BIN)/python -m pip install -q uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url \
		--no-emit-find-links --extra build --upgrade pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url \
		--no-emit-find-links --extra build --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:  ## Remove what was installed and measured; var/, where the orders are, stays
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
