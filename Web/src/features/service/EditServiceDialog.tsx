import { useState } from "react";
import { api } from "../../api/client";
import type { EdgeService, UpdateServiceRequest } from "../../api/types";
import { FormDialog } from "../../design/Dialog";
import { useTexts } from "../../i18n/i18n";
import { DescriptionField, PlaceFields } from "../add-services/fields";
import { endpointOf, formFields, formOf, hasEndpoint, isSecure, type ServiceForm } from "../add-services/form";
import { TagInput } from "../tags/TagInput";

interface EditServiceDialogProps {
    service: EdgeService;
    onChange: (service: EdgeService) => void;
    onClose: () => void;
}

export function EditServiceDialog({ service, onChange, onClose }: EditServiceDialogProps) {
    const { t } = useTexts();
    const [form, setForm] = useState<ServiceForm>(() => formOf(service));
    const change = (changes: Partial<ServiceForm>) => setForm((old) => ({ ...old, ...changes }));
    return (
        <FormDialog
            isWide
            title={t("service.editTitle")}
            submit={t("common.save")}
            fields={formFields}
            onClose={onClose}
            canSubmit={form.name.trim() !== "" && hasEndpoint(form)}
            onSubmit={async () => onChange(await api.updateService(service.id, changesOf(form, service)))}
        >
            {(problem) => (
                <>
                    <PlaceFields
                        project={service.projectId}
                        service={service}
                        form={form}
                        onChange={change}
                        problem={problem}
                    />
                    <TagInput
                        project={service.projectId}
                        label={t("nav.tags")}
                        tags={form.tags}
                        onChange={(tags) => change({ tags })}
                    />
                    <DescriptionField form={form} onChange={change} problem={problem} />
                </>
            )}
        </FormDialog>
    );
}

/** Only what was changed here: somebody else may have changed the rest meanwhile. */
function changesOf(form: ServiceForm, service: EdgeService): UpdateServiceRequest {
    const before = formOf(service);
    const changes: UpdateServiceRequest = {};
    if (form.name.trim() !== before.name) changes.name = form.name.trim();
    if (endpointOf(form) !== endpointOf(before)) changes.endpoint = endpointOf(form);
    if (isSecure(form) && form.verifyTLS !== before.verifyTLS) changes.verifyTLS = form.verifyTLS;
    if (service.category === "custom" && form.healthPath !== before.healthPath) changes.healthPath = form.healthPath;
    if (form.tags.join(";") !== before.tags.join(";")) changes.tags = form.tags;
    if (form.description.trim() !== before.description) changes.description = form.description.trim();
    return changes;
}
