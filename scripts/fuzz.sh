#!/usr/bin/env bash
# Runs every fuzz test of the project, one after the other, for the given time.
# usage: fuzz.sh 20s
set -euo pipefail
cd "$(dirname "$0")/.."

grep -rEo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' cmd internal | sort |
	while IFS=: read -r file name; do
		name=${name#func }
		echo "== $name in ${file%/*}"
		go test -run '^$' -fuzz "^$name\$" -fuzztime "$1" "./${file%/*}" </dev/null
	done
