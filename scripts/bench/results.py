"""What a measurement says: rows with a value, perhaps a target, and whether it was reached."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass
class Row:
    what: str
    value: str
    target: str = ""
    passed: bool | None = None


@dataclass
class Results:
    title: str
    rows: list[Row] = field(default_factory=list)
    # How it was measured, for who reads the table.
    notes: list[str] = field(default_factory=list)

    def add(self, what: str, value: str, target: str = "", passed: bool | None = None) -> None:
        self.rows.append(Row(what, value, target, passed))
        mark = {True: "reached", False: "MISSED", None: ""}[passed]
        print(f"  {what}: {value}" + (f" (target {target}: {mark})" if target else ""), flush=True)

    def at_most(self, what: str, number: float, limit: float, unit: str = "", digits: int = 2) -> None:
        self.add(what, f"{number:.{digits}f}{unit}", f"≤ {limit:g}{unit}", number <= limit)

    def at_least(self, what: str, number: float, limit: float, unit: str = "", digits: int = 2) -> None:
        self.add(what, f"{number:.{digits}f}{unit}", f"≥ {limit:g}{unit}", number >= limit)

    @property
    def passed(self) -> bool:
        return all(row.passed is not False for row in self.rows)

    def write(self, path: str) -> None:
        Path(path).write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False))


def percentile(sorted_values: list[float], share: float) -> float:
    """Nearest rank: of 500 values, 0.99 is the 495th."""
    rank = max(1, -(-int(share * 1_000_000) * len(sorted_values) // 1_000_000))
    return sorted_values[rank - 1]
