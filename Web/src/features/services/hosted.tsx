import type { EdgeService } from "../../api/types";
import { Icon } from "../../design/icons";
import { useTexts } from "../../i18n/i18n";
import { Link } from "../../lib/router";

/** `registry:5000/neuronex:3.6.0` is known by `neuronex:3.6.0`. */
export function imageVersion(reference: string | null | undefined): string {
    if (reference === null || reference === undefined) return "–";
    return reference.split("@")[0]?.split("/").pop() ?? reference;
}

/** Says that a container is not as it was asked for, and how not. */
export function Drift({ service, to }: { service: Pick<EdgeService, "drift">; to?: string }) {
    const { t } = useTexts();
    if (service.drift === null || service.drift === undefined) return null;
    const badge = (
        <span className="badge warn" title={service.drift}>
            <Icon name="warning" size="s" />
            {t("services.drifted")}
            <span className="hidden-text">{service.drift}</span>
        </span>
    );
    return to === undefined ? badge : <Link to={to}>{badge}</Link>;
}
