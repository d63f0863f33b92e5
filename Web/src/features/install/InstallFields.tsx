import type { APIProblem } from "../../api/problem";
import { categories } from "../../api/types";
import { CheckField, Choices as ChoiceField, errorOf, SelectField, TextField } from "../../design/Field";
import { Notice } from "../../design/States";
import { Fold, Step } from "../../design/Step";
import { useTexts } from "../../i18n/i18n";
import { SettingsFields } from "../images/SettingsFields";
import { overrides } from "../images/settings";
import { TagInput } from "../tags/TagInput";
import { defaultsOf, imagesOf, ofCategory, type Choices, type InstallForm } from "./form";
import "./install.css";
import { NodeList } from "./NodeList";
import { RolloutFields } from "./RolloutFields";

interface InstallFieldsProps {
    project: string;
    form: InstallForm;
    choices: Choices;
    onChange: (changes: Partial<InstallForm>) => void;
    problem: APIProblem | undefined;
}

export function InstallFields(props: InstallFieldsProps) {
    const { project, form, choices, onChange, problem } = props;
    const { t } = useTexts();
    const changed = Object.keys(overrides(form.settings, defaultsOf(choices, form.category)) ?? {}).length;
    return (
        <>
            <Step number={1} title={t("install.what")}>
                <What {...props} />
            </Step>
            <Step number={2} title={t("install.where")}>
                <Where {...props} />
            </Step>
            <Step number={3} title={t("install.names")}>
                <TextField
                    label={t("batch.prefix")}
                    value={form.prefix}
                    onChange={(prefix) => onChange({ prefix })}
                    maxLength={20}
                    autoComplete="off"
                    spellCheck={false}
                    error={errorOf(problem, "parameters.namePrefix")}
                    hint={t("install.prefixHint", { example: `${form.prefix.trim()}k7m2xq` })}
                />
                <TagInput
                    project={project}
                    label={t("nav.tags")}
                    tags={form.tags}
                    onChange={(tags) => onChange({ tags })}
                />
                <CheckField
                    label={t("install.authentication")}
                    hint={t("install.authenticationHint")}
                    isOn={form.authentication}
                    onChange={(authentication) => onChange({ authentication })}
                />
            </Step>
            <Fold
                title={t("install.settings")}
                hasErrors={problem?.errors.some((error) => error.field.startsWith("parameters.settings"))}
                summary={changed === 0 ? t("install.asDefaults") : t("install.changed", { count: changed })}
            >
                <p className="soft">{t("install.settingsHint")}</p>
                <SettingsFields
                    form={form.settings}
                    prefix="parameters.settings"
                    problem={problem}
                    onChange={(changes) => onChange({ settings: { ...form.settings, ...changes } })}
                />
            </Fold>
            <RolloutFields
                kind="install"
                form={form.policy}
                problem={problem}
                onChange={(changes) => onChange({ policy: { ...form.policy, ...changes } })}
            />
        </>
    );
}

function What({ form, choices, onChange, problem }: InstallFieldsProps) {
    const { t } = useTexts();
    const offered = categories.filter((category) => imagesOf(choices, category).length > 0);
    return (
        <>
            {offered.length > 1 && (
                <ChoiceField
                    label={t("services.column.category")}
                    value={form.category}
                    onChange={(category) => {
                        const isUsual = form.prefix === `${form.category}-`;
                        onChange({
                            ...ofCategory(choices, category),
                            prefix: isUsual ? `${category}-` : form.prefix,
                        });
                    }}
                    options={offered.map((value) => ({
                        value,
                        label: t(`category.${value}`),
                        hint: t(`categoryHint.${value}`),
                    }))}
                />
            )}
            <SelectField
                label={t("image.word")}
                value={form.image}
                onChange={(image) => onChange({ image })}
                error={errorOf(problem, "parameters.image")}
                options={imagesOf(choices, form.category).map((image) => ({
                    value: image.id,
                    label: image.isDefault ? `${image.reference} (${t("image.default")})` : image.reference,
                }))}
            />
        </>
    );
}

function Where({ form, choices, onChange, problem }: InstallFieldsProps) {
    const { t } = useTexts();
    const offline = choices.hosts.filter((host) => form.hosts.has(host.id) && host.status === "offline");
    return (
        <>
            <NodeList hosts={choices.hosts} chosen={form.hosts} onChange={(hosts) => onChange({ hosts })} />
            {problem?.errors
                .filter((error) => error.field.startsWith("targets.hosts"))
                .map((error) => (
                    <p className="field-error" role="alert" key={error.field}>
                        {error.message}
                    </p>
                ))}
            {offline.length > 0 && (
                <Notice kind="warn">
                    {t("install.offlineNodes", { names: offline.map((host) => host.name).join(", ") })}
                </Notice>
            )}
            <ChoiceField<InstallForm["spread"]>
                label={t("install.howMany")}
                value={form.spread}
                onChange={(spread) => onChange({ spread, count: form.count || String(Math.max(1, form.hosts.size)) })}
                options={[
                    { value: "each", label: t("install.each"), hint: t("install.eachHint") },
                    { value: "count", label: t("install.spread"), hint: t("install.spreadHint") },
                ]}
            />
            {form.spread === "count" && (
                <div className="count-field">
                    <TextField
                        label={t("install.count")}
                        value={form.count}
                        onChange={(count) => onChange({ count })}
                        inputMode="numeric"
                        error={errorOf(problem, "targets.count")}
                    />
                </div>
            )}
        </>
    );
}
