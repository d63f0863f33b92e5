import { memo, useCallback, useEffect, useRef } from "react";
import type { ReactNode } from "react";
import type { APIProblem } from "../api/problem";
import { useTexts } from "../i18n/i18n";
import type { Paging } from "../lib/usePages";
import { IconButton } from "./Button";
import { Select } from "./Field";
import { Icon } from "./icons";
import { ProblemNotice, ProblemState, SkeletonRows } from "./States";

export interface Column<Row> {
    id: string;
    title: ReactNode;
    /** For screen readers where the title is not text. */
    label?: string;
    cell: (row: Row) => ReactNode;
    /** The name the platform sorts by. */
    sort?: string;
    className?: string;
}

export interface Selection<Row> {
    isSelected: (row: Row) => boolean;
    toggle: (row: Row, isRange: boolean) => void;
    togglePage: (isOn: boolean) => void;
    nameOf: (row: Row) => string;
}

/** A list that `usePages` reads, or one made of something else that is read. */
export interface TableList<Row> {
    items: readonly Row[];
    isLoading: boolean;
    problem: APIProblem | undefined;
    reload: () => void;
}

interface DataTableProps<Row> {
    label: string;
    columns: readonly Column<Row>[];
    /** What is read, and how far that is. */
    list: TableList<Row>;
    rowKey: (row: Row) => string;
    /** What stands there when there is nothing; says what to do. */
    empty: ReactNode;
    sort?: string;
    onSort?: (sort: string) => void;
    selection?: Selection<Row>;
    isWrapping?: boolean;
}

export function DataTable<Row>(props: DataTableProps<Row>) {
    const { columns, selection } = props;
    const { items: rows, problem, isLoading, reload } = props.list;
    const latest = useRef(selection);
    latest.current = selection;
    const toggle = useCallback((row: Row, isRange: boolean) => latest.current?.toggle(row, isRange), []);
    if (problem !== undefined && rows.length === 0) return <ProblemState problem={problem} onRetry={reload} />;
    if (!isLoading && rows.length === 0) return <>{props.empty}</>;
    return (
        <>
            {problem !== undefined && <ProblemNotice problem={problem} onRetry={reload} />}
            <div className="table-scroll" role="region" aria-label={props.label} tabIndex={0}>
                <table className={`table cards${props.isWrapping === true ? " wrap" : ""}`} aria-busy={isLoading}>
                    <thead>
                        <tr>
                            {selection !== undefined && <SelectPage rows={rows} selection={selection} />}
                            {columns.map((column) => (
                                <Heading key={column.id} column={column} {...props} />
                            ))}
                        </tr>
                    </thead>
                    <tbody>
                        {rows.length === 0 && (
                            <SkeletonRows rows={8} columns={columns.length + (selection === undefined ? 0 : 1)} />
                        )}
                        {rows.map((row) => (
                            <TableRow
                                key={props.rowKey(row)}
                                row={row}
                                columns={columns}
                                isSelected={selection?.isSelected(row)}
                                name={selection?.nameOf(row)}
                                onToggle={toggle}
                            />
                        ))}
                    </tbody>
                </table>
            </div>
        </>
    );
}

function Heading<Row>({ column, sort, onSort }: DataTableProps<Row> & { column: Column<Row> }) {
    if (column.sort === undefined || onSort === undefined) {
        return (
            <th scope="col" className={column.className}>
                {column.label === undefined ? column.title : <span className="hidden-text">{column.label}</span>}
            </th>
        );
    }
    const isDown = sort === `-${column.sort}`;
    const isUp = sort === column.sort;
    return (
        <th scope="col" className={column.className} aria-sort={isUp ? "ascending" : isDown ? "descending" : "none"}>
            <button
                type="button"
                className="sort"
                onClick={() => onSort(isUp ? `-${column.sort}` : (column.sort ?? ""))}
            >
                {column.title}
                <Icon name={isDown ? "down" : "up"} size="s" />
            </button>
        </th>
    );
}

function SelectPage<Row>({ rows, selection }: { rows: readonly Row[]; selection: Selection<Row> }) {
    const { t } = useTexts();
    const box = useRef<HTMLInputElement>(null);
    const selected = rows.filter((row) => selection.isSelected(row)).length;
    const isAll = rows.length > 0 && selected === rows.length;
    useEffect(() => {
        if (box.current !== null) box.current.indeterminate = selected > 0 && !isAll;
    }, [selected, isAll]);
    return (
        <th scope="col" className="select-cell">
            <input
                ref={box}
                type="checkbox"
                className="checkbox"
                checked={isAll}
                disabled={rows.length === 0}
                aria-label={t("table.selectPage")}
                onChange={(event) => selection.togglePage(event.target.checked)}
            />
        </th>
    );
}

interface TableRowProps<Row> {
    row: Row;
    columns: readonly Column<Row>[];
    /** `undefined` where nothing can be selected. */
    isSelected: boolean | undefined;
    name: string | undefined;
    onToggle: (row: Row, isRange: boolean) => void;
}

/** Painted anew only when its own row changes: a page has up to two hundred. */
const TableRow = memo(PlainRow) as typeof PlainRow;

function PlainRow<Row>({ row, columns, isSelected, name, onToggle }: TableRowProps<Row>) {
    const { t } = useTexts();
    return (
        <tr aria-selected={isSelected}>
            {isSelected !== undefined && (
                <td className="select-cell">
                    <input
                        type="checkbox"
                        className="checkbox"
                        checked={isSelected}
                        readOnly
                        aria-label={t("table.select", { name: name ?? "" })}
                        onClick={(event) => onToggle(row, event.shiftKey)}
                    />
                </td>
            )}
            {columns.map((column, index) => (
                <td
                    key={column.id}
                    className={column.className}
                    data-label={
                        index > 0 && typeof column.title === "string" && column.title !== "" ? column.title : undefined
                    }
                >
                    {column.cell(row)}
                </td>
            ))}
        </tr>
    );
}

interface PagerProps {
    paging: Paging;
    limit: number;
    count: number;
    total?: number;
    isLoading: boolean;
    onLimit?: (limit: number) => void;
}

export const pageSizes = [50, 100, 200] as const;

export function Pager({ paging, limit, count, total, isLoading, onLimit }: PagerProps) {
    const { t } = useTexts();
    const from = paging.index * limit + (count === 0 ? 0 : 1);
    const to = paging.index * limit + count;
    if (paging.index === 0 && !paging.hasNext && onLimit === undefined && count <= 10) return null;
    return (
        <div className="pager">
            <div className="row">
                <span className="number" aria-live="polite">
                    {total === undefined ? t("table.range", { from, to }) : t("table.rangeOf", { from, to, total })}
                </span>
                {isLoading && <span className="spinner" aria-hidden="true" />}
            </div>
            <div className="row">
                {onLimit !== undefined && (
                    <label className="row">
                        <span>{t("table.perPage")}</span>
                        <Select
                            isSmall
                            value={String(limit)}
                            onChange={(value) => onLimit(Number(value))}
                            options={pageSizes.map((size) => ({ value: String(size), label: String(size) }))}
                        />
                    </label>
                )}
                <IconButton
                    icon="left"
                    size="small"
                    kind="plain"
                    label={t("table.previous")}
                    disabled={paging.index === 0}
                    onClick={paging.previous}
                />
                <IconButton
                    icon="right"
                    size="small"
                    kind="plain"
                    label={t("table.next")}
                    disabled={!paging.hasNext}
                    onClick={paging.next}
                />
            </div>
        </div>
    );
}
