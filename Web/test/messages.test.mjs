// Every text is in both languages, is used, and has the same placeholders; no colour or size outside the tokens.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const files = (folder) =>
    readdirSync(folder).flatMap((name) => {
        const path = join(folder, name);
        return statSync(path).isDirectory() ? files(path) : [path];
    });
const all = files("src");
const messagesOf = (language) =>
    Object.assign(
        {},
        ...all
            .filter((path) => path.endsWith(`messages.${language}.json`))
            .map((path) => JSON.parse(readFileSync(path, "utf8"))),
    );
const en = messagesOf("en");
const zh = messagesOf("zh-CN");
const source = all
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => readFileSync(path, "utf8"))
    .join("\n");
const isPlural = (key) => key.endsWith(".one");

test("both languages have the same texts", () => {
    // Chinese has one form for any number.
    assert.deepEqual(
        Object.keys(zh).sort(),
        Object.keys(en)
            .filter((key) => !isPlural(key))
            .sort(),
    );
});

test("no text is empty, and none is only a copy that was forgotten", () => {
    for (const [key, text] of [...Object.entries(en), ...Object.entries(zh)]) assert.notEqual(text.trim(), "", key);
    const same = Object.keys(zh).filter((key) => zh[key] === en[key] && /[a-z]{4,} [a-z]{3,}/i.test(zh[key]));
    assert.deepEqual(same, []);
});

test("a text has the same placeholders in every language", () => {
    const placeholders = (text) =>
        [...text.matchAll(/\{(\w+)\}/g)]
            .map((match) => match[1])
            .sort()
            .join();
    for (const key of Object.keys(zh)) assert.equal(placeholders(zh[key]), placeholders(en[key]), key);
});

test("every text is used", () => {
    const prefixes = [...source.matchAll(/`([\w]+(?:\.[\w]+)*\.)\$\{[^}]+\}(\w*)`/g)].map((match) => [
        match[1],
        match[2],
    ]);
    // What names a whole family by a value: `${name}.${value}` over the filters.
    const families = ["status.", "category.", "mode.", "connection."];
    const isUsed = (key) =>
        source.includes(`"${key}"`) ||
        prefixes.some(
            ([start, end]) => key.startsWith(start) && key.endsWith(end) && !key.slice(start.length).includes("."),
        ) ||
        families.some((start) => key.startsWith(start));
    assert.deepEqual(
        Object.keys(en).filter((key) => !isUsed(key.replace(/\.one$/, ""))),
        [],
    );
});

test("texts, colours and sizes are not written into the components", () => {
    for (const path of all.filter((each) => each.endsWith(".tsx"))) {
        const text = readFileSync(path, "utf8");
        assert.doesNotMatch(text, /style=\{/, path);
        assert.doesNotMatch(text, /#[0-9a-f]{6}\b/i, path);
        const shown = [...text.matchAll(/>([^<>{}=;()]*[a-z]{3,}[^<>{}=;()]*)<\//gi)].map((match) => match[1].trim());
        assert.deepEqual(
            shown.filter((each) => each !== "Edgewright" && !each.startsWith("/")),
            [],
            path,
        );
    }
    for (const path of all.filter((each) => each.endsWith(".css") && !each.endsWith("tokens.css"))) {
        assert.doesNotMatch(readFileSync(path, "utf8"), /#[0-9a-f]{3,8}\b|rgba?\(/i, path);
    }
});
