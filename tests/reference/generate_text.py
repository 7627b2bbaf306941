"""TOML and CSV texts for made-up cases."""

from __future__ import annotations

import csv
import io


def toml(value: object) -> str:
    """An inline TOML value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list):
        return f"[{', '.join(toml(one) for one in value)}]"
    assert isinstance(value, dict)
    inner = (
        f"{key if key.isascii() and '@' not in key else toml(key)} = {toml(v)}" for key, v in value.items()
    )
    return "{ " + ", ".join(inner) + " }"


def table(header: str, rows: list[list[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return out.getvalue()
