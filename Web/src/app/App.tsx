import { Component, Suspense } from "react";
import type { ReactNode } from "react";
import { Button } from "../design/Button";
import { Loading, State } from "../design/States";
import { ToastProvider } from "../design/Toasts";
import { SignInPage } from "../features/sign-in/SignInPage";
import { LanguageProvider, useTexts } from "../i18n/i18n";
import { RouterProvider, useRouter } from "../lib/router";
import { JobsProvider } from "./jobs";
import { Places } from "./Places";
import { SessionProvider } from "./session";
import { Shell } from "./shell/Shell";
import { TenancyProvider } from "./tenancy";
import { WatchedProvider } from "./watched";

export function App() {
    return (
        <LanguageProvider>
            <RouterProvider>
                <ToastProvider>
                    <SessionProvider
                        signIn={(onSignedIn, hasExpired) => (
                            <SignInPage onSignedIn={onSignedIn} hasExpired={hasExpired} />
                        )}
                    >
                        <TenancyProvider>
                            <JobsProvider>
                                <WatchedProvider>
                                    <Shell>
                                        <Content />
                                    </Shell>
                                </WatchedProvider>
                            </JobsProvider>
                        </TenancyProvider>
                    </SessionProvider>
                </ToastProvider>
            </RouterProvider>
        </LanguageProvider>
    );
}

function Content() {
    const { path } = useRouter();
    const { t } = useTexts();
    const broken = (
        <State
            isBad
            icon="warning"
            title={t("app.broken")}
            actions={
                <Button icon="refresh" onClick={() => window.location.reload()}>
                    {t("app.reload")}
                </Button>
            }
        >
            {t("app.brokenHint")}
        </State>
    );
    return (
        <Guard key={path} broken={broken}>
            <Suspense fallback={<Loading />}>
                <Places />
            </Suspense>
        </Guard>
    );
}

/** A page that fails takes neither the shell nor the long work with it. React asks for a class here. */
class Guard extends Component<{ broken: ReactNode; children: ReactNode }, { isBroken: boolean }> {
    override state = { isBroken: false };

    static getDerivedStateFromError() {
        return { isBroken: true };
    }

    override render() {
        return this.state.isBroken ? this.props.broken : this.props.children;
    }
}
