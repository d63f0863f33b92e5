import { useEffect, useState } from "react";
import type { FormEvent } from "react";
import { api } from "../../api/client";
import type { BatchPlan } from "../../api/hosting";
import type { PlaceProps } from "../../app/Places";
import { useSession } from "../../app/session";
import { useWatched } from "../../app/watched";
import { Button, LinkButton } from "../../design/Button";
import { Card, Page } from "../../design/Page";
import { Loading, ProblemNotice, ProblemState, State } from "../../design/States";
import { useTexts } from "../../i18n/i18n";
import { Link, useRouter } from "../../lib/router";
import { readAll } from "../../lib/usePages";
import { useAction, useResource } from "../../lib/useResource";
import { batchPlace } from "../batches/words";
import { fieldsOfInstall, installRequest, startForm, type Choices, type InstallForm } from "./form";
import { InstallFields } from "./InstallFields";
import { PlanView } from "./PlanView";

/** New hosted services: what, where and how; what would be made; and only then it is begun. */
export function InstallPage({ project = "" }: PlaceProps) {
    const { t } = useTexts();
    const { may } = useSession();
    const choices = useResource(`install ${project}`, async (signal): Promise<Choices> => {
        const [hosts, images, defaults] = await Promise.all([
            readAll((page) => api.listHosts(project, "", page, signal)),
            readAll((page) => api.listImages("", "", page, signal)),
            api.listWorkloadDefaults(signal),
        ]);
        return { hosts, images, defaults: defaults.items };
    });
    const { value, problem, reload } = choices;
    if (value === undefined) {
        return problem === undefined ? <Loading /> : <ProblemState problem={problem} onRetry={reload} />;
    }
    const lead = t("install.lead");
    if (value.hosts.length === 0) {
        return (
            <Page isNarrow title={t("install.title")} lead={lead}>
                <Card>
                    <State
                        icon="host"
                        title={t("install.noNodes")}
                        actions={
                            <LinkButton kind="primary" icon="plus" to={`/projects/${project}/hosts`}>
                                {t("install.toNodes")}
                            </LinkButton>
                        }
                    >
                        {t("host.noneHint")}
                    </State>
                </Card>
            </Page>
        );
    }
    if (value.images.length === 0) {
        return (
            <Page isNarrow title={t("install.title")} lead={lead}>
                <Card>
                    <State
                        icon="image"
                        title={t("image.none")}
                        actions={
                            may("editSettings") && (
                                <LinkButton kind="primary" icon="plus" to="/admin/images">
                                    {t("nav.images")}
                                </LinkButton>
                            )
                        }
                    >
                        {t(may("editSettings") ? "image.noneHint" : "image.noneHintReader")}
                    </State>
                </Card>
            </Page>
        );
    }
    return <Wizard project={project} choices={value} />;
}

function Wizard({ project, choices }: { project: string; choices: Choices }) {
    const { t } = useTexts();
    const { go, search } = useRouter();
    const { watch } = useWatched();
    const [form, setForm] = useState<InstallForm>(() =>
        startForm(choices, new URLSearchParams(search).get("host") ?? undefined),
    );
    const [plan, setPlan] = useState<BatchPlan>();
    const action = useAction();
    const request = () => installRequest(form, choices);
    const preview = (event: FormEvent) => {
        event.preventDefault();
        void action.run(async () => {
            setPlan(await api.planBatch(project, request()));
            window.scrollTo(0, 0);
        });
    };
    const install = () =>
        void action.run(async () => {
            const batch = await api.createBatch(project, request());
            watch(batch);
            go(batchPlace(batch), { replace: true });
        });
    const { problem } = action;
    useEffect(() => {
        // To what was refused, which may be far from the button.
        if (problem !== undefined) document.querySelector<HTMLElement>("#main [aria-invalid=true]")?.focus();
    }, [problem]);
    const isBeside =
        problem !== undefined &&
        problem.errors.length > 0 &&
        problem.errors.every((error) => fieldsOfInstall.some((field) => error.field.startsWith(field)));
    const isComplete = form.prefix.trim() !== "" && form.image !== "" && form.hosts.size > 0;
    if (plan !== undefined) {
        return (
            <Page isNarrow title={t("install.previewTitle")} lead={t("install.previewLead")}>
                {problem !== undefined && <ProblemNotice problem={problem} />}
                <Card>
                    <PlanView plan={plan} />
                </Card>
                <div className="row wrap form-actions">
                    <Button kind="primary" isBusy={action.isRunning} onClick={install}>
                        {t("batch.title.install", { count: plan.total })}
                    </Button>
                    <Button icon="left" disabled={action.isRunning} onClick={() => setPlan(undefined)}>
                        {t("install.back")}
                    </Button>
                </div>
            </Page>
        );
    }
    return (
        <Page
            isNarrow
            title={t("install.title")}
            lead={
                <>
                    {t("install.lead")} <Link to={`/projects/${project}/services/add`}>{t("install.adoptLink")}</Link>
                </>
            }
        >
            <form className="stack wide" onSubmit={preview} noValidate>
                <InstallFields
                    project={project}
                    form={form}
                    choices={choices}
                    onChange={(changes) => setForm((old) => ({ ...old, ...changes }))}
                    problem={problem}
                />
                {problem !== undefined && !isBeside && <ProblemNotice problem={problem} />}
                <div className="row wrap form-actions">
                    <Button type="submit" kind="primary" isBusy={action.isRunning} disabled={!isComplete}>
                        {t("install.preview")}
                    </Button>
                    <LinkButton to={`/projects/${project}/services`} kind="quiet">
                        {t("common.cancel")}
                    </LinkButton>
                </div>
            </form>
        </Page>
    );
}
