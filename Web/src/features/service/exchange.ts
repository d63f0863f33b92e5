// One exchange with a service through the tunnel, bounded in what is shown of it.
import { places } from "../../api/client";
import { csrfFields } from "../../api/http";
import { APIProblem } from "../../api/problem";
import type { ServiceCategory } from "../../api/types";

export const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;
export type Method = (typeof methods)[number];
export const readMethods: readonly Method[] = ["GET", "HEAD"];

export interface Answer {
    status: number;
    headers: [string, string][];
    type: string;
    text: string;
    isText: boolean;
    /** Bytes that were read. */
    size: number;
    isCut: boolean;
    /** Milliseconds. */
    took: number;
    /** Whether the tunnel answered because the service could not. */
    fromPlatform: boolean;
}

/** So much of an answer is read; a service may answer without end. Bytes. */
const mostBytes = 1 << 20;

export async function exchange(
    service: string,
    request: { method: Method; path: string; body: string },
    signal: AbortSignal,
): Promise<Answer> {
    const start = performance.now();
    const hasBody = request.body.trim() !== "";
    let response: Response;
    try {
        response = await fetch(places.proxyService(service, request.path), {
            method: request.method,
            signal,
            credentials: "same-origin",
            headers: {
                ...(hasBody ? { "Content-Type": "application/json" } : {}),
                ...(request.method === "GET" || request.method === "HEAD" ? {} : csrfFields()),
            },
            body: hasBody ? request.body : undefined,
        });
    } catch (error) {
        if (signal.aborted) throw new APIProblem(0, "timedOut", "");
        throw error instanceof TypeError ? new APIProblem(0, "unreachable", "") : error;
    }
    const { chunks, size, isCut } = await readBounded(response);
    const type = response.headers.get("Content-Type") ?? "";
    const isText = type === "" || /json|text|xml|javascript|yaml|form-urlencoded/i.test(type);
    return {
        status: response.status,
        headers: [...response.headers].sort(),
        type,
        size,
        isCut,
        isText,
        text: isText ? await new Blob(chunks).text() : "",
        took: Math.round(performance.now() - start),
        fromPlatform: type.startsWith("application/problem+json"),
    };
}

async function readBounded(response: Response): Promise<{ chunks: BlobPart[]; size: number; isCut: boolean }> {
    const reader = response.body?.getReader();
    const chunks: BlobPart[] = [];
    let size = 0;
    if (reader === undefined) return { chunks, size, isCut: false };
    for (;;) {
        const { done, value } = await reader.read();
        if (done) return { chunks, size, isCut: false };
        chunks.push(value);
        size += value.byteLength;
        if (size >= mostBytes) {
            await reader.cancel();
            return { chunks, size, isCut: true };
        }
    }
}

const get = (path: string) => ({ method: "GET" as const, path });

/** Requests that a service of the category understands, to begin with. */
export const examples: Record<ServiceCategory, readonly { method: Method; path: string }[]> = {
    neuronex: [
        get("/api/version"),
        get("/api/neuron/node?type=1"),
        get("/api/neuron/node/state"),
        get("/api/neuron/plugin"),
        get("/ekuiper/rules"),
    ],
    neuron: [
        get("/api/v2/version"),
        get("/api/v2/node?type=1"),
        get("/api/v2/node/state"),
        get("/api/v2/plugin"),
        get("/api/v2/global/config"),
    ],
    ekuiper: [get("/"), get("/rules"), get("/streams"), get("/tables"), get("/plugins/portables")],
    custom: [get("/")],
};
