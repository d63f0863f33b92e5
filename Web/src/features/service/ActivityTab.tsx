import { api } from "../../api/client";
import { Pager } from "../../design/DataTable";
import { Card } from "../../design/Page";
import { State } from "../../design/States";
import { useTexts } from "../../i18n/i18n";
import { usePages } from "../../lib/usePages";
import { AuditTable } from "../audit/AuditTable";
import type { ServiceTabProps } from "./ServicePage";

const limit = 50;

/** What was done to this service, newest first. */
export function ActivityTab({ service }: ServiceTabProps) {
    const { t } = useTexts();
    const filter = { target: service.id, project: service.projectId };
    const pages = usePages(`activity ${service.id}`, limit, (request, signal) =>
        api.listAudit(filter, request, signal),
    );
    return (
        <Card isFlush>
            <AuditTable pages={pages} hidesTarget empty={<State icon="audit" title={t("service.noActivity")} />} />
            <Pager
                paging={pages.paging}
                limit={limit}
                count={pages.items.length}
                total={pages.total}
                isLoading={pages.isLoading}
            />
        </Card>
    );
}
