// Organizations and projects are made, edited and deleted in the same way.
import { useState } from "react";
import { api } from "../../api/client";
import type { Organization, Project } from "../../api/types";
import { useTenancy } from "../../app/tenancy";
import { Confirm, FormDialog } from "../../design/Dialog";
import { errorOf, SelectField, TextArea, TextField } from "../../design/Field";
import { useTexts } from "../../i18n/i18n";

const isProject = (tenant: Organization | Project): tenant is Project => "orgId" in tenant;

interface EditTenantProps {
    tenant: Organization | Project;
    onDone: () => void;
    onClose: () => void;
}

export function EditTenantDialog({ tenant, onDone, onClose }: EditTenantProps) {
    const { t } = useTexts();
    const [name, setName] = useState(tenant.name);
    const [description, setDescription] = useState(tenant.description);
    return (
        <FormDialog
            title={t(isProject(tenant) ? "admin.editProject" : "admin.editOrganization")}
            submit={t("common.save")}
            onClose={onClose}
            canSubmit={name.trim() !== ""}
            fields={["name", "description"]}
            onSubmit={async () => {
                const body = { name: name.trim(), description: description.trim() };
                await (isProject(tenant)
                    ? api.updateProject(tenant.id, body)
                    : api.updateOrganization(tenant.id, body));
                onDone();
            }}
        >
            {(problem) => (
                <>
                    <TextField
                        label={t("common.name")}
                        value={name}
                        onChange={setName}
                        maxLength={100}
                        autoFocus
                        error={errorOf(problem, "name")}
                    />
                    <TextArea
                        label={t("common.description")}
                        isOptional
                        value={description}
                        onChange={setDescription}
                        maxLength={1000}
                        error={errorOf(problem, "description")}
                    />
                </>
            )}
        </FormDialog>
    );
}

export function DeleteTenantDialog({ tenant, onDone, onClose }: EditTenantProps) {
    const { t } = useTexts();
    return (
        <Confirm
            title={t("admin.deleteTitle", { name: tenant.name })}
            submit={t("common.delete")}
            typed={tenant.name}
            onClose={onClose}
            onConfirm={async () => {
                await (isProject(tenant) ? api.deleteProject(tenant.id) : api.deleteOrganization(tenant.id));
                onDone();
            }}
        >
            {t(isProject(tenant) ? "admin.deleteProjectText" : "admin.deleteOrganizationText")}
        </Confirm>
    );
}

interface CreateTenantProps {
    /** For a project: the organizations it may be made in. */
    orgs?: readonly Organization[];
    onClose: () => void;
}

export function CreateTenantDialog({ orgs, onClose }: CreateTenantProps) {
    const { t } = useTexts();
    const { reload } = useTenancy();
    const [org, setOrg] = useState(orgs?.[0]?.id ?? "");
    const [name, setName] = useState("");
    const [description, setDescription] = useState("");
    return (
        <FormDialog
            title={t(orgs === undefined ? "admin.newOrganization" : "admin.newProject")}
            submit={t("common.create")}
            onClose={onClose}
            canSubmit={name.trim() !== "" && (orgs === undefined || org !== "")}
            fields={["name", "description"]}
            onSubmit={async () => {
                const body = { name: name.trim(), description: description.trim() };
                await (orgs === undefined ? api.createOrganization(body) : api.createProject(org, body));
                reload();
            }}
        >
            {(problem) => (
                <>
                    {orgs !== undefined && (
                        <SelectField
                            label={t("admin.organization")}
                            value={org}
                            onChange={setOrg}
                            options={orgs.map((each) => ({ value: each.id, label: each.name }))}
                        />
                    )}
                    <TextField
                        label={t("common.name")}
                        value={name}
                        onChange={setName}
                        maxLength={100}
                        autoFocus
                        autoComplete="off"
                        error={errorOf(problem, "name")}
                    />
                    <TextArea
                        label={t("common.description")}
                        isOptional
                        value={description}
                        onChange={setDescription}
                        maxLength={1000}
                        error={errorOf(problem, "description")}
                    />
                </>
            )}
        </FormDialog>
    );
}
