import { useState } from "react";
import type { EdgeAgent } from "../../api/agents";
import { api } from "../../api/client";
import { FormDialog } from "../../design/Dialog";
import { errorOf, TextField } from "../../design/Field";
import { useTexts } from "../../i18n/i18n";
import { isFingerprint } from "./address";
import { OfferList } from "./OfferList";
import { ProjectField, useEditableProjects } from "./ProjectField";

interface ClaimByFingerprintProps {
    project: string;
    onDone: (agent: EdgeAgent) => void;
    onClose: () => void;
}

/** For an agent that came without a token: who can read its fingerprint has its machine. */
export function ClaimByFingerprint({ project, onDone, onClose }: ClaimByFingerprintProps) {
    const { t } = useTexts();
    const [typed, setTyped] = useState("");
    const [wasLeft, setLeft] = useState(false);
    const [name, setName] = useState("");
    const fingerprint = typed.trim();
    const isGood = isFingerprint(fingerprint);
    return (
        <FormDialog
            title={t("agent.claimTitle")}
            submit={t("agent.claimSubmit")}
            canSubmit={isGood}
            fields={["name"]}
            onClose={onClose}
            onSubmit={async () =>
                onDone(await api.claimAgent(project, { fingerprint, name: name.trim() || undefined }))
            }
        >
            {(problem) => (
                <>
                    <p className="soft">{t("agent.claimLead")}</p>
                    <TextField
                        label={t("agent.fingerprint")}
                        value={typed}
                        onChange={setTyped}
                        onBlur={() => setLeft(true)}
                        maxLength={200}
                        autoFocus
                        autoComplete="off"
                        spellCheck={false}
                        className="input mono"
                        placeholder="SHA256:…"
                        hint={t("agent.fingerprintHint")}
                        error={
                            wasLeft && fingerprint !== "" && !isGood
                                ? t("agent.badFingerprint")
                                : errorOf(problem, "fingerprint")
                        }
                    />
                    <TextField
                        label={t("common.name")}
                        isOptional
                        value={name}
                        onChange={setName}
                        maxLength={200}
                        autoComplete="off"
                        hint={t("agent.claimNameHint")}
                        error={errorOf(problem, "name")}
                    />
                </>
            )}
        </FormDialog>
    );
}

interface ClaimUnmanagedProps {
    /** Where one is: what is chosen until another one is. */
    project: string;
    agent: EdgeAgent;
    onDone: (agent: EdgeAgent) => void;
    onClose: () => void;
}

export function ClaimUnmanaged({ project, agent, onDone, onClose }: ClaimUnmanagedProps) {
    const { t } = useTexts();
    const projects = useEditableProjects();
    const [into, setInto] = useState(project);
    const [name, setName] = useState(agent.name);
    const [description, setDescription] = useState(agent.description);
    return (
        <FormDialog
            title={t("agent.claimNamed", { name: agent.name })}
            submit={t("agent.claimSubmit")}
            canSubmit={name.trim() !== "" && into !== ""}
            fields={["name", "description"]}
            onClose={onClose}
            onSubmit={async () =>
                onDone(
                    await api.claimAgent(into, {
                        agentId: agent.id,
                        name: name.trim(),
                        description: description.trim(),
                    }),
                )
            }
        >
            {(problem) => (
                <>
                    <p className="soft">{t("agent.compare")}</p>
                    <code className="break">{agent.fingerprint}</code>
                    <ProjectField projects={projects} value={into} onChange={setInto} />
                    <TextField
                        label={t("common.name")}
                        value={name}
                        onChange={setName}
                        maxLength={200}
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
                    <div className="field">
                        <span className="field-label">{t("agent.tab.offers")}</span>
                        <OfferList agent={agent.id} />
                    </div>
                </>
            )}
        </FormDialog>
    );
}
