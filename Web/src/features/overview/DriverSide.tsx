import type { DriverCounts } from "../../api/types";
import { Card } from "../../design/Page";
import { useTexts } from "../../i18n/i18n";
import { Shares } from "./Figure";

/** Drivers towards devices, or towards applications. */
export function DriverSide({ side, counts }: { side: "south" | "north"; counts: DriverCounts | undefined }) {
    const { t, n } = useTexts();
    return (
        <Card
            title={t(`drivers.${side}`)}
            actions={
                <span className="faint small number">
                    {counts === undefined ? "–" : t("drivers.total", { count: counts.total })}
                </span>
            }
        >
            <div className="side-figures">
                {(["running", "connected", "abnormal"] as const).map((each) => (
                    <div key={each}>
                        <p className="side-value number">{counts === undefined ? "–" : n(counts[each])}</p>
                        <p className="faint small">{t(`drivers.${each}`)}</p>
                    </div>
                ))}
            </div>
            <Shares
                parts={[
                    { tone: "ok", label: t("drivers.connected"), value: counts?.connected },
                    { tone: "warn", label: t("drivers.abnormal"), value: counts?.abnormal },
                    { tone: "bad", label: t("drivers.stopped"), value: counts && counts.total - counts.running },
                ]}
            />
        </Card>
    );
}
