import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
// Before the features' own styles, which build on them.
import "./design/tokens.css";
import "./design/base.css";
import "./design/controls.css";
import "./design/surfaces.css";
import { App } from "./app/App";

const root = document.getElementById("root");
if (root !== null) {
    createRoot(root).render(
        <StrictMode>
            <App />
        </StrictMode>,
    );
}
