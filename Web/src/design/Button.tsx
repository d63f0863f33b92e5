import { forwardRef } from "react";
import type { ButtonHTMLAttributes, ReactNode } from "react";
import { Link } from "../lib/router";
import { Icon, type IconName } from "./icons";

type Kind = "plain" | "primary" | "danger" | "destroy" | "quiet";

interface Looks {
    kind?: Kind;
    size?: "m" | "small";
    icon?: IconName;
    isBusy?: boolean;
    children?: ReactNode;
}

const classes = (kind: Kind, size: string, isIconOnly: boolean) =>
    `button ${kind} ${size}${isIconOnly ? " icon-only" : ""}`;

type ButtonProps = Looks & Omit<ButtonHTMLAttributes<HTMLButtonElement>, "children">;

export const Button = forwardRef<HTMLButtonElement, ButtonProps>(function Button(
    { kind = "plain", size = "m", icon, isBusy = false, children, disabled, type = "button", ...rest },
    ref,
) {
    return (
        <button
            ref={ref}
            type={type}
            className={classes(kind, size, false)}
            disabled={disabled === true || isBusy}
            aria-busy={isBusy || undefined}
            {...rest}
        >
            {isBusy ? <Spinner /> : icon !== undefined && <Icon name={icon} />}
            {children}
        </button>
    );
});

type IconButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, "children"> & {
    icon: IconName;
    label: string;
    size?: "m" | "small";
    kind?: Kind;
    children?: ReactNode;
};

/** Its label is said by screen readers and shown on hover. */
export const IconButton = forwardRef<HTMLButtonElement, IconButtonProps>(function IconButton(
    { icon, label, size = "m", kind = "quiet", type = "button", children, ...rest },
    ref,
) {
    return (
        <button ref={ref} type={type} className={classes(kind, size, true)} aria-label={label} title={label} {...rest}>
            <Icon name={icon} />
            {children}
        </button>
    );
});

export function LinkButton({ to, kind = "plain", size = "m", icon, children }: Looks & { to: string }) {
    return (
        <Link to={to} className={classes(kind, size, false)}>
            {icon !== undefined && <Icon name={icon} />}
            {children}
        </Link>
    );
}

export function Spinner() {
    return <span className="spinner" aria-hidden="true" />;
}
