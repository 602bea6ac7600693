"""What was measured, as a table for people and as JSON."""

import datetime
import json
from pathlib import Path

from tests.bench.contest.server import machine

# figure, heading, how it is written
COLUMNS = (
    ("instructions", "instr/req", "{:,.0f}"),
    ("instructions_added", "added", "{:+,.0f}"),
    ("instructions_spread", "spread", "{:,.0f}"),
    ("instructions_inside", "inside", "{:,.0f}"),
    ("last_level_misses", "LL misses", "{:.2f}"),
    ("last_level_misses_added", "added", "{:+.2f}"),
    ("store_commands", "store cmds", "{:.2f}"),
    ("store_trips", "store trips", "{:.2f}"),
    ("requests_per_second", "req/s", "{:,.0f}"),
    ("cpu_us", "CPU µs", "{:.1f}"),
    ("cpu_us_added", "paired", "{:+.1f}"),
    ("pss_kib", "PSS KiB", "{:,.0f}"),
    ("pss_kib_child", "a process", "{:,.0f}"),
)


class Report:
    def __init__(self, command: str):
        self.command = command
        self.rows: dict[tuple[str, str], dict[str, float]] = {}
        self.titles: dict[str, str] = {}

    def add(self, scenario: str, title: str, contestant: str, figures: dict[str, float]) -> None:
        self.titles[scenario] = title
        self.rows.setdefault((scenario, contestant), {}).update(figures)

    def finish(self) -> None:
        """Adds what each costs beyond plain httpd in the same scenario."""
        for (scenario, contestant), figures in self.rows.items():
            plain = self.rows.get((scenario, "plain"))
            if plain is None or contestant == "plain":
                continue
            for name in ("instructions", "last_level_misses"):
                if name in figures and name in plain:
                    figures[f"{name}_added"] = figures[name] - plain[name]

    def table(self) -> str:
        columns = [column for column in COLUMNS if any(column[0] in row for row in self.rows.values())]
        lines = []
        for scenario, title in self.titles.items():
            lines += ["", f"{scenario}: {title}", f"  {'':12}" + "".join(f"{heading:>13}" for _, heading, _ in columns)]
            for (where, contestant), row in self.rows.items():
                if where == scenario:
                    cells = [form.format(row[name]) if name in row else "" for name, _, form in columns]
                    lines.append(f"  {contestant:12}" + "".join(f"{cell:>13}" for cell in cells))
        return "\n".join(lines[1:])

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({
            "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
            "command": self.command, "machine": machine(),
            "results": [{"scenario": scenario, "contestant": contestant, **figures}
                        for (scenario, contestant), figures in self.rows.items()],
        }, indent=1) + "\n")
