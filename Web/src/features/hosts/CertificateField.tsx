import { useId, useRef } from "react";
import { Button } from "../../design/Button";
import { TextArea } from "../../design/Field";
import { useTexts } from "../../i18n/i18n";
import "./hosts.css";

interface CertificateFieldProps {
    label: string;
    value: string;
    onChange: (text: string) => void;
    error?: string;
}

/** PEM, pasted or from a file. What was entered stays in the form until it is sent. */
export function CertificateField({ label, value, onChange, error }: CertificateFieldProps) {
    const { t } = useTexts();
    const id = useId();
    const input = useRef<HTMLInputElement>(null);
    const read = async (file: File | undefined) => {
        if (file !== undefined) onChange(await file.text());
    };
    return (
        <div className="certificate">
            <TextArea
                label={label}
                value={value}
                onChange={onChange}
                rows={4}
                isMono
                spellCheck={false}
                autoComplete="off"
                placeholder={t("host.pasted")}
                error={error}
            />
            <input
                ref={input}
                id={id}
                type="file"
                hidden
                aria-label={label}
                accept=".pem,.crt,.cer,.key"
                onChange={(event) => {
                    void read(event.target.files?.[0]);
                    // The same file can be chosen again after it has changed.
                    event.target.value = "";
                }}
            />
            <Button size="small" icon="upload" onClick={() => input.current?.click()}>
                {t("host.chooseFile")}
                <span className="hidden-text">{label}</span>
            </Button>
        </div>
    );
}
