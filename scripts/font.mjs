// Cuts the headline face down to what pages use: the narrow half of the width
// axis, the weights between regular and extra bold, and the letters of Latin-1.
// The whole file is 90 KB; a spectator on a phone waits for 52. The letters of
// further Latin alphabets are files of their own, fetched only by pages on which
// somebody's name has them.
import { readFile, writeFile } from "node:fs/promises";
import subsetFont from "subset-font";

const [source, target] = process.argv.slice(2);
const limit = 60 * 1024;

const range = (from, to) => String.fromCodePoint(...Array.from({ length: to - from + 1 }, (_, i) => from + i));
const files = {
  "archivo.woff2": ["latin", range(0x20, 0x7e) + range(0xa0, 0xff) + "–—‘’“”•…′″−→←↑↓×€ı"],
  "archivo-ext.woff2": ["latin-ext", range(0x100, 0x17f) + range(0x218, 0x21b)],
  "archivo-vietnamese.woff2": ["vietnamese", "ĂăĐđĨĩŨũƠơƯư" + range(0x1ea0, 0x1ef9)],
};

for (const [name, [part, text]] of Object.entries(files)) {
  const font = await subsetFont(await readFile(`${source}/archivo-${part}-wdth-normal.woff2`), text, {
    targetFormat: "woff2",
    variationAxes: { wdth: { min: 62, max: 100 }, wght: { min: 400, max: 800 } },
  });
  if (font.length > limit) {
    console.error(`${name}: ${font.length} bytes, more than the ${limit} that pages allow`);
    process.exit(1);
  }
  await writeFile(`${target}/${name}`, font);
}
