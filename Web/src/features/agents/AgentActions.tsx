import { useState } from "react";
import type { EdgeAgent } from "../../api/agents";
import { api } from "../../api/client";
import { Confirm, FormDialog } from "../../design/Dialog";
import { CheckField, errorOf, TextField } from "../../design/Field";
import { Icon } from "../../design/icons";
import { MenuItem, Popup } from "../../design/Popup";
import { Notice, problemText } from "../../design/States";
import { useTell } from "../../design/Toasts";
import { useTexts } from "../../i18n/i18n";
import { useRouter } from "../../lib/router";
import { problemFrom } from "../../lib/useResource";
import { agentPlace } from "./address";
import { ProjectField, useEditableProjects } from "./ProjectField";

interface AgentActionsProps {
    agent: EdgeAgent;
    onChange: (agent: EdgeAgent) => void;
}

type Asked = "edit" | "transfer" | "revoke" | "delete";

export function AgentActions({ agent, onChange }: AgentActionsProps) {
    const { t } = useTexts();
    const tell = useTell();
    const [asked, setAsked] = useState<Asked>();
    const isRevoked = agent.state === "revoked";
    const close = () => setAsked(undefined);
    const restore = () =>
        void api.restoreAgent(agent.id).then(
            (restored) => {
                onChange(restored);
                tell(t("agent.restored", { name: agent.name }));
            },
            (error: unknown) => tell(problemText(problemFrom(error), t), { isBad: true }),
        );
    return (
        <>
            <Popup
                label={t("common.actions")}
                align="end"
                trigger={(wired) => (
                    <button
                        type="button"
                        className="button icon-only"
                        aria-label={t("common.actions")}
                        title={t("common.actions")}
                        {...wired}
                    >
                        <Icon name="more" />
                    </button>
                )}
            >
                {(closeMenu) => {
                    const pick = (act: () => void) => () => {
                        closeMenu();
                        act();
                    };
                    return (
                        <>
                            <MenuItem icon="edit" onSelect={pick(() => setAsked("edit"))}>
                                {t("common.edit")}
                            </MenuItem>
                            <MenuItem icon="project" onSelect={pick(() => setAsked("transfer"))}>
                                {t("agent.transfer")}
                            </MenuItem>
                            {isRevoked ? (
                                <MenuItem icon="undo" onSelect={pick(restore)}>
                                    {t("agent.restore")}
                                </MenuItem>
                            ) : (
                                <MenuItem icon="lock" onSelect={pick(() => setAsked("revoke"))}>
                                    {t("tokens.revoke")}
                                </MenuItem>
                            )}
                            <hr className="popup-line" />
                            <MenuItem icon="trash" isDanger onSelect={pick(() => setAsked("delete"))}>
                                {t("common.delete")}
                            </MenuItem>
                        </>
                    );
                }}
            </Popup>
            {asked === "edit" && <EditDialog agent={agent} onChange={onChange} onClose={close} />}
            {asked === "transfer" && <TransferDialog agent={agent} onClose={close} />}
            {asked === "revoke" && (
                <Confirm
                    title={t("tokens.revokeTitle", { name: agent.name })}
                    submit={t("tokens.revoke")}
                    onClose={close}
                    onConfirm={async () => onChange(await api.revokeAgent(agent.id))}
                >
                    {t("agent.revokeText")}
                </Confirm>
            )}
            {asked === "delete" && <DeleteDialog agent={agent} onClose={close} />}
        </>
    );
}

function EditDialog({ agent, onChange, onClose }: AgentActionsProps & { onClose: () => void }) {
    const { t } = useTexts();
    const [name, setName] = useState(agent.name);
    const [description, setDescription] = useState(agent.description);
    return (
        <FormDialog
            title={t("host.edit", { name: agent.name })}
            submit={t("common.save")}
            canSubmit={name.trim() !== ""}
            fields={["name", "description"]}
            onClose={onClose}
            onSubmit={async () =>
                onChange(await api.updateAgent(agent.id, { name: name.trim(), description: description.trim() }))
            }
        >
            {(problem) => (
                <>
                    <TextField
                        label={t("common.name")}
                        value={name}
                        onChange={setName}
                        maxLength={200}
                        autoFocus
                        autoComplete="off"
                        error={errorOf(problem, "name")}
                    />
                    <TextField
                        label={t("common.description")}
                        isOptional
                        value={description}
                        onChange={setDescription}
                        maxLength={2000}
                        error={errorOf(problem, "description")}
                    />
                </>
            )}
        </FormDialog>
    );
}

function TransferDialog({ agent, onClose }: { agent: EdgeAgent; onClose: () => void }) {
    const { t } = useTexts();
    const { go } = useRouter();
    const tell = useTell();
    const projects = useEditableProjects(agent.projectId ?? undefined);
    const [project, setProject] = useState("");
    return (
        <FormDialog
            title={t("agent.transferTitle", { name: agent.name })}
            submit={t("agent.transferSubmit")}
            canSubmit={project !== ""}
            fields={["projectId"]}
            onClose={onClose}
            onSubmit={async () => {
                await api.transferAgent(agent.id, project);
                tell(t("agent.transferred", { name: agent.name }));
                go(agentPlace(project, agent.id), { replace: true });
            }}
        >
            {(problem) =>
                projects.length === 0 ? (
                    <Notice kind="warn">{t("agent.noOtherProject")}</Notice>
                ) : (
                    <>
                        <p>{t("agent.transferText")}</p>
                        <ProjectField
                            projects={projects}
                            value={project}
                            onChange={setProject}
                            error={errorOf(problem, "projectId")}
                        />
                        {agent.services + agent.hosts > 0 && (
                            <Notice>{behindIt(agent, t("agent.moveAlong"), t)}</Notice>
                        )}
                    </>
                )
            }
        </FormDialog>
    );
}

function behindIt(agent: EdgeAgent, rest: string, t: ReturnType<typeof useTexts>["t"]): string {
    const parts = [
        agent.services > 0 && t("services.count", { count: agent.services }),
        agent.hosts > 0 && t("agent.hostCount", { count: agent.hosts }),
    ];
    return `${parts.filter((part) => part !== false).join(" · ")}: ${rest}`;
}

function DeleteDialog({ agent, onClose }: { agent: EdgeAgent; onClose: () => void }) {
    const { t } = useTexts();
    const { go } = useRouter();
    const tell = useTell();
    const hasAny = agent.services + agent.hosts > 0;
    const [services, setServices] = useState(false);
    return (
        <Confirm
            title={t("service.deleteTitle", { name: agent.name })}
            submit={t("agent.deleteSubmit")}
            typed={agent.name}
            canConfirm={!hasAny || services}
            onClose={onClose}
            onConfirm={async () => {
                await api.deleteAgent(agent.id, services);
                tell(t("service.deleted", { name: agent.name }));
                go(`/projects/${agent.projectId ?? ""}/agents`, { replace: true });
            }}
        >
            <div className="stack">
                <p>{t("agent.deleteText")}</p>
                {hasAny && (
                    <>
                        <Notice kind="warn">{behindIt(agent, t("agent.deleteBehind"), t)}</Notice>
                        <CheckField
                            label={t("agent.deleteServices")}
                            hint={t("agent.deleteServicesHint")}
                            isOn={services}
                            onChange={setServices}
                        />
                    </>
                )}
            </div>
        </Confirm>
    );
}
