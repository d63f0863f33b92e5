import { useTexts } from "../../i18n/i18n";
import { Activity } from "../audit/Activity";
import type { ServiceTabProps } from "./ServicePage";

export function ActivityTab({ service }: ServiceTabProps) {
    const { t } = useTexts();
    return <Activity target={service.id} project={service.projectId} none={t("service.noActivity")} />;
}
