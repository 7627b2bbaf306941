"""Another assessment of the same units, and the nodes of a scheme that take their results from it."""

from __future__ import annotations

from random import Random

from .cases import Case
from .generate_draft import Draft, Sheet
from .generate_leaves import Keys, number
from .generate_text import table

SCHEME = """[scheme]
code = "{code}"
name = "另一考核"
year = 2026
language = 2
round = {{ leaf = {leaf}, total = {total} }}
[periods]
half = "2026H1"
year = "2026"
[figures]
work = {{ label = "工作", unit = "个" }}
pace = {{ label = "进度", unit = "个" }}
[papers.one]
class = "甲"
period = "year"
total = "total"
[papers.one.nodes]
total = {{ label = "总分", compose = "{compose}", of = {of} }}
items = {{ label = "责任制", compose = "sum", full = 60, rank = {rank} }}
work = {{ in = "items", full = 40, method = "to_best", undefined = "zero", missing = "{missing}" }}
pace = {{ in = "items", full = 20, formula = "full * pace / 7", not_applicable = "{na}", round = {round} }}
[papers.one.results.overall]
by = "total"
{within}bands = [{{ grade = "优", from = {line} }}, {{ grade = "良", from = {lower} }}, {{ grade = "中" }}]
[papers.one.results.second]
by = "total"
ties = "average"
[papers.two]
class = "乙"
like = "one"
"""
TERMS = '{ "items@half" = "40%", "items@year" = "60%" }'


def another(draft: Draft, code: str) -> Case:
    """A small assessment of most of the units, in one period or in two."""
    rng, data = draft.rng, draft.data
    two = draft.maybe(0.4)
    text = SCHEME.format(
        code=code,
        leaf=rng.choice([0, 2, 3]),
        total=rng.choice([1, 2, '"none"']),
        compose="weighted" if two else "sum",
        of=TERMS if two else '["items"]',
        rank=rng.choice(["true", '{ ties = "dense" }', '{ group = "zone" }']),
        missing=rng.choice(["refuse", "zero", "not_applicable"]),
        na=rng.choice(["redistribute", "zero"]),
        round=rng.choice(['"none"', 1, 2]),
        within=rng.choice(["", "", 'within = "zone"\n']),
        line=rng.choice([40, 30]),
        lower=rng.choice([20, 10]),
    )
    units = [
        unit for sheet in draft.sheets for unit in sheet.units if unit.endswith("01") or data.random() < 0.9
    ]
    figures = [
        [unit, name, cell(data), period, ""]
        for unit in units
        for name in ("work", "pace")
        for period in ("2026", "2026H1")
        if data.random() >= draft.gaps
    ]
    group = {unit: sheet.group for sheet in draft.sheets for unit in sheet.units}
    groups = [[unit, group[unit], draft.attributes[unit]["zone"]] for unit in units]
    return Case(
        name=code,
        scheme=text,
        figures=table("unit,indicator,value,period,series", figures),
        groups=table("unit,class,zone", groups),
    )


def cell(data: Random) -> str:
    return "/" if data.random() < 0.04 else number(data, 0, 7)


def imports(draft: Draft, sheet: Sheet, parent: str, full: int) -> None:
    """A node that counts what another assessment gave, and some that only show it."""
    rng = draft.rng
    named = draft.maybe(0.3)
    codes = ["east", "west"] if named else ["city"]
    for code in codes:
        draft.others[code] = another(draft, code)
    take: Keys = {"method": "import", "sheet": "unit.district" if named else "city"}
    if draft.maybe(0.35):
        take["paper"] = {"甲": "one", "乙": "two"}[sheet.group]
    at = "@2026" if any("@half" in case.scheme for case in draft.others.values()) else ""
    node: Keys = {"in": parent, "label": "引用", "full": full, **take, "as": "rate", "undefined": "zero"}
    if draft.maybe(0.8):
        node["node"] = rng.choice([f"items{at}", f"work{at}", f"pace{at}"])
    else:
        node.pop("as")
        node["not_above"] = full
    node["missing"] = rng.choice(["zero", "not_applicable", 2])
    sheet.nodes["taken"] = node
    place: Keys = {"label": "彼处名次", **take, "as": "rank", "only_shown": True}
    if draft.maybe(0.6):
        place["node"] = rng.choice([f"items{at}", f"work{at}", "second", "overall"])
    sheet.nodes["place"] = place
    if draft.maybe(0.6):
        sheet.nodes["standing"] = {"label": "彼处等次", **take, "as": "grade", "only_shown": True}
        sheet.nodes["praised"] = {
            "label": "彼处为优",
            "formula": rng.choice(["if(score(standing) = '优', 2, 0)", "if(score(standing) != '中', 1, 0)"]),
            "only_shown": True,
        }
    else:
        inner = f"import(sheet = '{codes[0]}', node = items{at}, as = 'rate')"
        text = rng.choice([f"{inner} * 10", f"otherwise({inner}, 0.5)", f"group.max({inner})"])
        sheet.nodes["asked"] = {"label": "函数引用", "formula": text, "only_shown": True, "undefined": "zero"}


__all__ = ["another", "imports"]
