import type { PlaceProps } from "../../app/Places";
import { useSession } from "../../app/session";
import { Page, Tabs } from "../../design/Page";
import { useTexts } from "../../i18n/i18n";
import { AccountTab } from "./AccountTab";
import { TokensTab } from "./TokensTab";

export function ProfilePage({ tab = "account" }: PlaceProps) {
    const { t } = useTexts();
    const { me } = useSession();
    const isTokens = tab === "tokens";
    return (
        <Page isNarrow title={t("account.profile")} lead={me.user.email}>
            <Tabs
                label={t("account.profile")}
                tabs={[
                    { to: "/profile", label: t("profile.account"), isCurrent: !isTokens },
                    { to: "/profile/tokens", label: t("account.tokens"), isCurrent: isTokens },
                ]}
            />
            {isTokens ? <TokensTab /> : <AccountTab />}
        </Page>
    );
}
