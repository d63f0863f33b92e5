import { places } from "../../api/client";
import { Icon } from "../../design/icons";
import { Card, Page } from "../../design/Page";
import { useTexts } from "../../i18n/i18n";
import { useResource } from "../../lib/useResource";

/** What the platform can be asked about itself so far. */
export function SettingsPage() {
    const { t } = useTexts();
    const key = useResource("edge key", async (signal) => {
        const response = await fetch(places.edgePublicKey, { signal });
        return response.ok ? response.text() : "";
    });
    const ready = useResource("ready", async (signal) => (await fetch("/readyz", { signal })).ok);
    return (
        <Page isNarrow title={t("nav.settings")} lead={t("settings.lead")}>
            <Card title={t("settings.platform")}>
                <dl className="facts">
                    <dt>{t("settings.state")}</dt>
                    <dd>
                        <span className={`badge ${ready.value === true ? "ok" : "bad"}`}>
                            {t(
                                ready.isLoading
                                    ? "common.loading"
                                    : ready.value === true
                                      ? "settings.ready"
                                      : "settings.notReady",
                            )}
                        </span>
                    </dd>
                    <dt>{t("settings.address")}</dt>
                    <dd>
                        <code>{window.location.origin}</code>
                    </dd>
                    <dt>{t("settings.api")}</dt>
                    <dd>
                        <a href="/api/v1/openapi.yaml" target="_blank" rel="noreferrer">
                            /api/v1/openapi.yaml
                        </a>
                    </dd>
                    <dt>{t("settings.metrics")}</dt>
                    <dd>
                        <a href="/metrics" target="_blank" rel="noreferrer">
                            /metrics
                        </a>
                    </dd>
                </dl>
            </Card>
            <Card
                title={t("settings.key")}
                actions={
                    <a className="button small" href={places.edgePublicKey} download>
                        <Icon name="download" />
                        {t("auth.downloadKey")}
                    </a>
                }
            >
                <div className="stack">
                    <p className="soft">{t("service.keyText")}</p>
                    <pre className="key-text" tabIndex={0} role="region" aria-label={t("settings.key")}>
                        {key.value ?? ""}
                    </pre>
                </div>
            </Card>
            <p className="faint small">{t("settings.later")}</p>
        </Page>
    );
}
