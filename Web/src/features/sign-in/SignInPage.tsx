import { useEffect, useState } from "react";
import type { FormEvent } from "react";
import { api } from "../../api/client";
import { setCSRFToken } from "../../api/http";
import type { APIProblem } from "../../api/problem";
import { Mark } from "../../app/shell/Shell";
import { Button } from "../../design/Button";
import { Select, TextField } from "../../design/Field";
import { Notice, problemText } from "../../design/States";
import { languages, useTexts, type Translate } from "../../i18n/i18n";
import { useAction } from "../../lib/useResource";
import "./sign-in.css";

export function SignInPage({ onSignedIn, hasExpired }: { onSignedIn: (user: string) => void; hasExpired: boolean }) {
    const { t, language, choose } = useTexts();
    const [email, setEmail] = useState("");
    const [password, setPassword] = useState("");
    const action = useAction();
    useEffect(() => {
        const before = document.title;
        document.title = `${t("signIn.title")} · Edgewright`;
        return () => {
            document.title = before;
        };
    }, [t]);
    const submit = async (event: FormEvent) => {
        event.preventDefault();
        await action.run(async () => {
            const { csrfToken, user } = await api.createSession(email.trim(), password);
            setCSRFToken(csrfToken);
            onSignedIn(user.id);
        });
    };
    return (
        <main className="sign-in">
            <form className="card sign-in-card" onSubmit={(event) => void submit(event)}>
                <div className="stack tight">
                    <Mark />
                    <h1>{t("signIn.title")}</h1>
                    <p className="faint">{t("signIn.lead")}</p>
                </div>
                {action.problem !== undefined ? (
                    <Notice kind="bad">{reason(action.problem, t)}</Notice>
                ) : (
                    hasExpired && <Notice>{t("signIn.expired")}</Notice>
                )}
                <TextField
                    label={t("signIn.email")}
                    type="email"
                    name="email"
                    autoComplete="username"
                    required
                    autoFocus
                    value={email}
                    onChange={setEmail}
                />
                <TextField
                    label={t("signIn.password")}
                    type="password"
                    name="password"
                    autoComplete="current-password"
                    required
                    value={password}
                    onChange={setPassword}
                />
                <Button
                    type="submit"
                    kind="primary"
                    isBusy={action.isRunning}
                    disabled={email === "" || password === ""}
                >
                    {t("signIn.submit")}
                </Button>
            </form>
            <Select
                isSmall
                aria-label={t("language.label")}
                value={language}
                onChange={choose}
                options={languages.map((each) => ({ value: each.code, label: each.name }))}
            />
        </main>
    );
}

function reason(problem: APIProblem, t: Translate): string {
    if (problem.status === 429) return t("signIn.tooMany", { count: problem.retryAfter ?? 60 });
    if (problem.status === 401) return t("signIn.refused");
    return problemText(problem, t);
}
