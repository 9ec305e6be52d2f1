#!/bin/sh
# Copies the fonts of the printed papers, with their licences, from the npm
# packages that package-lock.json names into the folder that package pdf
# embeds. Needs Node 20. Safe to run again at any time.
set -eu
cd "$(dirname "$0")/.."

packages=node_modules/@expo-google-fonts
vendor=internal/pdf/fonts/vendor

# have: whether every font package is there in the version that is locked.
have() {
  node -e '
    const lock = require("./package-lock.json").packages;
    for (const path of Object.keys(lock).filter((p) => p.includes("@expo-google-fonts/"))) {
      if (require("./" + path + "/package.json").version !== lock[path].version) process.exit(1);
    }' 2>/dev/null
}

if ! have; then
  if ! command -v npm >/dev/null 2>&1; then
    echo "fonts: npm is missing; install Node 20 or newer and run this again" >&2
    exit 1
  fi
  npm ci --ignore-scripts --no-audit --no-fund --silent
fi

new=$vendor.new
rm -rf "$new"
mkdir -p "$new"

# take PACKAGE FILE WEIGHT...: those weights of a family, and its licence.
take() {
  package=$1 file=$2
  shift 2
  for weight in "$@"; do
    cp "$packages/$package/$weight/${file}_$weight.ttf" "$new/$file-${weight#[0-9][0-9][0-9]}.ttf"
  done
  cp "$packages/$package/LICENSE_FONT" "$new/$file.LICENSE.txt"
}

take archivo              Archivo            400Regular 500Medium 600SemiBold
take noto-sans            NotoSans           400Regular 600SemiBold
take noto-sans-kr         NotoSansKR         500Medium
take noto-sans-sc         NotoSansSC         500Medium
take noto-sans-tc         NotoSansTC         500Medium
take noto-sans-jp         NotoSansJP         500Medium
take noto-sans-arabic     NotoSansArabic     500Medium
take noto-sans-hebrew     NotoSansHebrew     500Medium
take noto-sans-thai       NotoSansThai       500Medium
take noto-sans-lao        NotoSansLao        500Medium
take noto-sans-khmer      NotoSansKhmer      500Medium
take noto-sans-myanmar    NotoSansMyanmar    500Medium
take noto-sans-devanagari NotoSansDevanagari 500Medium
take noto-sans-bengali    NotoSansBengali    500Medium
take noto-sans-tamil      NotoSansTamil      500Medium
take noto-sans-sinhala    NotoSansSinhala    500Medium
take noto-sans-ethiopic   NotoSansEthiopic   500Medium
take noto-sans-georgian   NotoSansGeorgian   500Medium
take noto-sans-armenian   NotoSansArmenian   500Medium

rm -rf "$vendor"
mv "$new" "$vendor"
echo "fonts: $vendor is ready" >&2
