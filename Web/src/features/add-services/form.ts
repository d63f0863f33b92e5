// What is filled in about a service, as fields of a form, and as the platform wants it.
import type {
    AuthenticationKind,
    AuthenticationRequest,
    CreateServiceRequest,
    EdgeService,
    ServiceCategory,
} from "../../api/types";

export interface AuthenticationForm {
    kind: AuthenticationKind;
    username: string;
    password: string;
}

export interface ServiceForm {
    category: ServiceCategory;
    name: string;
    endpoint: string;
    verifyTLS: boolean;
    healthPath: string;
    auth: AuthenticationForm;
    tags: string[];
    description: string;
}

export const emptyForm: ServiceForm = {
    category: "neuronex",
    name: "",
    endpoint: "http://",
    verifyTLS: true,
    healthPath: "/",
    auth: { kind: "none", username: "", password: "" },
    tags: [],
    description: "",
};

export const formFields = [
    "name",
    "endpoint",
    "healthPath",
    "auth.username",
    "auth.password",
    "auth.kind",
    "description",
    "tags",
] as const;

export function formOf(service: EdgeService): ServiceForm {
    return {
        category: service.category,
        name: service.name,
        endpoint: service.endpoint,
        verifyTLS: service.verifyTLS,
        healthPath: service.healthPath ?? "/",
        tags: service.tags,
        description: service.description,
        auth: { kind: service.auth.kind, username: service.auth.username ?? "", password: "" },
    };
}

/** A password that is left empty stays as it is. */
export function authRequest(auth: AuthenticationForm): AuthenticationRequest {
    if (auth.kind !== "password") return { kind: auth.kind };
    return { kind: "password", username: auth.username, password: auth.password === "" ? undefined : auth.password };
}

export function createRequest(form: ServiceForm): CreateServiceRequest {
    return {
        name: form.name.trim(),
        category: form.category,
        endpoint: form.endpoint.trim(),
        auth: authRequest(form.auth),
        tags: form.tags,
        description: form.description.trim(),
        verifyTLS: isSecure(form) ? form.verifyTLS : undefined,
        healthPath: form.category === "custom" ? form.healthPath.trim() || "/" : undefined,
    };
}

export const isSecure = (form: Pick<ServiceForm, "endpoint">) => /^\s*https:/i.test(form.endpoint);
export const hasEndpoint = (form: ServiceForm) => /^\s*https?:\/\/[^/\s]+/i.test(form.endpoint);
