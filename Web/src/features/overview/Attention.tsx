import type { EdgeService, Overview } from "../../api/types";
import { Icon } from "../../design/icons";
import { Card } from "../../design/Page";
import { Loading, ProblemNotice, ProblemState } from "../../design/States";
import { Time } from "../../design/Time";
import { useTexts } from "../../i18n/i18n";
import { Link } from "../../lib/router";
import { Status } from "../services/status";
import type { AttentionResource } from "./OverviewPage";

interface AttentionProps {
    project: string;
    attention: AttentionResource;
    overview: Overview | undefined;
}

/** What somebody should look at, the longest ill first; each leads to its service. */
export function Attention({ project, attention, overview }: AttentionProps) {
    const { t } = useTexts();
    const { value, problem, reload } = attention;
    const ill = overview === undefined ? undefined : overview.services.offline + overview.services.unknown;
    return (
        <Card
            isFlush
            title={t("overview.worst")}
            actions={
                ill !== undefined &&
                ill > 0 && (
                    <Link className="small" to={`/projects/${project}/services?${allIll(overview)}`}>
                        {t("overview.all", { count: ill })}
                    </Link>
                )
            }
        >
            {value === undefined && problem !== undefined && <ProblemState problem={problem} onRetry={reload} />}
            {value === undefined && problem === undefined && <Loading />}
            {value !== undefined && problem !== undefined && <ProblemNotice problem={problem} onRetry={reload} />}
            {value?.length === 0 && (
                <p className="all-well">
                    <Icon name="check" />
                    <span>
                        <span className="strong">{t("overview.allWell")}</span> {t("overview.allWellHint")}
                    </span>
                </p>
            )}
            {value !== undefined && value.length > 0 && (
                <ul className="attention">
                    {value.map((service) => (
                        <Line key={service.id} service={service} project={project} />
                    ))}
                </ul>
            )}
        </Card>
    );
}

/** One filter where it is enough; else those that are offline first. */
function allIll(overview: Overview | undefined): string {
    if (overview?.services.unknown === 0) return "status=offline&sort=statusSince";
    if (overview?.services.offline === 0) return "status=unknown&sort=statusSince";
    return "sort=status";
}

function Line({ service, project }: { service: EdgeService; project: string }) {
    return (
        <li>
            <Status service={service} />
            <Link className="strong break" to={`/projects/${project}/services/${service.id}`}>
                {service.name}
            </Link>
            <span className="soft break reason">{service.statusReason}</span>
            <span className="faint small">
                <Time at={service.statusSince} />
            </span>
        </li>
    );
}
