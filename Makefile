# Threshold: `make run` opens the clinic on this machine, `make test` tests it. Both set up all they need.
# Needed first: Python 3.11 or newer, python3-venv and make. Another Python: make run PYTHON=python3.12

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# The name of a stamp carries the fingerprint of the pins, so that unchanged pins are not installed again.
RUN_READY := $(VENV)/.run-$(shell sha256sum < requirements.txt | cut -c 1-16)
TEST_READY := $(VENV)/.test-$(shell cat requirements.txt requirements-dev.txt | sha256sum | cut -c 1-16)

# What stays broken for minutes; all of it at the same time, as it does little meanwhile. 5: ARGS chose none of it.
FOR_MINUTES := tests/faults/test_for_minutes.py

.PHONY: help run test check faults brokers fix bench contention mutants pictures pins browser clean

help: ## list these commands
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 16

run: $(RUN_READY) ## open the clinic: database, broker, web, workers, demo data; Ctrl-C closes it
	@$(PY) manage.py up

test: $(TEST_READY) browser ## run every test, with a database, a broker and a browser of their own
	$(PY) -m pytest -n 2 --dist worksteal $(ARGS)

check: $(TEST_READY) ## everything that must hold before a change is offered: style, types, imports, settings, tests
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	find templates -name '*.html' -print0 | xargs -0 $(VENV)/bin/djade --check
	$(VENV)/bin/lint-imports
	$(PY) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING
	$(PY) -m bandit --quiet --recursive -ll clinic screening manage.py
	$(MAKE) test

faults: $(TEST_READY) ## break the web, workers, database, broker and provider on purpose, and count: docs/faults.md; an hour and a half, ROUNDS=10
	FAULTS=full $(PY) -m pytest -n 0 -s tests/faults tests/clinic/onebox/test_item_nine.py --ignore $(FOR_MINUTES) $(ARGS)
	FAULTS=full $(PY) -m pytest -n 5 -rP --show-capture=stdout $(FOR_MINUTES) $(ARGS) || [ $$? = 5 ]

brokers: $(TEST_READY) ## try each real broker (Debian: redis-server, rabbitmq-server); SERVERS="valkey redis" names them
	$(PY) -m pytest -n 0 -s tests/brokers/real_servers.py $(ARGS)

fix: $(TEST_READY) ## format the code and mend what can be mended by machine
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .
	find templates -name '*.html' -print0 | xargs -0 $(VENV)/bin/djade

bench: $(TEST_READY) ## measure speed and size, as ratios
	$(PY) -m tests.bench

contention: $(TEST_READY) ## the full counts of the proof that nobody is booked twice: 200 connections, 10,000 attempts
	THRESHOLD_CONTENTION=full $(PY) -m pytest -n 0 -s tests/clinic/booking/test_contention_week.py tests/clinic/booking/test_contention_restart.py $(ARGS)

mutants: $(TEST_READY) ## change the decision in small ways and see that tests notice: make mutants MODULES="conditions facts"
	$(PY) -m tests.bench.mutants $(MODULES) $(ARGS)

pictures: $(TEST_READY) browser ## take pictures of every patient page in every state into var/pictures, to look at
	$(PY) -m pytest -n 0 -s tests/ux/pictures.py

pins: $(TEST_READY) ## work out the hashed pins again from pyproject.toml
	@$(PY) -m uv --version >/dev/null 2>&1 || $(PY) -m pip install --quiet uv
	$(COMPILE) pyproject.toml -o requirements.txt
	$(COMPILE) pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt

clean: ## remove var/: the database, the keys, the messages
	@test ! -e var/run.lock || flock --nonblock var/run.lock true || { echo "The clinic is open: close it first."; exit 1; }
	rm -rf var

browser: $(TEST_READY)
	@command -v chromium >/dev/null \
	  || { [ "$$(id -u)" = 0 ] && apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y chromium; } \
	  || $(PY) -m playwright install chromium \
	  || { echo "The tests need Chromium: install it (Debian: apt-get install chromium) and run make test again."; exit 1; }

$(RUN_READY):
	@$(MAKE_VENV)
	$(PY) -m pip install --quiet --no-compile --require-hashes -r requirements.txt
	@rm -f $(VENV)/.run-* $(VENV)/.test-* && touch $@

$(TEST_READY): $(RUN_READY)
	$(PY) -m pip install --quiet --no-compile --require-hashes -r requirements-dev.txt
	@rm -f $(VENV)/.test-* && touch $@

define MAKE_VENV
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Threshold needs Python 3.11 or newer; choose one with PYTHON=...")'
$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
endef

COMPILE = $(PY) -m uv pip compile --quiet --generate-hashes --no-annotate --no-header --no-emit-index-url \
  --no-emit-find-links --python-version 3.11

# What `make mutants` changes: the deciding, and the reading of medicines.
MODULES ?= conditions condition_nodes engine explain facts instruments lookback medicine_facts answers questions waking \
  medications medicine_dates medicine_details medicine_lines medicine_names medicine_nearness medicine_plain \
  medicine_reader medicine_slips medicine_sounds medicine_text medicine_words

# What a clinic sets in production, with keys made up for this one check.
PRODUCTION = ENVIRONMENT=production ALLOWED_HOSTS=clinic.example SITE_URL=https://clinic.example \
  DATABASE_URL=postgresql://app@database.example/threshold CELERY_BROKER_URL=amqp://broker.example \
  EMAIL_URL=smtps://mail.example:465 \
  SECRET_KEY="$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(50))')" \
  VAULT_KEYS="k1 $$(head -c 32 /dev/urandom | base64)"
