import { useCallback, useEffect, useId, useRef, useState } from "react";
import type { KeyboardEvent, ReactNode } from "react";
import { Link } from "../lib/router";
import { Icon, type IconName } from "./icons";

interface Trigger {
    ref: React.RefObject<HTMLButtonElement>;
    onClick: () => void;
    "aria-haspopup": "menu" | "dialog";
    "aria-expanded": boolean;
    "aria-controls": string | undefined;
}

interface PopupProps {
    trigger: (wired: Trigger) => ReactNode;
    children: (close: () => void) => ReactNode;
    label: string;
    /** A menu is walked with the arrow keys; a dialog holds fields. */
    kind?: "menu" | "dialog";
    align?: "start" | "end";
}

/** Between a popup and its button, and the window's edge. */
const gap = 5;

/** Beside its button, and within the window: in the top layer, so that nothing around it can cut it off. */
function placeBeside(box: HTMLElement, button: HTMLElement, align: "start" | "end"): void {
    const at = button.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = box;
    const wanted = align === "start" ? at.left : at.right - width;
    const left = Math.max(gap, Math.min(wanted, document.documentElement.clientWidth - width - gap));
    const fitsBelow = at.bottom + gap + height <= window.innerHeight || at.top < height + gap;
    box.style.left = `${left}px`;
    box.style.top = `${fitsBelow ? at.bottom + gap : at.top - height - gap}px`;
}

/** Unknown to older browsers, where the popup is only fixed. */
const topLayer = { popover: "manual" };

/** Something that opens beside its button: closes on Escape, on a click elsewhere, and when the focus leaves. */
export function Popup({ trigger, children, label, kind = "menu", align = "start" }: PopupProps) {
    const [isOpen, setOpen] = useState(false);
    const id = useId();
    const button = useRef<HTMLButtonElement>(null);
    const box = useRef<HTMLDivElement>(null);
    const close = useCallback(() => {
        setOpen(false);
        button.current?.focus();
    }, []);

    useEffect(() => {
        if (!isOpen) return;
        const shown = box.current as (HTMLDivElement & { showPopover?: () => void }) | null;
        const place = () => {
            if (shown !== null && button.current !== null) placeBeside(shown, button.current, align);
        };
        shown?.showPopover?.();
        place();
        const sizes = new ResizeObserver(place);
        if (shown !== null) sizes.observe(shown);
        window.addEventListener("scroll", place, true);
        window.addEventListener("resize", place);
        items(shown)[0]?.focus({ preventScroll: true });
        const outside = (event: PointerEvent) => {
            const target = event.target as Node;
            if (!box.current?.contains(target) && !button.current?.contains(target)) setOpen(false);
        };
        document.addEventListener("pointerdown", outside);
        return () => {
            sizes.disconnect();
            window.removeEventListener("scroll", place, true);
            window.removeEventListener("resize", place);
            document.removeEventListener("pointerdown", outside);
        };
    }, [isOpen, align]);

    const onKeyDown = (event: KeyboardEvent) => {
        if (event.key === "Escape") {
            event.stopPropagation();
            close();
        }
        if (kind !== "menu" || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
        event.preventDefault();
        const all = items(box.current);
        const at = all.indexOf(document.activeElement as HTMLElement);
        const next =
            event.key === "Home"
                ? 0
                : event.key === "End"
                  ? all.length - 1
                  : (at + (event.key === "ArrowDown" ? 1 : all.length - 1)) % all.length;
        all[next]?.focus();
    };
    const onBlur = (event: React.FocusEvent) => {
        const next = event.relatedTarget as Node | null;
        if (next !== null && !event.currentTarget.contains(next)) setOpen(false);
    };
    return (
        <div className="popup-anchor" onBlur={onBlur}>
            {trigger({
                ref: button,
                onClick: () => setOpen(!isOpen),
                "aria-haspopup": kind,
                "aria-expanded": isOpen,
                "aria-controls": isOpen ? id : undefined,
            })}
            {isOpen && (
                <div
                    id={id}
                    ref={box}
                    role={kind}
                    aria-label={label}
                    onKeyDown={onKeyDown}
                    className="popup"
                    {...topLayer}
                >
                    {children(close)}
                </div>
            )}
        </div>
    );
}

function items(box: HTMLElement | null): HTMLElement[] {
    const found = box?.querySelectorAll<HTMLElement>("[role^=menuitem], input, button, a[href], select");
    return found === undefined ? [] : [...found].filter((each) => !each.hasAttribute("disabled"));
}

interface ItemProps {
    icon?: IconName;
    children: ReactNode;
    isDanger?: boolean;
    isChecked?: boolean;
}

export function MenuItem({
    icon,
    children,
    isDanger,
    isChecked,
    onSelect,
    disabled,
}: ItemProps & { onSelect: () => void; disabled?: boolean }) {
    const isChoice = isChecked !== undefined;
    return (
        <button
            type="button"
            role={isChoice ? "menuitemradio" : "menuitem"}
            aria-checked={isChecked}
            tabIndex={-1}
            className={`popup-item${isDanger === true ? " danger" : ""}`}
            aria-disabled={disabled}
            onClick={() => {
                if (disabled !== true) onSelect();
            }}
        >
            {icon !== undefined && <Icon name={icon} />}
            <span className="grow ellipsis">{children}</span>
            {isChecked === true && <Icon name="check" size="s" />}
        </button>
    );
}

export function MenuLink({
    to,
    icon,
    children,
    isChecked,
    onSelect,
}: ItemProps & { to: string; onSelect: () => void }) {
    return (
        <Link to={to} role="menuitem" tabIndex={-1} className="popup-item" onClick={onSelect}>
            {icon !== undefined && <Icon name={icon} />}
            <span className="grow ellipsis">{children}</span>
            {isChecked === true && <Icon name="check" size="s" />}
        </Link>
    );
}
