// Before the first paint: the chosen theme, so that a dark console does not flash white.
import { applyTheme, readTheme } from "./lib/theme";

const key = "edgewright.reloadedAt";
/** Longest that one failure can be taken for the one before. Milliseconds. */
const patience = 10_000;

applyTheme(readTheme());

// A part of the console that did not arrive, because the network changed just then, would leave an empty page: it is
// asked for once more.
window.addEventListener(
    "error",
    (event) => {
        if (!(event.target instanceof HTMLScriptElement) || event.target.src === "") return;
        try {
            if (Date.now() - Number(sessionStorage.getItem(key)) < patience) return;
            sessionStorage.setItem(key, String(Date.now()));
        } catch {
            // Without storage it could go on for ever.
            return;
        }
        window.location.reload();
    },
    true,
);
