import type { APIProblem } from "../../api/problem";
import { categories, connections, type EdgeService, type ServiceConnection } from "../../api/types";
import { CheckField, Choices, errorOf, TextArea, TextField } from "../../design/Field";
import { useTexts } from "../../i18n/i18n";
import { agentPartsOf } from "../agents/address";
import { AgentFields, type ChosenOffer } from "../agents/AgentFields";
import type { AuthenticationForm, ServiceForm } from "./form";
import { isSecure } from "./form";

interface FieldsProps {
    form: ServiceForm;
    onChange: (changes: Partial<ServiceForm>) => void;
    problem: APIProblem | undefined;
}

export function CategoryField({ form, onChange }: Omit<FieldsProps, "problem">) {
    const { t } = useTexts();
    return (
        <Choices
            label={t("services.column.category")}
            value={form.category}
            onChange={(category) => onChange({ category })}
            options={categories.map((value) => ({
                value,
                label: t(`category.${value}`),
                hint: t(`categoryHint.${value}`),
            }))}
        />
    );
}

interface PlaceFieldsProps extends FieldsProps {
    project: string;
    /** The one that is edited; a new one without. */
    service?: EdgeService;
}

export function PlaceFields({ project, service, form, onChange, problem }: PlaceFieldsProps) {
    const { t } = useTexts();
    return (
        <>
            <TextField
                label={t("services.column.name")}
                value={form.name}
                onChange={(name) => onChange({ name })}
                maxLength={200}
                required
                autoComplete="off"
                error={errorOf(problem, "name")}
                hint={t("addService.nameHint")}
            />
            {service?.mode !== "hosted" && (
                <ConnectionField value={form.connection} onChange={(connection) => onChange({ connection })} />
            )}
            {form.connection === "agent" ? (
                <AgentFields
                    project={project}
                    kind="service"
                    value={form.through}
                    own={service === undefined ? undefined : agentPartsOf(service.endpoint)}
                    error={errorOf(problem, "endpoint")}
                    onChange={(through, chosen) =>
                        onChange({ through, ...(service === undefined && chosen ? impliedBy(chosen, form) : {}) })
                    }
                />
            ) : (
                <TextField
                    label={t("services.column.endpoint")}
                    value={form.endpoint}
                    onChange={(endpoint) => onChange({ endpoint })}
                    maxLength={1000}
                    required
                    autoComplete="off"
                    spellCheck={false}
                    inputMode="url"
                    className="input mono"
                    error={errorOf(problem, "endpoint")}
                    hint={t("addService.endpointHint")}
                />
            )}
            {isSecure(form) && (
                <CheckField
                    label={t("addService.verifyTLS")}
                    hint={t("addService.verifyTLSHint")}
                    isOn={form.verifyTLS}
                    onChange={(verifyTLS) => onChange({ verifyTLS })}
                />
            )}
            {form.category === "custom" && (
                <TextField
                    label={t("addService.healthPath")}
                    value={form.healthPath}
                    onChange={(healthPath) => onChange({ healthPath })}
                    maxLength={500}
                    className="input mono"
                    error={errorOf(problem, "healthPath")}
                    hint={t("addService.healthPathHint")}
                />
            )}
        </>
    );
}

/** What the offer says of itself need not be entered. */
function impliedBy({ offer, name }: ChosenOffer, form: ServiceForm): Partial<ServiceForm> {
    return {
        ...(offer.category === null ? {} : { category: offer.category }),
        ...(form.name.trim() === "" ? { name } : {}),
    };
}

interface ConnectionFieldProps {
    value: ServiceConnection;
    onChange: (connection: ServiceConnection) => void;
}

export function ConnectionField({ value, onChange }: ConnectionFieldProps) {
    const { t } = useTexts();
    return (
        <Choices
            label={t("agent.reached")}
            value={value}
            onChange={onChange}
            options={connections.map((each) => ({
                value: each,
                label: t(`agent.reached.${each}`),
                hint: t(`agent.reachedHint.${each}`),
            }))}
        />
    );
}

export function DescriptionField({ form, onChange, problem }: FieldsProps) {
    const { t } = useTexts();
    return (
        <TextArea
            label={t("common.description")}
            isOptional
            value={form.description}
            maxLength={1000}
            rows={2}
            onChange={(description) => onChange({ description })}
            error={errorOf(problem, "description")}
        />
    );
}

interface AuthenticationFieldsProps {
    auth: AuthenticationForm;
    onChange: (auth: AuthenticationForm) => void;
    problem: APIProblem | undefined;
    /** Whether the platform holds a password for this user already. */
    hasPassword?: boolean;
}

const kinds = ["none", "jwt", "password"] as const;

export function AuthenticationFields({ auth, onChange, problem, hasPassword }: AuthenticationFieldsProps) {
    const { t } = useTexts();
    return (
        <>
            <Choices
                label={t("auth.kind")}
                value={auth.kind}
                onChange={(kind) => onChange({ ...auth, kind })}
                options={kinds.map((value) => ({ value, label: t(`auth.${value}`), hint: t(`authHint.${value}`) }))}
            />
            {auth.kind === "password" && (
                <div className="field-row">
                    <TextField
                        label={t("auth.username")}
                        value={auth.username}
                        onChange={(username) => onChange({ ...auth, username })}
                        maxLength={200}
                        autoComplete="off"
                        required
                        error={errorOf(problem, "auth.username")}
                    />
                    <TextField
                        label={t("auth.passwordField")}
                        type="password"
                        value={auth.password}
                        maxLength={500}
                        onChange={(password) => onChange({ ...auth, password })}
                        autoComplete="new-password"
                        error={errorOf(problem, "auth.password")}
                        hint={hasPassword === true ? t("auth.passwordKept") : t("auth.passwordSealed")}
                    />
                </div>
            )}
        </>
    );
}
