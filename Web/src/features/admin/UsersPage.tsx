import { useState } from "react";
import { api } from "../../api/client";
import type { User } from "../../api/types";
import { useSession } from "../../app/session";
import { Button } from "../../design/Button";
import { DataTable, Pager } from "../../design/DataTable";
import { SearchInput } from "../../design/Field";
import { Icon } from "../../design/icons";
import { Page } from "../../design/Page";
import { MenuItem, Popup } from "../../design/Popup";
import { State } from "../../design/States";
import { Time } from "../../design/Time";
import { useTexts } from "../../i18n/i18n";
import { useDebounced } from "../../lib/useDebounced";
import { usePages } from "../../lib/usePages";
import { UserDialog, type UserQuestion } from "./UserDialogs";

const limit = 50;

export function UsersPage() {
    const { t } = useTexts();
    const [text, setText] = useState("");
    const q = useDebounced(text.trim(), 180);
    const [asked, setAsked] = useState<UserQuestion>();
    const pages = usePages(`users ${q}`, limit, (request, signal) => api.listUsers(q, request, signal));
    return (
        <Page
            title={t("nav.users")}
            lead={t("users.lead")}
            actions={
                <Button kind="primary" icon="plus" onClick={() => setAsked({ kind: "create" })}>
                    {t("users.create")}
                </Button>
            }
        >
            <div className="filters" role="search">
                <SearchInput label={t("users.search")} value={text} onChange={setText} />
            </div>
            <section className="card list-card">
                <DataTable<User>
                    label={t("nav.users")}
                    list={pages}
                    rowKey={(user) => user.id}
                    empty={
                        <State icon="users" title={t("users.none")}>
                            {t("users.noneHint")}
                        </State>
                    }
                    columns={[
                        {
                            id: "name",
                            title: t("common.name"),
                            cell: (user) => <span className="strong">{user.name}</span>,
                        },
                        {
                            id: "email",
                            title: t("signIn.email"),
                            cell: (user) => <span className="soft break">{user.email}</span>,
                        },
                        {
                            id: "state",
                            title: t("services.column.status"),
                            cell: (user) => (
                                <span className="row wrap">
                                    <span className={`badge ${user.disabled ? "bad" : "ok"}`}>
                                        {t(user.disabled ? "users.disabled" : "users.active")}
                                    </span>
                                    {user.systemAdmin && <span className="badge accent">{t("role.systemAdmin")}</span>}
                                </span>
                            ),
                        },
                        {
                            id: "signIn",
                            title: t("profile.lastSignIn"),
                            cell: (user) => <Time at={user.lastSignInAt} otherwise={t("services.never")} />,
                        },
                        { id: "created", title: t("common.created"), cell: (user) => <Time at={user.createdAt} /> },
                        {
                            id: "actions",
                            title: "",
                            label: t("common.actions"),
                            className: "actions",
                            cell: (user) => <UserMenu user={user} onAsk={setAsked} />,
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
            </section>
            {asked !== undefined && (
                <UserDialog asked={asked} onDone={pages.reload} onClose={() => setAsked(undefined)} />
            )}
        </Page>
    );
}

function UserMenu({ user, onAsk }: { user: User; onAsk: (question: UserQuestion) => void }) {
    const { t } = useTexts();
    const { me } = useSession();
    const isMe = user.id === me.user.id;
    return (
        <Popup
            label={t("users.actions", { name: user.name })}
            align="end"
            trigger={(wired) => (
                <button
                    type="button"
                    className="button quiet small icon-only"
                    aria-label={t("users.actions", { name: user.name })}
                    {...wired}
                >
                    <Icon name="more" />
                </button>
            )}
        >
            {(close) => {
                const ask = (kind: "edit" | "password" | "disable" | "enable" | "delete") => () => {
                    close();
                    onAsk({ kind, user });
                };
                return (
                    <>
                        <MenuItem icon="edit" onSelect={ask("edit")}>
                            {t("common.edit")}
                        </MenuItem>
                        <MenuItem icon="key" onSelect={ask("password")}>
                            {t("users.resetPassword")}
                        </MenuItem>
                        <MenuItem icon="lock" disabled={isMe} onSelect={ask(user.disabled ? "enable" : "disable")}>
                            {t(user.disabled ? "users.enable" : "users.disable")}
                        </MenuItem>
                        <MenuItem icon="trash" isDanger disabled={isMe} onSelect={ask("delete")}>
                            {t("common.delete")}
                        </MenuItem>
                    </>
                );
            }}
        </Popup>
    );
}
