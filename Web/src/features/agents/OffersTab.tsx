import { useState } from "react";
import type { AdoptOffersRequest, AgentOffer, EdgeAgent } from "../../api/agents";
import { api } from "../../api/client";
import { categories, type ServiceCategory } from "../../api/types";
import { Button } from "../../design/Button";
import { DataTable, type Column } from "../../design/DataTable";
import { Select } from "../../design/Field";
import { Card } from "../../design/Page";
import { Notice, ProblemNotice, State } from "../../design/States";
import { useTell } from "../../design/Toasts";
import { useTexts } from "../../i18n/i18n";
import { Link } from "../../lib/router";
import { useAction, type Resource } from "../../lib/useResource";
import { AdoptDialog } from "./AdoptDialog";
import { Found, useDiscovery } from "./Discovery";
import { OfferKind } from "./OfferList";
import { isNew, usualName } from "./offers";

type Wanted = Required<AdoptOffersRequest>["offers"][number];
/** What was entered about an offer that is not added yet. */
type Entered = Partial<Pick<Wanted, "name" | "category">>;

interface OffersTabProps {
    agent: EdgeAgent;
    offers: Resource<{ items: AgentOffer[] }>;
    mayEdit: boolean;
    onChange: () => void;
}

/** What an agent offers: each is a service or a node of the project already, or is made one with one click. */
export function OffersTab({ agent, offers, mayEdit, onChange }: OffersTabProps) {
    const { t } = useTexts();
    const tell = useTell();
    const [entered, setEntered] = useState<Readonly<Record<string, Entered>>>({});
    const [failed, setFailed] = useState<readonly { offer: string; reason: string }[]>([]);
    const [isAsked, setAsked] = useState(false);
    const adding = useAction();
    const discovery = useDiscovery(agent.id);
    const items = offers.value?.items ?? [];
    const fresh = items.filter(isNew);
    const wantedOf = (offer: AgentOffer): Wanted => {
        const { name = usualName(agent.name, offer, items), category = "custom" } = entered[offer.name] ?? {};
        const isSaid = offer.kind === "docker" || offer.category !== null;
        return { offer: offer.name, name: name.trim(), ...(isSaid ? {} : { category }) };
    };
    const adopt = async (request: AdoptOffersRequest) => {
        const result = await api.adoptAgentOffers(agent.id, request);
        setFailed(result.failed);
        const added = [...result.services, ...result.hosts];
        if (added.length === 1) tell(t("offer.added", { name: added[0]?.name ?? "" }));
        else if (added.length > 1) tell(t("offer.addedMany", { count: added.length }));
        onChange();
    };
    const columns = useColumns({
        agent,
        mayEdit,
        wantedOf,
        isBusy: adding.isRunning,
        onEnter: (offer, changes) => setEntered((all) => ({ ...all, [offer]: { ...all[offer], ...changes } })),
        onAdd: (offer) => void adding.run(() => adopt({ offers: [wantedOf(offer)] })),
    });
    const look = mayEdit && (
        <Button icon="search" isBusy={discovery.isRunning} disabled={!agent.online} onClick={discovery.look}>
            {t("offer.discover")}
        </Button>
    );
    return (
        <>
            {adding.problem !== undefined && <ProblemNotice problem={adding.problem} />}
            {failed.length > 0 && (
                <Notice kind="bad">
                    <div className="strong">{t("offer.notAdded")}</div>
                    <ul>
                        {failed.map((each) => (
                            <li key={each.offer}>
                                <span className="strong">{each.offer}</span>: {each.reason}
                            </li>
                        ))}
                    </ul>
                </Notice>
            )}
            <Card
                isFlush
                className="list-card"
                title={t("agent.tab.offers")}
                actions={
                    items.length > 0 &&
                    mayEdit && (
                        <span className="row wrap">
                            {look}
                            {fresh.length > 1 && (
                                <Button kind="primary" icon="plus" onClick={() => setAsked(true)}>
                                    {t("offer.addAll")}
                                </Button>
                            )}
                        </span>
                    )
                }
            >
                <DataTable<AgentOffer>
                    isWrapping
                    label={t("agent.tab.offers")}
                    columns={columns}
                    list={{ ...offers, items, isLoading: offers.isLoading && offers.value === undefined }}
                    rowKey={(offer) => offer.name}
                    empty={
                        <State icon="services" title={t("offer.none")} actions={look}>
                            {t("offer.noneHint")}
                        </State>
                    }
                />
            </Card>
            <Found discovery={discovery} taken={items.map(({ name }) => name)} />
            {isAsked && (
                <AdoptDialog
                    project={agent.projectId ?? ""}
                    offers={fresh.map(wantedOf)}
                    onClose={() => setAsked(false)}
                    onSubmit={adopt}
                />
            )}
        </>
    );
}

interface Context {
    agent: EdgeAgent;
    mayEdit: boolean;
    isBusy: boolean;
    wantedOf: (offer: AgentOffer) => Wanted;
    onEnter: (offer: string, changes: Entered) => void;
    onAdd: (offer: AgentOffer) => void;
}

function useColumns(context: Context): Column<AgentOffer>[] {
    const { t } = useTexts();
    return [
        {
            id: "name",
            title: t("offer.word"),
            cell: (offer) => (
                <div>
                    <div className="strong break">{offer.name}</div>
                    <code className="small soft break">{offer.url}</code>
                </div>
            ),
        },
        { id: "kind", title: t("offer.kind"), cell: (offer) => <Kind offer={offer} {...context} /> },
        { id: "added", title: t("offer.addedAs"), cell: (offer) => <Added offer={offer} {...context} /> },
    ];
}

/** Where the agent does not say what it is, somebody has to. */
function Kind({ offer, mayEdit, wantedOf, onEnter }: Context & { offer: AgentOffer }) {
    const { t } = useTexts();
    const isOpen = offer.kind === "service" && offer.category === null && isNew(offer) && mayEdit;
    if (!isOpen) return <OfferKind of={offer} />;
    return (
        <Select<ServiceCategory>
            isSmall
            aria-label={t("offer.categoryOf", { name: offer.name })}
            value={wantedOf(offer).category ?? "custom"}
            onChange={(category) => onEnter(offer.name, { category })}
            options={categories.map((value) => ({ value, label: t(`category.${value}`) }))}
        />
    );
}

function Added({ offer, agent, mayEdit, isBusy, wantedOf, onEnter, onAdd }: Context & { offer: AgentOffer }) {
    const { t } = useTexts();
    const place = `/projects/${agent.projectId ?? ""}`;
    if (offer.serviceId !== null) {
        return <Link to={`${place}/services/${offer.serviceId}`}>{offer.serviceName ?? offer.serviceId}</Link>;
    }
    if (offer.hostId !== null) {
        return <Link to={`${place}/hosts/${offer.hostId}`}>{offer.hostName ?? offer.hostId}</Link>;
    }
    if (!mayEdit) return <span className="faint">{t("offer.isNew")}</span>;
    const { name = "" } = wantedOf(offer);
    return (
        <form
            className="row offer-form"
            onSubmit={(event) => {
                event.preventDefault();
                onAdd(offer);
            }}
        >
            <input
                className="input"
                aria-label={t("offer.nameOf", { name: offer.name })}
                value={name}
                maxLength={200}
                autoComplete="off"
                onChange={(event) => onEnter(offer.name, { name: event.target.value })}
            />
            <Button type="submit" size="small" disabled={isBusy || name.trim() === ""}>
                {t("common.add")}
                <span className="hidden-text">{offer.name}</span>
            </Button>
        </form>
    );
}
