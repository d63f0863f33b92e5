import { useState } from "react";
import type { FormEvent } from "react";
import { api, places } from "../../api/client";
import type { ConnectionCheck } from "../../api/types";
import type { PlaceProps } from "../../app/Places";
import { Button, LinkButton } from "../../design/Button";
import { Page } from "../../design/Page";
import { Notice, ProblemNotice } from "../../design/States";
import { Step } from "../../design/Step";
import { useTell } from "../../design/Toasts";
import { useTexts } from "../../i18n/i18n";
import { Link, useRouter } from "../../lib/router";
import { useAction } from "../../lib/useResource";
import { TagInput } from "../tags/TagInput";
import { ConnectionResult } from "./ConnectionTest";
import { AuthenticationFields, CategoryField, DescriptionField, PlaceFields } from "./fields";
import { createRequest, emptyForm, formFields, hasEndpoint, type ServiceForm } from "./form";
import "./add-services.css";

/** One service: what and where it is, how to prove oneself to it, a test, and only then it is saved. */
export function AddServicePage({ project = "" }: PlaceProps) {
    const { t } = useTexts();
    const { go } = useRouter();
    const tell = useTell();
    const [form, setForm] = useState<ServiceForm>(emptyForm);
    const [check, setCheck] = useState<ConnectionCheck>();
    const testing = useAction();
    const saving = useAction();
    const list = `/projects/${project}/services`;
    const change = (changes: Partial<ServiceForm>) => {
        setForm((old) => ({ ...old, ...changes }));
        // A test of something else says nothing.
        if (!("tags" in changes || "description" in changes || "name" in changes)) setCheck(undefined);
    };
    const test = async (): Promise<ConnectionCheck | undefined> => {
        let found: ConnectionCheck | undefined;
        await testing.run(async () => {
            found = await api.checkConnection(project, { ...createRequest(form), name: form.name.trim() || "test" });
            setCheck(found);
        });
        return found;
    };
    const save = () =>
        saving.run(async () => {
            const made = await api.createService(project, createRequest(form));
            tell(t("addService.added", { name: made.name }));
            go(`${list}/${made.id}`);
        });
    const isGood = check?.reachable === true && check.authenticated;
    const submit = async (event: FormEvent) => {
        event.preventDefault();
        const found = isGood ? check : await test();
        if (found?.reachable === true && found.authenticated) await save();
    };
    const isComplete =
        form.name.trim() !== "" &&
        hasEndpoint(form) &&
        (form.auth.kind !== "password" || (form.auth.username !== "" && form.auth.password !== ""));
    const { problem } = saving;
    const isBeside =
        problem !== undefined &&
        problem.errors.length > 0 &&
        problem.errors.every((error) => (formFields as readonly string[]).includes(error.field));
    return (
        <Page
            isNarrow
            title={t("services.add")}
            lead={
                <>
                    {t("addService.lead")} <Link to={`${list}/import`}>{t("addService.manyLink")}</Link>
                </>
            }
        >
            <form className="stack wide" onSubmit={(event) => void submit(event)} noValidate>
                <Step number={1} title={t("addService.what")}>
                    <CategoryField form={form} onChange={change} />
                    <PlaceFields project={project} form={form} onChange={change} problem={problem} />
                </Step>
                <Step number={2} title={t("addService.access")}>
                    <AuthenticationFields auth={form.auth} onChange={(auth) => change({ auth })} problem={problem} />
                    {form.auth.kind === "jwt" && (
                        <Notice>
                            {t("auth.keyHint")}{" "}
                            <a href={places.edgePublicKey} download>
                                {t("auth.downloadKey")}
                            </a>
                        </Notice>
                    )}
                </Step>
                <Step number={3} title={t("addService.details")}>
                    <TagInput
                        project={project}
                        label={t("nav.tags")}
                        tags={form.tags}
                        onChange={(tags) => change({ tags })}
                    />
                    <DescriptionField form={form} onChange={change} problem={problem} />
                </Step>
                <ConnectionResult check={check} problem={testing.problem} />
                {problem !== undefined && !isBeside && <ProblemNotice problem={problem} />}
                <div className="row wrap form-actions">
                    <Button
                        type="submit"
                        kind="primary"
                        isBusy={saving.isRunning || (testing.isRunning && !isGood)}
                        disabled={!isComplete}
                    >
                        {t(isGood ? "addService.save" : "addService.testAndSave")}
                    </Button>
                    <Button
                        isBusy={testing.isRunning}
                        disabled={!hasEndpoint(form)}
                        icon="refresh"
                        onClick={() => void test()}
                    >
                        {t("check.test")}
                    </Button>
                    {check !== undefined && !isGood && (
                        <Button isBusy={saving.isRunning} disabled={!isComplete} onClick={() => void save()}>
                            {t("addService.saveAnyway")}
                        </Button>
                    )}
                    <LinkButton to={list} kind="quiet">
                        {t("common.cancel")}
                    </LinkButton>
                </div>
            </form>
        </Page>
    );
}
