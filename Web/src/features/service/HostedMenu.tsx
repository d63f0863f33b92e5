import type { EdgeService } from "../../api/types";
import { MenuItem } from "../../design/Popup";
import { useTexts } from "../../i18n/i18n";
import type { HostedAction } from "../install/BatchDialog";

const icons = { start: "play", stop: "stop", restart: "refresh", repair: "undo", upgrade: "up" } as const;
const actions: readonly HostedAction[] = ["upgrade", "restart", "start", "stop", "repair"];

interface HostedMenuProps {
    /** Where it is one, only what is wrong with it can be brought back. */
    service?: EdgeService;
    onPick: (action: HostedAction) => void;
}

/** What can be done with hosted services, as items of a menu. */
export function HostedMenu({ service, onPick }: HostedMenuProps) {
    const { t } = useTexts();
    return (
        <>
            {actions
                .filter((action) => action !== "repair" || service === undefined || typeof service.drift === "string")
                .map((action) => (
                    <MenuItem key={action} icon={icons[action]} onSelect={() => onPick(action)}>
                        {t(`action.${action}`)}
                    </MenuItem>
                ))}
        </>
    );
}
