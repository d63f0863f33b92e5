import type { ReactNode } from "react";
import { Button, IconButton } from "../../design/Button";
import { useTexts } from "../../i18n/i18n";
import "./images.css";

interface RowsProps<Row> {
    title: string;
    hint?: string;
    add: string;
    rows: readonly Row[];
    fresh: Row;
    onChange: (rows: Row[]) => void;
    /** What the platform says of any of them. */
    errors: readonly string[];
    children: (row: Row, change: (changes: Partial<Row>) => void, number: number) => ReactNode;
}

/** A list in a form: a line each, one more, one less. */
export function Rows<Row extends object>({
    title,
    hint,
    add,
    rows,
    fresh,
    onChange,
    errors,
    children,
}: RowsProps<Row>) {
    const { t } = useTexts();
    return (
        <fieldset className="field">
            <legend className="field-label">{title}</legend>
            {rows.map((row, index) => (
                // The lines have nothing that tells them apart but their place.
                <div className="form-line" key={index}>
                    {children(
                        row,
                        (changes) => onChange(rows.map((each, at) => (at === index ? { ...each, ...changes } : each))),
                        index + 1,
                    )}
                    <IconButton
                        icon="trash"
                        label={t("settings.removeLine", { title, number: index + 1 })}
                        onClick={() => onChange(rows.filter((_, at) => at !== index))}
                    />
                </div>
            ))}
            {errors.map((error) => (
                <p className="field-error" role="alert" key={error}>
                    {error}
                </p>
            ))}
            <div className="row wrap">
                <Button size="small" icon="plus" onClick={() => onChange([...rows, { ...fresh }])}>
                    {add}
                </Button>
                {hint !== undefined && <span className="field-hint">{hint}</span>}
            </div>
        </fieldset>
    );
}

interface CellProps {
    label: string;
    value: string;
    onChange: (value: string) => void;
    isShort?: boolean;
}

/** A field of a line: named for screen readers, and by what stands in it while it is empty. */
export function Cell({ label, value, onChange, isShort }: CellProps) {
    return (
        <input
            className={`input mono${isShort === true ? " short" : ""}`}
            aria-label={label}
            placeholder={label}
            value={value}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => onChange(event.target.value)}
        />
    );
}
