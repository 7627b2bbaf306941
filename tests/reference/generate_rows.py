"""Random nodes scored row by row of a list, and nodes that count its rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .generate_draft import Draft, Sheet
from .generate_leaves import Keys, number

FIELDS: Keys = {
    "size": "个",
    "due": "date",
    "done": "date",
    "progress": "%",
    "kind": "text",
    "beside": "text",
}
COUNTING = [
    "task.count()",
    "task.sum(size) / 3",
    "task.mean(progress) / 20",
    "task.max(size)",
    "task.count(progress >= 50)",
    "task.min(progress) / 9",
    "task.nth(progress, 2) / 9",
    "task.nth(progress, ceil(task.count() / 2)) / 9",
    "task.sd(progress, 'population')",
    "task.count(done <= '2026-07-31')",
    "task.count(kind = '省' and not is_missing(done))",
    "task.sum(if(done > due, size, 0)) + task.count(is_missing(done))",
    "task.mean(clamp(days(due, done), 0, 60)) / 30",
    "task.sum(size * unit.people) / 99",
    "group.rank(task.sum(size))",
    "group.mean(task.count()) + task.count(size > 4)",
    "task.median(size)",
    "task.max(efficacy(progress, start = 0%, lo = 0, hi = 100, full = 5))",
    "task.count(kind = '省') / task.count() * 5",
]


def plain(draft: Draft) -> Keys:
    return {"method": "completion", "x": "progress", "target": draft.rng.choice([80, "size * 12"])}


def late(draft: Draft) -> Keys:
    listed = [
        {"when": "is_missing(done)", "gives": "full * 50% * progress / 100"},
        {"when": "late <= 0", "gives": "100%"},
        {"when": "late <= 30", "gives": "80%"},
    ]
    return {"let": {"late": "days(due, done)"}, "method": "cases", "else": "50%", "cases": listed}


def written(draft: Draft) -> Keys:
    texts = [
        "full * clamp(progress / 80, 0, 1) - size / 10",
        "full * progress / task.max(progress)",
        "full * size / task.sum(size)",
        "if(kind = '省', full, full * progress / 100)",
        "full - task.count() / 2 + unit.people / 30",
        "full * (progress + otherwise(at(beside, unit.people), 9)) / 130",
        "full - clamp(days(due, done), 0, 90) / 60",
        "shortfall(progress, target = 60, each = 10, deduct = 5%, steps = up)",
        "between(progress, base = 10, target = 10 * size + 20)",
    ]
    return {"formula": draft.rng.choice(texts)}


def scored(draft: Draft) -> Keys:
    keys: list[Keys] = [
        {"method": "ratio", "x": "progress", "to": "10 * size"},
        {
            "method": "bands",
            "x": "size",
            "bands": [{"from": 6, "gives": "100%"}, {"from": 3, "gives": 2}],
            "else": 0,
        },
        {"method": "deduct", "per": {"size": "0.2"}},
        {"method": "shortfall", "x": "progress", "target": 75, "each": 5, "deduct": "4%"},
        {"method": "met", "x": "progress", "target": "size * 9"},
        {
            "method": "interpolate",
            "x": "progress",
            "knots": [["20", "30%"], ["80", "100%"]],
            "beyond": "hold",
        },
    ]
    return draft.rng.choice(keys)


WAYS: list[Callable[[Draft], Keys]] = [plain, late, written, written, scored]


def tasks(draft: Draft, sheet: Sheet, parent: str, full: int) -> None:
    """A node scored row by row."""
    rng = draft.rng
    fold: Any = rng.choice(["mean", "min", "max", "sum", {"weighted": "size"}, {"best": 2}])
    if fold == {"best": 2} and draft.maybe(0.5):
        fold["take"] = "mean"
    keys: Keys = {"in": parent, "label": "任务", "full": full, "rows": "task", "fold": fold}
    keys["undefined"] = rng.choice(["zero", "missing", 1])
    keys |= rng.choice(WAYS)(draft)
    if draft.maybe(0.3):
        keys["applies"] = rng.choice(
            ["size > 2", "kind = '省'", "unit.people > 5", "is_missing(done) or size > 1"]
        )
    if draft.maybe(0.2):
        keys |= {
            "only_if": rng.choice(["progress > 20", "kind != '市'"]),
            "otherwise": rng.choice(["0.5", "10%"]),
        }
    if draft.maybe(0.3):
        keys["missing"] = rng.choice(["zero", 2, "group_mean", "group_min", "not_applicable"])
    if draft.maybe(0.3):
        keys["not_applicable"] = rng.choice(["full", "zero", "group_mean", "own_rate", 1])
    ruled(draft, keys)
    sheet.nodes["tasks"] = keys
    fields = dict(FIELDS)
    if draft.maybe(0.3) and fold == "sum" and "only_if" not in keys:
        fields["full"] = "分"
    draft.lists["task"] = {"label": "任务", "fields": fields}
    if draft.maybe(0.5):
        sheet.nodes["counted"] = {"label": "数量", "formula": rng.choice(COUNTING), "only_shown": True}
        sheet.nodes["counted"]["undefined"] = rng.choice(["missing", "zero"])


def ruled(draft: Draft, keys: Keys) -> None:
    """What any node may carry, each row or the whole."""
    rng = draft.rng
    if draft.maybe(0.15):
        keys["times"] = rng.choice(["1.2", "unit.hard", "1 + size / 20"])
    if draft.maybe(0.15):
        keys["not_above"] = rng.choice(["80%", "none", 7])
    if draft.maybe(0.1):
        keys["not_below"] = rng.choice(["10%", "none", 1])
    if draft.maybe(0.15):
        keys["round"] = rng.choice([0, 1, 3])
    if draft.maybe(0.15):
        keys["rank"] = rng.choice([True, {"group": "zone"}])


def rows(draft: Draft) -> None:
    """The rows of every unit."""
    data = draft.data
    sheet = next(sheet for sheet in draft.sheets if "tasks" in sheet.nodes)
    fields = draft.lists["task"]["fields"]
    whole = sheet.nodes["tasks"]["full"]
    for unit in sheet.units:
        size = data.randint(0 if draft.gaps else 1, 4)
        shares = [whole // size + (k < whole % size) for k in range(size)]
        for k in range(size):
            row = [unit, "task", str(k + 1)]
            cells = {"size": number(data, 1, 9), "progress": number(data, 0, 100)}
            cells["due"] = f"2026-{data.randint(1, 9):02}-28"
            cells["kind"] = data.choice(["省", "市", "县"])
            cells["beside"] = data.choice([*sheet.units, "city", "/"])
            if data.random() < 0.8:
                cells["done"] = f"2026-{data.randint(1, 12):02}-{data.choice([1, 28]):02}"
            if "full" in fields:
                cells["full"] = str(shares[k])
            for field in ("progress", "size", "kind", "done"):
                if data.random() < draft.gaps / 4:
                    cells.pop(field, None)
                elif data.random() < draft.gaps / 4:
                    cells[field] = "/"
            draft.list_rows += [[*row, field, cells[field]] for field in fields if field in cells]
