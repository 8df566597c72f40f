# Everything a developer runs. `make` lists it.
PYTHON ?= python3
PEERS_PYTHON ?= $(PYTHON)
STAGE ?= local
UV := .venv-uv/bin/uv
PROJECT := .venv/bin/python
LOCKS := workflows/locks
# The modules that have an example in a docstring.
DOCTESTS = $(call with_examples,chalicelib lambdas workflows)
with_examples = $(shell grep -rlsE --include='*.py' '^ *>>> ' $(1) | LC_ALL=C sort)
FAST = tests/contract tests/unit tests/fakes tests/container/test_assemble.py tests/container/test_predict.py $(DOCTESTS)
# Files of tests that .ci/run has no minutes for.
LEFT_OUT ?=
# What `make test` leaves to other suites, so that it is sooner done.
# What only a stage with a job or an endpoint of SageMaker has:
ENGINES = tests/contract/definition/test_rendering.py $(wildcard $(foreach each,sagemaker built_ins tuner endpoints transform,tests/contract/definition/test_$(each).py tests/contract/stacks/test_$(each).py)) tests/unit/lambdas/engines
# many ways to damage each stored document:
DAMAGE = tests/unit/workflows/cli/test_damaged_documents.py
# what goes beyond the main job, which promotes, rejects and fails once:
BEYOND = $(patsubst %,tests/e2e/test_%.py,api approval backtest batches moves moves_at_once ports starts) tests/contract/sample_data
# the phases of a deployment, one after another on one local AWS:
PHASES = tests/contract/stacks/test_deploying.py
# the local AWS, started, killed and held again and again:
LOCAL_AWS = tests/contract/local
# many nights of data, or of judging, or very many rows, in each test:
MANY_NIGHTS = $(patsubst %,tests/unit/lambdas/test_%.py,histories horizon packs splits_by_keys totals) \
  $(patsubst %,tests/unit/lambdas/model/%.py,data/test_real_data reading/test_many_levels) \
  tests/unit/lambdas/model/gate tests/unit/chalicelib/promotion/test_label_rates.py tests/unit/workflows/cli/test_check_of_large_files.py
# what is fitted and scored row by row, beside scikit-learn:
MODELS = $(patsubst %,tests/unit/lambdas/%,model/features model/folding model/formats model/training serve/test_number_functions.py serve/test_trees.py) \
  $(patsubst %,tests/unit/%,benchmarks/test_retrain.py workflows/backtesting workflows/drafting)
# every route, as API Gateway and Lambda ask it, over HTTP:
ROUTES = tests/contract/api tests/contract/calls
# what the source itself has to be:
SOURCE = tests/contract/source tests/contract/definition/test_states.py tests/contract/stacks/test_templates.py
ELSEWHERE = tests/e2e/commands $(ENGINES) $(DAMAGE) $(BEYOND) $(PHASES) $(LOCAL_AWS) $(MANY_NIGHTS) $(MODELS) $(ROUTES) $(SOURCE)
# What needs no package: every classifier of scikit-learn, row by row.
CLASSIFIERS = $(patsubst %,tests/packages/test_%.py,check_of_every_classifier every_classifier onnx trees trees_on_real_data)
LONG_FAULTS = $(patsubst %,tests/faults/test_%.py,kills kills_of_the_server many_retrains)
# In the order given, the long ones first: so all cores are busy to the end.
PARALLEL := --numprocesses auto --dist loadfile --no-loadscope-reorder
PEERS := $(basename $(notdir $(wildcard benchmarks/peers/locks/*.txt)))
INSTALL := $(UV) pip sync --quiet --require-hashes

# An exported PYTHONDONTWRITEBYTECODE would make every import of scikit-learn three times slower.
unexport PYTHONDONTWRITEBYTECODE
unexport PYTHONPATH
unexport VIRTUAL_ENV

.DEFAULT_GOAL := help
.PHONY: help setup setup-onnx setup-test setup-all run check render doctor locks requires clean
.PHONY: bench bench-cold bench-warm bench-retrain bench-peers bench-load setup-bench setup-load
.PHONY: test test-all test-source test-routes test-models test-engines test-commands test-unit test-faults test-local test-nights test-damage test-simulation test-packages test-deploy test-permissions test-bench test-sagemaker test-sagemaker-image test-mutants

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1 | /' | column -t -s '|'

setup: .venv/.ready .venv-emulator/.ready  ## make the environments that `make run` needs

setup-onnx: setup .venv/.onnx  ## add to them what recipes of the format onnx need

setup-test: setup-onnx .venv/.test  ## and the tools of tests and checks

setup-all: setup-test .venv-definitions/.ready  ## and the environment that renders the state machine

setup-bench: setup-onnx .venv/.bench .venv-packages/.ready  ## and what `make bench` needs: plots, Lambda's emulator

setup-load: setup-bench .venv-load/.ready  ## and Locust and Taurus, which play the load tests

run: setup  ## the whole job: local AWS, deploy, retrain, predict, serve (ONCE=1, DATA=FILE, CLEAN=1)
	@$(PROJECT) -m workflows.cli local up $(if $(CLEAN),--clean) $(if $(ONCE),--once) $(if $(DATA),--data "$$DATA")

test: setup-all  ## unit, contract and end-to-end tests
	@$(if $(NIGHTSWAP_TEST_DATA),,echo "without NIGHTSWAP_TEST_DATA the tests on real data are left out")
	@$(PROJECT) -m pytest $(PARALLEL) $(if $(NIGHTSWAP_TEST_DATA),,-m 'not real_data') $(ELSEWHERE:%=--ignore=%) tests/e2e $(FAST)

test-engines: setup-all  ## what a stage has that trains or serves on SageMaker: definitions, stacks, jobs
	@$(PROJECT) -m pytest $(PARALLEL) $(if $(NIGHTSWAP_TEST_DATA),,-m 'not real_data') $(filter-out $(LEFT_OUT),$(ENGINES))

test-source: setup-all  ## what the source has to be: its rooms and imports, what is loaded, patterns, locks, templates
	@$(PROJECT) -m pytest $(PARALLEL) $(SOURCE)

test-routes: setup-all  ## every route over HTTP: who may, what it answers, what it asks of AWS, what it loads
	@$(PROJECT) -m pytest $(PARALLEL) $(ROUTES)

test-models: setup-test  ## what is fitted, exported and served, row by row beside scikit-learn
	@$(PROJECT) -m pytest $(PARALLEL) $(if $(NIGHTSWAP_TEST_DATA),,-m 'not real_data') $(filter-out $(LEFT_OUT),$(MODELS))

test-commands: setup-all  ## every command of README and of the pages as it stands there, on the local AWS, and more nights
	@$(PROJECT) -m pytest $(PARALLEL) $(filter-out $(LEFT_OUT),$(BEYOND)) tests/e2e/commands

test-unit: setup-test  ## the tests that need nothing but Python, in seconds
	@$(PROJECT) -m pytest $(PARALLEL) -m 'not real_data' $(ELSEWHERE:%=--ignore=%) tests/unit $(DOCTESTS)

test-faults: setup-test  ## kills, stops, swaps under load and many retrains, on the local AWS (KILLS=20, RETRAINS=40)
	@$(PROJECT) -m pytest $(PARALLEL) $(filter-out $(LEFT_OUT),$(LONG_FAULTS) $(filter-out $(LONG_FAULTS),$(sort $(wildcard tests/faults/test_*.py))))

test-local: setup-test  ## the local AWS: what it keeps when it is killed, held or has no room, and what it forbids
	@$(PROJECT) -m pytest $(PARALLEL) $(LOCAL_AWS)

test-nights: setup-test  ## many nights of files, and what the gate promises over years of them
	@$(PROJECT) -m pytest $(PARALLEL) $(if $(NIGHTSWAP_TEST_DATA),,-m 'not real_data') $(filter-out $(LEFT_OUT),$(MANY_NIGHTS))

test-damage: setup-test  ## each stored document damaged, and every command tried on it (WAYS_OF_DAMAGE=50, DAMAGE_SEED=1)
	@WAYS_OF_DAMAGE=$(or $(WAYS_OF_DAMAGE),50) $(PROJECT) -m pytest --numprocesses auto --dist worksteal $(DAMAGE)

test-packages: setup-all .venv-packages/.ready .venv-inference/.ready  ## every package under Lambda's own runtime client, with nothing else on its path
	@$(PROJECT) -m pytest --numprocesses auto --dist worksteal $(if $(NIGHTSWAP_TEST_DATA),,-m 'not real_data') $(filter-out $(LEFT_OUT),$(CLASSIFIERS))
	@$(PROJECT) -m pytest $(PARALLEL) $(if $(NIGHTSWAP_TEST_DATA),,-m 'not real_data') $(CLASSIFIERS:%=--ignore=%) tests/packages tests/container

test-deploy: setup-all  ## plan, deploy, kill, resume, destroy, deploy again
	@$(PROJECT) -m pytest $(PARALLEL) $(filter-out $(LEFT_OUT),$(PHASES)) tests/deploy/planning
	@$(PROJECT) -m pytest --numprocesses auto --dist worksteal --ignore tests/deploy/planning tests/deploy

test-permissions: setup-test .venv-authorization/.ready  ## the main job under enforced roles, and what they forbid
	@$(PROJECT) -m pytest tests/permissions

test-bench: setup-load setup-test  ## what `make bench` is made of, with its tools
	@$(PROJECT) -m pytest tests/bench $(call with_examples,benchmarks)

test-sagemaker: setup-all .venv-sagemaker/.ready  ## the state machine on a second engine, with jobs of SageMaker that really train
	@$(if $(NIGHTSWAP_TEST_DATA),,echo "without NIGHTSWAP_TEST_DATA the tests on real data are left out")
	@$(LOCKS)/python310 $(UV) > /dev/null || true
	@$(PROJECT) -m pytest $(PARALLEL) --timeout 900 $(if $(NIGHTSWAP_TEST_DATA),,-m 'not real_data') --ignore tests/sagemaker/image tests/sagemaker
	@if $(LOCKS)/python310 $(UV) > /dev/null; then $(MAKE) --no-print-directory test-sagemaker-image; fi

test-sagemaker-image: setup-all .venv-sagemaker-image/.ready  ## the code of a training job under the Python 3.10 and scikit-learn 1.4.2 of SageMaker's image
	@$(PROJECT) -m pytest --timeout 900 $(if $(NIGHTSWAP_TEST_DATA),,-m 'not real_data') tests/sagemaker/image

test-mutants: setup-all  ## small mistakes, drawn at random: how many do the fast tests catch? (MISTAKES=100, SEED=1)
	@MISTAKES=$(MISTAKES) SEED=$(SEED) RINGS=$(RINGS) MINUTES=$(MINUTES) $(PROJECT) -m pytest tests/mutants

test-all: export KILLS := 200
test-all: export RETRAINS := 500
test-all: export EXPLORE := 1
test-all: WAYS_OF_DAMAGE := 1000
test-all: test test-source test-routes test-models test-engines test-commands test-local test-nights test-damage test-simulation test-faults test-packages test-deploy test-permissions test-bench test-sagemaker test-mutants  ## all of them

bench: bench-cold bench-warm bench-retrain bench-peers bench-load  ## measure all parts; each writes benchmarks/results/PART.json, .png and .svg

bench-cold: setup-bench  ## cold starts of every format and of scikit-learn + joblib, as ratios to an empty handler
	@$(PROJECT) -m benchmarks.cold

bench-warm: setup-bench  ## one prediction in a warm function, likewise
	@$(PROJECT) -m benchmarks.warm

bench-retrain: setup-bench  ## a night beside a plain script of pandas and scikit-learn, at 1, 4 and 16 times the rows (DATA=FILE)
	@$(PROJECT) -m benchmarks.retrain $(if $(DATA),--data "$$DATA")

bench-peers: setup-bench $(PEERS:%=.venv-peers-%/.ready)  ## the contract server beside BentoML, MLServer, mlflow and FastAPI, by wrk
	@$(PROJECT) -m benchmarks.peers

bench-load: setup-load  ## the load tests of the posts (SCENARIO=surge, TARGET=serve|local|URL, TIME_FACTOR=0.1, TAURUS=1)
	@$(PROJECT) -m benchmarks.load $(if $(SCENARIO),--scenario $(SCENARIO)) $(if $(TARGET),--target "$$TARGET") \
	  $(if $(TIME_FACTOR),--time-factor $(TIME_FACTOR)) $(if $(TAURUS),--taurus)

doctor: setup  ## what is wrong with this machine, this clone or STAGE
	@$(PROJECT) -m workflows.cli doctor --stage $(STAGE)

test-simulation: setup-test  ## promotion, lease and ledger under thousands of seeded interleavings
	@$(PROJECT) -m pytest $(PARALLEL) tests/simulation

check: setup-all  ## format, lint, types
	@.venv/bin/ruff format --check . && .venv/bin/ruff check . && .venv/bin/mypy

render: setup-all .venv-authorization/.ready  ## rewrite what is committed beside its source: state machine, templates, policy, numbers, words, documents
	@$(PROJECT) -m workflows.cli render --write
	@$(PROJECT) -m workflows.cli render --write --engine sagemaker
	@$(PROJECT) -m workflows.cli render --write --engine sagemaker --algorithm linear-learner
	@$(PROJECT) -m workflows.cli render --write --engine sagemaker --tuner
	@$(PROJECT) -m workflows.cli render --write --engine sagemaker --tuner --algorithm linear-learner
	@$(PROJECT) -m workflows.cli render --write --batch-transform
	@$(PROJECT) -m workflows.cli render --write --target endpoint
	@$(PROJECT) -m workflows.cli render --write --engine sagemaker --target endpoint
	@$(PROJECT) -m workflows.cli render --write --engine sagemaker --algorithm linear-learner --target endpoint
	@$(PROJECT) -m workflows.cli render --write --engine sagemaker --tuner --target endpoint
	@$(PROJECT) -m workflows.cli render --write --engine sagemaker --tuner --algorithm linear-learner --target endpoint
	@$(PROJECT) -m tests.contract.stacks.golden_templates
	@$(PROJECT) -m tests.contract.source.numbers
	@$(PROJECT) -m tests.contract.source.documents
	@$(PROJECT) -m tests.contract.calls.table
	@$(PROJECT) -m tests.contract.authorization.extracting

locks: $(UV)  ## compile the hashed lock files from pyproject.toml
	@$(LOCKS)/compile $(abspath $(UV))
	@benchmarks/peers/locks/compile $(abspath $(UV))

requires: setup  ## lock the packages that recipes require for Lambda, and install them here
	@$(PROJECT) -c 'from workflows.checking.required import names; print(*names(), sep="\n")' > .nightswap/requires.in
	@$(LOCKS)/requires $(abspath $(UV)) .nightswap/requires.in lambdas/recipes/requires.txt

clean:  ## remove environments, caches and the local AWS's state
	rm -rf .venv .venv-uv .venv-emulator .venv-definitions .venv-authorization .venv-packages .venv-inference .venv-load .venv-sagemaker* .venv-peers-* .nightswap .chalice/deployed/local.json
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(UV): $(LOCKS)/uv.txt
	@$(PYTHON) -c 'import sys; assert (3, 11) <= sys.version_info[:2] <= (3, 13), "nightswap needs Python 3.11 to 3.13, this is " + sys.version.split()[0] + ": set PYTHON=python3.12, say"'
	@echo "setting up: uv"
	@$(PYTHON) -m venv .venv-uv
	@.venv-uv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv/.ready: $(LOCKS)/project.txt pyproject.toml $(UV)
	@echo "setting up: project"
	@$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv
	@$(INSTALL) --python .venv $<
	@$(UV) pip install --quiet --python .venv --no-deps --no-build-isolation --editable .
	@touch $@
	@for more in onnx test bench; do ! test -e .venv/.$$more || $(MAKE) --no-print-directory .venv/.$$more; done

# What is added to the project's environment: whoever only runs the job needs none of it.
.venv/.%: $(LOCKS)/%.txt .venv/.ready
	@echo "setting up: $*"
	@$(UV) pip install --quiet --require-hashes --compile-bytecode --python .venv -r $<
	@touch $@

.venv-sagemaker-image/.ready: $(LOCKS)/sagemaker-image.txt $(UV)
	@python=$$($(LOCKS)/python310 $(UV)) && echo "setting up: sagemaker-image" \
	  && $(UV) venv --quiet --allow-existing --python $$python .venv-sagemaker-image
	@$(INSTALL) --compile-bytecode --python .venv-sagemaker-image $<
	@touch $@

# SageMaker's training toolkit is published as a source, and has a part in C.
.venv-sagemaker/.ready: | compiler
.PHONY: compiler
compiler:
	@command -v gcc > /dev/null || { echo "gcc is missing: apt-get install gcc on Debian and Ubuntu, xcode-select --install on macOS"; exit 1; }

# One for each server that the contract server is measured beside; MLServer takes no Python over 3.12.
.venv-peers-%/.ready: benchmarks/peers/locks/%.txt $(UV)
	@command -v wrk > /dev/null || { echo "wrk is missing: apt-get install wrk on Debian and Ubuntu, brew install wrk on macOS"; exit 1; }
	@$(PEERS_PYTHON) -c 'import sys; assert (3, 11) <= sys.version_info[:2] <= (3, 12), "the peers need Python 3.11 or 3.12, this is " + sys.version.split()[0] + ": set PEERS_PYTHON=python3.12, say"'
	@echo "setting up: peers-$*"
	@$(UV) venv --quiet --allow-existing --python $(PEERS_PYTHON) .venv-peers-$*
	@$(INSTALL) --compile-bytecode --python .venv-peers-$* $<
	@touch $@

.venv-%/.ready: $(LOCKS)/%.txt $(UV)
	@echo "setting up: $*"
	@$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv-$*
	@$(INSTALL) --python .venv-$* $<
	@touch $@
