#!/usr/bin/env bash
# Gets what the tests need beside Go and Node: PostgreSQL (initdb, postgres),
# Chromium, and pdftotext and pdftoppm, which look at the papers. Where one is
# missing and this is a Debian-like system on which we may install, it comes
# from the system's own packages; elsewhere one line names what is missing.
# stripe-mock, by which requests to the payment provider are checked against its
# published interface, is built into bin/ from its Go module.
# STADION_TEST_POSTGRES may name a running PostgreSQL instead of an installed one,
# STADION_TEST_STRIPE_MOCK a built stripe-mock.
# Idempotent: with everything in place it does nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

have() {
	case $1 in
	postgresql)
		[ -n "${STADION_TEST_POSTGRES:-}" ] || { command -v initdb && command -v postgres; } ||
			compgen -G '/usr/lib/postgresql/*/bin/initdb' || compgen -G '/opt/homebrew/opt/postgresql*/bin/initdb'
		;;
	chromium) command -v chromium || command -v chromium-browser || command -v google-chrome ;;
	poppler-utils) command -v pdftotext && command -v pdftoppm ;;
	esac >/dev/null
}

missing() {
	for package in postgresql chromium poppler-utils; do
		have "$package" || echo "$package"
	done
}

# apt COMMAND…: apt-get as root, or fails when we may not be root.
apt() {
	local as=()
	if [ "$(id -u)" -ne 0 ]; then
		sudo -n true 2>/dev/null || return 1
		as=(sudo -n)
	fi
	command -v apt-get >/dev/null || return 1
	"${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" >&2
}

scripts/need.sh go node npm
mapfile -t need < <(missing)
if [ ${#need[@]} -gt 0 ]; then
	echo "stadion: the tests need ${need[*]}; installing" >&2
	if apt update && apt install -y --no-install-recommends "${need[@]}"; then
		mapfile -t need < <(missing)
	fi
fi
if [ ${#need[@]} -gt 0 ]; then
	echo "stadion: missing for the tests, and not installable from here: ${need[*]}" >&2
	exit 1
fi

mock=github.com/stripe/stripe-mock@v0.203.0 # version as in docs/DEPENDENCIES.md
if [ -z "${STADION_TEST_STRIPE_MOCK:-}" ] && [ "$(go version -m bin/stripe-mock 2>/dev/null | awk '$1 == "mod" { print $2 "@" $3 }')" != "$mock" ]; then
	echo "stadion: the tests need stripe-mock; building it" >&2
	GOBIN="$PWD/bin" CGO_ENABLED=0 go install "$mock"
fi

if [ ! -d ../shared/data ]; then
	if [ -n "${CI:-}" ]; then
		echo "stadion: missing for the tests: the folder ../shared/data with the two real races" >&2
		exit 1
	fi
	echo "stadion: ../shared/data is absent: the tests over two real races are skipped" >&2
fi
