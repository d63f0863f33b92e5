import type { EdgeService, ServiceStatus } from "../../api/types";
import { useTexts } from "../../i18n/i18n";
import { exactTime } from "../../lib/time";

const looks: Record<ServiceStatus, string> = { online: "ok", offline: "bad", unknown: "hollow" };
export const statusTone: Record<ServiceStatus, string> = { online: "ok", offline: "bad", unknown: "" };

type Told = Pick<EdgeService, "status" | "statusReason"> & { statusSince?: string | null };

/** Never by colour alone: the word and the mark's form say it too. The reason is on hover and for screen readers. */
export function Status({ service, isBadge }: { service: Told; isBadge?: boolean }) {
    const { t, language } = useTexts();
    const since =
        service.statusSince === null || service.statusSince === undefined
            ? ""
            : t("status.since", { time: exactTime(new Date(service.statusSince), language) });
    const title = [service.statusReason, since].filter((part) => part !== "").join("\n");
    return (
        <span
            className={isBadge === true ? `badge ${statusTone[service.status]}` : "row nowrap"}
            title={title === "" ? undefined : title}
        >
            <span className={`dot ${looks[service.status]}`} aria-hidden="true" />
            {t(`status.${service.status}`)}
            {service.statusReason !== "" && <span className="hidden-text">{service.statusReason}</span>}
        </span>
    );
}
