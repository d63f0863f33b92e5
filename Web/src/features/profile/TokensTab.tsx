import { useState } from "react";
import { api } from "../../api/client";
import type { APIToken, CreatedToken } from "../../api/types";
import { useTenancy } from "../../app/tenancy";
import { Button } from "../../design/Button";
import { CopyButton } from "../../design/Copy";
import { DataTable, Pager } from "../../design/DataTable";
import { Confirm, Dialog, FormDialog } from "../../design/Dialog";
import { CheckField, errorOf, SelectField, TextField } from "../../design/Field";
import { Card } from "../../design/Page";
import { Notice, State } from "../../design/States";
import { Time } from "../../design/Time";
import { useTexts } from "../../i18n/i18n";
import { usePages } from "../../lib/usePages";

const limit = 50;
type Asked = { kind: "create" } | { kind: "revoke"; token: APIToken } | { kind: "show"; token: CreatedToken };

export function TokensTab() {
    const { t } = useTexts();
    const { projectName } = useTenancy();
    const [asked, setAsked] = useState<Asked>();
    const pages = usePages("tokens", limit, (request, signal) => api.listTokens(request, signal));
    const close = () => setAsked(undefined);
    const create = (
        <Button kind="primary" icon="plus" onClick={() => setAsked({ kind: "create" })}>
            {t("tokens.create")}
        </Button>
    );
    return (
        <>
            <p className="soft">{t("tokens.lead")}</p>
            <Card isFlush title={t("account.tokens")} actions={create}>
                <DataTable<APIToken>
                    label={t("account.tokens")}
                    list={pages}
                    rowKey={(token) => token.id}
                    empty={
                        <State icon="key" title={t("tokens.none")}>
                            {t("tokens.noneHint")}
                        </State>
                    }
                    columns={[
                        {
                            id: "name",
                            title: t("common.name"),
                            cell: (token) => <span className="strong">{token.name}</span>,
                        },
                        {
                            id: "limits",
                            title: t("tokens.limits"),
                            cell: (token) => (
                                <span className="row wrap">
                                    {token.readOnly && <span className="badge">{t("tokens.readOnly")}</span>}
                                    {token.projectId === undefined ? (
                                        <span className="faint">{t("tokens.everywhere")}</span>
                                    ) : (
                                        <span className="badge accent">{projectName(token.projectId)}</span>
                                    )}
                                </span>
                            ),
                        },
                        {
                            id: "used",
                            title: t("tokens.lastUsed"),
                            cell: (token) => <Time at={token.lastUsedAt} otherwise={t("services.never")} />,
                        },
                        {
                            id: "expires",
                            title: t("tokens.expires"),
                            cell: (token) => <Time at={token.expiresAt} otherwise={t("services.never")} />,
                        },
                        {
                            id: "actions",
                            title: "",
                            label: t("common.actions"),
                            className: "actions",
                            cell: (token) => (
                                <Button size="small" kind="danger" onClick={() => setAsked({ kind: "revoke", token })}>
                                    {t("tokens.revoke")}
                                </Button>
                            ),
                        },
                    ]}
                />
                <Pager
                    paging={pages.paging}
                    limit={limit}
                    count={pages.items.length}
                    total={pages.total}
                    isLoading={pages.isLoading}
                />
            </Card>
            {asked?.kind === "create" && (
                <CreateTokenDialog
                    onClose={() => setAsked((now) => (now?.kind === "create" ? undefined : now))}
                    onCreated={(token) => {
                        pages.reload();
                        setAsked({ kind: "show", token });
                    }}
                />
            )}
            {asked?.kind === "show" && <ShownToken token={asked.token} onClose={close} />}
            {asked?.kind === "revoke" && (
                <Confirm
                    title={t("tokens.revokeTitle", { name: asked.token.name })}
                    submit={t("tokens.revoke")}
                    onClose={close}
                    onConfirm={async () => {
                        await api.revokeToken(asked.token.id);
                        pages.reload();
                    }}
                >
                    {t("tokens.revokeText")}
                </Confirm>
            )}
        </>
    );
}

const lifetimes = ["30", "90", "365", ""] as const;

function CreateTokenDialog({ onClose, onCreated }: { onClose: () => void; onCreated: (token: CreatedToken) => void }) {
    const { t } = useTexts();
    const { projects } = useTenancy();
    const [name, setName] = useState("");
    const [days, setDays] = useState<string>("90");
    const [project, setProject] = useState("");
    const [readOnly, setReadOnly] = useState(false);
    return (
        <FormDialog
            title={t("tokens.create")}
            submit={t("common.create")}
            canSubmit={name.trim() !== ""}
            onClose={onClose}
            fields={["name"]}
            onSubmit={async () =>
                onCreated(
                    await api.createToken({
                        name: name.trim(),
                        readOnly,
                        expiresInDays: days === "" ? undefined : Number(days),
                        projectId: project === "" ? undefined : project,
                    }),
                )
            }
        >
            {(problem) => (
                <>
                    <TextField
                        label={t("common.name")}
                        value={name}
                        onChange={setName}
                        maxLength={100}
                        autoFocus
                        autoComplete="off"
                        hint={t("tokens.nameHint")}
                        error={errorOf(problem, "name")}
                    />
                    <SelectField
                        label={t("tokens.expires")}
                        value={days}
                        onChange={setDays}
                        options={lifetimes.map((value) => ({
                            value,
                            label: value === "" ? t("services.never") : t("tokens.inDays", { count: Number(value) }),
                        }))}
                    />
                    <SelectField
                        label={t("tokens.project")}
                        value={project}
                        onChange={setProject}
                        options={[
                            { value: "", label: t("tokens.everywhere") },
                            ...projects.map((each) => ({ value: each.id, label: each.name })),
                        ]}
                    />
                    <CheckField
                        label={t("tokens.readOnly")}
                        hint={t("tokens.readOnlyHint")}
                        isOn={readOnly}
                        onChange={setReadOnly}
                    />
                </>
            )}
        </FormDialog>
    );
}

function ShownToken({ token, onClose }: { token: CreatedToken; onClose: () => void }) {
    const { t } = useTexts();
    return (
        <Dialog title={token.name} onClose={onClose}>
            <div className="dialog-body">
                <Notice kind="warn">{t("tokens.once")}</Notice>
                <div className="row">
                    <code className="grow break">{token.token}</code>
                    <CopyButton text={token.token} label={t("tokens.copy")} />
                </div>
                <p className="faint small">{t("tokens.use")}</p>
            </div>
            <div className="dialog-foot">
                <Button kind="primary" onClick={onClose}>
                    {t("common.close")}
                </Button>
            </div>
        </Dialog>
    );
}
