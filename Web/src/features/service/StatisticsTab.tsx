import { useEffect, useRef, useState } from "react";
import { Card } from "../../design/Page";
import { Loading, ProblemState, State } from "../../design/States";
import { useTexts } from "../../i18n/i18n";
import { useInterval } from "../../lib/projectEvents";
import type { ServiceTabProps } from "./ServicePage";

interface Reading {
    at: number;
    in: number;
    out: number;
}

/** How often the report is read again while one looks at it. Milliseconds. */
const interval = 5000;
const mostReadings = 120;

export function StatisticsTab({ status }: ServiceTabProps) {
    const { t, n } = useTexts();
    const { value, problem, isLoading, reload } = status;
    const readings = useReadings(status);
    if (value === undefined)
        return problem === undefined ? <Loading /> : <ProblemState problem={problem} onRetry={reload} />;
    const { report } = value;
    if (report === undefined) return isLoading ? <Loading /> : <State icon="overview" title={t("service.noReport")} />;
    return (
        <>
            <div className="halves">
                <RateCard title={t("statistics.in")} total={n(report.recordsIn)} rates={ratesOf(readings, "in")} />
                <RateCard title={t("statistics.out")} total={n(report.recordsOut)} rates={ratesOf(readings, "out")} />
            </div>
            <Card title={t("statistics.roundTrips")}>
                <RoundTrips drivers={report.drivers} />
            </Card>
        </>
    );
}

/** What the counters were while this page was open; the platform keeps no history yet. */
function useReadings({ value, reload }: ServiceTabProps["status"]): readonly Reading[] {
    const [readings, setReadings] = useState<readonly Reading[]>([]);
    const last = useRef("");
    useInterval(reload, interval);
    useEffect(() => {
        const { report, reportedAt = "" } = value ?? {};
        if (report === undefined || reportedAt === last.current) return;
        last.current = reportedAt;
        const reading = { at: Date.parse(reportedAt), in: report.recordsIn, out: report.recordsOut };
        setReadings((old) => [...old, reading].slice(-mostReadings));
    }, [value]);
    return readings;
}

/** Records a second between each two readings; a counter that began anew counts from nothing. */
function ratesOf(readings: readonly Reading[], name: "in" | "out"): number[] {
    return readings.slice(1).map((reading, index) => {
        const before = readings[index] ?? reading;
        const grown = reading[name] >= before[name] ? reading[name] - before[name] : reading[name];
        return (grown * 1000) / Math.max(1, reading.at - before.at);
    });
}

function RateCard({ title, total, rates }: { title: string; total: string; rates: readonly number[] }) {
    const { t } = useTexts();
    const last = rates[rates.length - 1];
    return (
        <Card title={title} actions={<span className="faint small">{t("statistics.sinceStart")}</span>}>
            <p className="figure-value number">{total}</p>
            <p className="soft number">
                {last === undefined
                    ? t("statistics.measuring")
                    : t("statistics.rate", { rate: last < 10 ? last.toFixed(1) : Math.round(last) })}
            </p>
            <Line values={rates} label={t("statistics.chart", { title })} />
        </Card>
    );
}

function Line({ values, label }: { values: readonly number[]; label: string }) {
    const top = Math.max(1, ...values);
    const step = 100 / Math.max(1, values.length - 1);
    const points = values.map((value, index) => `${index * step},${30 - (value * 28) / top}`).join(" ");
    return (
        <svg className="spark" viewBox="0 0 100 30" preserveAspectRatio="none" role="img" aria-label={label}>
            <line x1="0" y1="30" x2="100" y2="30" />
            {values.length > 1 && <polyline points={points} />}
        </svg>
    );
}

function RoundTrips({ drivers }: { drivers: readonly { name: string; roundTrip?: number }[] }) {
    const { t } = useTexts();
    const measured = drivers.filter((driver) => driver.roundTrip !== undefined);
    const slowest = Math.max(1, ...measured.map((driver) => driver.roundTrip ?? 0));
    if (measured.length === 0) return <p className="faint">{t("statistics.noRoundTrips")}</p>;
    return (
        <ul className="round-trips">
            {measured.map((driver) => (
                <li key={driver.name}>
                    <span className="ellipsis" title={driver.name}>
                        {driver.name}
                    </span>
                    <progress aria-label={driver.name} max={slowest} value={driver.roundTrip} />
                    <span className="number end">{t("drivers.milliseconds", { value: driver.roundTrip ?? 0 })}</span>
                </li>
            ))}
        </ul>
    );
}
