// Texts come from message files, one for each feature and language; the keys are checked by the compiler.
import { createContext, useContext, useEffect, useMemo, useState } from "react";
import type { ReactNode } from "react";
import { isString, keep, readKept } from "../lib/storage";
import { en } from "./en";

export type MessageKey = keyof typeof en;
export type Language = "en" | "zh-CN";
export type Values = Record<string, string | number>;
export type Translate = (key: MessageKey, values?: Values) => string;

export const languages: readonly { code: Language; name: string }[] = [
    { code: "en", name: "English" },
    { code: "zh-CN", name: "简体中文" },
];

interface Texts {
    language: Language;
    t: Translate;
    /** A number as the language writes it. */
    n: (value: number) => string;
    choose: (language: Language) => void;
}

type Messages = Record<string, string>;

const TextsContext = createContext<Texts | undefined>(undefined);

const isLanguage = (value: unknown): value is Language =>
    isString(value) && languages.some((each) => each.code === value);

function preferred(): Language {
    const asked = navigator.languages.find((each) => each.startsWith("en") || each.startsWith("zh"));
    return readKept("language", asked?.startsWith("zh") === true ? "zh-CN" : "en", isLanguage);
}

const plurals: Record<Language, Intl.PluralRules> = {
    en: new Intl.PluralRules("en"),
    "zh-CN": new Intl.PluralRules("zh-CN"),
};
const numberFormats: Record<Language, Intl.NumberFormat> = {
    en: new Intl.NumberFormat("en"),
    "zh-CN": new Intl.NumberFormat("zh-CN"),
};

/** `{count}` chooses the plural form: the message's own, or `key.one` for the languages that have one. */
function translate(messages: Messages, language: Language, key: MessageKey, values: Values = {}): string {
    const count = values.count;
    const isOne = typeof count === "number" && plurals[language].select(count) === "one";
    const text = (isOne ? messages[`${key}.one`] : undefined) ?? messages[key] ?? en[key];
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
        const value = values[name];
        return typeof value === "number" ? numberFormats[language].format(value) : (value ?? whole);
    });
}

export function LanguageProvider({ children }: { children: ReactNode }) {
    const [language, setLanguage] = useState<Language>(preferred);
    const [messages, setMessages] = useState<{ language: Language; of: Messages } | undefined>(
        language === "en" ? { language, of: en } : undefined,
    );

    useEffect(() => {
        document.documentElement.lang = language;
        if (language === "en") {
            setMessages({ language, of: en });
            return;
        }
        let isWanted = true;
        import("./zh-CN").then(
            (loaded) => {
                if (isWanted) setMessages({ language, of: loaded.zhCN });
            },
            // Better another language than none.
            () => {
                if (isWanted) setMessages({ language: "en", of: en });
            },
        );
        return () => {
            isWanted = false;
        };
    }, [language]);

    const texts = useMemo<Texts | undefined>(() => {
        if (messages === undefined) return undefined;
        return {
            language: messages.language,
            n: (value) => numberFormats[messages.language].format(value),
            t: (key, values) => translate(messages.of, messages.language, key, values),
            choose: (next) => {
                keep("language", next);
                setLanguage(next);
            },
        };
    }, [messages]);
    if (texts === undefined) return null;
    return <TextsContext.Provider value={texts}>{children}</TextsContext.Provider>;
}

export function useTexts(): Texts {
    const texts = useContext(TextsContext);
    if (texts === undefined) throw new Error("useTexts outside LanguageProvider");
    return texts;
}
