import { useState } from "react";
import { api } from "../../api/client";
import type { FleetDriver, FleetRule, Page, PageRequest } from "../../api/types";
import { Button } from "../../design/Button";
import { Card } from "../../design/Page";
import { Loading, ProblemNotice, ProblemState } from "../../design/States";
import { useTexts, type MessageKey } from "../../i18n/i18n";
import { Link } from "../../lib/router";
import { useResource, type Resource } from "../../lib/useResource";

interface Item {
    key: string;
    service: { id: string; name: string };
    name: string;
    detail: string;
}

export interface TroubleList {
    title: MessageKey;
    resource: Resource<Page<Item>>;
    more: () => void;
}

const step = 8;
const most = 200;

const ofDriver = (driver: FleetDriver): Item => ({
    key: `${driver.service.id} ${driver.name}`,
    service: driver.service,
    name: driver.name,
    detail: driver.plugin ?? "",
});
const ofRule = (rule: FleetRule): Item => ({
    key: `${rule.service.id} ${rule.id}`,
    service: rule.service,
    name: rule.id,
    detail: rule.status,
});

function useTroubleList<Found>(
    key: string,
    title: MessageKey,
    load: (request: PageRequest, signal: AbortSignal) => Promise<Page<Found>>,
    item: (found: Found) => Item,
): TroubleList {
    const [limit, setLimit] = useState(step);
    const resource = useResource(
        `${key} ${title} ${limit}`,
        async (signal) => {
            const page = await load({ limit, total: true }, signal);
            return { ...page, items: page.items.map(item) };
        },
        true,
    );
    return { title, resource, more: () => setLimit((old) => Math.min(most, old * 4)) };
}

/** The drivers and rules that somebody should look at. */
export function useTrouble(project: string): readonly TroubleList[] {
    return [
        useTroubleList(
            project,
            "trouble.driversStopped",
            (request, signal) => api.listDrivers(project, "notRunning", request, signal),
            ofDriver,
        ),
        useTroubleList(
            project,
            "trouble.driversAbnormal",
            (request, signal) => api.listDrivers(project, "disconnected", request, signal),
            ofDriver,
        ),
        useTroubleList(
            project,
            "trouble.rulesStopped",
            (request, signal) => api.listRules(project, "stopped", request, signal),
            ofRule,
        ),
    ];
}

export function Trouble({ project, list }: { project: string; list: TroubleList }) {
    const { t, n } = useTexts();
    const { value, problem, reload, isLoading } = list.resource;
    const total = value?.total;
    return (
        <Card
            isFlush
            title={t(list.title)}
            actions={
                total !== undefined && <span className={`badge number ${total > 0 ? "warn" : ""}`}>{n(total)}</span>
            }
        >
            {value === undefined &&
                (problem === undefined ? <Loading /> : <ProblemState problem={problem} onRetry={reload} />)}
            {value !== undefined && problem !== undefined && <ProblemNotice problem={problem} onRetry={reload} />}
            {value?.items.length === 0 && <p className="popup-note">{t("trouble.none")}</p>}
            {value !== undefined && value.items.length > 0 && (
                <ul className="trouble">
                    {value.items.map((item) => (
                        <li key={item.key}>
                            <Link
                                className="strong break"
                                to={`/projects/${project}/services/${item.service.id}/drivers`}
                            >
                                {item.name}
                            </Link>
                            <span className="faint small break">{item.detail}</span>
                            <span className="soft small ellipsis" title={item.service.name}>
                                {t("trouble.of", { service: item.service.name })}
                            </span>
                        </li>
                    ))}
                </ul>
            )}
            {value?.next !== null && value !== undefined && value.items.length < most && (
                <div className="card-foot">
                    <Button size="small" isBusy={isLoading} onClick={list.more}>
                        {t("trouble.more")}
                    </Button>
                </div>
            )}
        </Card>
    );
}
