/** Gives text to the browser as a file to save. */
export function downloadText(name: string, type: string, text: string): void {
    const url = URL.createObjectURL(new Blob([text], { type }));
    followDownload(url, name);
    // Not before the browser has begun to read it.
    window.setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export function followDownload(url: string, name?: string): void {
    const link = document.createElement("a");
    link.href = url;
    link.download = name ?? "";
    document.body.append(link);
    link.click();
    link.remove();
}

/** One cell of a CSV file; what a spreadsheet would take for a formula is quoted against it. */
export function csvCell(text: string): string {
    const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}
