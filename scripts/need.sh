#!/usr/bin/env bash
# Says in one line which of the named programs are missing or too old, exit 1.
# usage: need.sh go node npm
set -euo pipefail

# older VERSION MINIMUM: whether VERSION comes before MINIMUM.
older() { [ "$1" != "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

missing=()
for program in "$@"; do
	case $program in
	go) want="Go 1.26" least=1.26 ;;
	node) want="Node 20" least=20 ;;
	npm) want="npm" least=0 ;;
	*) want=$program least=0 ;;
	esac
	if ! command -v "$program" >/dev/null; then
		missing+=("$want")
		continue
	fi
	case $program in
	go) have=$(go env GOVERSION) && have=${have#go} && have=${have%% *} ;;
	node) have=$(node --version) && have=${have#v} ;;
	*) have=0 ;;
	esac
	if older "$have" "$least"; then missing+=("$want (found $have)"); fi
done
if [ ${#missing[@]} -gt 0 ]; then
	list=$(printf ', %s' "${missing[@]}")
	echo "stadion: missing: ${list:2}" >&2
	exit 1
fi
