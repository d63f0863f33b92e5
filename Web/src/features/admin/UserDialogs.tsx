import { useState } from "react";
import { api } from "../../api/client";
import type { Role, User } from "../../api/types";
import { useSession } from "../../app/session";
import { useTenancy } from "../../app/tenancy";
import { Confirm, FormDialog } from "../../design/Dialog";
import { CheckField, errorOf, SelectField, TextField } from "../../design/Field";
import { useTexts } from "../../i18n/i18n";

export type UserQuestion =
    | { kind: "create" }
    | { kind: "edit" | "password" | "disable" | "enable" | "delete"; user: User };

interface UserDialogProps {
    asked: UserQuestion;
    onDone: () => void;
    onClose: () => void;
}

export function UserDialog({ asked, onDone, onClose }: UserDialogProps) {
    const { t } = useTexts();
    const after = async (work: Promise<unknown>) => {
        await work;
        onDone();
    };
    switch (asked.kind) {
        case "create":
            return <CreateUserDialog onDone={onDone} onClose={onClose} />;
        case "edit":
            return <EditUserDialog user={asked.user} onDone={onDone} onClose={onClose} />;
        case "password":
            return <ResetPasswordDialog user={asked.user} onClose={onClose} />;
        case "enable":
            return (
                <FormDialog
                    title={t("users.enableTitle", { name: asked.user.name })}
                    submit={t("users.enable")}
                    onClose={onClose}
                    onSubmit={() => after(api.updateUser(asked.user.id, { disabled: false }))}
                >
                    {() => <p>{t("users.enableText")}</p>}
                </FormDialog>
            );
        case "disable":
            return (
                <Confirm
                    title={t("users.disableTitle", { name: asked.user.name })}
                    submit={t("users.disable")}
                    onClose={onClose}
                    onConfirm={() => after(api.updateUser(asked.user.id, { disabled: true }))}
                >
                    {t("users.disableText")}
                </Confirm>
            );
        case "delete":
            return (
                <Confirm
                    title={t("users.deleteTitle", { name: asked.user.name })}
                    submit={t("common.delete")}
                    typed={asked.user.email}
                    onClose={onClose}
                    onConfirm={() => after(api.deleteUser(asked.user.id))}
                >
                    {t("users.deleteText")}
                </Confirm>
            );
    }
}

type Closing = Pick<UserDialogProps, "onDone" | "onClose">;

/** Where the new account gets its role: `role:id`, or the whole platform. */
const everywhere = "systemAdmin:";

function CreateUserDialog({ onDone, onClose }: Closing) {
    const { t } = useTexts();
    const { may } = useSession();
    const { orgs, projects, orgName } = useTenancy();
    const [form, setForm] = useState({ email: "", name: "", password: "", place: "" });
    const places = [
        ...(may("createOrganizations")
            ? [
                  { value: "", label: t("users.noRole") },
                  { value: everywhere, label: t("role.systemAdmin") },
              ]
            : []),
        ...orgs
            .filter((org) => may("editOrganizationMembers", { orgId: org.id }))
            .map((org) => ({ value: `orgAdmin:${org.id}`, label: `${t("role.orgAdmin")} · ${org.name}` })),
        ...projects
            .filter((each) => may("editProjectMembers", { orgId: each.orgId, projectId: each.id }))
            .flatMap((each) =>
                (["projectAdmin", "user"] as const).map((role) => ({
                    value: `${role}:${each.id}`,
                    label: `${t(`role.${role}`)} · ${[orgName(each.orgId), each.name].filter(Boolean).join(" / ")}`,
                })),
            ),
    ];
    const place = form.place === "" ? (places[0]?.value ?? "") : form.place;
    const grant = () => {
        if (place === "") return {};
        if (place === everywhere) return { systemAdmin: true };
        const [role, id] = place.split(":") as [Role, string];
        return role === "orgAdmin" ? { role, orgId: id } : { role, projectId: id };
    };
    return (
        <FormDialog
            title={t("users.create")}
            submit={t("common.create")}
            onClose={onClose}
            fields={["email", "name", "password"]}
            canSubmit={form.email.trim() !== "" && form.password !== ""}
            onSubmit={async () => {
                await api.createUser({
                    email: form.email.trim(),
                    name: form.name.trim() === "" ? undefined : form.name.trim(),
                    password: form.password,
                    ...grant(),
                });
                onDone();
            }}
        >
            {(problem) => (
                <>
                    <TextField
                        label={t("signIn.email")}
                        type="email"
                        value={form.email}
                        onChange={(email) => setForm({ ...form, email })}
                        maxLength={254}
                        autoFocus
                        autoComplete="off"
                        error={errorOf(problem, "email")}
                    />
                    <TextField
                        label={t("common.name")}
                        isOptional
                        value={form.name}
                        onChange={(name) => setForm({ ...form, name })}
                        maxLength={100}
                        autoComplete="off"
                        error={errorOf(problem, "name")}
                    />
                    <TextField
                        label={t("users.firstPassword")}
                        type="password"
                        value={form.password}
                        onChange={(password) => setForm({ ...form, password })}
                        maxLength={128}
                        autoComplete="new-password"
                        hint={t("profile.passwordRules")}
                        error={errorOf(problem, "password")}
                    />
                    <SelectField
                        label={t("members.role")}
                        value={place}
                        onChange={(value) => setForm({ ...form, place: value })}
                        options={places}
                    />
                </>
            )}
        </FormDialog>
    );
}

function EditUserDialog({ user, onDone, onClose }: Closing & { user: User }) {
    const { t } = useTexts();
    const { me } = useSession();
    const [name, setName] = useState(user.name);
    const [systemAdmin, setSystemAdmin] = useState(user.systemAdmin);
    return (
        <FormDialog
            title={t("users.editTitle")}
            submit={t("common.save")}
            canSubmit={name.trim() !== ""}
            onClose={onClose}
            fields={["name"]}
            onSubmit={async () => {
                await api.updateUser(user.id, {
                    name: name.trim(),
                    systemAdmin: systemAdmin === user.systemAdmin ? undefined : systemAdmin,
                });
                onDone();
            }}
        >
            {(problem) => (
                <>
                    <TextField
                        label={t("common.name")}
                        value={name}
                        onChange={setName}
                        maxLength={100}
                        autoFocus
                        error={errorOf(problem, "name")}
                    />
                    {me.user.systemAdmin && (
                        <CheckField
                            label={t("role.systemAdmin")}
                            hint={t("users.systemAdminHint")}
                            isOn={systemAdmin}
                            onChange={setSystemAdmin}
                        />
                    )}
                </>
            )}
        </FormDialog>
    );
}

function ResetPasswordDialog({ user, onClose }: { user: User; onClose: () => void }) {
    const { t } = useTexts();
    const [password, setPassword] = useState("");
    return (
        <FormDialog
            title={t("users.resetTitle", { name: user.name })}
            submit={t("users.resetPassword")}
            canSubmit={password !== ""}
            onClose={onClose}
            fields={["password"]}
            onSubmit={() => api.resetPassword(user.id, password)}
        >
            {(problem) => (
                <TextField
                    label={t("profile.newPassword")}
                    type="password"
                    value={password}
                    onChange={setPassword}
                    maxLength={128}
                    autoFocus
                    autoComplete="new-password"
                    hint={t("users.resetHint")}
                    error={errorOf(problem, "password")}
                />
            )}
        </FormDialog>
    );
}
