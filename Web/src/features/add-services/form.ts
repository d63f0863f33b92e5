// What is filled in about a service, as fields of a form, and as the platform wants it.
import type {
    AuthenticationKind,
    AuthenticationRequest,
    CreateServiceRequest,
    EdgeService,
    ServiceCategory,
    ServiceConnection,
} from "../../api/types";
import { agentAddress, agentPartsOf, type AgentChoice } from "../agents/address";

export interface AuthenticationForm {
    kind: AuthenticationKind;
    username: string;
    password: string;
}

export interface ServiceForm {
    category: ServiceCategory;
    name: string;
    connection: ServiceConnection;
    /** Of direct connections. */
    endpoint: string;
    /** Of those through an agent: which, and which of its offers. */
    through: AgentChoice;
    verifyTLS: boolean;
    healthPath: string;
    auth: AuthenticationForm;
    tags: string[];
    description: string;
}

export const emptyForm: ServiceForm = {
    category: "neuronex",
    name: "",
    connection: "direct",
    endpoint: "http://",
    through: { agent: "", offer: "" },
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
    // Where a hosted one is follows from its node.
    const through = service.mode === "hosted" ? undefined : agentPartsOf(service.endpoint);
    return {
        category: service.category,
        name: service.name,
        connection: through === undefined ? "direct" : "agent",
        endpoint: through === undefined ? service.endpoint : emptyForm.endpoint,
        through: through ?? emptyForm.through,
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
        endpoint: endpointOf(form),
        auth: authRequest(form.auth),
        tags: form.tags,
        description: form.description.trim(),
        verifyTLS: isSecure(form) ? form.verifyTLS : undefined,
        healthPath: form.category === "custom" ? form.healthPath.trim() || "/" : undefined,
    };
}

export const endpointOf = ({ connection, endpoint, through }: ServiceForm): string =>
    connection === "agent" ? agentAddress(through.agent, through.offer) : endpoint.trim();

export const isSecure = (form: ServiceForm): boolean => /^https:/i.test(endpointOf(form));

export const hasEndpoint = (form: ServiceForm): boolean =>
    form.connection === "agent" ? form.through.offer !== "" : /^(https?|agent):\/\/[^/\s]+/i.test(endpointOf(form));
