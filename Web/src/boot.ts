// Before the first paint: the chosen theme, so that a dark console does not flash white.
import { applyTheme, readTheme } from "./lib/theme";

applyTheme(readTheme());
