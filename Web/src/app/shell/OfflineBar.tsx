import { useEffect, useState } from "react";
import { Icon } from "../../design/icons";
import { useTexts } from "../../i18n/i18n";

/** Says so while the browser has no network: what is shown then is what was last read. */
export function OfflineBar() {
    const { t } = useTexts();
    const [isOffline, setOffline] = useState(!navigator.onLine);
    useEffect(() => {
        const follow = () => setOffline(!navigator.onLine);
        window.addEventListener("online", follow);
        window.addEventListener("offline", follow);
        return () => {
            window.removeEventListener("online", follow);
            window.removeEventListener("offline", follow);
        };
    }, []);
    if (!isOffline) return null;
    return (
        <div className="offline-bar" role="status">
            <Icon name="offline" />
            {t("shell.offline")}
        </div>
    );
}
