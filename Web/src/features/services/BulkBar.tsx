import { useState } from "react";
import { api } from "../../api/client";
import { useJobs } from "../../app/jobs";
import { useWatched } from "../../app/watched";
import { Button } from "../../design/Button";
import { FormDialog } from "../../design/Dialog";
import { Notice } from "../../design/States";
import { useTell } from "../../design/Toasts";
import { useTexts } from "../../i18n/i18n";
import { TagInput } from "../tags/TagInput";
import { batchTargets, exportWork, type BulkScope } from "./bulk";
import { DeleteDialog } from "./DeleteDialog";

interface BulkBarProps {
    scope: BulkScope;
    count: number;
    total: number | undefined;
    isPageSelected: boolean;
    mayEdit: boolean;
    onSelectAll: () => void;
    onClear: () => void;
}

/** What can be done with what is selected; stands above the list while something is. */
export function BulkBar({ scope, count, total, isPageSelected, mayEdit, onSelectAll, onClear }: BulkBarProps) {
    const { t } = useTexts();
    const { start } = useJobs();
    const tell = useTell();
    const [asked, setAsked] = useState<"tag" | "delete">();
    const isAll = scope.selected.kind === "all";
    const close = () => setAsked(undefined);
    const exportAll = () => {
        start(exportWork(scope, count, t));
        tell(t("bulk.exporting"));
    };
    return (
        <div className="bulk-bar" role="region" aria-label={t("bulk.label")}>
            <span className="strong number" aria-live="polite">
                {t("bulk.selected", { count })}
            </span>
            {!isAll && isPageSelected && total !== undefined && total > count && (
                <button type="button" className="link" onClick={onSelectAll}>
                    {t("bulk.selectAll", { count: total })}
                </button>
            )}
            <button type="button" className="link" onClick={onClear}>
                {t("bulk.clear")}
            </button>
            <span className="grow" />
            {mayEdit && (
                <Button size="small" icon="tag" onClick={() => setAsked("tag")}>
                    {t("bulk.tag")}
                </Button>
            )}
            <Button size="small" icon="download" onClick={exportAll}>
                {t("bulk.export")}
            </Button>
            {mayEdit && (
                <Button size="small" kind="danger" icon="trash" onClick={() => setAsked("delete")}>
                    {t("bulk.delete")}
                </Button>
            )}
            {asked === "tag" && <TagDialog scope={scope} count={count} onClose={close} />}
            {asked === "delete" && (
                <DeleteDialog
                    project={scope.project}
                    targets={() => batchTargets(scope)}
                    count={count}
                    onClose={close}
                    onStarted={onClear}
                />
            )}
        </div>
    );
}

function TagDialog({ scope, count, onClose }: { scope: BulkScope; count: number; onClose: () => void }) {
    const { t } = useTexts();
    const { watch } = useWatched();
    const [add, setAdd] = useState<string[]>([]);
    const [remove, setRemove] = useState<string[]>([]);
    return (
        <FormDialog
            title={t("bulk.tagTitle", { count })}
            submit={t("bulk.tagSubmit")}
            canSubmit={add.length + remove.length > 0}
            onSubmit={async () => {
                const targets = await batchTargets(scope);
                watch(await api.createBatch(scope.project, { kind: "tag", targets, parameters: { add, remove } }));
            }}
            onClose={onClose}
        >
            {() => (
                <>
                    <TagInput project={scope.project} label={t("bulk.addTags")} tags={add} onChange={setAdd} />
                    <TagInput
                        project={scope.project}
                        label={t("bulk.removeTags")}
                        hint={t("bulk.removeHint")}
                        tags={remove}
                        onChange={setRemove}
                    />
                    <Notice>{t("bulk.mostTags")}</Notice>
                </>
            )}
        </FormDialog>
    );
}
