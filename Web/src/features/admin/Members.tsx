import { useState } from "react";
import { api } from "../../api/client";
import type { Member, Page, PageRequest, Role } from "../../api/types";
import { Button } from "../../design/Button";
import { DataTable, Pager } from "../../design/DataTable";
import { Confirm, FormDialog } from "../../design/Dialog";
import { errorOf, Select, SelectField, TextField } from "../../design/Field";
import { Card } from "../../design/Page";
import { problemText, State } from "../../design/States";
import { useTell } from "../../design/Toasts";
import { useTexts } from "../../i18n/i18n";
import { usePages } from "../../lib/usePages";
import { problemFrom } from "../../lib/useResource";

const limit = 50;

/** Where the members are: an organization or a project. */
export interface MemberPlace {
    key: string;
    roles: readonly Role[];
    list: (request: PageRequest, signal: AbortSignal) => Promise<Page<Member>>;
    add: (email: string, role: Role) => Promise<unknown>;
    setRole?: (user: string, role: Role) => Promise<unknown>;
    remove: (user: string) => Promise<unknown>;
}

export const membersOf = {
    organization: (id: string): MemberPlace => ({
        key: `org ${id}`,
        roles: ["orgAdmin"],
        list: (request, signal) => api.listOrganizationMembers(id, request, signal),
        add: (email, role) => api.addOrganizationMember(id, email, role),
        remove: (user) => api.removeOrganizationMember(id, user),
    }),
    project: (id: string): MemberPlace => ({
        key: `project ${id}`,
        roles: ["user", "projectAdmin"],
        list: (request, signal) => api.listProjectMembers(id, request, signal),
        add: (email, role) => api.addProjectMember(id, email, role),
        setRole: (user, role) => api.setProjectMember(id, user, role),
        remove: (user) => api.removeProjectMember(id, user),
    }),
};

type Asked = { kind: "add" } | { kind: "remove"; member: Member };

export function Members({ place, title, mayEdit }: { place: MemberPlace; title: string; mayEdit: boolean }) {
    const { t } = useTexts();
    const tell = useTell();
    const [asked, setAsked] = useState<Asked>();
    const pages = usePages(`members ${place.key}`, limit, place.list);
    const close = () => setAsked(undefined);
    const setRole = async (member: Member, role: Role) => {
        try {
            await place.setRole?.(member.userId, role);
            tell(t("common.saved"));
        } catch (error) {
            tell(problemText(problemFrom(error), t), { isBad: true });
        }
        pages.reload();
    };
    const add = mayEdit && (
        <Button size="small" icon="plus" onClick={() => setAsked({ kind: "add" })}>
            {t("members.add")}
        </Button>
    );
    // Who has the role from above is shown, but not changed here.
    const isOwn = (member: Member) => place.roles.includes(member.role);
    return (
        <Card isFlush title={title} actions={add}>
            <DataTable<Member>
                label={title}
                list={pages}
                rowKey={(member) => `${member.userId} ${member.role}`}
                empty={
                    <State icon="users" title={t("members.none")}>
                        {t("members.noneHint")}
                    </State>
                }
                columns={[
                    {
                        id: "name",
                        title: t("common.name"),
                        cell: (member) => <span className="strong">{member.name}</span>,
                    },
                    {
                        id: "email",
                        title: t("signIn.email"),
                        cell: (member) => <span className="soft break">{member.email}</span>,
                    },
                    {
                        id: "role",
                        title: t("members.role"),
                        cell: (member) =>
                            mayEdit && place.setRole !== undefined && isOwn(member) ? (
                                <Select
                                    isSmall
                                    aria-label={t("members.roleOf", { name: member.name })}
                                    value={member.role}
                                    onChange={(role) => void setRole(member, role)}
                                    options={place.roles.map((value) => ({ value, label: t(`role.${value}`) }))}
                                />
                            ) : (
                                t(`role.${member.role}`)
                            ),
                    },
                    {
                        id: "actions",
                        title: "",
                        label: t("common.actions"),
                        className: "actions",
                        cell: (member) =>
                            mayEdit &&
                            isOwn(member) && (
                                <Button size="small" kind="danger" onClick={() => setAsked({ kind: "remove", member })}>
                                    {t("members.remove")}
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
            {asked?.kind === "add" && <AddMemberDialog place={place} onDone={pages.reload} onClose={close} />}
            {asked?.kind === "remove" && (
                <Confirm
                    title={t("members.removeTitle", { name: asked.member.name })}
                    submit={t("members.remove")}
                    onClose={close}
                    onConfirm={async () => {
                        await place.remove(asked.member.userId);
                        pages.reload();
                    }}
                >
                    {t("members.removeText")}
                </Confirm>
            )}
        </Card>
    );
}

interface AddMemberProps {
    place: MemberPlace;
    onDone: () => void;
    onClose: () => void;
}

function AddMemberDialog({ place, onDone, onClose }: AddMemberProps) {
    const { t } = useTexts();
    const [email, setEmail] = useState("");
    const [role, setRole] = useState<Role>(place.roles[0] ?? "user");
    return (
        <FormDialog
            title={t("members.add")}
            submit={t("common.add")}
            canSubmit={email.trim() !== ""}
            onClose={onClose}
            fields={["email", "role"]}
            onSubmit={async () => {
                await place.add(email.trim(), role);
                onDone();
            }}
        >
            {(problem) => (
                <>
                    <TextField
                        label={t("signIn.email")}
                        type="email"
                        value={email}
                        onChange={setEmail}
                        maxLength={254}
                        autoFocus
                        autoComplete="off"
                        hint={t("members.emailHint")}
                        error={errorOf(problem, "email")}
                    />
                    {place.roles.length > 1 && (
                        <SelectField
                            label={t("members.role")}
                            value={role}
                            onChange={setRole}
                            error={errorOf(problem, "role")}
                            options={place.roles.map((value) => ({ value, label: t(`role.${value}`) }))}
                        />
                    )}
                </>
            )}
        </FormDialog>
    );
}
