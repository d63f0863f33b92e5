import type { ReactNode } from "react";
import type { PlaceProps } from "../../app/Places";
import { useSession } from "../../app/session";
import { Page, Tabs } from "../../design/Page";
import { useTexts } from "../../i18n/i18n";
import { DefaultsTab } from "./DefaultsTab";
import { ImagesTab } from "./ImagesTab";
import { RegistriesTab } from "./RegistriesTab";

const tabs = ["images", "registries", "defaults"] as const;
type TabName = (typeof tabs)[number];

/** What hosted services are made from, and how they are run. System administrators change it, others see it. */
export function ImagesPage({ tab }: PlaceProps) {
    const { t } = useTexts();
    const { may } = useSession();
    const mayEdit = may("editSettings");
    const current: TabName = tabs.find((name) => name === tab) ?? "images";
    const pages: Record<TabName, ReactNode> = {
        images: <ImagesTab mayEdit={mayEdit} />,
        registries: <RegistriesTab mayEdit={mayEdit} />,
        defaults: <DefaultsTab mayEdit={mayEdit} />,
    };
    return (
        <Page title={t("nav.images")} lead={t(mayEdit ? "image.lead" : "image.leadReader")}>
            <Tabs
                label={t("nav.images")}
                tabs={tabs.map((name) => ({
                    to: name === "images" ? "/admin/images" : `/admin/images/${name}`,
                    label: t(`image.tab.${name}`),
                    isCurrent: name === current,
                }))}
            />
            {pages[current]}
        </Page>
    );
}
