// What is selected in the list: services one by one, also on other pages, or all that match the filter less a few.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { EdgeService } from "../../api/types";
import type { Selection } from "../../design/DataTable";

type Target = Pick<EdgeService, "id" | "name" | "mode" | "category">;

export type Selected =
    | { kind: "some"; services: ReadonlyMap<string, Target> }
    | { kind: "all"; except: ReadonlySet<string> };

const nobody: Selected = { kind: "some", services: new Map() };

function change(selected: Selected, rows: readonly EdgeService[], isOn: boolean): Selected {
    if (selected.kind === "all") {
        const except = new Set(selected.except);
        rows.forEach((row) => (isOn ? except.delete(row.id) : except.add(row.id)));
        return { kind: "all", except };
    }
    const services = new Map(selected.services);
    rows.forEach((row) => (isOn ? services.set(row.id, row) : services.delete(row.id)));
    return { kind: "some", services };
}

const has = (selected: Selected, id: string) =>
    selected.kind === "all" ? !selected.except.has(id) : selected.services.has(id);

/** @param key of the list: another list begins with nothing selected. */
export function useSelection(key: string, rows: readonly EdgeService[], total: number | undefined) {
    const [selected, setSelected] = useState<Selected>(nobody);
    const last = useRef<string>();
    const clear = useCallback(() => setSelected(nobody), []);
    useEffect(clear, [key, clear]);

    const table = useMemo<Selection<EdgeService>>(
        () => ({
            isSelected: (row) => has(selected, row.id),
            nameOf: (row) => row.name,
            togglePage: (isOn) => setSelected((old) => change(old, rows, isOn)),
            toggle: (row, isRange) => {
                const isOn = !has(selected, row.id);
                const from = rows.findIndex((each) => each.id === last.current);
                const to = rows.findIndex((each) => each.id === row.id);
                const range = isRange && from >= 0 ? rows.slice(Math.min(from, to), Math.max(from, to) + 1) : [row];
                last.current = row.id;
                setSelected((old) => change(old, range, isOn));
            },
        }),
        [selected, rows],
    );

    const count = selected.kind === "some" ? selected.services.size : Math.max(0, (total ?? 0) - selected.except.size);
    return {
        selected,
        table,
        count,
        clear,
        selectAll: useCallback(() => setSelected({ kind: "all", except: new Set() }), []),
    };
}
