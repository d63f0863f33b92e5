import { api } from "../../api/client";
import { Pager } from "../../design/DataTable";
import { Card } from "../../design/Page";
import { State } from "../../design/States";
import { usePages } from "../../lib/usePages";
import { AuditTable } from "./AuditTable";

const limit = 50;

interface ActivityProps {
    /** The id of what it was done to. */
    target: string;
    project: string;
    /** What is said where nothing was. */
    none: string;
}

/** What was done to one thing, newest first. */
export function Activity({ target, project, none }: ActivityProps) {
    const pages = usePages(`activity ${target}`, limit, (request, signal) =>
        api.listAudit({ target, project }, request, signal),
    );
    return (
        <Card isFlush>
            <AuditTable pages={pages} hidesTarget empty={<State icon="audit" title={none} />} />
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
