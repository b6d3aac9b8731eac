# Everything runs from here: `make setup` once (again costs seconds), then `make run` or `make demo`.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)

.PHONY: help setup build image server-image release run demo test split deploy-test doctor lint bench chaos soak lock clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

setup: image build ## the engine, the runner image and the program, as far as they are missing
	@go mod download

build: ## bin/power-interpreter
	@CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/ ./cmd/power-interpreter

image: ## the runner image, with the engine and the base image that it needs
	@deploy/engine.sh
	@deploy/base-image.sh
	@deploy/image.sh

server-image: ## the image of the server itself, for compose
	@deploy/engine.sh
	@deploy/server-image.sh

release: ## dist/: static programs for Linux with SHA256SUMS, the same bytes from the same sources
	@deploy/release.sh

run: setup ## the server, until it is stopped
	@exec bin/power-interpreter serve

demo: setup ## a walk through the workflow that everyone starts with
	@go run ./internal/demo

test: setup ## every test: Go, the worker and the image in a sandbox, the whole program end to end
	@deploy/test.sh

doctor: build ## what the server needs of this host, and how to mend what it lacks
	@bin/power-interpreter doctor

split: setup ## the end-to-end tests with every server a front and an executor, in two network namespaces
	@E2E_SPLIT=1 go test -race -tags e2e -count=1 -timeout 40m ./internal/e2e

deploy-test: setup ## every way of deploying, on the real engine: image, compose, units, proxies, release
	@deploy/deploy-test.sh

lint: ## formatting, vet and linters of Go, Python and shell
	@deploy/lint.sh

bench: setup ## figures of this machine beside their floors and a notebook gateway; ARGS=--help
	@bin/power-interpreter bench $(ARGS)

chaos: setup ## the server killed, the engine and the disk broken, under load; CHAOS="-kills 500 -seed 7" for more
	@deploy/chaos.sh $(CHAOS)

soak: setup ## calls and sessions by the thousand, and nothing may grow; SOAK="-soak 50000 -made 2000" for more
	@go run ./internal/chaos -soak 5000 -made 200 $(SOAK)

lock: ## runner-image/requirements*.txt anew from their .in files
	@deploy/lock.sh

clean: ## remove what was built here, images too; sessions' files stay
	@deploy/clean.sh
