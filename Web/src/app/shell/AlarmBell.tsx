import { Icon } from "../../design/icons";
import { Popup } from "../../design/Popup";
import { useTexts } from "../../i18n/i18n";
import { Link } from "../../lib/router";
import { useTenancy } from "../tenancy";

/** The place of alarms; there are none before alarm rules exist. */
export function AlarmBell() {
    const { t } = useTexts();
    const { project } = useTenancy();
    if (project === undefined) return null;
    return (
        <Popup
            label={t("alarms.title")}
            align="end"
            kind="dialog"
            trigger={(wired) => (
                <button
                    type="button"
                    className="button quiet icon-only"
                    aria-label={t("alarms.title")}
                    title={t("alarms.title")}
                    {...wired}
                >
                    <Icon name="bell" />
                </button>
            )}
        >
            {(close) => (
                <>
                    <div className="popup-title">{t("alarms.title")}</div>
                    <p className="popup-note">
                        {t("alarms.none")}{" "}
                        <Link to={`/projects/${project.id}/overview`} onClick={close}>
                            {t("alarms.hint")}
                        </Link>
                    </p>
                </>
            )}
        </Popup>
    );
}
