import { useState } from "react";
import { api } from "../../api/client";
import type { ContainerImage, ImageCheck } from "../../api/hosting";
import { categories } from "../../api/types";
import { Button, IconButton } from "../../design/Button";
import { CopyButton } from "../../design/Copy";
import { DataTable, type Column } from "../../design/DataTable";
import { Confirm } from "../../design/Dialog";
import { Card } from "../../design/Page";
import { Notice, problemText, State } from "../../design/States";
import { Time } from "../../design/Time";
import { useTell } from "../../design/Toasts";
import { useTexts } from "../../i18n/i18n";
import { problemFrom, useResource } from "../../lib/useResource";
import { ImageDialog } from "./ImageDialog";

type Asked = { kind: "add" } | { kind: "edit" | "delete"; image: ContainerImage };

export function ImagesTab({ mayEdit }: { mayEdit: boolean }) {
    const { t } = useTexts();
    const list = useResource("images", (signal) => api.listImages("", "", { limit: 500 }, signal));
    const [asked, setAsked] = useState<Asked>();
    const [checked, setChecked] = useState<{ image: ContainerImage; check: ImageCheck }>();
    const columns = useColumns({ mayEdit, ask: setAsked, reload: list.reload, onChecked: setChecked });
    const close = () => setAsked(undefined);
    const images = list.value?.items ?? [];
    const add = mayEdit && (
        <Button kind="primary" icon="plus" onClick={() => setAsked({ kind: "add" })}>
            {t("image.add")}
        </Button>
    );
    const groups = categories.filter((category) => images.some((image) => image.category === category));
    return (
        <>
            {images.length > 0 && add && <div className="row wrap">{add}</div>}
            {checked !== undefined && <Checked {...checked} />}
            {groups.length === 0 && (
                <section className="card">
                    <DataTable<ContainerImage>
                        label={t("nav.images")}
                        columns={columns}
                        list={{ ...list, items: [] }}
                        rowKey={(image) => image.id}
                        empty={
                            <State icon="image" title={t("image.none")} actions={add}>
                                {t(mayEdit ? "image.noneHint" : "image.noneHintReader")}
                            </State>
                        }
                    />
                </section>
            )}
            {groups.map((category) => (
                <Card key={category} isFlush className="list-card" title={t(`category.${category}`)}>
                    <DataTable<ContainerImage>
                        label={t(`category.${category}`)}
                        columns={columns}
                        list={{ ...list, items: images.filter((image) => image.category === category) }}
                        rowKey={(image) => image.id}
                        empty={null}
                    />
                </Card>
            ))}
            {asked?.kind === "add" && <ImageDialog onClose={close} onDone={list.reload} />}
            {asked?.kind === "edit" && <ImageDialog image={asked.image} onClose={close} onDone={list.reload} />}
            {asked?.kind === "delete" && (
                <Confirm
                    title={t("image.deleteTitle", { name: asked.image.reference })}
                    submit={t("common.delete")}
                    onClose={close}
                    onConfirm={async () => {
                        await api.deleteImage(asked.image.id);
                        list.reload();
                    }}
                >
                    {t("image.deleteText")}
                </Confirm>
            )}
        </>
    );
}

function Checked({ image, check }: { image: ContainerImage; check: ImageCheck }) {
    const { t } = useTexts();
    return (
        <Notice kind={check.found ? "ok" : "bad"}>
            <div className="strong break">
                {t(check.found ? "image.found" : "image.notFound", { name: image.reference })}
            </div>
            {check.reason !== "" && <div>{check.reason}</div>}
            {check.architectures.length > 0 && (
                <div>{t("image.architectures", { names: check.architectures.join(", ") })}</div>
            )}
        </Notice>
    );
}

interface Context {
    mayEdit: boolean;
    ask: (asked: Asked) => void;
    reload: () => void;
    onChecked: (checked: { image: ContainerImage; check: ImageCheck }) => void;
}

function useColumns({ mayEdit, ask, reload, onChecked }: Context): Column<ContainerImage>[] {
    const { t } = useTexts();
    const tell = useTell();
    const act = (work: () => Promise<void>) =>
        void work().catch((error: unknown) => tell(problemText(problemFrom(error), t), { isBad: true }));
    const actions: Column<ContainerImage> = {
        id: "actions",
        title: "",
        label: t("common.actions"),
        className: "actions",
        cell: (image) => (
            <span className="row actions-row">
                {!image.isDefault && (
                    <Button
                        size="small"
                        onClick={() =>
                            act(async () => {
                                await api.updateImage(image.id, { isDefault: true });
                                reload();
                            })
                        }
                    >
                        {t("image.makeDefault")}
                    </Button>
                )}
                <IconButton
                    icon="refresh"
                    size="small"
                    label={t("image.check", { name: image.reference })}
                    onClick={() =>
                        act(async () => {
                            onChecked({ image, check: await api.checkImage(image.id) });
                            reload();
                        })
                    }
                />
                <IconButton
                    icon="edit"
                    size="small"
                    label={t("host.edit", { name: image.reference })}
                    onClick={() => ask({ kind: "edit", image })}
                />
                <IconButton
                    icon="trash"
                    size="small"
                    label={t("host.delete", { name: image.reference })}
                    onClick={() => ask({ kind: "delete", image })}
                />
            </span>
        ),
    };
    return [
        {
            id: "reference",
            title: t("image.reference"),
            className: "wide-cell",
            cell: (image) => (
                <span className="row wrap">
                    <span className="mono strong break">{image.reference}</span>
                    {image.isDefault && <span className="badge accent">{t("image.default")}</span>}
                </span>
            ),
        },
        { id: "version", title: t("services.column.version"), cell: (image) => <span>{image.version}</span> },
        {
            id: "description",
            title: t("common.description"),
            cell: (image) => <span className="soft break">{image.description}</span>,
        },
        {
            id: "digest",
            title: t("image.digest"),
            cell: (image) =>
                typeof image.digest === "string" ? (
                    <span className="row">
                        <code className="small" title={image.digest}>
                            {shortDigest(image.digest)}
                        </code>
                        <CopyButton text={image.digest} label={t("image.copyDigest")} />
                    </span>
                ) : (
                    <span className="faint">–</span>
                ),
        },
        { id: "created", title: t("services.column.createdAt"), cell: (image) => <Time at={image.createdAt} /> },
        ...(mayEdit ? [actions] : []),
    ];
}

export const shortDigest = (digest: string): string => digest.replace(/^sha256:/, "").slice(0, 12);
