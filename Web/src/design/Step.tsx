import { useEffect, useRef } from "react";
import type { ReactNode } from "react";

/** One numbered part of a long form. */
export function Step({ number, title, children }: { number: number; title: string; children: ReactNode }) {
    return (
        <section className="card">
            <div className="card-head">
                <h2 className="row">
                    <span className="step-number" aria-hidden="true">
                        {number}
                    </span>
                    {title}
                </h2>
            </div>
            <div className="card-body stack">{children}</div>
        </section>
    );
}

interface FoldProps {
    title: string;
    summary?: string;
    /** Something in it was refused: it must be seen. */
    hasErrors?: boolean;
    children: ReactNode;
}

/** What few people change: folded away until it is asked for. */
export function Fold({ title, summary, hasErrors, children }: FoldProps) {
    const box = useRef<HTMLDetailsElement>(null);
    useEffect(() => {
        if (hasErrors === true && box.current !== null) box.current.open = true;
    }, [hasErrors]);
    return (
        <details ref={box} className="card fold">
            <summary>
                <span className="strong">{title}</span>
                {summary !== undefined && <span className="faint small">{summary}</span>}
            </summary>
            <div className="card-body stack">{children}</div>
        </details>
    );
}
