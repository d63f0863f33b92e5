import { useRef, useState } from "react";
import type { DragEvent } from "react";
import type { ImportFailure } from "../../api/types";
import type { PlaceProps } from "../../app/Places";
import { Button, LinkButton } from "../../design/Button";
import { Icon } from "../../design/icons";
import { Card, Page } from "../../design/Page";
import { Notice, ProblemNotice } from "../../design/States";
import { useTexts } from "../../i18n/i18n";
import { csvCell, downloadText } from "../../lib/download";
import { bytes } from "../../lib/time";
import { mostBytes, previewOf, template, type Preview } from "./csv";
import { forgetImport, startImport, useImport, type Import } from "./importing";
import "./add-services.css";

export function ImportServicesPage({ project = "" }: PlaceProps) {
    const { t } = useTexts();
    const running = useImport(project);
    return (
        <Page
            isNarrow
            title={t("import.title")}
            lead={t("import.lead")}
            actions={
                <Button icon="download" onClick={() => downloadText("services-template.csv", "text/csv", template)}>
                    {t("import.template")}
                </Button>
            }
        >
            {running === undefined ? <Choose project={project} /> : <Progress project={project} running={running} />}
        </Page>
    );
}

function Choose({ project }: { project: string }) {
    const { t } = useTexts();
    const [file, setFile] = useState<File>();
    const [preview, setPreview] = useState<Preview>();
    const isTooLarge = file !== undefined && file.size > mostBytes;
    const take = async (chosen: File | undefined) => {
        setFile(chosen);
        setPreview(chosen === undefined ? undefined : await previewOf(chosen));
    };
    const canStart = file !== undefined && !isTooLarge && preview?.missing.length === 0;
    return (
        <>
            <DropZone onFile={(chosen) => void take(chosen)} />
            {file !== undefined && preview !== undefined && (
                <Card
                    isFlush
                    title={file.name}
                    actions={<span className="faint small number">{bytes(file.size)}</span>}
                >
                    {isTooLarge && <Notice kind="bad">{t("import.tooLarge")}</Notice>}
                    {preview.missing.length > 0 && (
                        <Notice kind="bad">{t("import.missing", { columns: preview.missing.join(", ") })}</Notice>
                    )}
                    <PreviewTable preview={preview} />
                    <div className="card-foot">
                        <Button onClick={() => void take(undefined)}>{t("common.cancel")}</Button>
                        <Button
                            kind="primary"
                            icon="upload"
                            disabled={!canStart}
                            onClick={() => startImport(project, file)}
                        >
                            {t("import.start")}
                        </Button>
                    </div>
                </Card>
            )}
            <p className="faint small">{t("import.columns")}</p>
        </>
    );
}

function DropZone({ onFile }: { onFile: (file: File | undefined) => void }) {
    const { t } = useTexts();
    const input = useRef<HTMLInputElement>(null);
    const [isOver, setOver] = useState(false);
    const drop = (event: DragEvent) => {
        event.preventDefault();
        setOver(false);
        onFile(event.dataTransfer.files[0]);
    };
    return (
        <div
            className={`drop${isOver ? " over" : ""}`}
            onDrop={drop}
            onDragLeave={() => setOver(false)}
            onDragOver={(event) => {
                event.preventDefault();
                setOver(true);
            }}
        >
            <Icon name="upload" size="l" />
            <p className="strong">{t("import.drop")}</p>
            <p className="faint">{t("import.limits")}</p>
            <Button onClick={() => input.current?.click()}>{t("import.choose")}</Button>
            <input
                ref={input}
                type="file"
                accept=".csv,text/csv"
                className="hidden-text"
                tabIndex={-1}
                aria-label={t("import.choose")}
                onChange={(event) => {
                    onFile(event.target.files?.[0]);
                    event.target.value = "";
                }}
            />
        </div>
    );
}

function PreviewTable({ preview }: { preview: Preview }) {
    const { t } = useTexts();
    return (
        <div className="table-scroll" role="region" aria-label={t("import.preview")} tabIndex={0}>
            <table className="table">
                <caption className="hidden-text">{t("import.preview")}</caption>
                <thead>
                    <tr>
                        {preview.header.map((name, index) => (
                            <th scope="col" key={index}>
                                {name}
                            </th>
                        ))}
                    </tr>
                </thead>
                <tbody>
                    {preview.rows.map((row, index) => (
                        <tr key={index}>
                            {preview.header.map((_, cell) => (
                                <td key={cell} className="nowrap">
                                    {row[cell]}
                                </td>
                            ))}
                        </tr>
                    ))}
                </tbody>
            </table>
        </div>
    );
}

function Progress({ project, running }: { project: string; running: Import }) {
    const { t } = useTexts();
    const { state, result, problem } = running;
    const list = `/projects/${project}/services`;
    const isOver = state === "done" || state === "failed";
    return (
        <Card title={running.file} actions={<span className="faint small number">{bytes(running.size)}</span>}>
            <div className="stack" aria-live="polite">
                {state === "sending" && (
                    <>
                        <progress
                            aria-label={t("import.sending")}
                            max={Math.max(1, running.size)}
                            value={running.sent}
                        />
                        <p className="soft">
                            {t("import.sentOf", { sent: bytes(running.sent), size: bytes(running.size) })}
                        </p>
                    </>
                )}
                {state === "working" && (
                    <>
                        <progress aria-label={t("import.working")} />
                        <p className="soft">{t("import.working")}</p>
                    </>
                )}
                {!isOver && <Notice>{t("import.mayLeave")}</Notice>}
                {problem !== undefined && <ProblemNotice problem={problem} />}
                {result !== undefined && (
                    <>
                        <Notice kind={result.imported > 0 ? "ok" : "warn"}>
                            {t("import.imported", { count: result.imported })}
                        </Notice>
                        {result.failed.length > 0 && <Failures file={running.file} failures={result.failed} />}
                    </>
                )}
                <div className="row wrap">
                    {result !== undefined && (
                        <LinkButton to={list} kind="primary">
                            {t("import.toList")}
                        </LinkButton>
                    )}
                    {isOver ? (
                        <Button onClick={() => forgetImport(project)}>{t("import.another")}</Button>
                    ) : (
                        <Button kind="danger" onClick={() => forgetImport(project)}>
                            {t("common.cancel")}
                        </Button>
                    )}
                </div>
            </div>
        </Card>
    );
}

const shown = 100;

function Failures({ file, failures }: { file: string; failures: readonly ImportFailure[] }) {
    const { t } = useTexts();
    const save = () => {
        const lines = failures.map((each) => [String(each.line), each.column, each.reason].map(csvCell).join(","));
        downloadText(
            `${file.replace(/\.csv$/i, "")}-refused.csv`,
            "text/csv",
            ["line,column,reason", ...lines, ""].join("\r\n"),
        );
    };
    return (
        <>
            <div className="row wrap apart">
                <h3>{t("import.refused", { count: failures.length })}</h3>
                <Button size="small" icon="download" onClick={save}>
                    {t("import.report")}
                </Button>
            </div>
            <div
                className="table-scroll"
                role="region"
                aria-label={t("import.refused", { count: failures.length })}
                tabIndex={0}
            >
                <table className="table wrap">
                    <thead>
                        <tr>
                            <th scope="col" className="end">
                                {t("import.line")}
                            </th>
                            <th scope="col">{t("import.column")}</th>
                            <th scope="col">{t("import.reason")}</th>
                        </tr>
                    </thead>
                    <tbody>
                        {failures.slice(0, shown).map((each, index) => (
                            <tr key={index}>
                                <td className="end number">{each.line}</td>
                                <td>{each.column}</td>
                                <td className="break">{each.reason}</td>
                            </tr>
                        ))}
                    </tbody>
                </table>
            </div>
            {failures.length > shown && (
                <p className="faint small">{t("jobs.more", { count: failures.length - shown })}</p>
            )}
        </>
    );
}
