// Enough of CSV to show the first rows of a file before it is sent; the platform reads the file itself.
export interface Preview {
    header: string[];
    rows: string[][];
    missing: string[];
}

export const neededColumns = ["category", "name", "endpoint"];
export const knownColumns = ["category", "name", "nodeType", "endpoint", "scheme", "tagName"];
export const mostBytes = 100_000_000;
const looked = 64 * 1024;
const shownRows = 8;

export function parseCSV(text: string): string[][] {
    const rows: string[][] = [];
    let row: string[] = [];
    let cell = "";
    let isQuoted = false;
    for (let at = 0; at < text.length; at += 1) {
        const char = text[at] ?? "";
        if (isQuoted) {
            if (char !== '"') cell += char;
            else if (text[at + 1] === '"') {
                cell += '"';
                at += 1;
            } else isQuoted = false;
        } else if (char === '"') isQuoted = true;
        else if (char === ",") {
            row.push(cell);
            cell = "";
        } else if (char === "\n") {
            rows.push([...row, cell]);
            row = [];
            cell = "";
        } else if (char !== "\r") cell += char;
    }
    if (cell !== "" || row.length > 0) rows.push([...row, cell]);
    return rows.filter((each) => each.some((value) => value !== ""));
}

export async function previewOf(file: File): Promise<Preview> {
    const text = (await file.slice(0, looked).text()).replace(/^\uFEFF/, "");
    const [header = [], ...rows] = parseCSV(text);
    const names = header.map((name) => name.trim());
    return {
        header: names,
        rows: rows.slice(0, shownRows),
        missing: neededColumns.filter((name) => !names.includes(name)),
    };
}

export const template = `${knownColumns.join(",")}\r\nneuronex,press-line-4,Direct,10.20.4.17:8085,http,hall-2;press\r\n`;
