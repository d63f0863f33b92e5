import { useState } from "react";
import type { EdgeHost } from "../../api/hosting";
import { SearchInput } from "../../design/Field";
import { useTexts } from "../../i18n/i18n";
import { addressText } from "../agents/address";
import { capacity } from "../hosts/engine";
import { Status } from "../services/status";

interface NodeListProps {
    hosts: readonly EdgeHost[];
    chosen: ReadonlySet<string>;
    onChange: (chosen: ReadonlySet<string>) => void;
}

/** Nodes to choose from, with what tells whether they are fit for more. */
export function NodeList({ hosts, chosen, onChange }: NodeListProps) {
    const { t } = useTexts();
    const [q, setQ] = useState("");
    const wanted = q.trim().toLowerCase();
    const shown = hosts.filter((host) => `${host.name} ${host.address}`.toLowerCase().includes(wanted));
    const set = (ids: readonly string[], isOn: boolean) => {
        const next = new Set(chosen);
        for (const id of ids) {
            if (isOn) next.add(id);
            else next.delete(id);
        }
        onChange(next);
    };
    return (
        <div className="stack tight">
            <div className="row wrap apart">
                <span className="strong number" aria-live="polite">
                    {t("install.nodesChosen", { count: chosen.size })}
                </span>
                <span className="row">
                    <button
                        type="button"
                        className="link"
                        onClick={() =>
                            set(
                                shown.map(({ id }) => id),
                                true,
                            )
                        }
                    >
                        {t("install.allNodes")}
                    </button>
                    <button type="button" className="link" onClick={() => onChange(new Set())}>
                        {t("bulk.clear")}
                    </button>
                </span>
            </div>
            {hosts.length > 8 && <SearchInput label={t("host.search")} value={q} onChange={setQ} />}
            <div className="node-list" role="group" aria-label={t("nav.hosts")}>
                {shown.map((host) => (
                    <label className="node-choice" key={host.id}>
                        <input
                            type="checkbox"
                            className="checkbox"
                            checked={chosen.has(host.id)}
                            onChange={(event) => set([host.id], event.target.checked)}
                        />
                        <span className="strong break">{host.name}</span>
                        <Status service={host} />
                        <span className="soft small">
                            {host.engine ? capacity(host.engine, t) : addressText(host.address, host.agentName)}
                        </span>
                        <span className="soft small number">{t("services.count", { count: host.services })}</span>
                    </label>
                ))}
                {shown.length === 0 && <p className="popup-note">{t("host.noneFound")}</p>}
            </div>
        </div>
    );
}
