import type { APIProblem } from "../../api/problem";
import { days, type BatchKind, type OnFailure, type WhenOffline } from "../../api/hosting";
import { CheckField, Choices, errorOf, SelectField, TextField } from "../../design/Field";
import { Fold } from "../../design/Step";
import { useTexts } from "../../i18n/i18n";
import { policyWords } from "../batches/words";
import { canRollBack, leavesRunning, policyOf, type PolicyForm } from "./policy";

interface RolloutProps {
    kind: BatchKind;
    form: PolicyForm;
    onChange: (changes: Partial<PolicyForm>) => void;
    problem: APIProblem | undefined;
}

const reactions: readonly OnFailure[] = ["pause", "rollback", "continue"];
const offline: readonly WhenOffline[] = ["fail", "skip", "wait"];

/** How it goes about its targets; folded, since the usual is right for most. */
export function RolloutFields({ kind, form, onChange, problem }: RolloutProps) {
    const { t } = useTexts();
    const field = (name: "concurrency" | "concurrencyPerHost" | "retries" | "startLimit" | "healthGate") => ({
        label: t(`rollout.${name}`),
        value: form[name],
        onChange: (value: string) => onChange({ [name]: value }),
        inputMode: "numeric" as const,
        error: errorOf(problem, `policy.${name}`),
    });
    const words = policyWords(policyOf(form, kind), t);
    return (
        <Fold
            title={t("rollout.title")}
            summary={words.slice(0, 3).join(" ")}
            hasErrors={problem?.errors.some((error) => error.field.startsWith("policy."))}
        >
            <div className="field-row">
                <TextField
                    label={t("rollout.waves")}
                    isOptional
                    value={form.waves}
                    onChange={(waves) => onChange({ waves })}
                    placeholder="1, 10%, 50%"
                    error={problem?.errors.find((error) => error.field.startsWith("policy.waves"))?.message}
                    hint={t("rollout.wavesHint")}
                />
                <TextField {...field("concurrency")} />
                <TextField {...field("concurrencyPerHost")} isOptional />
            </div>
            <Choices<OnFailure>
                label={t("rollout.onFailure")}
                value={form.onFailure}
                onChange={(onFailure) => onChange({ onFailure })}
                options={reactions
                    .filter((each) => each !== "rollback" || canRollBack(kind))
                    .map((value) => ({
                        value,
                        label: t(`rollout.onFailure.${value}`),
                        hint: t(`rollout.onFailureHint.${value}`),
                    }))}
            />
            <div className="field-row">
                {form.onFailure !== "continue" && (
                    <TextField
                        label={t("rollout.threshold")}
                        isOptional
                        value={form.failureThreshold}
                        onChange={(failureThreshold) => onChange({ failureThreshold })}
                        placeholder="5%"
                        error={errorOf(problem, "policy.failureThreshold")}
                        hint={t("rollout.thresholdHint")}
                    />
                )}
                {leavesRunning(kind) && <TextField {...field("healthGate")} hint={t("rollout.healthGateHint")} />}
                {leavesRunning(kind) && <TextField {...field("startLimit")} hint={t("rollout.startLimitHint")} />}
                <TextField {...field("retries")} hint={t("rollout.retriesHint")} />
            </div>
            <div className="field-row">
                <SelectField<WhenOffline>
                    label={t("rollout.whenOffline")}
                    value={form.whenOffline}
                    onChange={(whenOffline) => onChange({ whenOffline })}
                    options={offline.map((value) => ({ value, label: t(`rollout.offline.${value}`) }))}
                />
                {form.whenOffline === "wait" && (
                    <TextField
                        label={t("rollout.offlineHours")}
                        value={form.offlineHours}
                        onChange={(offlineHours) => onChange({ offlineHours })}
                        inputMode="decimal"
                        error={errorOf(problem, "policy.offlineDeadline")}
                    />
                )}
            </div>
            <CheckField
                label={t("rollout.window")}
                hint={t("rollout.windowHint")}
                isOn={form.hasWindow}
                onChange={(hasWindow) => onChange({ hasWindow })}
            />
            {form.hasWindow && <WindowFields form={form} onChange={onChange} problem={problem} />}
        </Fold>
    );
}

function WindowFields({ form, onChange, problem }: Omit<RolloutProps, "kind">) {
    const { t } = useTexts();
    return (
        <>
            <fieldset className="field">
                <legend className="field-label">{t("rollout.days")}</legend>
                <div className="row wrap">
                    {days.map((day) => (
                        <CheckField
                            key={day}
                            label={t(`day.${day}`)}
                            isOn={form.days.includes(day)}
                            onChange={(isOn) =>
                                onChange({
                                    days: days.filter((each) => (each === day ? isOn : form.days.includes(each))),
                                })
                            }
                        />
                    ))}
                </div>
                <p className="field-hint">{t("rollout.daysHint")}</p>
            </fieldset>
            <div className="field-row">
                <TextField
                    label={t("rollout.from")}
                    type="time"
                    value={form.from}
                    onChange={(from) => onChange({ from })}
                    error={errorOf(problem, "policy.window.from")}
                />
                <TextField
                    label={t("rollout.to")}
                    type="time"
                    value={form.to}
                    onChange={(to) => onChange({ to })}
                    error={errorOf(problem, "policy.window.to")}
                />
                <TextField
                    label={t("rollout.timeZone")}
                    value={form.timeZone}
                    onChange={(timeZone) => onChange({ timeZone })}
                    spellCheck={false}
                    error={errorOf(problem, "policy.window.timeZone")}
                />
            </div>
        </>
    );
}
