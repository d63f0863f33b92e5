// finish.mjs FOLDER: writes index.html with the names that the bundler gave, and compresses what gains by it.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { constants, gzipSync } from "node:zlib";

const folder = process.argv[2];
const assets = join(folder, "assets");

const icon = readFileSync("src/icon.svg");
const iconName = `icon-${createHash("sha256").update(icon).digest("hex").slice(0, 8).toUpperCase()}.svg`;
writeFileSync(join(assets, iconName), icon);

// The bundler writes the styles of what is loaded later once more by themselves; the page's own have them all.
for (const name of readdirSync(assets)) {
    if (name.endsWith(".css") && !name.startsWith("main-")) unlinkSync(join(assets, name));
}
const names = readdirSync(assets);
const place = (start, end) => {
    const found = names.filter((name) => name.startsWith(start) && name.endsWith(end));
    if (found.length !== 1) throw new Error(`expected one ${start}*${end}, found ${found.join(", ") || "none"}`);
    return `/assets/${found[0]}`;
};
const places = {
    "%icon%": `/assets/${iconName}`,
    "%styles%": place("main-", ".css"),
    "%boot%": place("boot-", ".js"),
    "%main%": place("main-", ".js"),
};
const page = readFileSync("index.html", "utf8").replace(/%\w+%/g, (name) => places[name]);
writeFileSync(join(folder, "index.html"), page);

for (const file of [join(folder, "index.html"), ...readdirSync(assets).map((name) => join(assets, name))]) {
    const bytes = readFileSync(file);
    const compressed = gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION });
    if (compressed.length < bytes.length) writeFileSync(`${file}.gz`, compressed);
}
