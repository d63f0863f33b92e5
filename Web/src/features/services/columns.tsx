import { useEffect, useMemo, useState } from "react";
import type { EdgeService } from "../../api/types";
import { CopyButton } from "../../design/Copy";
import type { Column } from "../../design/DataTable";
import { Time } from "../../design/Time";
import { useTexts, type MessageKey } from "../../i18n/i18n";
import { Link } from "../../lib/router";
import { isStringList, keep, readKept } from "../../lib/storage";
import { Address, AgentLink } from "../agents/status";
import { Drift, imageVersion } from "./hosted";
import { InlineTags } from "./InlineTags";
import { Status } from "./status";

export const columnNames = [
    "status",
    "category",
    "endpoint",
    "host",
    "agent",
    "image",
    "version",
    "mode",
    "connection",
    "lastSeen",
    "tags",
    "statusSince",
    "createdAt",
    "id",
] as const;
export type ColumnName = (typeof columnNames)[number];

const usual: readonly ColumnName[] = ["status", "category", "endpoint", "version", "lastSeen", "tags"];

/** Where there are nodes, an address says less than the node and the image. */
const usualWithHosts: readonly ColumnName[] = ["status", "host", "image", "version", "lastSeen", "tags"];

/** What an agent leads to is on no node, or on one behind it; an address names its agent by itself. */
const usualWithAgents: readonly ColumnName[] = ["status", "host", "agent", "image", "version", "lastSeen", "tags"];

export const columnTitle = (name: ColumnName): MessageKey => `services.column.${name}`;

/** Which columns are shown, beside the name; kept in this browser. */
export function useColumnChoice(hasHosts: boolean, hasAgents: boolean) {
    const [kept, setChosen] = useState<readonly string[] | undefined>(() => {
        const found = readKept("services.columns", [], isStringList);
        return found.length === 0 ? undefined : found;
    });
    const chosen = kept ?? (!hasHosts ? usual : hasAgents ? usualWithAgents : usualWithHosts);
    const toggle = (name: ColumnName) => {
        const next = columnNames.filter((each) => (each === name) !== chosen.includes(each));
        keep("services.columns", next);
        setChosen(next);
    };
    const reset = () => {
        keep("services.columns", []);
        setChosen(undefined);
    };
    return { chosen, toggle, reset };
}

const wide = window.matchMedia("(min-width: 1501px)");

function useIsWide(): boolean {
    const [isWide, setWide] = useState(wide.matches);
    useEffect(() => {
        const follow = () => setWide(wide.matches);
        wide.addEventListener("change", follow);
        return () => wide.removeEventListener("change", follow);
    }, []);
    return isWide;
}

interface Context {
    project: string;
    mayEdit: boolean;
    onChange: (service: EdgeService) => void;
    onTag: (tag: string) => void;
}

export function useColumns(chosen: readonly string[], context: Context): readonly Column<EdgeService>[] {
    const { t } = useTexts();
    const { project, mayEdit, onChange, onTag } = context;
    const most = useIsWide() ? 3 : 2;
    return useMemo(() => {
        const cells: Record<ColumnName, Omit<Column<EdgeService>, "id" | "title">> = {
            status: {
                sort: "status",
                cell: (service) => (
                    <span className="row">
                        <Status service={service} />
                        <Drift service={service} />
                    </span>
                ),
            },
            category: {
                sort: "category",
                cell: (service) => <span className="nowrap">{t(`category.${service.category}`)}</span>,
            },
            endpoint: {
                cell: (service) => (
                    <span className="mono endpoint ellipsis" title={service.endpoint}>
                        <Address of={service} at={service.endpoint} />
                    </span>
                ),
            },
            version: {
                sort: "version",
                cell: (service) =>
                    service.version === null ? (
                        <span className="faint">–</span>
                    ) : (
                        <span className="number nowrap">{service.version}</span>
                    ),
            },
            mode: { cell: (service) => t(`mode.${service.mode}`) },
            host: {
                cell: (service) =>
                    typeof service.hostId === "string" ? (
                        <Link className="nowrap" to={`/projects/${project}/hosts/${service.hostId}`}>
                            {service.hostName}
                        </Link>
                    ) : (
                        <span className="faint">–</span>
                    ),
            },
            agent: {
                cell: (service) =>
                    typeof service.agentId === "string" ? (
                        <span className="nowrap">
                            <AgentLink of={service} />
                        </span>
                    ) : (
                        <span className="faint">–</span>
                    ),
            },
            image: {
                cell: (service) => (
                    <span className="mono nowrap image-cell ellipsis" title={service.image ?? undefined}>
                        {imageVersion(service.image)}
                    </span>
                ),
            },
            connection: { cell: (service) => t(`connection.${service.connection}`) },
            tags: {
                cell: (service) => (
                    <InlineTags service={service} mayEdit={mayEdit} onChange={onChange} onPick={onTag} most={most} />
                ),
            },
            lastSeen: { cell: (service) => <Time at={service.lastSeen} otherwise={t("services.never")} /> },
            statusSince: { sort: "statusSince", cell: (service) => <Time at={service.statusSince} /> },
            createdAt: { sort: "createdAt", cell: (service) => <Time at={service.createdAt} /> },
            id: {
                cell: (service) => (
                    <span className="row">
                        <code className="small">{service.id}</code>
                        <CopyButton text={service.id} label={t("services.copyId")} />
                    </span>
                ),
            },
        };
        const name: Column<EdgeService> = {
            id: "name",
            title: t("services.column.name"),
            sort: "name",
            className: "name-cell",
            cell: (service) => (
                <Link
                    className="strong ellipsis name-link"
                    to={`/projects/${project}/services/${service.id}`}
                    title={service.name}
                >
                    {service.name}
                </Link>
            ),
        };
        const shown = columnNames.filter((each) => chosen.includes(each));
        return [name, ...shown.map((each) => ({ id: each, title: t(columnTitle(each)), ...cells[each] }))];
    }, [chosen, t, project, mayEdit, onChange, onTag, most]);
}
