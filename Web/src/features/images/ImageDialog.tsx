import { useState } from "react";
import { api } from "../../api/client";
import type { ContainerImage } from "../../api/hosting";
import { categories, type ServiceCategory } from "../../api/types";
import { FormDialog } from "../../design/Dialog";
import { CheckField, errorOf, SelectField, TextField } from "../../design/Field";
import { useTexts } from "../../i18n/i18n";

interface ImageDialogProps {
    /** The one that is edited; a new one without. */
    image?: ContainerImage;
    onDone: () => void;
    onClose: () => void;
}

export function ImageDialog({ image, onDone, onClose }: ImageDialogProps) {
    const { t } = useTexts();
    const [category, setCategory] = useState<ServiceCategory>(image?.category ?? "neuronex");
    const [reference, setReference] = useState(image?.reference ?? "");
    const [version, setVersion] = useState(image?.version ?? "");
    const [isDefault, setDefault] = useState(image?.isDefault ?? false);
    const [description, setDescription] = useState(image?.description ?? "");
    const save = async () => {
        const about = { isDefault: isDefault || undefined, description: description.trim() };
        const named = version.trim() === "" ? undefined : version.trim();
        if (image === undefined) {
            await api.createImage({ category, reference: reference.trim(), version: named, ...about });
        } else {
            await api.updateImage(image.id, { version: named, ...about });
        }
        onDone();
    };
    return (
        <FormDialog
            title={image === undefined ? t("image.add") : t("host.edit", { name: image.reference })}
            submit={t(image === undefined ? "image.add" : "common.save")}
            canSubmit={reference.trim() !== ""}
            fields={["category", "reference", "version", "description"]}
            onClose={onClose}
            onSubmit={save}
        >
            {(problem) => (
                <>
                    {image === undefined && (
                        <>
                            <SelectField<ServiceCategory>
                                label={t("services.column.category")}
                                value={category}
                                onChange={setCategory}
                                options={categories.map((value) => ({ value, label: t(`category.${value}`) }))}
                                error={errorOf(problem, "category")}
                            />
                            <TextField
                                label={t("image.reference")}
                                value={reference}
                                onChange={setReference}
                                maxLength={500}
                                className="input mono"
                                autoComplete="off"
                                spellCheck={false}
                                autoFocus
                                error={errorOf(problem, "reference")}
                                hint={t("image.referenceHint")}
                            />
                        </>
                    )}
                    <TextField
                        label={t("services.column.version")}
                        isOptional
                        value={version}
                        onChange={setVersion}
                        maxLength={100}
                        error={errorOf(problem, "version")}
                        hint={t("image.versionHint")}
                    />
                    <TextField
                        label={t("common.description")}
                        isOptional
                        value={description}
                        onChange={setDescription}
                        maxLength={2000}
                        error={errorOf(problem, "description")}
                    />
                    {image?.isDefault !== true && (
                        <CheckField
                            label={t("image.makeDefault")}
                            hint={t("image.defaultHint")}
                            isOn={isDefault}
                            onChange={setDefault}
                        />
                    )}
                </>
            )}
        </FormDialog>
    );
}
