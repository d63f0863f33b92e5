import { useSession } from "../../app/session";
import { useTenancy } from "../../app/tenancy";
import { SelectField } from "../../design/Field";
import { useTexts } from "../../i18n/i18n";

/** The projects where one may edit, but for `except`. */
export function useEditableProjects(except?: string) {
    const { may } = useSession();
    const { projects } = useTenancy();
    return projects.filter(
        (each) => each.id !== except && may("editServices", { projectId: each.id, orgId: each.orgId }),
    );
}

interface ProjectFieldProps {
    projects: ReturnType<typeof useEditableProjects>;
    value: string;
    onChange: (project: string) => void;
    error?: string;
}

export function ProjectField({ projects, value, onChange, error }: ProjectFieldProps) {
    const { t } = useTexts();
    const { orgName } = useTenancy();
    const nameOf = (project: (typeof projects)[number]) => {
        const org = orgName(project.orgId);
        return org === "" ? project.name : `${org} / ${project.name}`;
    };
    return (
        <SelectField
            label={t("agent.project")}
            value={value}
            onChange={onChange}
            error={error}
            options={[
                ...(value === "" ? [{ value: "", label: t("agent.chooseProject") }] : []),
                ...projects.map((each) => ({ value: each.id, label: nameOf(each) })),
            ]}
        />
    );
}
