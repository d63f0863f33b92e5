// Small choices of a person, kept in this browser. Storage may be forbidden; nothing depends on it.
export function readKept<Value>(name: string, fallback: Value, isValid: (value: unknown) => value is Value): Value {
    try {
        const text = localStorage.getItem(`edgewright.${name}`);
        if (text === null) return fallback;
        const value: unknown = JSON.parse(text);
        return isValid(value) ? value : fallback;
    } catch {
        return fallback;
    }
}

export function keep(name: string, value: unknown): void {
    try {
        localStorage.setItem(`edgewright.${name}`, JSON.stringify(value));
    } catch {
        // Full or forbidden: the choice lasts as long as the page.
    }
}

export const isString = (value: unknown): value is string => typeof value === "string";
export const isStringList = (value: unknown): value is string[] => Array.isArray(value) && value.every(isString);
export const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";
export const isNumber = (value: unknown): value is number => typeof value === "number";
