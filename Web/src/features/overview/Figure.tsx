import type { ReactNode } from "react";
import { useTexts } from "../../i18n/i18n";
import { Link } from "../../lib/router";

interface FigureProps {
    label: string;
    value: number | undefined;
    to?: string;
    children: ReactNode;
}

export function Figure({ label, value, to, children }: FigureProps) {
    const { n } = useTexts();
    return (
        <section className="card figure" aria-label={label}>
            <h2 className="figure-label">{to === undefined ? label : <Link to={to}>{label}</Link>}</h2>
            {value === undefined ? (
                <span className="skeleton big" />
            ) : (
                <p className="figure-value number">{n(value)}</p>
            )}
            {children}
        </section>
    );
}

export type Tone = "ok" | "bad" | "warn" | "unknown" | "accent";

export interface Share {
    tone: Tone;
    label: string;
    value: number | undefined;
    to?: string;
}

/** How a whole is divided: a bar, and each part in words. */
export function Shares({ parts }: { parts: readonly Share[] }) {
    const { n } = useTexts();
    return (
        <>
            <Bar parts={parts} />
            <ul className="shares">
                {parts.map((part) => {
                    const text = (
                        <>
                            <span className={`dot ${part.tone}`} aria-hidden="true" />
                            {part.label}{" "}
                            <span className="strong number">{part.value === undefined ? "–" : n(part.value)}</span>
                        </>
                    );
                    return (
                        <li key={part.label}>
                            {part.to === undefined ? (
                                <span className="share">{text}</span>
                            ) : (
                                <Link className="share" to={part.to}>
                                    {text}
                                </Link>
                            )}
                        </li>
                    );
                })}
            </ul>
        </>
    );
}

interface BarProps {
    parts: readonly Share[];
    /** What all parts are of, when they are not the whole themselves. */
    whole?: number;
}

export function Bar({ parts, whole = parts.reduce((sum, part) => sum + (part.value ?? 0), 0) }: BarProps) {
    let at = 0;
    return (
        <svg className="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
            <rect width="100" height="6" className="bar-ground" />
            {whole > 0 &&
                parts.map((part) => {
                    const width = ((part.value ?? 0) * 100) / whole;
                    at += width;
                    return (
                        width > 0 && (
                            <rect
                                key={part.label}
                                x={at - width}
                                width={width}
                                height="6"
                                className={`bar-${part.tone}`}
                            />
                        )
                    );
                })}
        </svg>
    );
}
