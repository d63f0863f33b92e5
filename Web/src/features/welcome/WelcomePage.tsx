import { useState } from "react";
import type { FormEvent, ReactNode } from "react";
import { api } from "../../api/client";
import { useSession } from "../../app/session";
import { useTenancy } from "../../app/tenancy";
import { Button, LinkButton } from "../../design/Button";
import { errorOf, TextField } from "../../design/Field";
import { Icon } from "../../design/icons";
import { Card, Page } from "../../design/Page";
import { ProblemNotice, State } from "../../design/States";
import { useTexts } from "../../i18n/i18n";
import { useAction } from "../../lib/useResource";
import "./welcome.css";

/** From nothing to a fleet: organization, project, first services. Goes on where it was left. */
export function WelcomePage() {
    const { t } = useTexts();
    const { may } = useSession();
    const { orgs, projects, reload } = useTenancy();
    const org = orgs.find((each) => may("createProjects", { orgId: each.id }));
    const project = projects[0];
    const step = project !== undefined ? 2 : org !== undefined ? 1 : 0;
    if (project === undefined && org === undefined && !may("createOrganizations")) {
        return (
            <Page title={t("welcome.title")}>
                <Card>
                    <State icon="lock" title={t("welcome.noProject")}>
                        {t("welcome.noProjectHint")}
                    </State>
                </Card>
            </Page>
        );
    }
    return (
        <Page isNarrow title={t("welcome.title")} lead={t("welcome.lead")}>
            <ol className="guide">
                <Step number={0} step={step} title={t("welcome.org")} made={org?.name}>
                    <NameForm
                        hint={t("welcome.orgHint")}
                        submit={t("welcome.createOrg")}
                        create={async (name) => {
                            await api.createOrganization({ name });
                            reload();
                        }}
                    />
                </Step>
                <Step number={1} step={step} title={t("welcome.project")} made={project?.name}>
                    <NameForm
                        hint={t("welcome.projectHint")}
                        submit={t("welcome.createProject")}
                        create={async (name) => {
                            await api.createProject(org?.id ?? "", { name });
                            reload();
                        }}
                    />
                </Step>
                <Step number={2} step={step} title={t("welcome.services")}>
                    <p className="soft">{t("welcome.servicesHint")}</p>
                    <div className="row wrap">
                        <LinkButton kind="primary" icon="plus" to={`/projects/${project?.id}/services/add`}>
                            {t("services.add")}
                        </LinkButton>
                        <LinkButton icon="upload" to={`/projects/${project?.id}/services/import`}>
                            {t("services.import")}
                        </LinkButton>
                        <LinkButton kind="quiet" to={`/projects/${project?.id}/overview`}>
                            {t("welcome.later")}
                        </LinkButton>
                    </div>
                </Step>
            </ol>
        </Page>
    );
}

interface StepProps {
    number: number;
    step: number;
    title: string;
    made?: string;
    children: ReactNode;
}

function Step({ number, step, title, made, children }: StepProps) {
    const isDone = step > number;
    const isNow = step === number;
    return (
        <li className={`card guide-step${isNow ? " now" : ""}`} aria-current={isNow ? "step" : undefined}>
            <span className={`guide-mark${isDone ? " done" : ""}`}>{isDone ? <Icon name="check" /> : number + 1}</span>
            <div className="grow stack tight">
                <h2>{title}</h2>
                {isDone && <p className="faint">{made}</p>}
                {isNow && children}
            </div>
        </li>
    );
}

interface NameFormProps {
    hint: string;
    submit: string;
    create: (name: string) => Promise<void>;
}

function NameForm({ hint, submit, create }: NameFormProps) {
    const { t } = useTexts();
    const [name, setName] = useState("");
    const action = useAction();
    const { problem } = action;
    const go = (event: FormEvent) => {
        event.preventDefault();
        void action.run(() => create(name.trim()));
    };
    return (
        <form className="stack" onSubmit={go} noValidate>
            {problem !== undefined && problem.errors.length === 0 && <ProblemNotice problem={problem} />}
            <TextField
                label={t("common.name")}
                hint={hint}
                value={name}
                onChange={setName}
                maxLength={100}
                autoFocus
                autoComplete="off"
                error={errorOf(problem, "name")}
            />
            <div>
                <Button type="submit" kind="primary" isBusy={action.isRunning} disabled={name.trim() === ""}>
                    {submit}
                </Button>
            </div>
        </form>
    );
}
