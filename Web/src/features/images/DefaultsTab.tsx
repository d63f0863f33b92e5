import { useState } from "react";
import type { FormEvent } from "react";
import { api } from "../../api/client";
import type { WorkloadDefaults } from "../../api/hosting";
import { categories, type ServiceCategory } from "../../api/types";
import { Button } from "../../design/Button";
import { Loading, Notice, ProblemNotice, ProblemState } from "../../design/States";
import { useTell } from "../../design/Toasts";
import { useTexts } from "../../i18n/i18n";
import { useQuery } from "../../lib/router";
import { useAction, useResource } from "../../lib/useResource";
import { formOf, settingsOf, type SettingsForm } from "./settings";
import { SettingsFields } from "./SettingsFields";

/** How services of each category are run, unless an install says otherwise. */
export function DefaultsTab({ mayEdit }: { mayEdit: boolean }) {
    const { t } = useTexts();
    const [query, change] = useQuery();
    const list = useResource("defaults", (signal) => api.listWorkloadDefaults(signal));
    const category: ServiceCategory = categories.find((each) => each === query.get("category")) ?? "neuronex";
    if (list.value === undefined) {
        return list.problem === undefined ? <Loading /> : <ProblemState problem={list.problem} onRetry={list.reload} />;
    }
    const shown = list.value.items.find((each) => each.category === category);
    return (
        <>
            <div className="segments" role="group" aria-label={t("services.column.category")}>
                {categories.map((each) => (
                    <button
                        key={each}
                        type="button"
                        aria-pressed={each === category}
                        onClick={() => change({ category: each })}
                    >
                        {t(`category.${each}`)}
                    </button>
                ))}
            </div>
            {shown !== undefined && (
                <DefaultsForm
                    key={category}
                    defaults={shown}
                    mayEdit={mayEdit}
                    onSaved={(saved) =>
                        list.set(({ items }) => ({
                            items: items.map((each) => (each.category === saved.category ? saved : each)),
                        }))
                    }
                />
            )}
        </>
    );
}

interface DefaultsFormProps {
    defaults: WorkloadDefaults;
    mayEdit: boolean;
    onSaved: (saved: WorkloadDefaults) => void;
}

function DefaultsForm({ defaults, mayEdit, onSaved }: DefaultsFormProps) {
    const { t } = useTexts();
    const tell = useTell();
    const [form, setForm] = useState<SettingsForm>(() => formOf(defaults.settings));
    const saving = useAction();
    const submit = (event: FormEvent) => {
        event.preventDefault();
        void saving.run(async () => {
            const saved = await api.putWorkloadDefaults(defaults.category, settingsOf(form));
            setForm(formOf(saved.settings));
            onSaved(saved);
            tell(t("common.saved"));
        });
    };
    return (
        <form className="card text-form" onSubmit={submit} noValidate>
            <div className="card-body stack">
                <p className="soft">{t("settings.defaultsLead", { category: t(`category.${defaults.category}`) })}</p>
                {!mayEdit && <Notice>{t("settings.readOnlyHint")}</Notice>}
                {saving.problem !== undefined && <ProblemNotice problem={saving.problem} />}
                <fieldset className="plain" disabled={!mayEdit}>
                    <SettingsFields
                        form={form}
                        prefix="settings"
                        problem={saving.problem}
                        onChange={(changes) => setForm((old) => ({ ...old, ...changes }))}
                    />
                </fieldset>
            </div>
            {mayEdit && (
                <div className="card-foot">
                    <Button type="submit" kind="primary" isBusy={saving.isRunning}>
                        {t("common.save")}
                    </Button>
                </div>
            )}
        </form>
    );
}
