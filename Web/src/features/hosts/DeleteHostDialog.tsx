import { api } from "../../api/client";
import type { EdgeHost } from "../../api/hosting";
import { Button } from "../../design/Button";
import { Confirm, Dialog } from "../../design/Dialog";
import { Notice } from "../../design/States";
import { useTexts } from "../../i18n/i18n";
import { Link } from "../../lib/router";

interface DeleteHostProps {
    host: EdgeHost;
    onClose: () => void;
    onDone: () => void;
}

/** A node goes only when nothing is on it; until then it says what is. */
export function DeleteHostDialog({ host, onClose, onDone }: DeleteHostProps) {
    const { t } = useTexts();
    const title = t("host.deleteTitle", { name: host.name });
    if (host.services > 0) {
        return (
            <Dialog title={title} onClose={onClose}>
                <div className="dialog-body">
                    <Notice kind="warn">
                        <div className="strong">{t("host.inUse", { count: host.services })}</div>
                        <div>
                            {t("host.inUseHint")}{" "}
                            <Link to={`/projects/${host.projectId}/services?host=${host.id}`} onClick={onClose}>
                                {t("host.showServices")}
                            </Link>
                        </div>
                    </Notice>
                </div>
                <div className="dialog-foot">
                    <Button kind="primary" onClick={onClose}>
                        {t("common.close")}
                    </Button>
                </div>
            </Dialog>
        );
    }
    return (
        <Confirm
            title={title}
            submit={t("host.deleteSubmit")}
            onClose={onClose}
            onConfirm={async () => {
                await api.deleteHost(host.id);
                onDone();
            }}
        >
            {t("host.deleteText")}
        </Confirm>
    );
}
