import { useState } from "react";
import type { FormEvent } from "react";
import { api, places } from "../../api/client";
import type { ConnectionCheck } from "../../api/types";
import { Button } from "../../design/Button";
import { Icon } from "../../design/icons";
import { Card } from "../../design/Page";
import { ProblemNotice } from "../../design/States";
import { useTell } from "../../design/Toasts";
import { useTexts } from "../../i18n/i18n";
import { useAction } from "../../lib/useResource";
import { ConnectionResult } from "../add-services/ConnectionTest";
import { AuthenticationFields } from "../add-services/fields";
import { authRequest, createRequest, formOf } from "../add-services/form";
import type { ServiceTabProps } from "./ServicePage";

export function AuthenticationTab({ service, status, onChange }: ServiceTabProps) {
    const { t } = useTexts();
    const tell = useTell();
    const [auth, setAuth] = useState(() => formOf(service).auth);
    const [check, setCheck] = useState<ConnectionCheck>();
    const testing = useAction();
    const saving = useAction();
    const isKept = service.auth.kind === "password" && auth.username === service.auth.username;
    const isComplete = auth.kind !== "password" || (auth.username !== "" && (auth.password !== "" || isKept));
    const usesStored = auth.kind === "password" && auth.password === "";
    const test = () =>
        testing.run(async () => {
            setCheck(undefined);
            if (!usesStored) {
                setCheck(
                    await api.checkConnection(service.projectId, {
                        ...createRequest({ ...formOf(service), auth }),
                        tags: [],
                    }),
                );
                return;
            }
            // Only the platform has the password: it tries for itself.
            const report = await api.probeService(service.id);
            status.set(() => report);
            setCheck({
                reachable: report.status !== "offline",
                authenticated: report.status === "online",
                version: report.report?.version,
                message: report.statusReason === "" ? t("service.storedWorks") : report.statusReason,
            });
        });
    const save = async (event: FormEvent) => {
        event.preventDefault();
        await saving.run(async () => {
            onChange(await api.updateService(service.id, { auth: authRequest(auth) }));
            setAuth((old) => ({ ...old, password: "" }));
            tell(t("common.saved"));
        });
    };
    return (
        <div className="halves">
            <Card title={t("service.authTitle")}>
                <form className="stack" onSubmit={(event) => void save(event)} noValidate>
                    <AuthenticationFields
                        auth={auth}
                        problem={saving.problem}
                        hasPassword={isKept}
                        onChange={(next) => {
                            setAuth(next);
                            setCheck(undefined);
                        }}
                    />
                    <ConnectionResult check={check} problem={testing.problem} />
                    {saving.problem !== undefined && saving.problem.errors.length === 0 && (
                        <ProblemNotice problem={saving.problem} />
                    )}
                    <div className="row wrap">
                        <Button type="submit" kind="primary" isBusy={saving.isRunning} disabled={!isComplete}>
                            {t("common.save")}
                        </Button>
                        <Button
                            icon="refresh"
                            isBusy={testing.isRunning}
                            disabled={!isComplete}
                            onClick={() => void test()}
                        >
                            {t("check.test")}
                        </Button>
                    </div>
                </form>
            </Card>
            <Card title={t("service.keyTitle")}>
                <div className="stack">
                    <p>{t("service.keyText")}</p>
                    <ol className="steps">
                        <li>{t("service.keyStep1")}</li>
                        <li>{t("service.keyStep2")}</li>
                        <li>{t("service.keyStep3")}</li>
                    </ol>
                    <div>
                        <a className="button" href={places.edgePublicKey} download>
                            <Icon name="download" />
                            {t("auth.downloadKey")}
                        </a>
                    </div>
                </div>
            </Card>
        </div>
    );
}
