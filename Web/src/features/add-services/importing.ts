// An import outlives the page that started it: it is found again when one comes back.
import { useSyncExternalStore } from "react";
import { places } from "../../api/client";
import { csrfFields } from "../../api/http";
import { APIProblem, type FieldError } from "../../api/problem";
import type { ImportResult } from "../../api/types";

export interface Import {
    project: string;
    file: string;
    state: "sending" | "working" | "done" | "failed";
    /** Bytes. */
    sent: number;
    size: number;
    result?: ImportResult;
    problem?: APIProblem;
}

const imports = new Map<string, Import>();
const requests = new Map<string, XMLHttpRequest>();
const listeners = new Set<() => void>();

function set(project: string, value: Import | undefined): void {
    if (value === undefined) imports.delete(project);
    else imports.set(project, value);
    listeners.forEach((listener) => listener());
}

const subscribe = (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
};

export function useImport(project: string): Import | undefined {
    return useSyncExternalStore(subscribe, () => imports.get(project));
}

export function forgetImport(project: string): void {
    requests.get(project)?.abort();
    requests.delete(project);
    set(project, undefined);
}

/** XMLHttpRequest, because `fetch` does not tell how much has been sent. */
export function startImport(project: string, file: File): void {
    const request = new XMLHttpRequest();
    requests.set(project, request);
    let now: Import = { project, file: file.name, state: "sending", sent: 0, size: file.size };
    const update = (changes: Partial<Import>) => {
        if (requests.get(project) !== request) return;
        now = { ...now, ...changes };
        set(project, now);
    };
    request.upload.onprogress = (event) => update({ sent: event.loaded });
    request.upload.onload = () => update({ state: "working", sent: file.size });
    request.onerror = () => update({ state: "failed", problem: new APIProblem(0, "unreachable", "") });
    request.onload = () => {
        if (request.status === 200) update({ state: "done", result: JSON.parse(request.responseText) as ImportResult });
        else update({ state: "failed", problem: problemIn(request) });
    };
    request.open("POST", places.importServices(project));
    request.setRequestHeader("Content-Type", "text/csv");
    for (const [name, value] of Object.entries(csrfFields())) request.setRequestHeader(name, value);
    update({});
    request.send(file);
}

function problemIn(request: XMLHttpRequest): APIProblem {
    try {
        const said = JSON.parse(request.responseText) as { code: string; detail: string; errors?: FieldError[] };
        return new APIProblem(request.status, said.code, said.detail, said.errors);
    } catch {
        return new APIProblem(request.status, "unknown", request.statusText);
    }
}
