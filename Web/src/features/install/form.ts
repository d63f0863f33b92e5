// What an install asks for, as fields of a form, and as the platform wants it.
import type {
    ContainerImage,
    CreateBatchRequest,
    EdgeHost,
    WorkloadDefaults,
    WorkloadSettings,
} from "../../api/hosting";
import { categories, type ServiceCategory } from "../../api/types";
import { formOf, overrides, type SettingsForm } from "../images/settings";
import { policyOf, usualPolicy, type PolicyForm } from "./policy";

/** What there is to choose from. */
export interface Choices {
    hosts: readonly EdgeHost[];
    images: readonly ContainerImage[];
    defaults: readonly WorkloadDefaults[];
}

export interface InstallForm {
    category: ServiceCategory;
    image: string;
    hosts: ReadonlySet<string>;
    spread: "each" | "count";
    count: string;
    prefix: string;
    /** So that the preview shows the names that the services get. */
    nameSeed: number;
    authentication: boolean;
    tags: string[];
    settings: SettingsForm;
    policy: PolicyForm;
}

export const fieldsOfInstall = [
    "parameters.namePrefix",
    "parameters.image",
    "parameters.settings",
    "parameters.tags",
    "targets.hosts",
    "targets.count",
    "policy.",
];

export const defaultsOf = (choices: Choices, category: ServiceCategory): WorkloadSettings =>
    choices.defaults.find((each) => each.category === category)?.settings ?? {};

export const imagesOf = (choices: Choices, category: ServiceCategory): readonly ContainerImage[] =>
    choices.images.filter((each) => each.category === category);

/** What another category brings along: its own image and its own settings. */
export function ofCategory(choices: Choices, category: ServiceCategory) {
    const images = imagesOf(choices, category);
    return {
        category,
        image: (images.find((each) => each.isDefault) ?? images[0])?.id ?? "",
        settings: formOf(defaultsOf(choices, category)),
    };
}

export function startForm(choices: Choices, host: string | undefined): InstallForm {
    const category = categories.find((each) => imagesOf(choices, each).length > 0) ?? "neuronex";
    const known = choices.hosts.filter((each) => each.id === host || choices.hosts.length === 1);
    return {
        ...ofCategory(choices, category),
        hosts: new Set(known.map(({ id }) => id)),
        spread: "each",
        count: "",
        prefix: `${category}-`,
        nameSeed: Math.floor(Math.random() * Number.MAX_SAFE_INTEGER),
        authentication: true,
        tags: [],
        policy: usualPolicy("install", 1),
    };
}

export function installRequest(form: InstallForm, choices: Choices): CreateBatchRequest {
    return {
        kind: "install",
        targets: {
            hosts: [...form.hosts],
            count: form.spread === "count" && form.count.trim() !== "" ? Number(form.count) : undefined,
        },
        parameters: {
            namePrefix: form.prefix.trim(),
            nameSeed: form.nameSeed,
            category: form.category,
            image: form.image,
            authentication: form.authentication,
            tags: form.tags,
            settings: overrides(form.settings, defaultsOf(choices, form.category)),
        },
        policy: policyOf(form.policy, "install"),
    };
}
