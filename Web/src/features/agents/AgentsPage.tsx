import { useState } from "react";
import type { ReactNode } from "react";
import type { PlaceProps } from "../../app/Places";
import { useSession } from "../../app/session";
import { useTenancy } from "../../app/tenancy";
import { Button } from "../../design/Button";
import { Page, Tabs } from "../../design/Page";
import { useTexts } from "../../i18n/i18n";
import { useRouter } from "../../lib/router";
import { AddAgent } from "./AddAgent";
import { agentPlace } from "./address";
import { AgentsTab } from "./AgentsTab";
import { ClaimByFingerprint } from "./ClaimDialogs";
import { EnrollmentTokensTab } from "./EnrollmentTokensTab";
import { UnmanagedTab } from "./UnmanagedTab";
import "./agents.css";

const tabs = ["agents", "tokens", "unmanaged"] as const;
type TabName = (typeof tabs)[number];

/** The agents of a project, what lets more of them join, and those that nobody has claimed yet. */
export function AgentsPage({ project = "", tab }: PlaceProps) {
    const { t } = useTexts();
    const { go } = useRouter();
    const { may } = useSession();
    const { project: here } = useTenancy();
    const mayEdit = may("editServices", { projectId: project, orgId: here?.orgId });
    const [asked, setAsked] = useState<"add" | "claim">();
    const [made, setMade] = useState(0);
    const shown = tabs.filter(
        (name) => name === "agents" || (name === "tokens" && mayEdit) || (name === "unmanaged" && may("editSettings")),
    );
    const current: TabName = shown.find((name) => name === tab) ?? "agents";
    const place = `/projects/${project}/agents`;
    const add = mayEdit && (
        <Button kind="primary" icon="plus" onClick={() => setAsked("add")}>
            {t("agent.add")}
        </Button>
    );
    const pages: Record<TabName, ReactNode> = {
        agents: <AgentsTab project={project} mayEdit={mayEdit} add={add} />,
        tokens: <EnrollmentTokensTab key={made} project={project} add={add} />,
        unmanaged: <UnmanagedTab project={project} />,
    };
    return (
        <Page
            title={t("nav.agents")}
            lead={t("agent.lead")}
            actions={
                mayEdit && (
                    <>
                        <Button icon="key" onClick={() => setAsked("claim")}>
                            {t("agent.claim")}
                        </Button>
                        {add}
                    </>
                )
            }
        >
            {shown.length > 1 && (
                <Tabs
                    label={t("nav.agents")}
                    tabs={shown.map((name) => ({
                        to: name === "agents" ? place : `${place}/${name}`,
                        label: t(`agent.tab.${name}`),
                        isCurrent: name === current,
                    }))}
                />
            )}
            {pages[current]}
            {asked === "add" && (
                <AddAgent
                    project={project}
                    onMade={() => setMade((count) => count + 1)}
                    onClose={() => setAsked(undefined)}
                />
            )}
            {asked === "claim" && (
                <ClaimByFingerprint
                    project={project}
                    onClose={() => setAsked(undefined)}
                    onDone={(agent) => go(agentPlace(project, agent.id))}
                />
            )}
        </Page>
    );
}
