import { useId } from "react";
import type { InputHTMLAttributes, ReactNode, SelectHTMLAttributes, TextareaHTMLAttributes } from "react";
import type { APIProblem } from "../api/problem";
import { useTexts } from "../i18n/i18n";
import { Icon } from "./icons";

interface Around {
    label: string;
    hint?: ReactNode;
    error?: string;
    isOptional?: boolean;
}

interface Wired {
    id: string;
    "aria-describedby"?: string;
    "aria-invalid"?: true;
}

function Field({ label, hint, error, isOptional, children }: Around & { children: (wired: Wired) => ReactNode }) {
    const { t } = useTexts();
    const id = useId();
    const about = [hint === undefined ? "" : `${id}-hint`, error === undefined ? "" : `${id}-error`].join(" ").trim();
    return (
        <div className="field">
            <label className="field-label" htmlFor={id}>
                {label}
                {isOptional === true && <span className="faint"> {t("common.optional")}</span>}
            </label>
            {children({
                id,
                "aria-describedby": about === "" ? undefined : about,
                "aria-invalid": error === undefined ? undefined : true,
            })}
            {error !== undefined && (
                <p className="field-error" id={`${id}-error`} role="alert">
                    {error}
                </p>
            )}
            {hint !== undefined && (
                <p className="field-hint" id={`${id}-hint`}>
                    {hint}
                </p>
            )}
        </div>
    );
}

type TextFieldProps = Around &
    Omit<InputHTMLAttributes<HTMLInputElement>, "onChange" | "value"> & {
        value: string;
        onChange: (value: string) => void;
    };

export function TextField({ label, hint, error, isOptional, value, onChange, ...rest }: TextFieldProps) {
    return (
        <Field {...{ label, hint, error, isOptional }}>
            {(wired) => (
                <input
                    className="input"
                    value={value}
                    onChange={(event) => onChange(event.target.value)}
                    {...wired}
                    {...rest}
                />
            )}
        </Field>
    );
}

type TextAreaProps = Around &
    Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, "onChange" | "value"> & {
        value: string;
        onChange: (value: string) => void;
        isMono?: boolean;
    };

export function TextArea({ label, hint, error, isOptional, value, onChange, isMono, ...rest }: TextAreaProps) {
    return (
        <Field {...{ label, hint, error, isOptional }}>
            {(wired) => (
                <textarea
                    className={`textarea${isMono === true ? " mono" : ""}`}
                    value={value}
                    onChange={(event) => onChange(event.target.value)}
                    {...wired}
                    {...rest}
                />
            )}
        </Field>
    );
}

export interface Option<Value extends string = string> {
    value: Value;
    label: string;
}

type SelectFieldProps<Value extends string> = Around & {
    value: Value;
    onChange: (value: Value) => void;
    options: readonly Option<Value>[];
    disabled?: boolean;
};

export function SelectField<Value extends string>({
    label,
    hint,
    error,
    isOptional,
    ...select
}: SelectFieldProps<Value>) {
    return <Field {...{ label, hint, error, isOptional }}>{(wired) => <Select {...select} {...wired} />}</Field>;
}

type SelectProps<Value extends string> = Omit<SelectHTMLAttributes<HTMLSelectElement>, "onChange" | "value"> & {
    value: Value;
    onChange: (value: Value) => void;
    options: readonly Option<Value>[];
    isSmall?: boolean;
};

export function Select<Value extends string>({ value, onChange, options, isSmall, ...rest }: SelectProps<Value>) {
    return (
        <span className={`select-box${isSmall === true ? " small" : ""}`}>
            <select
                className="select"
                value={value}
                onChange={(event) => onChange(event.target.value as Value)}
                {...rest}
            >
                {options.map((option) => (
                    <option key={option.value} value={option.value}>
                        {option.label}
                    </option>
                ))}
            </select>
            <Icon name="down" size="s" />
        </span>
    );
}

interface SwitchProps {
    label: ReactNode;
    hint?: string;
    isOn: boolean;
    onChange: (isOn: boolean) => void;
    disabled?: boolean;
}

export function CheckField({ label, hint, isOn, onChange, disabled }: SwitchProps) {
    return (
        <label className="check">
            <input
                type="checkbox"
                checked={isOn}
                disabled={disabled}
                onChange={(event) => onChange(event.target.checked)}
            />
            <span>
                {label}
                {hint !== undefined && (
                    <span className="field-hint">
                        <br />
                        {hint}
                    </span>
                )}
            </span>
        </label>
    );
}

interface ChoicesProps<Value extends string> {
    label: string;
    value: Value;
    onChange: (value: Value) => void;
    options: readonly (Option<Value> & { hint?: string })[];
}

/** A few things to choose from, each with a line that explains it. */
export function Choices<Value extends string>({ label, value, onChange, options }: ChoicesProps<Value>) {
    const name = useId();
    return (
        <fieldset className="field">
            <legend className="field-label">{label}</legend>
            <div className="choices">
                {options.map((option) => (
                    <label className="choice" key={option.value}>
                        <input
                            type="radio"
                            name={name}
                            value={option.value}
                            checked={option.value === value}
                            onChange={() => onChange(option.value)}
                        />
                        <span>
                            <span className="choice-title">{option.label}</span>
                            {option.hint !== undefined && <span className="field-hint">{option.hint}</span>}
                        </span>
                    </label>
                ))}
            </div>
        </fieldset>
    );
}

interface SearchProps {
    label: string;
    value: string;
    onChange: (value: string) => void;
    placeholder?: string;
}

export function SearchInput({ label, value, onChange, placeholder }: SearchProps) {
    return (
        <div className="search">
            <Icon name="search" />
            <input
                className="input"
                type="search"
                aria-label={label}
                placeholder={placeholder ?? label}
                value={value}
                maxLength={200}
                onChange={(event) => onChange(event.target.value)}
            />
        </div>
    );
}

/** What the platform says of one field of a form. */
export function errorOf(problem: APIProblem | undefined, field: string): string | undefined {
    const found = problem?.errors.find((error) => error.field === field);
    return found?.message;
}

/** Whether a problem says more than what stands beside the form's fields. */
export function isBesideFields(problem: APIProblem, fields: readonly string[]): boolean {
    return problem.errors.length > 0 && problem.errors.every((error) => fields.includes(error.field));
}
