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

/** What few people change: folded away until it is asked for. */
export function Fold({ title, summary, children }: { title: string; summary?: string; children: ReactNode }) {
    return (
        <details className="card fold">
            <summary>
                <span className="strong">{title}</span>
                {summary !== undefined && <span className="faint small">{summary}</span>}
            </summary>
            <div className="card-body stack">{children}</div>
        </details>
    );
}
