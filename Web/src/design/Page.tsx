import { useEffect, useRef } from "react";
import type { ReactNode } from "react";
import { isFirstPage, Link } from "../lib/router";

interface PageProps {
    title: string;
    /** Beside the title: a status, a badge. */
    mark?: ReactNode;
    lead?: ReactNode;
    actions?: ReactNode;
    children: ReactNode;
    isNarrow?: boolean;
}

/** A page under its title, which is also the window's and gets the focus when the page opens. */
export function Page({ title, mark, lead, actions, children, isNarrow }: PageProps) {
    const heading = useRef<HTMLHeadingElement>(null);
    useEffect(() => {
        document.title = `${title} · Edgewright`;
    }, [title]);
    useEffect(() => {
        // Not away from a field that asked for the focus itself.
        if (!isFirstPage() && document.activeElement === document.body) heading.current?.focus({ preventScroll: true });
    }, []);
    return (
        <div className={`page${isNarrow === true ? " narrow" : ""}`}>
            <header className="page-head">
                <div className="grow">
                    <div className="row wrap">
                        <h1 ref={heading} tabIndex={-1}>
                            {title}
                        </h1>
                        {mark}
                    </div>
                    {lead !== undefined && <div className="lead">{lead}</div>}
                </div>
                {actions !== undefined && <div className="page-actions">{actions}</div>}
            </header>
            {children}
        </div>
    );
}

interface CardProps {
    title?: ReactNode;
    actions?: ReactNode;
    children: ReactNode;
    /** Lists reach the card's edges. */
    isFlush?: boolean;
    className?: string;
}

export function Card({ title, actions, children, isFlush, className }: CardProps) {
    return (
        <section className={`card${className === undefined ? "" : ` ${className}`}`}>
            {title !== undefined && (
                <div className="card-head">
                    <h2>{title}</h2>
                    {actions}
                </div>
            )}
            {isFlush === true ? children : <div className="card-body">{children}</div>}
        </section>
    );
}

export interface Tab {
    to: string;
    label: string;
    isCurrent: boolean;
    count?: number;
}

export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
    return (
        <nav className="tabs" aria-label={label}>
            {tabs.map((tab) => (
                <Link key={tab.to} to={tab.to} aria-current={tab.isCurrent ? "page" : undefined}>
                    {tab.label}
                    {tab.count !== undefined && <span className="badge number">{tab.count}</span>}
                </Link>
            ))}
        </nav>
    );
}
