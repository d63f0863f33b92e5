// How a service is run, as fields of a form, and as the platform wants it.
import type { PortProtocol, Restart, WorkloadSettings } from "../../api/hosting";

export interface SettingsForm {
    apiPort: string;
    ports: { container: string; host: string; protocol: PortProtocol }[];
    environment: { name: string; value: string }[];
    volumes: { source: string; target: string; readOnly: boolean }[];
    devices: { host: string; container: string; permissions: string }[];
    maxSize: string;
    maxFiles: string;
    privileged: boolean;
    restart: Restart;
    cpus: string;
    /** In megabytes of 1,048,576 bytes, as engines count. */
    memory: string;
    keyFolder: string;
}

const megabyte = 1_048_576;
const text = (value: number | string | null | undefined) => (value === null || value === undefined ? "" : `${value}`);
/** What is not a number is sent as it is, so that the platform names the field. */
const number = (value: string) => (value.trim() === "" ? undefined : Number(value));

export function formOf(settings: WorkloadSettings): SettingsForm {
    return {
        apiPort: text(settings.apiPort),
        ports: (settings.ports ?? []).map((each) => ({
            container: text(each.container),
            host: text(each.host),
            protocol: each.protocol,
        })),
        environment: Object.entries(settings.environment ?? {}).map(([name, value]) => ({ name, value })),
        volumes: settings.volumes ?? [],
        devices: settings.devices ?? [],
        maxSize: settings.logs?.maxSize ?? "",
        maxFiles: text(settings.logs?.maxFiles),
        privileged: settings.privileged ?? false,
        restart: settings.restart ?? "unlessStopped",
        cpus: text(settings.cpus),
        memory: typeof settings.memory === "number" ? text(Math.round((settings.memory / megabyte) * 100) / 100) : "",
        keyFolder: settings.keyFolder ?? "",
    };
}

export function settingsOf(form: SettingsForm): WorkloadSettings {
    const memory = number(form.memory);
    return {
        apiPort: number(form.apiPort),
        ports: form.ports
            .filter((each) => each.container.trim() !== "")
            .map((each) => ({ container: Number(each.container), host: number(each.host), protocol: each.protocol })),
        environment: Object.fromEntries(
            form.environment.filter((each) => each.name.trim() !== "").map((each) => [each.name.trim(), each.value]),
        ),
        volumes: form.volumes.filter((each) => each.source.trim() !== "" || each.target.trim() !== ""),
        devices: form.devices.filter((each) => each.host.trim() !== ""),
        logs:
            form.maxSize.trim() === ""
                ? undefined
                : { maxSize: form.maxSize.trim().toLowerCase(), maxFiles: number(form.maxFiles) ?? 1 },
        privileged: form.privileged,
        restart: form.restart,
        cpus: number(form.cpus),
        memory: memory === undefined ? undefined : Math.round(memory * megabyte),
        keyFolder: form.keyFolder.trim() === "" ? undefined : form.keyFolder.trim(),
    };
}

/** What of `form` is not as the defaults say. The environment goes name by name. */
export function overrides(form: SettingsForm, defaults: WorkloadSettings): WorkloadSettings | undefined {
    const wanted = settingsOf(form);
    const usual = settingsOf(formOf(defaults));
    const changed: Record<string, unknown> = {};
    for (const key of Object.keys(wanted) as (keyof WorkloadSettings)[]) {
        if (key !== "environment" && JSON.stringify(wanted[key]) !== JSON.stringify(usual[key])) {
            changed[key] = wanted[key];
        }
    }
    const names = Object.entries(wanted.environment ?? {}).filter(
        ([name, value]) => usual.environment?.[name] !== value,
    );
    if (names.length > 0) changed.environment = Object.fromEntries(names);
    return Object.keys(changed).length === 0 ? undefined : (changed as WorkloadSettings);
}
