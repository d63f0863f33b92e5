import { useState } from "react";
import { api } from "../../api/client";
import type { ImageRegistry, RegistryCheck } from "../../api/hosting";
import { Button, IconButton } from "../../design/Button";
import { DataTable, type Column } from "../../design/DataTable";
import { Confirm } from "../../design/Dialog";
import { Notice, problemText, State } from "../../design/States";
import { useTell } from "../../design/Toasts";
import { useTexts } from "../../i18n/i18n";
import { problemFrom, useResource } from "../../lib/useResource";
import { RegistryDialog } from "./RegistryDialog";

type Asked = { kind: "add" } | { kind: "edit" | "delete"; registry: ImageRegistry };

/** Where images come from that ask for a password, or are spoken to without TLS. */
export function RegistriesTab({ mayEdit }: { mayEdit: boolean }) {
    const { t } = useTexts();
    const tell = useTell();
    const list = useResource("registries", (signal) => api.listRegistries({ limit: 500 }, signal));
    const [asked, setAsked] = useState<Asked>();
    const [checked, setChecked] = useState<{ name: string; check: RegistryCheck }>();
    const close = () => setAsked(undefined);
    const test = (registry: ImageRegistry) =>
        void api.checkRegistry(registry.id).then(
            (check) => setChecked({ name: registry.name, check }),
            (error: unknown) => tell(problemText(problemFrom(error), t), { isBad: true }),
        );
    const add = mayEdit && (
        <Button kind="primary" icon="plus" onClick={() => setAsked({ kind: "add" })}>
            {t("registry.add")}
        </Button>
    );
    const items = list.value?.items ?? [];
    return (
        <>
            {items.length > 0 && add && <div className="row wrap">{add}</div>}
            {checked !== undefined && <RegistryResult {...checked} />}
            <section className="card list-card">
                <DataTable<ImageRegistry>
                    label={t("image.tab.registries")}
                    columns={useColumns(mayEdit, setAsked, test)}
                    list={{ ...list, items }}
                    rowKey={(registry) => registry.id}
                    empty={
                        <State icon="image" title={t("registry.none")} actions={add}>
                            {t("registry.noneHint")}
                        </State>
                    }
                />
            </section>
            {asked?.kind === "add" && <RegistryDialog onClose={close} onDone={list.reload} />}
            {asked?.kind === "edit" && (
                <RegistryDialog registry={asked.registry} onClose={close} onDone={list.reload} />
            )}
            {asked?.kind === "delete" && (
                <Confirm
                    title={t("image.deleteTitle", { name: asked.registry.name })}
                    submit={t("common.delete")}
                    onClose={close}
                    onConfirm={async () => {
                        await api.deleteRegistry(asked.registry.id);
                        list.reload();
                    }}
                >
                    {t("registry.deleteText")}
                </Confirm>
            )}
        </>
    );
}

export function RegistryResult({ name, check }: { name: string; check: RegistryCheck }) {
    const { t } = useTexts();
    return (
        <Notice kind={check.ok ? "ok" : "bad"}>
            <div className="strong">{t(check.ok ? "registry.good" : "registry.bad", { name })}</div>
            {check.reason !== "" && <div>{check.reason}</div>}
        </Notice>
    );
}

function useColumns(
    mayEdit: boolean,
    ask: (asked: Asked) => void,
    test: (registry: ImageRegistry) => void,
): Column<ImageRegistry>[] {
    const { t } = useTexts();
    const actions: Column<ImageRegistry> = {
        id: "actions",
        title: "",
        label: t("common.actions"),
        className: "actions",
        cell: (registry) => (
            <>
                <IconButton
                    icon="refresh"
                    size="small"
                    label={t("registry.test", { name: registry.name })}
                    onClick={() => test(registry)}
                />
                <IconButton
                    icon="edit"
                    size="small"
                    label={t("host.edit", { name: registry.name })}
                    onClick={() => ask({ kind: "edit", registry })}
                />
                <IconButton
                    icon="trash"
                    size="small"
                    label={t("host.delete", { name: registry.name })}
                    onClick={() => ask({ kind: "delete", registry })}
                />
            </>
        ),
    };
    return [
        { id: "name", title: t("common.name"), cell: (each) => <span className="strong break">{each.name}</span> },
        { id: "address", title: t("registry.address"), cell: (each) => <span className="mono">{each.address}</span> },
        {
            id: "user",
            title: t("auth.username"),
            cell: (each) => each.username ?? <span className="faint">{t("registry.anonymous")}</span>,
        },
        {
            id: "tls",
            title: t("host.security"),
            cell: (each) =>
                each.plainHTTP ? (
                    <span className="badge warn">{t("registry.plain")}</span>
                ) : (
                    <span>{t("host.tls")}</span>
                ),
        },
        ...(mayEdit ? [actions] : []),
    ];
}
