import { useEffect, useId, useRef, useState } from "react";
import type { FormEvent, ReactNode } from "react";
import type { APIProblem } from "../api/problem";
import { useTexts } from "../i18n/i18n";
import { useAction } from "../lib/useResource";
import { Button, IconButton } from "./Button";
import { TextField } from "./Field";
import { ProblemNotice } from "./States";

interface DialogProps {
    title: string;
    onClose: () => void;
    children: ReactNode;
    isWide?: boolean;
}

/** The browser's own modal dialog: it keeps the focus inside, Escape closes it, and the focus goes back. */
export function Dialog({ title, onClose, children, isWide }: DialogProps) {
    const { t } = useTexts();
    const ref = useRef<HTMLDialogElement>(null);
    const id = useId();
    useEffect(() => {
        const before = document.activeElement;
        ref.current?.showModal();
        return () => {
            if (before instanceof HTMLElement) before.focus();
        };
    }, []);
    return (
        <dialog
            ref={ref}
            className={`dialog${isWide === true ? " wide" : ""}`}
            aria-labelledby={id}
            onCancel={(event) => {
                event.preventDefault();
                onClose();
            }}
        >
            <div className="dialog-head">
                <h2 id={id}>{title}</h2>
                <IconButton icon="close" label={t("common.close")} size="small" onClick={onClose} />
            </div>
            {children}
        </dialog>
    );
}

interface FormDialogProps extends Omit<DialogProps, "children"> {
    submit: string;
    /** Closes by itself when it went well. */
    onSubmit: () => Promise<void>;
    canSubmit?: boolean;
    isDestructive?: boolean;
    children: (problem: APIProblem | undefined) => ReactNode;
    /** The fields that show their own errors. */
    fields?: readonly string[];
}

export function FormDialog({
    title,
    submit,
    onSubmit,
    onClose,
    canSubmit = true,
    isDestructive,
    isWide,
    children,
    fields = [],
}: FormDialogProps) {
    const { t } = useTexts();
    const action = useAction();
    const go = async (event: FormEvent) => {
        event.preventDefault();
        if (canSubmit && (await action.run(onSubmit))) onClose();
    };
    const { problem } = action;
    const isShown =
        problem !== undefined &&
        !(problem.errors.length > 0 && problem.errors.every((error) => fields.includes(error.field)));
    return (
        <Dialog title={title} onClose={onClose} isWide={isWide}>
            <form onSubmit={(event) => void go(event)} noValidate>
                <div className="dialog-body">
                    {isShown && <ProblemNotice problem={problem} />}
                    {children(problem)}
                </div>
                <div className="dialog-foot">
                    <Button onClick={onClose}>{t("common.cancel")}</Button>
                    <Button
                        type="submit"
                        kind={isDestructive === true ? "destroy" : "primary"}
                        isBusy={action.isRunning}
                        disabled={!canSubmit}
                    >
                        {submit}
                    </Button>
                </div>
            </form>
        </Dialog>
    );
}

interface ConfirmProps {
    title: string;
    submit: string;
    /** What must be typed first, for what can't be undone. */
    typed?: string;
    /** False while something else is missing. */
    canConfirm?: boolean;
    onConfirm: () => Promise<void>;
    onClose: () => void;
    children: ReactNode;
}

export function Confirm({ title, submit, typed, canConfirm = true, onConfirm, onClose, children }: ConfirmProps) {
    const { t } = useTexts();
    const [text, setText] = useState("");
    return (
        <FormDialog
            title={title}
            submit={submit}
            onSubmit={onConfirm}
            onClose={onClose}
            isDestructive
            canSubmit={canConfirm && (typed === undefined || text === typed)}
        >
            {() => (
                <>
                    <div>{children}</div>
                    {typed !== undefined && (
                        <TextField
                            label={t("common.typeToConfirm", { text: typed })}
                            value={text}
                            onChange={setText}
                            autoComplete="off"
                            spellCheck={false}
                            autoFocus
                        />
                    )}
                </>
            )}
        </FormDialog>
    );
}
