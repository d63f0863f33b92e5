const steps: readonly [Intl.RelativeTimeFormatUnit, number][] = [
    ["second", 60],
    ["minute", 60],
    ["hour", 24],
    ["day", 30],
    ["month", 12],
    ["year", Infinity],
];

// Making a format costs more than using it a hundred times.
const relativeFormats = new Map<string, Intl.RelativeTimeFormat>();
const exactFormats = new Map<string, Intl.DateTimeFormat>();

function kept<Format>(formats: Map<string, Format>, language: string, make: () => Format): Format {
    const known = formats.get(language) ?? make();
    formats.set(language, known);
    return known;
}

/** "3 minutes ago"; what is less than half a minute away is "now". */
export function relativeTime(moment: Date, now: number, language: string): string {
    let amount = (moment.getTime() - now) / 1000;
    const format = kept(
        relativeFormats,
        language,
        () => new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "long" }),
    );
    if (Math.abs(amount) < 10) return format.format(0, "second");
    for (const [unit, size] of steps) {
        if (Math.abs(amount) < size) return format.format(Math.trunc(amount), unit);
        amount /= size;
    }
    return "";
}

export function exactTime(moment: Date, language: string): string {
    return kept(
        exactFormats,
        language,
        () => new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "long" }),
    ).format(moment);
}

/** Seconds as "3 d 4 h"; the two largest units. */
export function duration(seconds: number): string {
    const parts: string[] = [];
    let rest = Math.floor(seconds);
    for (const [unit, size] of [
        ["d", 86_400],
        ["h", 3600],
        ["min", 60],
        ["s", 1],
    ] as const) {
        const count = Math.floor(rest / size);
        rest -= count * size;
        if (count > 0) parts.push(`${count} ${unit}`);
    }
    return parts.slice(0, 2).join(" ") || "0 s";
}

export function bytes(count: number): string {
    let value = count;
    for (const unit of ["B", "kB", "MB", "GB"]) {
        if (value < 1000) return `${value < 10 && unit !== "B" ? value.toFixed(1) : Math.round(value)} ${unit}`;
        value /= 1000;
    }
    return `${value.toFixed(1)} TB`;
}
