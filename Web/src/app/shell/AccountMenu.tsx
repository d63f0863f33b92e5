import { useState } from "react";
import { Icon } from "../../design/icons";
import { MenuItem, MenuLink, Popup } from "../../design/Popup";
import { problemText } from "../../design/States";
import { useTell } from "../../design/Toasts";
import { languages, useTexts } from "../../i18n/i18n";
import { chooseTheme, readTheme, type Theme } from "../../lib/theme";
import { problemFrom } from "../../lib/useResource";
import { useSession } from "../session";

const themes = [
    { value: "system", icon: "screen", label: "theme.system" },
    { value: "light", icon: "sun", label: "theme.light" },
    { value: "dark", icon: "moon", label: "theme.dark" },
] as const;

export function AccountMenu() {
    const { t, language, choose } = useTexts();
    const { me, signOut } = useSession();
    const tell = useTell();
    const [theme, setTheme] = useState<Theme>(readTheme);
    const pick = (next: Theme) => {
        chooseTheme(next);
        setTheme(next);
    };
    const leave = () =>
        void signOut().catch((error: unknown) => tell(problemText(problemFrom(error), t), { isBad: true }));
    return (
        <Popup
            label={t("account.menu")}
            align="end"
            trigger={(wired) => (
                <button
                    type="button"
                    className="button quiet"
                    aria-label={t("account.menu")}
                    title={me.user.email}
                    {...wired}
                >
                    <span className="avatar" aria-hidden="true">
                        {me.user.name.slice(0, 2)}
                    </span>
                    <Icon name="down" size="s" />
                </button>
            )}
        >
            {(close) => (
                <>
                    <div className="account-head">
                        <div className="strong">{me.user.name}</div>
                        {me.user.name !== me.user.email && <div className="faint small">{me.user.email}</div>}
                    </div>
                    <hr className="popup-line" />
                    <MenuLink to="/profile" icon="user" onSelect={close}>
                        {t("account.profile")}
                    </MenuLink>
                    <MenuLink to="/profile/tokens" icon="key" onSelect={close}>
                        {t("account.tokens")}
                    </MenuLink>
                    <hr className="popup-line" />
                    <div role="group" aria-label={t("theme.label")}>
                        <div className="popup-title" aria-hidden="true">
                            {t("theme.label")}
                        </div>
                        {themes.map((each) => (
                            <MenuItem
                                key={each.value}
                                icon={each.icon}
                                isChecked={theme === each.value}
                                onSelect={() => pick(each.value)}
                            >
                                {t(each.label)}
                            </MenuItem>
                        ))}
                    </div>
                    <hr className="popup-line" />
                    <div role="group" aria-label={t("language.label")}>
                        <div className="popup-title" aria-hidden="true">
                            {t("language.label")}
                        </div>
                        {languages.map((each) => (
                            <MenuItem
                                key={each.code}
                                icon="language"
                                isChecked={language === each.code}
                                onSelect={() => choose(each.code)}
                            >
                                {each.name}
                            </MenuItem>
                        ))}
                    </div>
                    <hr className="popup-line" />
                    <MenuItem icon="signOut" onSelect={leave}>
                        {t("account.signOut")}
                    </MenuItem>
                </>
            )}
        </Popup>
    );
}
