"""What is handed in for a random scheme: figures, targets and rows, with gaps of every pattern."""

from __future__ import annotations

from .generate_draft import ATTRIBUTES, HALF, LAST, YEAR, Draft
from .generate_leaves import Leaf, Sampler, number
from .generate_rows import rows

SPAN = {YEAR: "12-31", HALF: "06-30"}


def report(draft: Draft) -> None:
    """Figures and targets of every leaf, rows of every list."""
    for code, leaf in draft.leaves.items():
        pattern = draft.data.choice(["some"] * 40 + ["nobody", "not applicable", "one", "alike"])
        if "target_zero" in leaf.keys:
            pattern = "some"
        targets(draft, code, leaf)
        figures(draft, code, leaf, pattern)
    if "task" in draft.lists:
        rows(draft)


def targets(draft: Draft, code: str, leaf: Leaf) -> None:
    data = draft.data
    everybody = draft.tied or data.random() < 0.2
    for kind, sample in leaf.targets.items():
        some = [unit for unit in draft.reporters[code] if data.random() < 0.3] if data.random() < 0.2 else []
        for unit in ["*", *some] if everybody else draft.reporters[code]:
            if "target_zero" in leaf.keys or data.random() >= draft.gaps / 3:
                draft.target_rows.append([unit, code, kind, sample(data), YEAR, ""])
            if draft.two_periods and data.random() < 0.1:
                draft.target_rows.append([unit, code, kind, sample(data), HALF, ""])
            elif data.random() < 0.03:
                period = data.choice([LAST, "2026Q1", "2026-01..2026-09"])
                draft.target_rows.append([unit, code, kind, sample(data), period, ""])
            if data.random() < 0.05:
                since = data.choice(["2026-05-01", "2026-09-01"])
                draft.target_rows.append([unit, code, kind, sample(data), YEAR, since])


def figures(draft: Draft, code: str, leaf: Leaf, pattern: str) -> None:
    periods = dict.fromkeys([YEAR, *([HALF] if draft.two_periods else []), *leaf.spans])
    units = [*draft.reporters[code], *(["city"] if leaf.at_city else [])]
    alike = {part: sample(draft.data) for part, sample in samples(leaf).items()}
    other = {part: sample(draft.data) for part, sample in samples(leaf).items()}
    for k, unit in enumerate(units):
        for period in periods:
            if leaf.parts and pattern == "some" and draft.data.random() < draft.gaps / 3:
                draft.figure_rows.append([unit, code, "/", period, ""])
                continue
            for part, sample in samples(leaf).items():
                cell: str | None = sample(draft.data)
                if pattern == "nobody" or (pattern == "one" and k):
                    cell = None
                elif pattern == "not applicable":
                    cell = "/"
                elif pattern == "alike":
                    cell = alike[part]
                elif draft.tied:
                    cell = draft.data.choice([alike, other])[part]
                elif "target_zero" not in leaf.keys and draft.data.random() < draft.gaps:
                    cell = draft.data.choice(["", "/", None])
                if cell is not None:
                    draft.figure_rows.append([unit, code, cell, period, part])


def samples(leaf: Leaf) -> dict[str, Sampler]:
    assert leaf.sample is not None or leaf.parts
    return leaf.parts or {"": leaf.sample}  # type: ignore[dict-item]


def changes(draft: Draft) -> None:
    """Attributes that change within the year; a unit may even change its class, and with it its paper."""
    data = draft.data
    classes = [sheet.group for sheet in draft.sheets]
    moving = data.random() < 0.5
    # an entry that only names its level stays with the paper that says what the level is worth
    staying = {unit for unit, _code, worth, level, *_ in draft.claim_rows if level and not worth}
    for sheet in draft.sheets:
        for unit in sheet.units:
            if data.random() < 0.2:
                zone = data.choice(["东", "西", ""])
                people = data.choice(["", number(data, 1, 30)])
                day = data.choice(["2026-03-31", "2026-07-01", "2025-01-01"])
                moves = moving and unit != sheet.units[0] and unit not in staying
                group = data.choice([*classes, "丙"]) if moves else ""
                rest = [""] * (len(ATTRIBUTES) - 2)
                draft.changes.append([unit, group, zone, people, *rest, day])


__all__ = ["LAST", "changes", "report"]
