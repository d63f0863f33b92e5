export interface FieldError {
    field: string;
    message: string;
}

/** What the platform said went wrong, or that it could not be reached at all (`status` 0). */
export class APIProblem extends Error {
    constructor(
        readonly status: number,
        readonly code: string,
        readonly detail: string,
        readonly errors: readonly FieldError[] = [],
        readonly requestId?: string,
        readonly retryAfter?: number,
    ) {
        super(detail);
        this.name = "APIProblem";
    }

    get isOffline(): boolean {
        return this.status === 0;
    }
}

export async function problemOf(response: Response): Promise<APIProblem> {
    const wait = Number(response.headers.get("Retry-After") ?? "") || undefined;
    const said = (await response.json().catch(() => undefined)) as
        | Partial<{
              code: string;
              detail: string;
              errors: FieldError[];
              requestId: string;
          }>
        | undefined;
    return new APIProblem(
        response.status,
        said?.code ?? "unknown",
        said?.detail ?? response.statusText,
        said?.errors ?? [],
        said?.requestId ?? response.headers.get("X-Request-Id") ?? undefined,
        wait,
    );
}
