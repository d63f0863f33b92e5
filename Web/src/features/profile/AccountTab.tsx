import { useState } from "react";
import type { FormEvent } from "react";
import { api } from "../../api/client";
import { useSession } from "../../app/session";
import { useTenancy } from "../../app/tenancy";
import { Button } from "../../design/Button";
import { errorOf, TextField } from "../../design/Field";
import { Card } from "../../design/Page";
import { ProblemNotice } from "../../design/States";
import { Time } from "../../design/Time";
import { useTell } from "../../design/Toasts";
import { useTexts } from "../../i18n/i18n";
import { useAction } from "../../lib/useResource";

export function AccountTab() {
    const { t } = useTexts();
    const { me } = useSession();
    const { orgName, projectName } = useTenancy();
    return (
        <>
            <Card title={t("profile.account")}>
                <dl className="facts">
                    <dt>{t("common.name")}</dt>
                    <dd>{me.user.name}</dd>
                    <dt>{t("signIn.email")}</dt>
                    <dd>{me.user.email}</dd>
                    <dt>{t("profile.roles")}</dt>
                    <dd>
                        {me.user.systemAdmin && <div>{t("role.systemAdmin")}</div>}
                        {me.grants.map((grant) => {
                            const place = [orgName(grant.scope.orgId), projectName(grant.scope.projectId)]
                                .filter(Boolean)
                                .join(" / ");
                            return (
                                <div key={`${grant.scope.orgId} ${grant.scope.projectId ?? ""}`}>
                                    {t(`role.${grant.role}`)} <span className="faint">{place}</span>
                                </div>
                            );
                        })}
                    </dd>
                    <dt>{t("profile.lastSignIn")}</dt>
                    <dd>
                        <Time at={me.user.lastSignInAt} />
                    </dd>
                </dl>
            </Card>
            <PasswordCard />
        </>
    );
}

const nothing = { current: "", next: "", again: "" };

function PasswordCard() {
    const { t } = useTexts();
    const tell = useTell();
    const [form, setForm] = useState(nothing);
    const action = useAction();
    const differs = form.again !== "" && form.again !== form.next;
    const submit = async (event: FormEvent) => {
        event.preventDefault();
        await action.run(async () => {
            await api.changePassword(form.current, form.next);
            setForm(nothing);
            tell(t("profile.passwordChanged"));
        });
    };
    const { problem } = action;
    return (
        <Card title={t("profile.changePassword")}>
            <form className="stack" onSubmit={(event) => void submit(event)} noValidate>
                {problem !== undefined && problem.errors.length === 0 && <ProblemNotice problem={problem} />}
                <TextField
                    label={t("profile.currentPassword")}
                    type="password"
                    autoComplete="current-password"
                    value={form.current}
                    onChange={(current) => setForm({ ...form, current })}
                    error={errorOf(problem, "currentPassword")}
                />
                <div className="field-row">
                    <TextField
                        label={t("profile.newPassword")}
                        type="password"
                        autoComplete="new-password"
                        value={form.next}
                        maxLength={128}
                        onChange={(next) => setForm({ ...form, next })}
                        error={errorOf(problem, "newPassword") ?? errorOf(problem, "password")}
                        hint={t("profile.passwordRules")}
                    />
                    <TextField
                        label={t("profile.newPasswordAgain")}
                        type="password"
                        autoComplete="new-password"
                        value={form.again}
                        maxLength={128}
                        onChange={(again) => setForm({ ...form, again })}
                        error={differs ? t("profile.passwordsDiffer") : undefined}
                    />
                </div>
                <div>
                    <Button
                        type="submit"
                        kind="primary"
                        isBusy={action.isRunning}
                        disabled={form.current === "" || form.next === "" || form.again !== form.next}
                    >
                        {t("profile.changePassword")}
                    </Button>
                </div>
            </form>
        </Card>
    );
}
