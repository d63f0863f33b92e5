import { memo, useEffect, useMemo, useRef, useState } from "react";
import { places } from "../../api/client";
import type { EdgeService } from "../../api/types";
import { Button } from "../../design/Button";
import { CheckField, SearchInput, Select } from "../../design/Field";
import { Icon } from "../../design/icons";
import { Card } from "../../design/Page";
import { ProblemNotice } from "../../design/States";
import { useTexts } from "../../i18n/i18n";
import { isNumber, keep, readKept } from "../../lib/storage";
import { useLogs, type LogLine } from "./useLogs";

const tails = [100, 200, 1000] as const;
/** All that can be had at once, for the file. */
const longest = 10_000;

/** A service's log: its end, and what comes while one looks. */
export function Logs({ service }: { service: EdgeService }) {
    const { t } = useTexts();
    const [tail, setTail] = useState(() => readKept("logs.tail", 200, isNumber));
    const [isPaused, setPaused] = useState(false);
    const [wraps, setWraps] = useState(true);
    const [q, setQ] = useState("");
    const { lines, state, problem, again } = useLogs(service.id, tail, true);
    // The container was stopped, and runs again.
    const isOnline = service.status === "online";
    const wasOnline = useRef(isOnline);
    useEffect(() => {
        if (isOnline && !wasOnline.current) again();
        wasOnline.current = isOnline;
    }, [isOnline, again]);
    // What is looked at stays still while it is paused; what comes meanwhile is gathered.
    const still = useRef(lines);
    if (!isPaused) still.current = lines;
    const missed = isPaused
        ? Math.max(0, (lines[lines.length - 1]?.number ?? 0) - (still.current[still.current.length - 1]?.number ?? 0))
        : 0;
    // What is refused, as where there is no container, is not asked for again by itself.
    const isRefused = problem !== undefined && problem.status >= 400 && problem.status < 500;
    const wanted = q.trim().toLowerCase();
    const all = still.current;
    const shown = useMemo(
        () => (wanted === "" ? all : all.filter((line) => line.text.toLowerCase().includes(wanted))),
        [all, wanted],
    );
    return (
        <Card
            isFlush
            title={
                <span className="row">
                    {t("logs.title")}
                    <span className={`badge ${state === "following" ? "ok" : state === "lost" ? "warn" : ""}`}>
                        {t(isPaused ? "logs.paused" : `logs.state.${isRefused ? "ended" : state}`)}
                    </span>
                </span>
            }
            actions={
                <span className="row">
                    <Button
                        size="small"
                        icon={isPaused ? "play" : "pause"}
                        aria-pressed={isPaused}
                        onClick={() => setPaused(!isPaused)}
                    >
                        {isPaused && missed > 0
                            ? t("logs.continueMissed", { count: missed })
                            : t(isPaused ? "logs.continue" : "batch.pause")}
                    </Button>
                    <a
                        className="button small"
                        href={places.serviceLogs(service.id, longest, false)}
                        download={`${service.name}.log`}
                    >
                        <Icon name="download" />
                        {t("logs.download")}
                    </a>
                </span>
            }
        >
            <div className="log-tools">
                <SearchInput label={t("logs.search")} value={q} onChange={setQ} />
                <Select
                    isSmall
                    aria-label={t("logs.tail")}
                    value={String(tail)}
                    onChange={(value) => {
                        keep("logs.tail", Number(value));
                        setTail(Number(value));
                    }}
                    options={tails.map((count) => ({ value: String(count), label: t("logs.lastLines", { count }) }))}
                />
                <CheckField label={t("logs.wrap")} isOn={wraps} onChange={setWraps} />
                <span className="grow" />
                {wanted !== "" && (
                    <span className="soft small number">
                        {t("logs.found", { count: shown.length, total: all.length })}
                    </span>
                )}
                {state === "ended" && (
                    <Button size="small" icon="refresh" onClick={again}>
                        {t("logs.again")}
                    </Button>
                )}
            </div>
            {problem !== undefined && <ProblemNotice problem={problem} onRetry={again} />}
            <Lines
                lines={shown}
                wraps={wraps}
                sticks={!isPaused}
                isEmpty={state !== "reading" && problem === undefined}
            />
        </Card>
    );
}

interface LinesProps {
    lines: readonly LogLine[];
    wraps: boolean;
    sticks: boolean;
    isEmpty: boolean;
}

/** Stays at the end while one is there, and where one is when one has scrolled away. */
function Lines({ lines, wraps, sticks, isEmpty }: LinesProps) {
    const { t } = useTexts();
    const box = useRef<HTMLDivElement>(null);
    const isAtEnd = useRef(true);
    const last = lines[lines.length - 1]?.number;
    useEffect(() => {
        const shown = box.current;
        if (last !== undefined && shown !== null && sticks && isAtEnd.current) shown.scrollTop = shown.scrollHeight;
    }, [last, sticks]);
    return (
        <div
            ref={box}
            className={`log${wraps ? " wraps" : ""}`}
            role="log"
            aria-label={t("logs.title")}
            aria-live="off"
            tabIndex={0}
            onScroll={(event) => {
                const at = event.currentTarget;
                isAtEnd.current = at.scrollHeight - at.scrollTop - at.clientHeight < 24;
            }}
        >
            {lines.length === 0 && isEmpty && <p className="faint">{t("logs.none")}</p>}
            {lines.map((line) => (
                <Line key={line.number} line={line} />
            ))}
        </div>
    );
}

const Line = memo(function Line({ line }: { line: LogLine }) {
    return (
        <div className={line.isError ? "log-line error" : "log-line"}>
            <time dateTime={line.at} title={line.at}>
                {line.at.slice(11, 19)}
            </time>
            <span>{line.text}</span>
        </div>
    );
});
