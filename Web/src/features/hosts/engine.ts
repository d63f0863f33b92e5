import type { HostEngine } from "../../api/hosting";
import type { Translate } from "../../i18n/i18n";
import { bytes } from "../../lib/time";

/** "4 CPUs · 8.2 GB" */
export const capacity = (engine: HostEngine, t: Translate): string =>
    `${t("host.cpus", { count: engine.cpus })} · ${bytes(engine.memory)}`;

export const isSocket = (address: string): boolean => /^\s*unix:/i.test(address);
