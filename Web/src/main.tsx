import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
// Before the features' own styles, which build on them.
import "./design/tokens.css";
import "./design/base.css";
import "./design/buttons.css";
import "./design/fields.css";
import "./design/marks.css";
import "./design/page.css";
import "./design/table.css";
import "./design/states.css";
import "./design/overlays.css";
import "./design/tabs.css";
import { App } from "./app/App";

const root = document.getElementById("root");
if (root !== null) {
    createRoot(root).render(
        <StrictMode>
            <App />
        </StrictMode>,
    );
}
