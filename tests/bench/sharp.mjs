// sharp as a rival of the fitter: the photo decoded and reduced once, then the highest quality that fits, by halving.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";

// The packages are those of the folder it is started in.
const sharp = createRequire(`${process.cwd()}/`)("sharp");
const [source, target, budget, edge, encoder] = process.argv.slice(2);
const side = Number(edge);
const { data, info } = await sharp(source)
  .rotate()
  .resize({ width: side, height: side, fit: "inside", withoutEnlargement: true })
  .raw()
  .toBuffer({ resolveWithObject: true });
let low = 1;
let high = 100;
let best = null;
while (low <= high) {
  const quality = (low + high) >> 1;
  const tried = await sharp(data, { raw: info }).jpeg({ quality, mozjpeg: encoder === "mozjpeg" }).toBuffer();
  if (tried.length <= Number(budget)) {
    best = tried;
    low = quality + 1;
  } else {
    high = quality - 1;
  }
}
writeFileSync(target, best);
