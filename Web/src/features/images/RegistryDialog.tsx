import { useState } from "react";
import { api } from "../../api/client";
import type { ImageRegistry, RegistryCheck } from "../../api/hosting";
import { Button } from "../../design/Button";
import { FormDialog } from "../../design/Dialog";
import { CheckField, errorOf, TextField } from "../../design/Field";
import { ProblemNotice } from "../../design/States";
import { useTexts } from "../../i18n/i18n";
import { useAction } from "../../lib/useResource";
import { RegistryResult } from "./RegistriesTab";

interface RegistryDialogProps {
    /** The one that is edited; a new one without. */
    registry?: ImageRegistry;
    onDone: () => void;
    onClose: () => void;
}

export function RegistryDialog({ registry, onDone, onClose }: RegistryDialogProps) {
    const { t } = useTexts();
    const [form, setForm] = useState({
        name: registry?.name ?? "",
        address: registry?.address ?? "",
        username: registry?.username ?? "",
        password: "",
        plainHTTP: registry?.plainHTTP ?? false,
    });
    const [check, setCheck] = useState<RegistryCheck>();
    const testing = useAction();
    const change = (changes: Partial<typeof form>) => {
        setForm((old) => ({ ...old, ...changes }));
        setCheck(undefined);
    };
    const body = () => ({
        name: form.name.trim(),
        username: form.username.trim(),
        // One that is left empty stays as it is.
        password: form.password === "" ? undefined : form.password,
        plainHTTP: form.plainHTTP,
    });
    const created = () => ({
        ...body(),
        address: form.address.trim(),
        username: form.username.trim() === "" ? undefined : form.username.trim(),
    });
    const keepsPassword = registry?.hasPassword === true && form.password === "" && form.username !== "";
    const test = () =>
        void testing.run(async () => {
            setCheck(
                keepsPassword && registry !== undefined
                    ? await api.checkRegistry(registry.id)
                    : await api.checkNewRegistry({ ...created(), name: form.name.trim() || "test" }),
            );
        });
    return (
        <FormDialog
            title={registry === undefined ? t("registry.add") : t("host.edit", { name: registry.name })}
            submit={t(registry === undefined ? "registry.add" : "common.save")}
            canSubmit={form.name.trim() !== "" && form.address.trim() !== ""}
            fields={["name", "address", "username", "password"]}
            onClose={onClose}
            onSubmit={async () => {
                await (registry === undefined
                    ? api.createRegistry(created())
                    : api.updateRegistry(registry.id, body()));
                onDone();
            }}
        >
            {(problem) => (
                <>
                    <TextField
                        label={t("common.name")}
                        value={form.name}
                        onChange={(name) => change({ name })}
                        maxLength={200}
                        autoFocus
                        autoComplete="off"
                        error={errorOf(problem, "name")}
                    />
                    <TextField
                        label={t("registry.address")}
                        value={form.address}
                        onChange={(address) => change({ address })}
                        maxLength={300}
                        className="input mono"
                        autoComplete="off"
                        spellCheck={false}
                        disabled={registry !== undefined}
                        error={errorOf(problem, "address")}
                        hint={t("registry.addressHint")}
                    />
                    <div className="field-row">
                        <TextField
                            label={t("auth.username")}
                            isOptional
                            value={form.username}
                            onChange={(username) => change({ username })}
                            maxLength={200}
                            autoComplete="off"
                            error={errorOf(problem, "username")}
                        />
                        <TextField
                            label={t("auth.passwordField")}
                            isOptional
                            type="password"
                            value={form.password}
                            onChange={(password) => change({ password })}
                            autoComplete="new-password"
                            error={errorOf(problem, "password")}
                            hint={t(registry?.hasPassword === true ? "auth.passwordKept" : "auth.passwordSealed")}
                        />
                    </div>
                    <CheckField
                        label={t("registry.plainHTTP")}
                        hint={t("registry.plainHTTPHint")}
                        isOn={form.plainHTTP}
                        onChange={(plainHTTP) => change({ plainHTTP })}
                    />
                    <div>
                        <Button
                            icon="refresh"
                            isBusy={testing.isRunning}
                            disabled={form.address.trim() === ""}
                            onClick={test}
                        >
                            {t("check.test")}
                        </Button>
                    </div>
                    {testing.problem !== undefined && <ProblemNotice problem={testing.problem} />}
                    {check !== undefined && <RegistryResult name={form.name || form.address} check={check} />}
                </>
            )}
        </FormDialog>
    );
}
