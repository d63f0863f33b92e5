import { useState } from "react";
import type { DriverState, RuleState } from "../../api/types";
import { DataTable } from "../../design/DataTable";
import { Card } from "../../design/Page";
import { State } from "../../design/States";
import { useTexts } from "../../i18n/i18n";
import type { ServiceTabProps } from "./ServicePage";

const filters = ["all", "running", "abnormal", "stopped"] as const;
type Filter = (typeof filters)[number];

function stateOf(driver: DriverState): Exclude<Filter, "all"> {
    if (!driver.running) return "stopped";
    return driver.connected ? "running" : "abnormal";
}

export function DriversTab({ status }: ServiceTabProps) {
    const { t } = useTexts();
    const [filter, setFilter] = useState<Filter>("all");
    const report = status.value?.report;
    const drivers = (report?.drivers ?? []).filter((driver) => filter === "all" || stateOf(driver) === filter);
    const common = {
        isLoading: status.isLoading,
        problem: report === undefined ? status.problem : undefined,
        reload: status.reload,
    };
    const isMissing = report === undefined && !status.isLoading && status.problem === undefined;
    return (
        <>
            <div className="segments" role="group" aria-label={t("drivers.filter")}>
                {filters.map((each) => (
                    <button key={each} type="button" aria-pressed={filter === each} onClick={() => setFilter(each)}>
                        {t(`drivers.only.${each}`)}
                    </button>
                ))}
            </div>
            <Card isFlush title={t("overview.drivers")}>
                <DataTable<DriverState>
                    label={t("overview.drivers")}
                    list={{ ...common, items: drivers }}
                    rowKey={(driver) => driver.name}
                    empty={<State icon="services" title={t(isMissing ? "service.noReport" : "drivers.none")} />}
                    columns={[
                        {
                            id: "name",
                            title: t("common.name"),
                            cell: (driver) => <span className="strong">{driver.name}</span>,
                        },
                        { id: "plugin", title: t("drivers.plugin"), cell: (driver) => driver.plugin ?? "–" },
                        {
                            id: "direction",
                            title: t("drivers.direction"),
                            cell: (driver) => t(`direction.${driver.direction}`),
                        },
                        {
                            id: "state",
                            title: t("services.column.status"),
                            cell: (driver) => <DriverBadge driver={driver} />,
                        },
                        {
                            id: "roundTrip",
                            title: t("drivers.roundTrip"),
                            className: "end number",
                            cell: (driver) =>
                                driver.roundTrip === undefined
                                    ? "–"
                                    : t("drivers.milliseconds", { value: driver.roundTrip }),
                        },
                    ]}
                />
            </Card>
            <Card isFlush title={t("overview.rules")}>
                <DataTable<RuleState>
                    label={t("overview.rules")}
                    list={{ ...common, items: report?.rules ?? [] }}
                    rowKey={(rule) => rule.id}
                    empty={<State icon="services" title={t(isMissing ? "service.noReport" : "rules.none")} />}
                    columns={[
                        { id: "id", title: t("rules.rule"), cell: (rule) => <span className="strong">{rule.id}</span> },
                        {
                            id: "state",
                            title: t("services.column.status"),
                            cell: (rule) => (
                                <span className={`badge ${rule.running ? "ok" : "bad"}`}>
                                    {t(rule.running ? "rules.running" : "rules.stopped")}
                                </span>
                            ),
                        },
                        {
                            id: "status",
                            title: t("rules.said"),
                            cell: (rule) => <span className="soft break">{rule.status}</span>,
                        },
                    ]}
                />
            </Card>
        </>
    );
}

const tones = { running: "ok", abnormal: "warn", stopped: "bad" } as const;

function DriverBadge({ driver }: { driver: DriverState }) {
    const { t } = useTexts();
    const state = stateOf(driver);
    return (
        <span className={`badge ${tones[state]}`}>
            {t(state === "running" ? "drivers.connected" : `drivers.${state}`)}
        </span>
    );
}
