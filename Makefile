# Stadion. `make help` lists the targets.
# Needed: Go 1.26, Node 20 with npm, make. Everything else is set up from here.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VERSION     := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS     := -s -w -X stadion/internal/app.Version=$(VERSION)
# Exact version, so that every machine sees the same warnings (docs/DEPENDENCIES.md).
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
PLATFORMS   := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64

# Settings for the command line: make demo ARGS='--listen :9000', make test PKG=./internal/scoring/...
ARGS     ?=
PKG      ?= ./...
PARALLEL ?= 2
FUZZTIME ?= 20s

export CGO_ENABLED := 0

WEB_STAMP  := internal/web/assets/vendor/.stamp
FONT_STAMP := internal/pdf/fonts/vendor/.stamp
LOCKS      := $(shell find . -name node_modules -prune -o \( -name package.json -o -name package-lock.json \) -print)

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

.PHONY: demo
demo: build ## a running race with invented runners, in the browser
	bin/stadion demo $(ARGS)

.PHONY: test
test: assets ## every test; sets up PostgreSQL and Chromium first where they are missing
	@scripts/setup-test.sh
	go test -count=1 -timeout 20m -p $(PARALLEL) $(PKG)

.PHONY: check
check: assets ## format, vet, staticcheck, the map of the house, fast tests: before every commit
	@unformatted=$$(gofmt -l cmd internal); \
	if [ -n "$$unformatted" ]; then echo "not formatted, run gofmt -w on:"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	go run $(STATICCHECK) ./...
	go test -short -timeout 5m -p $(PARALLEL) ./...

.PHONY: bench
bench: assets ## every reach of the project beside what this machine measures; needs PostgreSQL (make test sets it up)
	go run ./scripts/bench

.PHONY: fuzz
fuzz: assets ## each fuzz test for FUZZTIME (20s)
	@scripts/fuzz.sh $(FUZZTIME)

.PHONY: assets
assets: $(WEB_STAMP) $(FONT_STAMP) ## browser assets and fonts from npm; nothing to do when up to date

$(WEB_STAMP): scripts/assets.sh $(LOCKS)
	@scripts/need.sh node npm
	scripts/assets.sh
	@mkdir -p $(@D) && touch $@

$(FONT_STAMP): scripts/fonts.sh $(LOCKS) | $(WEB_STAMP)
	@scripts/need.sh node npm
	scripts/fonts.sh
	@mkdir -p $(@D) && touch $@

.PHONY: build
build: assets ## the program, at bin/stadion
	@scripts/need.sh go
	go build -trimpath -ldflags '$(LDFLAGS)' -o bin/stadion ./cmd/stadion

.PHONY: cross
cross: assets ## the program for Linux, macOS and Windows on amd64 and arm64, without C
	@for p in $(PLATFORMS); do \
		os=$${p%/*} arch=$${p#*/} ext=; if [ $$os = windows ]; then ext=.exe; fi; \
		echo "bin/stadion-$$os-$$arch$$ext"; \
		GOOS=$$os GOARCH=$$arch go build -trimpath -ldflags '$(LDFLAGS)' -o bin/stadion-$$os-$$arch$$ext ./cmd/stadion; \
	done

.PHONY: clean
clean: ## remove what was built or fetched into this folder
	rm -rf bin tmp internal/web/assets/vendor internal/pdf/fonts/vendor
	find . -name node_modules -type d -prune -exec rm -rf {} +
