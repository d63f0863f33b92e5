import { useState } from "react";
import { api } from "../../api/client";
import type { CreateHostRequest, EdgeHost, HostCheck, HostTLSRequest } from "../../api/hosting";
import type { ServiceConnection } from "../../api/types";
import { Button } from "../../design/Button";
import { FormDialog } from "../../design/Dialog";
import { CheckField, Choices, errorOf, TextField } from "../../design/Field";
import { Notice, ProblemNotice } from "../../design/States";
import { useTexts } from "../../i18n/i18n";
import { useAction } from "../../lib/useResource";
import { ConnectionField } from "../add-services/fields";
import { agentAddress, agentPartsOf, type AgentChoice } from "../agents/address";
import { AgentFields } from "../agents/AgentFields";
import { CertificateField } from "./CertificateField";
import { isSocket } from "./engine";
import { HostCheckResult } from "./HostCheckResult";

type Security = "tls" | "none";

interface HostForm {
    name: string;
    connection: ServiceConnection;
    /** Of direct connections. */
    address: string;
    /** Of those through an agent: which, and which of its offers. */
    through: AgentChoice;
    serviceAddress: string;
    description: string;
    security: Security;
    /** Whether certificates are entered, or those that are stored stay. */
    replaces: boolean;
    ca: string;
    certificate: string;
    key: string;
    allowUnencrypted: boolean;
}

const fields = [
    "name",
    "address",
    "serviceAddress",
    "description",
    "allowUnencrypted",
    "tls.ca",
    "tls.certificate",
    "tls.key",
];

const empty: HostForm = {
    name: "",
    connection: "direct",
    address: "tcp://",
    through: { agent: "", offer: "" },
    serviceAddress: "",
    description: "",
    security: "tls",
    replaces: true,
    ca: "",
    certificate: "",
    key: "",
    allowUnencrypted: false,
};

function formOf(host: EdgeHost): HostForm {
    const through = agentPartsOf(host.address);
    return {
        ...empty,
        name: host.name,
        connection: through === undefined ? "direct" : "agent",
        address: through === undefined ? host.address : empty.address,
        through: through ?? empty.through,
        serviceAddress: host.serviceAddress,
        description: host.description,
        security: host.tls || through !== undefined ? "tls" : "none",
        replaces: !host.tls,
        allowUnencrypted: host.allowUnencrypted,
    };
}

const addressOf = ({ connection, address, through }: HostForm): string =>
    connection === "agent" ? agentAddress(through.agent, through.offer) : address.trim();

/** What TLS would be for: an engine that is spoken to over a network, and not through an agent. */
const isTCPForm = (form: HostForm): boolean => form.connection === "direct" && !isSocket(form.address);

function certificates(form: HostForm): HostTLSRequest {
    const given = (text: string) => (text.trim() === "" ? undefined : text);
    return { ca: given(form.ca), certificate: given(form.certificate), key: given(form.key) };
}

function requestOf(form: HostForm): CreateHostRequest {
    const isTCP = isTCPForm(form);
    const isPlain = form.security === "none" || !isTCP;
    return {
        name: form.name.trim(),
        address: addressOf(form),
        // An agent knows by itself where what runs on its engine is.
        serviceAddress: form.connection === "agent" ? undefined : form.serviceAddress.trim(),
        description: form.description.trim(),
        allowUnencrypted: isPlain && isTCP ? form.allowUnencrypted : false,
        // An empty object takes away what is stored; left out, it stays.
        tls: isPlain ? {} : form.replaces ? certificates(form) : undefined,
    };
}

interface HostDialogProps {
    project: string;
    /** The one that is edited; a new one without. */
    host?: EdgeHost;
    onDone: (host: EdgeHost) => void;
    onClose: () => void;
}

export function HostDialog({ project, host, onDone, onClose }: HostDialogProps) {
    const { t } = useTexts();
    const [form, setForm] = useState<HostForm>(() => (host === undefined ? empty : formOf(host)));
    const [check, setCheck] = useState<HostCheck>();
    const testing = useAction();
    const change = (changes: Partial<HostForm>) => {
        setForm((old) => ({ ...old, ...changes }));
        if (!("name" in changes || "description" in changes)) setCheck(undefined);
    };
    const isTCP = isTCPForm(form);
    const isBehindAgent = form.connection === "agent";
    const isPlain = isTCP && form.security === "none";
    const keepsCertificates = isTCP && form.security === "tls" && !form.replaces;
    const isMoved = host !== undefined && addressOf(form) !== host.address;
    const hasAddress = isBehindAgent
        ? form.through.offer !== ""
        : /^\s*(tcp:\/\/[^/\s]+|unix:\/\/\/\S+)/i.test(form.address);
    // Stored certificates are tried only with the address they were stored for.
    const canTest = hasAddress && (!isPlain || form.allowUnencrypted) && !(keepsCertificates && isMoved);
    const test = () =>
        void testing.run(async () => {
            const request = { ...requestOf(form), name: form.name.trim() || "test" };
            setCheck(
                host !== undefined && keepsCertificates
                    ? await api.checkHost(host.id)
                    : await api.checkNewHost(project, request),
            );
        });
    return (
        <FormDialog
            isWide
            title={host === undefined ? t("host.add") : t("host.edit", { name: host.name })}
            submit={t(host === undefined ? "host.add" : "common.save")}
            canSubmit={form.name.trim() !== "" && hasAddress && (!isPlain || form.allowUnencrypted)}
            fields={fields}
            onClose={onClose}
            onSubmit={async () => {
                const request = requestOf(form);
                if (host === undefined) {
                    onDone(await api.createHost(project, request));
                    return;
                }
                // Left out, one that followed the address goes on following it.
                const isSame = request.serviceAddress === host.serviceAddress;
                onDone(await api.updateHost(host.id, isSame ? { ...request, serviceAddress: undefined } : request));
            }}
        >
            {(problem) => (
                <>
                    <div className="field-row">
                        <TextField
                            label={t("common.name")}
                            value={form.name}
                            onChange={(name) => change({ name })}
                            maxLength={200}
                            autoComplete="off"
                            autoFocus={host === undefined}
                            error={errorOf(problem, "name")}
                            hint={t("host.nameHint")}
                        />
                        <TextField
                            label={t("common.description")}
                            isOptional
                            value={form.description}
                            onChange={(description) => change({ description })}
                            maxLength={2000}
                            error={errorOf(problem, "description")}
                        />
                    </div>
                    <ConnectionField value={form.connection} onChange={(connection) => change({ connection })} />
                    {isBehindAgent ? (
                        <AgentFields
                            project={project}
                            kind="docker"
                            value={form.through}
                            own={host === undefined ? undefined : agentPartsOf(host.address)}
                            error={errorOf(problem, "address")}
                            onChange={(through, chosen) => {
                                const isNamed = chosen === undefined || form.name.trim() !== "";
                                change({ through, ...(isNamed ? {} : { name: chosen.name }) });
                            }}
                        />
                    ) : (
                        <div className="field-row">
                            <TextField
                                label={t("host.address")}
                                value={form.address}
                                onChange={(address) => change({ address })}
                                maxLength={500}
                                autoComplete="off"
                                spellCheck={false}
                                className="input mono"
                                error={errorOf(problem, "address")}
                                hint={t("host.addressHint")}
                            />
                            <TextField
                                label={t("host.serviceAddress")}
                                isOptional
                                value={form.serviceAddress}
                                onChange={(serviceAddress) => change({ serviceAddress })}
                                maxLength={500}
                                autoComplete="off"
                                spellCheck={false}
                                className="input mono"
                                error={errorOf(problem, "serviceAddress")}
                                hint={t("host.serviceAddressHint")}
                            />
                        </div>
                    )}
                    {isTCP && (
                        <Choices<Security>
                            label={t("host.security")}
                            value={form.security}
                            onChange={(security) => change({ security })}
                            options={[
                                { value: "tls", label: t("host.tls"), hint: t("host.tlsHint") },
                                { value: "none", label: t("host.unencrypted"), hint: t("host.unencryptedHint") },
                            ]}
                        />
                    )}
                    {isPlain && (
                        <>
                            <Notice kind="warn">{t("host.unencryptedWarning")}</Notice>
                            <CheckField
                                label={t("host.allowUnencrypted")}
                                isOn={form.allowUnencrypted}
                                onChange={(allowUnencrypted) => change({ allowUnencrypted })}
                            />
                        </>
                    )}
                    {isTCP && form.security === "tls" && host?.tls && (
                        <CheckField
                            label={t("host.replaceCertificates")}
                            hint={t("host.certificatesStored")}
                            isOn={form.replaces}
                            onChange={(replaces) => change({ replaces })}
                        />
                    )}
                    {isTCP && form.security === "tls" && form.replaces && (
                        <div className="certificates">
                            {(["ca", "certificate", "key"] as const).map((name) => (
                                <CertificateField
                                    key={name}
                                    label={t(`host.tls.${name}`)}
                                    value={form[name]}
                                    onChange={(text) => change({ [name]: text })}
                                    error={errorOf(problem, `tls.${name}`)}
                                />
                            ))}
                        </div>
                    )}
                    <div className="row wrap">
                        <Button icon="refresh" isBusy={testing.isRunning} disabled={!canTest} onClick={test}>
                            {t("check.test")}
                        </Button>
                        {keepsCertificates && isMoved && <span className="faint small">{t("host.testAfter")}</span>}
                    </div>
                    {testing.problem !== undefined && <ProblemNotice problem={testing.problem} />}
                    {check !== undefined && <HostCheckResult check={check} />}
                </>
            )}
        </FormDialog>
    );
}
