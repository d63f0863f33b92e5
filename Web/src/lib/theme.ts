export type Theme = "system" | "light" | "dark";
const key = "edgewright.theme";

export function readTheme(): Theme {
    try {
        const kept = localStorage.getItem(key);
        return kept === "light" || kept === "dark" ? kept : "system";
    } catch {
        return "system";
    }
}

export function applyTheme(theme: Theme): void {
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
}

export function chooseTheme(theme: Theme): void {
    applyTheme(theme);
    try {
        localStorage.setItem(key, theme);
    } catch {
        // Without storage the choice lasts as long as the page.
    }
}
