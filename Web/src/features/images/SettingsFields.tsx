import type { APIProblem } from "../../api/problem";
import type { PortProtocol, Restart } from "../../api/hosting";
import { CheckField, errorOf, Select, SelectField, TextField } from "../../design/Field";
import { useTexts } from "../../i18n/i18n";
import { Cell, Rows } from "./Rows";
import type { SettingsForm } from "./settings";

interface SettingsFieldsProps {
    form: SettingsForm;
    onChange: (changes: Partial<SettingsForm>) => void;
    problem: APIProblem | undefined;
    /** What the platform puts before the fields' names: `settings`, `parameters.settings`. */
    prefix: string;
}

const restarts: readonly Restart[] = ["unlessStopped", "always", "onFailure", "no"];

/** How a service is run: of a category's defaults, and of one install. */
export function SettingsFields(props: SettingsFieldsProps) {
    const { form, onChange, problem, prefix } = props;
    const { t } = useTexts();
    const errors = (list: string) =>
        (problem?.errors ?? [])
            .filter((error) => error.field.startsWith(`${prefix}.${list}`))
            .map((error) => `${error.field.slice(prefix.length + 1)} ${error.message}`);
    const protocols = (["tcp", "udp"] as const).map((value) => ({ value, label: value.toUpperCase() }));
    return (
        <div className="settings-fields">
            <Rows
                title={t("settings.ports")}
                hint={t("settings.portsHint")}
                add={t("settings.addPort")}
                rows={form.ports}
                fresh={{ container: "", host: "", protocol: "tcp" as PortProtocol }}
                onChange={(ports) => onChange({ ports })}
                errors={errors("ports")}
            >
                {(row, change) => (
                    <>
                        <Cell
                            isShort
                            label={t("settings.portInside")}
                            value={row.container}
                            onChange={(container) => change({ container })}
                        />
                        <Cell
                            isShort
                            label={t("settings.portOnNode")}
                            value={row.host}
                            onChange={(host) => change({ host })}
                        />
                        <Select<PortProtocol>
                            aria-label={t("settings.protocol")}
                            value={row.protocol}
                            onChange={(protocol) => change({ protocol })}
                            options={protocols}
                        />
                    </>
                )}
            </Rows>
            <div className="field-row">
                <TextField
                    label={t("settings.apiPort")}
                    value={form.apiPort}
                    onChange={(apiPort) => onChange({ apiPort })}
                    inputMode="numeric"
                    error={errorOf(problem, `${prefix}.apiPort`)}
                    hint={t("settings.apiPortHint")}
                />
                <TextField
                    label={t("settings.keyFolder")}
                    isOptional
                    value={form.keyFolder}
                    onChange={(keyFolder) => onChange({ keyFolder })}
                    className="input mono"
                    spellCheck={false}
                    error={errorOf(problem, `${prefix}.keyFolder`)}
                    hint={t("settings.keyFolderHint")}
                />
            </div>
            <Rows
                title={t("settings.environment")}
                hint={t("settings.environmentHint")}
                add={t("settings.addVariable")}
                rows={form.environment}
                fresh={{ name: "", value: "" }}
                onChange={(environment) => onChange({ environment })}
                errors={errors("environment")}
            >
                {(row, change) => (
                    <>
                        <Cell label={t("common.name")} value={row.name} onChange={(name) => change({ name })} />
                        <Cell label={t("settings.value")} value={row.value} onChange={(value) => change({ value })} />
                    </>
                )}
            </Rows>
            <Storage {...props} errors={errors} />
            <Limits {...props} restarts={restarts} />
            <CheckField
                label={t("settings.privileged")}
                hint={t("settings.privilegedHint")}
                isOn={form.privileged}
                onChange={(privileged) => onChange({ privileged })}
            />
        </div>
    );
}

function Storage({ form, onChange, errors }: SettingsFieldsProps & { errors: (list: string) => string[] }) {
    const { t } = useTexts();
    return (
        <>
            <Rows
                title={t("settings.volumes")}
                hint={t("settings.volumesHint")}
                add={t("settings.addVolume")}
                rows={form.volumes}
                fresh={{ source: "", target: "", readOnly: false }}
                onChange={(volumes) => onChange({ volumes })}
                errors={errors("volumes")}
            >
                {(row, change) => (
                    <>
                        <Cell
                            label={t("settings.volumeSource")}
                            value={row.source}
                            onChange={(source) => change({ source })}
                        />
                        <Cell
                            label={t("settings.pathInside")}
                            value={row.target}
                            onChange={(target) => change({ target })}
                        />
                        <CheckField
                            label={t("settings.readOnly")}
                            isOn={row.readOnly}
                            onChange={(readOnly) => change({ readOnly })}
                        />
                    </>
                )}
            </Rows>
            <Rows
                title={t("settings.devices")}
                add={t("settings.addDevice")}
                rows={form.devices}
                fresh={{ host: "", container: "", permissions: "rwm" }}
                onChange={(devices) => onChange({ devices })}
                errors={errors("devices")}
            >
                {(row, change) => (
                    <>
                        <Cell
                            label={t("settings.deviceOnNode")}
                            value={row.host}
                            onChange={(host) => change({ host })}
                        />
                        <Cell
                            label={t("settings.pathInside")}
                            value={row.container}
                            onChange={(container) => change({ container })}
                        />
                        <Cell
                            isShort
                            label={t("settings.permissions")}
                            value={row.permissions}
                            onChange={(permissions) => change({ permissions })}
                        />
                    </>
                )}
            </Rows>
        </>
    );
}

function Limits({ form, onChange, problem, prefix, restarts }: SettingsFieldsProps & { restarts: readonly Restart[] }) {
    const { t } = useTexts();
    return (
        <>
            <div className="field-row">
                <TextField
                    label={t("host.processors")}
                    isOptional
                    value={form.cpus}
                    onChange={(cpus) => onChange({ cpus })}
                    inputMode="decimal"
                    error={errorOf(problem, `${prefix}.cpus`)}
                    hint={t("settings.cpusHint")}
                />
                <TextField
                    label={t("settings.memory")}
                    isOptional
                    value={form.memory}
                    onChange={(memory) => onChange({ memory })}
                    inputMode="decimal"
                    error={errorOf(problem, `${prefix}.memory`)}
                    hint={t("settings.memoryHint")}
                />
                <SelectField<Restart>
                    label={t("settings.restart")}
                    value={form.restart}
                    onChange={(restart) => onChange({ restart })}
                    options={restarts.map((value) => ({ value, label: t(`restart.${value}`) }))}
                />
            </div>
            <div className="field-row">
                <TextField
                    label={t("settings.logSize")}
                    isOptional
                    value={form.maxSize}
                    onChange={(maxSize) => onChange({ maxSize })}
                    error={errorOf(problem, `${prefix}.logs.maxSize`)}
                    hint={t("settings.logSizeHint")}
                />
                <TextField
                    label={t("settings.logFiles")}
                    isOptional
                    value={form.maxFiles}
                    onChange={(maxFiles) => onChange({ maxFiles })}
                    inputMode="numeric"
                    error={errorOf(problem, `${prefix}.logs.maxFiles`)}
                />
            </div>
        </>
    );
}
