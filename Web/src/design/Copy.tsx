import { useState } from "react";
import { useTexts } from "../i18n/i18n";
import { IconButton } from "./Button";

/** Copies a text, and says so for a moment. Without a secure origin the clipboard may be closed to pages. */
export function CopyButton({ text, label }: { text: string; label: string }) {
    const { t } = useTexts();
    const [isCopied, setCopied] = useState(false);
    const copy = async () => {
        try {
            await navigator.clipboard.writeText(text);
        } catch {
            copyBySelection(text);
        }
        setCopied(true);
        window.setTimeout(() => setCopied(false), 1500);
    };
    return (
        <IconButton
            icon={isCopied ? "check" : "copy"}
            size="small"
            label={isCopied ? t("common.copied") : label}
            onClick={() => void copy()}
        />
    );
}

function copyBySelection(text: string): void {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "hidden-text";
    (document.querySelector("dialog[open]") ?? document.body).append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
}
