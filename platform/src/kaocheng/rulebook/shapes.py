"""The shape of each key's value (text, number, table …), refused here so that nobody else need look."""

from collections.abc import Callable, Mapping
from typing import Any

from kaocheng.engine.methods import METHODS
from kaocheng.i18n import _
from kaocheng.rulebook.located import Path
from kaocheng.rulebook.source import BadScheme, Source

MOST_NODES = 20_000  # of all papers, after ``like``
_TEXT, _SCALAR, _FLAG, _COUNT = "text", "scalar", "flag", "count"
_IS: Mapping[str, Callable[[Any], bool]] = {
    _TEXT: lambda v: isinstance(v, str),
    _SCALAR: lambda v: isinstance(v, str | int) and not isinstance(v, bool) and v != "",
    _FLAG: lambda v: isinstance(v, bool),
    _COUNT: lambda v: isinstance(v, int) and not isinstance(v, bool) and abs(v) < 10_000,
    "decimals": lambda v: v == "none" or (_IS[_COUNT](v) and 0 <= v <= 12),
    "of decimals": lambda v: isinstance(v, dict) and all(_IS["decimals"](i) for i in v.values()),
    "table": lambda v: isinstance(v, dict),
    "texts": lambda v: isinstance(v, list) and all(isinstance(i, str) for i in v),
    "scalars": lambda v: isinstance(v, list) and all(_IS[_SCALAR](i) for i in v),
    "tables": lambda v: isinstance(v, list) and all(isinstance(i, dict) for i in v),
    "pairs": lambda v: isinstance(v, list) and all(_IS["scalars"](i) and len(i) == 2 for i in v),
    "of texts": lambda v: isinstance(v, dict) and all(isinstance(i, str) for i in v.values()),
    "of scalars": lambda v: isinstance(v, dict) and all(_IS[_SCALAR](i) for i in v.values()),
    "of counts": lambda v: isinstance(v, dict) and all(_IS[_COUNT](i) and i > 0 for i in v.values()),
    "of tables": lambda v: isinstance(v, dict) and all(isinstance(i, dict) for i in v.values()),
    "of choices": lambda v: (
        isinstance(v, dict)
        and all(_IS[_SCALAR](i) or (_IS["scalars"](i) and len(i) == 2) for i in v.values())
    ),
}


def _spec(**shapes: str) -> Mapping[str, tuple[str, ...]]:
    """Shape → its keys, turned round: key → the shapes it may have, separated by ``|``."""
    found: dict[str, tuple[str, ...]] = {}
    for keys, shape in shapes.items():
        for key in keys.split():
            found[key] = tuple(shape.split("|"))
    return found


HEAD = _spec(
    **{
        "code name from": "text",
        "year": "count",
        "language": "scalar",
        "round": "of decimals",
        "drop": "texts",
    }
)
FIGURE = _spec(
    **{"label unit collector period missing direction": "text", "parts": "of texts", "target": "of scalars"}
)
LIST = _spec(**{"label collector": "text", "fields": "of texts"})
METHOD = _spec(**{"from formula label": "text", "keys": "texts", "defaults": "table"})
CHECK = _spec(**{"label figure paper when each then say clause": "text"})
PAPER = _spec(
    **{
        "label class period like": "text",
        "total": "text|of texts",
        "round": "of decimals",
        "drop": "texts",
        "nodes adjustments vetoes results": "of tables",
    }
)
NODE = _spec(
    **{
        "label in clause collector method compose direction rows excess_to from node formula": "text",
        "full x target base last times not_below not_above otherwise weight round rate_round": "scalar",
        "applies only_if": "text",
        "missing not_applicable undefined": "scalar",
        "show only_shown open": "flag",
        "n": "count",
        "let": "of scalars",
        "of": "text|texts|of scalars",
        "fold": "text|table",
        "across": "text|texts",
        "rank": "flag|table",
        "available": "scalar|of scalars",
        "group": "text|texts",
        "take": "text",
        # keys of methods
        "over trim first": "of scalars",
        "per": "scalar|of scalars",
        "coefficients elements values": "of scalars",
        "choices": "of choices",
        "classes": "of tables",
        "knots": "pairs",
        "bands cases": "tables",
        "table from_end": "scalars",
        "leave_out": "text|texts",
        "steps ties is beyond sd target_zero severity as": "text",
        "symmetric clamped": "flag|text",
    }
)
for _method in METHODS.values():
    NODE = {**dict.fromkeys((*_method.shares, *_method.points, *_method.numbers), (_SCALAR,)), **NODE}
INNER_BAND = _spec(**{"from above to below gives each rate": "scalar"})
CLASS = _spec(of="texts", weight="scalar")
CASE = _spec(**{"when": "text", "gives": "scalar"})
ADJUSTMENT = _spec(
    **{
        "label kind to clause collector formula": "text",
        "highest_only": "text|of counts",
        "most": "scalar|of scalars",
        "levels": "of scalars",
        "window": "of scalars",
        "limits": "scalar|table",
    }
)
VETO = _spec(
    **{
        "label when at_most grade zero clause collector": "text",
        "bars": "text|texts",
        "down": "count",
        "scope": "text|texts",
    }
)
RESULT = _spec(
    **{
        "label by ties apart if clause": "text",
        "within break": "text|texts",
        "bands shift promote": "tables",
        "edge": "table",
        "pool": "flag",
        "round_first": "count",
    }
)
BAND = _spec(
    **{
        "grade if round of": "text",
        "from above below to most least rank_from rank_to": "scalar",
        "at_least_one with_above pool": "flag",
        "round_first": "count",
    }
)
EDGE = _spec(**{"by": "text|texts", "still_tied": "text"})
STEP = _spec(**{"when to": "text", "by": "count"})
NEEDED: Mapping[str, tuple[str, ...]] = {
    "bands": ("gives",),
    "progressive": ("rate",),
    "cases": ("when", "gives"),
    "over": ("each", "add"),
    "first": ("count", "each"),
}


def check_shapes(source: Source, data: Mapping[str, Any]) -> None:
    """Refuse the first value of a shape that its key cannot have.

    Raises:
        BadScheme: there is one.
    """
    shapes = _Shapes(source)
    shapes.table(("scheme",), data["scheme"], HEAD)
    for kind, inside in (("periods", "of texts"), ("clauses", "of texts")):
        shapes.one((kind,), data.get(kind, {}), (inside,))
    kinds = {"figures": FIGURE, "lists": LIST, "methods": METHOD, "checks": CHECK, "papers": PAPER}
    for kind, spec in kinds.items():
        shapes.one((kind,), data.get(kind, {}), ("of tables",))
        for code, rule in data.get(kind, {}).items():
            shapes.table((kind, code), rule, spec)
    own = {key for rule in data.get("methods", {}).values() for key in rule.get("keys", ())}
    shapes.node_keys = {key: shape for key, shape in NODE.items() if key not in own}
    for code, paper in data.get("papers", {}).items():
        shapes.paper(("papers", code), paper)


def check_whole(source: Source, papers: Mapping[str, Any]) -> None:
    """Refuse what lacks a part that it makes no sense without, once papers are whole after ``like``.

    Raises:
        BadScheme: there is one.
    """
    shapes = _Shapes(source)
    if sum(len(paper["nodes"]) for paper in papers.values()) > MOST_NODES:
        reason = _("节点超过 {most} 个", most=MOST_NODES)
        raise BadScheme(source.place(("papers",)), reason, _("请分成几个方案"))
    for code, paper in papers.items():
        for name, node in paper["nodes"].items():
            shapes.whole(("papers", code, "nodes", name), node)
        for name, result in paper.get("results", {}).items():
            for key, needed in (
                ("bands", ("grade",)),
                ("shift", ("when", "by")),
                ("promote", ("when", "to")),
            ):
                shapes.rows(("papers", code, "results", name, key), result.get(key, []), needed)


class _Shapes:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.node_keys = NODE

    def paper(self, path: Path, paper: Mapping[str, Any]) -> None:
        self.table(path, paper, PAPER)
        for code, node in paper.get("nodes", {}).items():
            self.node((*path, "nodes", code), node)
        for kind, spec in (("adjustments", ADJUSTMENT), ("vetoes", VETO), ("results", RESULT)):
            for code, rule in paper.get(kind, {}).items():
                self.table((*path, kind, code), rule, spec)
        for code, result in paper.get("results", {}).items():
            here = (*path, "results", code)
            for key, spec in (("bands", BAND), ("shift", STEP), ("promote", STEP)):
                self.listed((*here, key), result.get(key, []), spec)
            self.table((*here, "edge"), result.get("edge", {}), EDGE)

    def node(self, path: Path, node: Mapping[str, Any]) -> None:
        self.table(path, node, self.node_keys)
        for key, spec in (("bands", INNER_BAND), ("cases", CASE)):
            if key in node and key in self.node_keys:
                self.listed((*path, key), node[key], spec)
        if "classes" in node and "classes" in self.node_keys:
            for code, rule in node["classes"].items():
                self.table((*path, "classes", code), rule, CLASS)

    def listed(self, path: Path, rows: list[Any], spec: Mapping[str, tuple[str, ...]]) -> None:
        for number, row in enumerate(rows, 1):
            self.table((*path, f"#{number}"), row, spec)

    def whole(self, path: Path, node: Mapping[str, Any]) -> None:
        """A node has what its method makes no sense without."""
        method = METHODS.get(str(node.get("method")))
        if method is None:
            return
        for key in method.required:
            if key in method.tables and key in node and not node[key]:
                raise BadScheme(self.source.place((*path, key)), _("{key} 是空的", key=key), _("请补上"))
        for key in ("bands", "cases"):
            if key in method.tables:
                self.rows((*path, key), node.get(key, []), NEEDED[method.code])
        for key in ("over", "first"):
            if key in method.tables and key in node:
                self.needed((*path, key), node[key], NEEDED[key])
        if "classes" in method.tables:
            for code, rule in node.get("classes", {}).items():
                self.needed((*path, "classes", code), rule, ("of",))

    def rows(self, path: Path, rows: list[Any], needed: tuple[str, ...]) -> None:
        """Each member of a list has these keys."""
        for number, row in enumerate(rows, 1):
            self.needed((*path, f"#{number}"), row, needed)

    def needed(self, path: Path, table: Mapping[str, Any], keys: tuple[str, ...]) -> None:
        for key in keys:
            if key not in table:
                where = path[-2] if path[-1].startswith("#") else path[-1]
                raise BadScheme(
                    self.source.place(path), _("{path} 里没有 {key}", path=where, key=key), _("请补上")
                )

    def table(self, path: Path, table: Mapping[str, Any], spec: Mapping[str, tuple[str, ...]]) -> None:
        for key, value in table.items():
            if key in spec:
                self.one((*path, key), value, spec[key])

    def one(self, path: Path, value: Any, shapes: tuple[str, ...]) -> None:
        if not any(_IS[shape](value) for shape in shapes):
            raise BadScheme(self.source.place(path), _wanted(path[-1], shapes[0]), _example(shapes[0]))


def _wanted(key: str, shape: str) -> str:
    said = {
        _TEXT: _("“{key}”应是一段文字", key=key),
        _SCALAR: _("“{key}”应是一个数,或一段不空的文字", key=key),
        _FLAG: _("“{key}”应是 true 或 false", key=key),
        _COUNT: _("“{key}”应是一个不带引号的整数", key=key),
        "table": _("“{key}”应是一张表", key=key),
        "tables": _("“{key}”应是表的列表", key=key),
        "pairs": _("“{key}”应是成对的数的列表", key=key),
        "texts": _("“{key}”应是文字的列表", key=key),
        "scalars": _("“{key}”应是数的列表", key=key),
        "of texts": _("“{key}”应是一张表,每个值是一段文字", key=key),
        "of decimals": _("“{key}”应是一张表,每个值是 0 至 12 位小数或 none", key=key),
        "of tables": _("“{key}”应是一张表,里面每一项也是一张表", key=key),
    }
    return said.get(shape) or _("“{key}”应是一张表,每个值是一个数或一段文字", key=key)


def _example(shape: str) -> str:
    example = {
        _TEXT: '"revenue"',
        _SCALAR: '8 / "0.5" / "60%"',
        _FLAG: "true",
        _COUNT: "2",
        "tables": "[{ from = 90, gives = 5 }]",
        "pairs": '[["1.7", "60%"], ["9.5", "80%"]]',
        "texts": '["a", "b"]',
        "scalars": "[5, 3, 1]",
        "of tables": "{ a = { full = 10 } }",
        "of texts": '{ a = "甲" }',
        "of decimals": "{ leaf = 2, total = 2 }",
    }.get(shape, '{ a = 1, b = "0.5" }')
    return _("请写成 {example}", example=example)
