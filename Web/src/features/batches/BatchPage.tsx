import type { ReactNode } from "react";
import type { Batch } from "../../api/hosting";
import type { PlaceProps } from "../../app/Places";
import { useSession } from "../../app/session";
import { useTenancy } from "../../app/tenancy";
import { Icon } from "../../design/icons";
import { Card, Page } from "../../design/Page";
import { Loading, Notice, ProblemNotice, ProblemState } from "../../design/States";
import { Time } from "../../design/Time";
import { useTexts } from "../../i18n/i18n";
import type { LiveState } from "../../lib/eventStream";
import { useThrottled } from "../../lib/projectEvents";
import { Link, useQuery } from "../../lib/router";
import { BatchControls } from "./BatchControls";
import { BatchItems, isItemState, useItems } from "./BatchItems";
import { took } from "./BatchesPage";
import { Facts } from "./Facts";
import { BatchStateBadge, CountsBar } from "./Progress";
import { useBatch } from "./useBatch";
import { Waves } from "./Waves";
import { batchTitle, isOver, progressOf, sentence } from "./words";
import "./batches.css";

/** Shortest time between two readings of the items. Milliseconds. */
const pace = 1000;

export function BatchPage({ project = "", batch: id = "" }: PlaceProps) {
    const [query, change] = useQuery();
    const asked = query.get("state") ?? "";
    const state = isItemState(asked) ? asked : "";
    const items = useItems(id, state);
    const refresh = useThrottled(items.reload, pace);
    const batch = useBatch(id, refresh);
    const { value, problem, reload } = batch;
    const { may } = useSession();
    const { project: here } = useTenancy();
    const mayEdit = may("editServices", { projectId: project, orgId: here?.orgId });
    if (value === undefined) {
        return problem === undefined ? <Loading /> : <ProblemState problem={problem} onRetry={reload} />;
    }
    return (
        <BatchView batch={value} live={batch.live} mayEdit={mayEdit} onChange={(now) => batch.set(() => now)}>
            {problem !== undefined && <ProblemNotice problem={problem} onRetry={reload} />}
            <Guidance batch={value} mayEdit={mayEdit} onShowFailed={() => change({ state: "failed" })} />
            <div className="batch-columns">
                <div className="stack">
                    <Progress batch={value} />
                    <BatchItems batch={value} state={state} onState={(next) => change({ state: next })} items={items} />
                </div>
                <Facts batch={value} />
            </div>
        </BatchView>
    );
}

interface ViewProps {
    batch: Batch;
    live: LiveState;
    mayEdit: boolean;
    onChange: (batch: Batch) => void;
    children: ReactNode;
}

function BatchView({ batch, live, mayEdit, onChange, children }: ViewProps) {
    const { t } = useTexts();
    return (
        <Page
            title={batchTitle(batch, t)}
            mark={
                <>
                    <BatchStateBadge state={batch.state} />
                    {batch.direction === "back" && !isOver(batch) && (
                        <span className="badge warn">{t("batch.goingBack")}</span>
                    )}
                    {!isOver(batch) && live === "lost" && (
                        <span className="badge warn" title={t("live.lostHint")}>
                            {t("live.lost")}
                        </span>
                    )}
                </>
            }
            lead={
                <div className="row wrap service-lead">
                    <Link to={`/projects/${batch.projectId}/batches`}>{t("nav.batches")}</Link>
                    <span>
                        {t("batch.by", { who: batch.createdBy })} <Time at={batch.createdAt} />
                    </span>
                    {isOver(batch) && <span>{t("batch.took", { time: took(batch) })}</span>}
                </div>
            }
            actions={mayEdit && <BatchControls batch={batch} onChange={onChange} />}
        >
            {children}
        </Page>
    );
}

function Progress({ batch }: { batch: Batch }) {
    const { t, n } = useTexts();
    const { done, total } = progressOf(batch);
    return (
        <Card>
            <div className="stack">
                <div className="row apart wrap">
                    <p className="row batch-figure">
                        <span className="figure-value number">{n(done)}</span>
                        <span className="soft">
                            {t(batch.direction === "back" ? "batch.ofUndone" : "batch.of", { total })}
                        </span>
                    </p>
                    <span className="soft number">{total === 0 ? "" : `${Math.floor((done * 100) / total)} %`}</span>
                </div>
                <CountsBar counts={batch.counts} />
                {batch.waves > 1 && <Waves batch={batch} />}
                <Announcement batch={batch} />
            </div>
        </Card>
    );
}

/** For screen readers: where it stands, not every step on the way. */
function Announcement({ batch }: { batch: Batch }) {
    const { t } = useTexts();
    return (
        <span className="hidden-text" role="status">
            {t(`batch.state.${batch.state}`)}
        </span>
    );
}

interface GuidanceProps {
    batch: Batch;
    mayEdit: boolean;
    onShowFailed: () => void;
}

/** Why it is where it is, and what can be done about it. */
function Guidance({ batch, mayEdit, onShowFailed }: GuidanceProps) {
    const { t } = useTexts();
    const { failed } = batch.counts;
    const showFailed = failed > 0 && (
        <button type="button" className="link" onClick={onShowFailed}>
            {t("batch.showFailed", { count: failed })}
        </button>
    );
    if (batch.state === "paused") {
        return (
            <Notice kind="warn">
                <div className="strong">{batch.reason === "" ? t("batch.paused") : sentence(batch.reason)}</div>
                {failed > 0 ? (
                    <ol className="steps">
                        <li>
                            {t("batch.pausedLook")} {showFailed}
                        </li>
                        {mayEdit && <li>{t("batch.pausedRetry")}</li>}
                        {mayEdit && <li>{t("batch.pausedResume")}</li>}
                        {mayEdit && <li>{t("batch.pausedCancel")}</li>}
                    </ol>
                ) : (
                    <div className="soft">{t("batch.pausedHint")}</div>
                )}
            </Notice>
        );
    }
    if (batch.state === "failed") {
        return (
            <Notice kind="bad">
                <div className="strong">{t("batch.failedTitle", { count: failed })}</div>
                <div>
                    {batch.reason !== "" && `${sentence(batch.reason)} `}
                    {mayEdit && t("batch.failedHint")} {showFailed}
                </div>
            </Notice>
        );
    }
    if (batch.reason === "") return null;
    return (
        <div className="notice">
            <Icon name="info" />
            <div className="grow">{sentence(batch.reason)}</div>
        </div>
    );
}
