import { useRef, useState } from "react";
import type { FormEvent } from "react";
import { Button } from "../../design/Button";
import { CopyButton } from "../../design/Copy";
import { Select } from "../../design/Field";
import { Card } from "../../design/Page";
import { Notice, ProblemNotice, State } from "../../design/States";
import { useTexts } from "../../i18n/i18n";
import { bytes } from "../../lib/time";
import { useAction } from "../../lib/useResource";
import { examples, exchange, methods, readMethods, type Answer, type Method } from "./exchange";
import type { ServiceTabProps } from "./ServicePage";

interface Sent {
    method: Method;
    path: string;
    body: string;
    status: number;
}

/** Sends requests to the service's own API through the tunnel. Credentials of the service are added on the way. */
export function ExplorerTab({ service, mayEdit }: ServiceTabProps) {
    const { t } = useTexts();
    const [method, setMethod] = useState<Method>("GET");
    const [path, setPath] = useState(examples[service.category][0]?.path ?? "/");
    const [body, setBody] = useState("");
    const [answer, setAnswer] = useState<Answer>();
    const [history, setHistory] = useState<readonly Sent[]>([]);
    const action = useAction();
    const stop = useRef<AbortController>();
    const allowed = mayEdit ? methods : readMethods;
    const hasBody = method !== "GET" && method !== "HEAD";
    const jsonError = hasBody && body.trim() !== "" ? errorIn(body) : undefined;
    const send = async (event: FormEvent) => {
        event.preventDefault();
        stop.current = new AbortController();
        const { signal } = stop.current;
        await action.run(async () => {
            const got = await exchange(service.id, { method, path, body: hasBody ? body : "" }, signal);
            setAnswer(got);
            setHistory((old) => [{ method, path, body, status: got.status }, ...old].slice(0, 12));
        });
    };
    const recall = (sent: Pick<Sent, "method" | "path"> & { body?: string }) => {
        setMethod(sent.method);
        setPath(sent.path);
        setBody(sent.body ?? "");
    };
    return (
        <div className="explorer">
            <div className="stack">
                <Card>
                    <form className="stack" onSubmit={(event) => void send(event)}>
                        <div className="row explorer-line">
                            <Select
                                aria-label={t("explorer.method")}
                                value={method}
                                onChange={setMethod}
                                options={allowed.map((value) => ({ value, label: value }))}
                            />
                            <input
                                className="input mono"
                                aria-label={t("explorer.path")}
                                value={path}
                                maxLength={4000}
                                spellCheck={false}
                                autoComplete="off"
                                required
                                onChange={(event) => setPath(event.target.value)}
                            />
                            {action.isRunning ? (
                                <Button onClick={() => stop.current?.abort()}>{t("jobs.stop")}</Button>
                            ) : (
                                <Button type="submit" kind="primary" icon="play">
                                    {t("explorer.send")}
                                </Button>
                            )}
                        </div>
                        {hasBody && (
                            <div className="field">
                                <textarea
                                    className="textarea mono"
                                    rows={8}
                                    aria-label={t("explorer.body")}
                                    placeholder={t("explorer.body")}
                                    value={body}
                                    spellCheck={false}
                                    onChange={(event) => setBody(event.target.value)}
                                    aria-invalid={jsonError === undefined ? undefined : true}
                                />
                                <div className="row apart">
                                    <span className="field-hint">
                                        {jsonError === undefined
                                            ? t("explorer.sentAsJSON")
                                            : t("explorer.badJSON", { error: jsonError })}
                                    </span>
                                    <Button
                                        size="small"
                                        disabled={jsonError !== undefined || body.trim() === ""}
                                        onClick={() => setBody(pretty(body))}
                                    >
                                        {t("explorer.format")}
                                    </Button>
                                </div>
                            </div>
                        )}
                        {!mayEdit && <Notice>{t("explorer.readOnly")}</Notice>}
                    </form>
                </Card>
                {action.problem !== undefined && <ProblemNotice problem={action.problem} />}
                {answer === undefined ? (
                    <Card>
                        <State icon="play" title={t("explorer.empty")}>
                            {t("explorer.emptyHint")}
                        </State>
                    </Card>
                ) : (
                    <AnswerCard answer={answer} />
                )}
            </div>
            <aside className="stack">
                <Requests title={t("explorer.examples")} list={examples[service.category]} onPick={recall} />
                {history.length > 0 && <Requests title={t("explorer.history")} list={history} onPick={recall} />}
            </aside>
        </div>
    );
}

function AnswerCard({ answer }: { answer: Answer }) {
    const { t } = useTexts();
    const [shown, setShown] = useState<"body" | "headers">("body");
    const tone = answer.status < 300 ? "ok" : answer.status < 500 ? "warn" : "bad";
    const text = answer.isText
        ? pretty(answer.text)
        : t("explorer.binary", { type: answer.type, size: bytes(answer.size) });
    return (
        <Card
            isFlush
            title={
                <span className="row">
                    <span className={`badge ${tone}`}>{answer.status}</span>
                    <span className="faint small number">
                        {t("explorer.took", { time: answer.took, size: bytes(answer.size) })}
                    </span>
                </span>
            }
            actions={
                <div className="row">
                    <div className="segments" role="group" aria-label={t("explorer.part")}>
                        <button type="button" aria-pressed={shown === "body"} onClick={() => setShown("body")}>
                            {t("explorer.answer")}
                        </button>
                        <button type="button" aria-pressed={shown === "headers"} onClick={() => setShown("headers")}>
                            {t("explorer.headers")}
                        </button>
                    </div>
                    <CopyButton text={text} label={t("explorer.copy")} />
                </div>
            }
        >
            {answer.fromPlatform && <Notice kind="warn">{t("explorer.fromPlatform")}</Notice>}
            <pre className="answer" tabIndex={0} role="region" aria-label={t("explorer.answer")}>
                {shown === "body"
                    ? text || t("explorer.noBody")
                    : answer.headers.map(([name, value]) => `${name}: ${value}`).join("\n")}
            </pre>
            {answer.isCut && <p className="popup-note">{t("explorer.cut")}</p>}
        </Card>
    );
}

interface RequestsProps {
    title: string;
    list: readonly { method: Method; path: string; body?: string; status?: number }[];
    onPick: (sent: { method: Method; path: string; body?: string }) => void;
}

function Requests({ title, list, onPick }: RequestsProps) {
    return (
        <Card isFlush title={title}>
            <ul className="request-list">
                {list.map((each, index) => (
                    <li key={index}>
                        <button type="button" className="popup-item" onClick={() => onPick(each)}>
                            <span className="mono small method">{each.method}</span>
                            <span className="mono small ellipsis grow" title={each.path}>
                                {each.path}
                            </span>
                            {each.status !== undefined && <span className="faint small number">{each.status}</span>}
                        </button>
                    </li>
                ))}
            </ul>
        </Card>
    );
}

function pretty(text: string): string {
    try {
        return JSON.stringify(JSON.parse(text), null, 2);
    } catch {
        return text;
    }
}

function errorIn(text: string): string | undefined {
    try {
        JSON.parse(text);
        return undefined;
    } catch (error) {
        return error instanceof Error ? error.message : String(error);
    }
}
