import { useEffect, useRef, useState } from "react";
import type { ReactNode } from "react";
import { IconButton } from "../../design/Button";
import { Icon } from "../../design/icons";
import { useTexts } from "../../i18n/i18n";
import { Link, useRouter } from "../../lib/router";
import { AccountMenu } from "./AccountMenu";
import { AlarmBell } from "./AlarmBell";
import { BatchTray } from "./BatchTray";
import { JobsMenu } from "./JobsMenu";
import { Navigation } from "./Navigation";
import { OfflineBar } from "./OfflineBar";
import { ProjectSwitcher } from "./ProjectSwitcher";
import "./shell.css";

/** Around every page: navigation, the switcher, what runs, the account. */
export function Shell({ children }: { children: ReactNode }) {
    const { t } = useTexts();
    const { path } = useRouter();
    const [isOpen, setOpen] = useState(false);
    const drawer = useRef<HTMLElement>(null);
    useEffect(() => setOpen(false), [path]);
    useEffect(() => {
        if (!isOpen) return;
        drawer.current?.querySelector<HTMLElement>("a, button")?.focus();
        const onKey = (event: KeyboardEvent) => {
            if (event.key === "Escape") setOpen(false);
        };
        window.addEventListener("keydown", onKey);
        return () => window.removeEventListener("keydown", onKey);
    }, [isOpen]);
    return (
        <div className="shell">
            <a className="skip" href="#main">
                {t("shell.skip")}
            </a>
            <header className="topbar">
                <span className="menu-button">
                    <IconButton
                        icon="menu"
                        label={t("shell.menu")}
                        aria-expanded={isOpen}
                        onClick={() => setOpen(!isOpen)}
                    />
                </span>
                <Link to="/" className="brand" aria-label="Edgewright">
                    <Mark />
                    <span>Edgewright</span>
                </Link>
                <ProjectSwitcher />
                <span className="grow" />
                <AlarmBell />
                <JobsMenu />
                <AccountMenu />
            </header>
            {isOpen && <div className="drawer-veil" onClick={() => setOpen(false)} />}
            <aside ref={drawer} className={`sidebar${isOpen ? " open" : ""}`}>
                <Navigation />
            </aside>
            <main id="main" tabIndex={-1}>
                <OfflineBar />
                {children}
            </main>
            <BatchTray />
        </div>
    );
}

export function Mark() {
    return (
        <span className="brand-mark">
            <Icon name="services" />
        </span>
    );
}
