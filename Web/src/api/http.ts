import { APIProblem, problemOf } from "./problem";

export type Query = Record<string, string | number | boolean | readonly string[] | undefined>;

export const base = "/api/v1";
/** Longest wait for an answer; what takes longer has its own limit. Milliseconds. */
const patience = 30_000;

let csrfToken: string | undefined;
let onSignedOut: () => void = () => undefined;

export function setCSRFToken(token: string | undefined): void {
    csrfToken = token;
}

/** Told whenever an answer says that nobody is signed in any more. */
export function whenSignedOut(handler: () => void): void {
    onSignedOut = handler;
}

export function csrfFields(): Record<string, string> {
    return csrfToken === undefined ? {} : { "X-CSRF-Token": csrfToken };
}

export function address(path: string, query: Query = {}): string {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
        if (value === undefined || value === "") continue;
        if (typeof value === "object") value.forEach((each) => search.append(name, each));
        else search.set(name, String(value));
    }
    // A plus sign is a space only in forms.
    const text = search.toString().replace(/\+/g, "%20");
    return `${base}/${path}${text === "" ? "" : `?${text}`}`;
}

export const segment = encodeURIComponent;

export interface Sending {
    query?: Query;
    body?: unknown;
    signal?: AbortSignal;
    patience?: number;
}

/** Before what only reads is asked for a second time because the network broke off. Milliseconds. */
const breath = 300;

/** @throws APIProblem for everything that fails; an aborted request rejects with the abort's own error. */
export async function send(method: string, path: string, sending: Sending = {}): Promise<Response> {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), sending.patience ?? patience);
    const follow = () => limit.abort();
    sending.signal?.addEventListener("abort", follow);
    try {
        const response = await fetchAgain(method, address(path, sending.query), {
            method,
            signal: limit.signal,
            credentials: "same-origin",
            redirect: "error",
            headers: {
                Accept: "application/json",
                ...(sending.body === undefined ? {} : { "Content-Type": "application/json" }),
                ...(method === "GET" ? {} : csrfFields()),
            },
            body: sending.body === undefined ? undefined : JSON.stringify(sending.body),
        });
        if (response.ok) return response;
        const problem = await problemOf(response);
        if (problem.status === 401 && path !== "session") onSignedOut();
        throw problem;
    } catch (error) {
        if (error instanceof APIProblem || sending.signal?.aborted === true) throw error;
        throw new APIProblem(0, limit.signal.aborted ? "timedOut" : "unreachable", "");
    } finally {
        clearTimeout(timer);
        sending.signal?.removeEventListener("abort", follow);
    }
}

/** A network that changes breaks off what is under way; what changes nothing is simply asked again. */
async function fetchAgain(method: string, url: string, init: RequestInit): Promise<Response> {
    try {
        return await fetch(url, init);
    } catch (error) {
        if (method !== "GET" || init.signal?.aborted === true) throw error;
        await new Promise((resolve) => setTimeout(resolve, breath));
        return fetch(url, init);
    }
}

export async function read<Value>(path: string, query?: Query, signal?: AbortSignal): Promise<Value> {
    return (await send("GET", path, { query, signal })).json() as Promise<Value>;
}

export async function change<Value>(
    method: string,
    path: string,
    body?: unknown,
    signal?: AbortSignal,
): Promise<Value> {
    return (await send(method, path, { body: body ?? {}, signal })).json() as Promise<Value>;
}

export async function perform(method: string, path: string, body?: unknown): Promise<void> {
    await send(method, path, { body });
}
