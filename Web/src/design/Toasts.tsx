import { createContext, useCallback, useContext, useMemo, useState } from "react";
import type { ReactNode } from "react";
import { useTexts } from "../i18n/i18n";
import { IconButton } from "./Button";
import { Icon } from "./icons";

interface Toast {
    id: number;
    text: string;
    isBad: boolean;
}

type Tell = (text: string, options?: { isBad?: boolean }) => void;

const ToastContext = createContext<Tell>(() => undefined);
const lifetime = 6000;
let lastId = 0;

/** Short words about what was just done. Failures stay until they are closed. */
export function ToastProvider({ children }: { children: ReactNode }) {
    const { t } = useTexts();
    const [toasts, setToasts] = useState<Toast[]>([]);
    const remove = useCallback((id: number) => setToasts((all) => all.filter((each) => each.id !== id)), []);
    const tell = useCallback<Tell>(
        (text, options = {}) => {
            lastId += 1;
            const toast = { id: lastId, text, isBad: options.isBad === true };
            setToasts((all) => [...all.slice(-3), toast]);
            if (!toast.isBad) window.setTimeout(() => remove(toast.id), lifetime);
        },
        [remove],
    );
    const value = useMemo(() => tell, [tell]);
    return (
        <ToastContext.Provider value={value}>
            {children}
            <div className="toasts" role="status" aria-live="polite">
                {toasts.map((toast) => (
                    <div key={toast.id} className={`toast${toast.isBad ? " bad" : ""}`}>
                        <Icon name={toast.isBad ? "warning" : "check"} />
                        <div className="grow">{toast.text}</div>
                        <IconButton
                            icon="close"
                            label={t("common.close")}
                            size="small"
                            onClick={() => remove(toast.id)}
                        />
                    </div>
                ))}
            </div>
        </ToastContext.Provider>
    );
}

export const useTell = () => useContext(ToastContext);
