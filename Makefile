# The one entry. `make` alone lists what there is. PG=18 uses that major's server (pg_config.toml).
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

DEFAULT_PG := $(shell scripts/pg-config --major)
PG ?= $(DEFAULT_PG)
PG_CONFIG ?= $(shell scripts/pg-config $(PG))

# One profile, and one target directory a server: bindings to two servers in one would rebuild each
# other's at every change.
ifeq ($(PG),$(DEFAULT_PG))
LIBDIR := target/release
DATA := .howdah
else
LIBDIR := target/pg$(PG)/release
DATA := .howdah/on-$(PG)
endif
LIBRARY := $(LIBDIR)/libhowdah.so
HOWDAH := target/release/howdah

# Where the server keeps extensions is mostly root's.
SUDO = $(shell [ -w "$$($(PG_CONFIG) --pkglibdir)" ] || echo sudo)

stamps := target/stamps
SOURCES := Cargo.toml Cargo.lock pg_config.toml $(shell find extension proxy examples -type f \
	\( -name '*.rs' -o -name '*.toml' -o -name '*.sql' -o -name '*.c' -o -name '*.html' \) ! -path '*/target/*')
FACE := extension/howdah.control extension/install.sh sql/order sql/assemble $(shell find sql -name '*.sql')

.PHONY: help run build install test drills fuzz bench lint fmt schema package clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' Makefile
	@echo "  PG=18 behind any of them: that major's server instead of $(DEFAULT_PG)"

run: $(stamps)/install-pg$(PG) ## Install what is missing, build, start everything with the demo
	@exec $(HOWDAH) up --demo --data $(DATA) --pg-config $(PG_CONFIG) $(UP)

build: $(stamps)/build-pg$(PG) ## Build the extension and the howdah binary

install: $(stamps)/install-pg$(PG) ## Build, and put the extension where the server looks for it

# Everything once, in one call of cargo: the extension for its server, the binary for all.
$(stamps)/deps-pg$(PG): scripts/deps scripts/pg-config pg_config.toml
	@scripts/deps $(PG)
	@mkdir -p $(@D) && touch $@

$(stamps)/deps-test: scripts/deps
	@scripts/deps $(PG) test
	@mkdir -p $(@D) && touch $@

$(stamps)/build-pg$(PG): $(stamps)/deps-pg$(PG) $(SOURCES)
	@echo "==> building against $(PG_CONFIG); the first time takes some minutes"
	@mkdir -p $(@D) && touch $@.began
ifeq ($(PG),$(DEFAULT_PG))
	PGRX_PG_CONFIG_PATH=$(PG_CONFIG) cargo build --release --locked -p howdah -p howdah-proxy \
		--no-default-features --features howdah/pg$(PG)
else
	cargo build --release --locked -p howdah-proxy
	PGRX_PG_CONFIG_PATH=$(PG_CONFIG) cargo build --release --locked -p howdah --target-dir target/pg$(PG) \
		--no-default-features --features howdah/pg$(PG)
endif
	@mv $@.began $@  # its time is the beginning: what was edited meanwhile is built next time

# Also when somebody else's build, or another clone, has put another library in its place.
$(stamps)/install-pg$(PG): $(stamps)/build-pg$(PG) $(FACE) \
		$(shell cmp -s $(LIBRARY) "$$($(PG_CONFIG) --pkglibdir 2>/dev/null)/howdah.so" || echo force)
	@echo "==> installing the extension into $$($(PG_CONFIG) --pkglibdir)"
	@$(SUDO) extension/install.sh $(PG_CONFIG) $(LIBRARY)
	@touch $@

.PHONY: force
force:

test: $(stamps)/deps-test install ## Run every test, from unit to SDK, and count (TIERS="unit sql": only those)
	@PG=$(PG) PG_CONFIG=$(PG_CONFIG) HOWDAH_PG_CONFIG=$(PG_CONFIG) HOWDAH_BIN=$(CURDIR)/$(HOWDAH) tests/run $(TIERS)

drills: $(stamps)/deps-test install ## Run every drill at full length, some hours, and write docs/RELIABILITY.md (DRILLS="jail kills::": only those, no page)
	@set -o pipefail; [ -n "$(DRILLS)" ] || HOWDAH_PG_CONFIG=$(PG_CONFIG) HOWDAH_BIN=$(CURDIR)/$(HOWDAH) tests/api/run $(or $(SECONDS),600) | tee target/api.log
	@set -o pipefail; HOWDAH_DRILLS=full PG_CONFIG=$(PG_CONFIG) HOWDAH_PG_CONFIG=$(PG_CONFIG) HOWDAH_BIN=$(CURDIR)/$(HOWDAH) \
		cargo test --release --locked -p howdah-tests --test drills -- --test-threads 1 --nocapture $(DRILLS) | tee target/drills.log
	@[ -n "$(DRILLS)" ] || { set -o pipefail; export PG=$(PG) PG_CONFIG=$(PG_CONFIG) HOWDAH_PG_CONFIG=$(PG_CONFIG) HOWDAH_BIN=$(CURDIR)/$(HOWDAH); \
		HOWDAH_DRILLS=full cargo test --release --locked -p howdah-tests --test http -- --test-threads 1 --nocapture jail:: | tee -a target/drills.log && \
		tests/sql/run | tee -a target/drills.log && scripts/reliability target/api.log target/drills.log >docs/RELIABILITY.md; }

fuzz: ## Fuzz the query grammar and the SQL it becomes, 5 minutes each (SECONDS=30: less)
	@fuzz/run $(or $(SECONDS),300)

bench: install ## Measure against the floors, interleaved, and print one table
	@PG_CONFIG=$(PG_CONFIG) HOWDAH_PG_CONFIG=$(PG_CONFIG) HOWDAH_BIN=$(CURDIR)/$(HOWDAH) tests/bench/run

lint: $(stamps)/deps-pg$(PG) $(stamps)/deps-test ## Check format, clippy, dependencies, the install script, generated files
	@PGRX_PG_CONFIG_PATH=$(PG_CONFIG) scripts/lint

fmt: ## Format the Rust sources
	@cargo fmt --all

schema: build ## For maintainers: write the generated SQL declarations of natives anew
	@sql/regenerate $(LIBRARY)

package: build ## Make target/howdah-VERSION-pgMAJOR.tar.gz: what `install` installs, and the binary
	@scripts/package $(PG) $(PG_CONFIG) $(LIBRARY) $(HOWDAH)

clean: ## Remove builds; the data in .howdah stays
	cargo clean
