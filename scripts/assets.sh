#!/bin/sh
# Fetches the third-party browser assets that package-lock.json names and puts
# what pages use of them, with their licences, into the folder that the program
# embeds. Needs Node 20. Safe to run again at any time.
set -eu
cd "$(dirname "$0")/.."

if ! command -v npm >/dev/null 2>&1; then
  echo "assets: npm is missing; install Node 20 or newer and run this again" >&2
  exit 1
fi

npm ci --ignore-scripts --no-audit --no-fund --silent

vendor=internal/web/assets/vendor
new=$vendor.new
rm -rf "$new"
mkdir -p "$new"
cp node_modules/htmx.org/dist/htmx.min.js "$new/htmx.min.js"
cp node_modules/htmx.org/LICENSE "$new/htmx.LICENSE.txt"
cp node_modules/htmx-ext-sse/dist/sse.min.js "$new/htmx-sse.min.js"
cp node_modules/htmx-ext-sse/LICENSE "$new/htmx-sse.LICENSE.txt"
node scripts/font.mjs node_modules/@fontsource-variable/archivo/files "$new"
cp node_modules/@fontsource-variable/archivo/LICENSE "$new/archivo.LICENSE.txt"
rm -rf "$vendor"
mv "$new" "$vendor"
echo "assets: $vendor is ready" >&2
