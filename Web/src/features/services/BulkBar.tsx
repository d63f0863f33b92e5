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
import { HostedMenu } from "../service/HostedMenu";
import { BatchDialog, type HostedAction } from "../install/BatchDialog";
import { Icon } from "../../design/icons";
import { Popup } from "../../design/Popup";
import type { ServiceCategory } from "../../api/types";

interface BulkBarProps {
    scope: BulkScope;
    count: number;
    total: number | undefined;
    isPageSelected: boolean;
    mayEdit: boolean;
    /** Without nodes nothing is hosted. */
    hasHosts: boolean;
    onSelectAll: () => void;
    onClear: () => void;
}

/** What can be done with what is selected; stands above the list while something is. */
export function BulkBar(props: BulkBarProps) {
    const { scope, count, total, isPageSelected, mayEdit, hasHosts, onSelectAll, onClear } = props;
    const { t } = useTexts();
    const { start } = useJobs();
    const tell = useTell();
    const [asked, setAsked] = useState<"tag" | "delete" | HostedAction>();
    const isAll = scope.selected.kind === "all";
    const close = () => setAsked(undefined);
    const { hosted, category } = hostedOf(scope);
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
            {mayEdit && hasHosts && hosted !== 0 && (
                <Popup
                    label={t("bulk.hosted")}
                    align="end"
                    trigger={(wired) => (
                        <button type="button" className="button small" {...wired}>
                            <Icon name="host" />
                            {t("bulk.hosted")}
                            <Icon name="down" size="s" />
                        </button>
                    )}
                >
                    {(closeMenu) => (
                        <HostedMenu
                            onPick={(action) => {
                                closeMenu();
                                setAsked(action);
                            }}
                        />
                    )}
                </Popup>
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
            {asked !== undefined && asked !== "tag" && asked !== "delete" && (
                <BatchDialog
                    project={scope.project}
                    kind={asked}
                    targets={() => batchTargets(scope, "hostedOnly")}
                    count={hosted ?? count}
                    category={category}
                    onClose={close}
                    onStarted={onClear}
                />
            )}
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

/** How many of the selected are hosted, and of which category they all are; `undefined` where it is not known. */
function hostedOf({ selected, filter }: BulkScope): { hosted?: number; category?: ServiceCategory } {
    if (selected.kind === "all") {
        return {
            hosted: filter.mode === "managed" ? 0 : undefined,
            category: filter.category as ServiceCategory | undefined,
        };
    }
    const hosted = [...selected.services.values()].filter((each) => each.mode === "hosted");
    const all = new Set(hosted.map((each) => each.category));
    return { hosted: hosted.length, category: all.size === 1 ? hosted[0]?.category : undefined };
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
                const targets = batchTargets(scope);
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
