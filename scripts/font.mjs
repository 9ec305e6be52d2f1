// Cuts the headline face down to what pages use: Latin-1 and a few marks, the
// narrow half of the width axis, the weights between regular and extra bold.
// The whole file is 90 KB; a spectator on a phone waits for 52.
import { readFile, writeFile } from "node:fs/promises";
import subsetFont from "subset-font";

const [source, target] = process.argv.slice(2);
const limit = 60 * 1024;

let text = "–—‘’“”•…′″−→←↑↓×€ı";
for (let c = 0x20; c < 0x7f; c++) text += String.fromCodePoint(c);
for (let c = 0xa0; c < 0x100; c++) text += String.fromCodePoint(c);

const font = await subsetFont(await readFile(source), text, {
  targetFormat: "woff2",
  variationAxes: { wdth: { min: 62, max: 100 }, wght: { min: 400, max: 800 } },
});
if (font.length > limit) {
  console.error(`${target}: ${font.length} bytes, more than the ${limit} that pages allow`);
  process.exit(1);
}
await writeFile(target, font);
