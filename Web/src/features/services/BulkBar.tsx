import { useState } from "react";
import { useJobs } from "../../app/jobs";
import { Button } from "../../design/Button";
import { Confirm, FormDialog } from "../../design/Dialog";
import { Notice } from "../../design/States";
import { useTell } from "../../design/Toasts";
import { useTexts } from "../../i18n/i18n";
import { TagInput } from "../tags/TagInput";
import { deleteWork, exportWork, tagWork, type BulkScope } from "./bulk";

interface BulkBarProps {
    scope: BulkScope;
    count: number;
    total: number | undefined;
    isPageSelected: boolean;
    mayEdit: boolean;
    onSelectAll: () => void;
    onClear: () => void;
    onEnd: () => void;
}

/** What can be done with what is selected; stands above the list while something is. */
export function BulkBar({ scope, count, total, isPageSelected, mayEdit, onSelectAll, onClear, onEnd }: BulkBarProps) {
    const { t } = useTexts();
    const { start } = useJobs();
    const tell = useTell();
    const [asked, setAsked] = useState<"tag" | "delete">();
    const isAll = scope.selected.kind === "all";
    const begin = (work: Parameters<typeof start>[0]) => {
        start(work);
        tell(t("bulk.started"));
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
            <Button size="small" icon="download" onClick={() => begin(exportWork(scope, count, t))}>
                {t("bulk.export")}
            </Button>
            {mayEdit && (
                <Button size="small" kind="danger" icon="trash" onClick={() => setAsked("delete")}>
                    {t("bulk.delete")}
                </Button>
            )}
            {asked === "tag" && (
                <BulkTagDialog
                    project={scope.project}
                    count={count}
                    onClose={() => setAsked(undefined)}
                    onApply={(add, remove) => begin(tagWork(scope, count, add, remove, t, onEnd))}
                />
            )}
            {asked === "delete" && (
                <Confirm
                    title={t("bulk.deleteTitle", { count })}
                    submit={t("bulk.deleteSubmit")}
                    typed={count > 1 ? String(count) : undefined}
                    onClose={() => setAsked(undefined)}
                    onConfirm={async () => {
                        begin(deleteWork(scope, count, t, onEnd));
                        onClear();
                    }}
                >
                    {t("bulk.deleteText", { count })}
                </Confirm>
            )}
        </div>
    );
}

interface BulkTagDialogProps {
    project: string;
    count: number;
    onApply: (add: string[], remove: string[]) => void;
    onClose: () => void;
}

function BulkTagDialog({ project, count, onApply, onClose }: BulkTagDialogProps) {
    const { t } = useTexts();
    const [add, setAdd] = useState<string[]>([]);
    const [remove, setRemove] = useState<string[]>([]);
    return (
        <FormDialog
            title={t("bulk.tagTitle", { count })}
            submit={t("bulk.tagSubmit")}
            canSubmit={add.length + remove.length > 0}
            onSubmit={async () => onApply(add, remove)}
            onClose={onClose}
        >
            {() => (
                <>
                    <TagInput project={project} label={t("bulk.addTags")} tags={add} onChange={setAdd} />
                    <TagInput
                        project={project}
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
