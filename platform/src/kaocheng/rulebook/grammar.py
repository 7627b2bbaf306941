"""Which keys a scheme may use where: an unknown one is an error that names the nearest known one."""

from collections.abc import Iterable, Mapping
from typing import Any

from kaocheng.engine.compose import COMPOSITIONS
from kaocheng.engine.methods import METHODS
from kaocheng.i18n import _
from kaocheng.rulebook.located import Path
from kaocheng.rulebook.scheme import Packs
from kaocheng.rulebook.source import BadScheme, Source, nearest

SCHEME = ("code", "name", "year", "language", "round", "from", "drop")
TOP = ("scheme", "periods", "clauses", "figures", "lists", "methods", "papers", "checks", "from")
FIGURE = ("label", "unit", "collector", "target", "parts", "missing", "period", "cumulative", "direction")
LIST = ("label", "collector", "fields")
CHECK = ("label", "figure", "paper", "when", "each", "then", "say", "clause")
METHOD = ("from", "formula", "keys", "defaults", "label")
PAPER = (
    "label",
    "class",
    "period",
    "total",
    "nodes",
    "adjustments",
    "vetoes",
    "results",
    "round",
    "like",
    "drop",
)
NODE = [
    "label",
    "in",
    "clause",
    "collector",
    "full",
    "x",
    "target",
    "base",
    "last",
    "direction",
    "method",
    "formula",
    "let",
    "times",
    "not_below",
    "not_above",
    "excess_to",
    "only_if",
    "otherwise",
    "applies",
    "missing",
    "not_applicable",
    "undefined",
    "round",
    "rate_round",
    "rows",
    "fold",
    "across",
    "rank",
    "show",
    "only_shown",
    "group",
    "weight",
    "compose",
    "of",
    "open",
    "available",
    "n",
    "take",
    "from",
    "node",
]
ADJUSTMENT = [
    "label",
    "kind",
    "to",
    "most",
    "levels",
    "highest_only",
    "window",
    "limits",
    "formula",
    "clause",
    "collector",
]
VETO = [
    "label",
    "when",
    "bars",
    "at_most",
    "down",
    "grade",
    "zero",
    "for_years",
    "scope",
    "clause",
    "collector",
]
RESULT = [
    "label",
    "by",
    "within",
    "ties",
    "break",
    "apart",
    "if",
    "bands",
    "edge",
    "shift",
    "promote",
    "pool",
    "round_first",
    "clause",
]
BAND = [
    "grade",
    "from",
    "above",
    "below",
    "to",
    "if",
    "most",
    "round",
    "at_least_one",
    "with_above",
    "least",
    "of",
    "rank_from",
    "rank_to",
    "round_first",
    "pool",
]
EDGE = ("by", "still_tied")
LIMITS = ("most", "needs", "then")


def check_keys(
    source: Source, data: Mapping[str, Any], own: Mapping[str, Any], packs: Packs | None = None
) -> None:
    """Refuse the first key nobody knows, with its line and the nearest known one.

    *own* are the scheme's own methods, those of packs by value; an unknown one may be one *packs* offer.

    Raises:
        BadScheme: there is one.
    """
    _known(source, (), data, TOP)
    _known(source, ("scheme",), data["scheme"], SCHEME)
    plain = {"figures": FIGURE, "lists": LIST, "methods": METHOD, "checks": CHECK}
    for kind, known in plain.items():
        for code, rule in (data.get(kind) or {}).items():
            _coded(source, (kind, code), code)
            _known(source, (kind, code), rule, known)
    for code, paper in (data.get("papers") or {}).items():
        path = ("papers", code)
        _coded(source, path, code)
        _known(source, path, paper, PAPER)
        for kind, keys in (("adjustments", ADJUSTMENT), ("vetoes", VETO), ("results", RESULT)):
            for inner, rule in (paper.get(kind) or {}).items():
                _coded(source, (*path, kind, inner), inner)
                _known(source, (*path, kind, inner), rule, keys)
        for name, rule in (paper.get("adjustments") or {}).items():
            if isinstance(rule.get("limits"), Mapping):
                _known(source, (*path, "adjustments", name, "limits"), rule["limits"], LIMITS)
        for name, result in (paper.get("results") or {}).items():
            _result(source, (*path, "results", name), result)
        for node_code, node in (paper.get("nodes") or {}).items():
            _coded(source, (*path, "nodes", node_code), node_code)
            _node(source, (*path, "nodes", node_code), node, own, packs)


def _node(source: Source, path: Path, node: Any, own: Mapping[str, Any], packs: Packs | None) -> None:
    known: list[str] = list(NODE)
    name = str(node.get("method", "formula")) if isinstance(node, Mapping) else "formula"
    if name in own:
        known += list(own[name].get("keys") or ()) + list(own[name].get("defaults") or ())
    elif name in METHODS:
        known += list(METHODS[name].keys)
    elif name != "formula":
        raise BadScheme(
            source.place((*path, "method")),
            _("没有方法“{name}”", name=name),
            offered(name, packs) or nearest(name, [*METHODS, *own]),
        )
    else:  # a paper laid over another may set keys of the method it keeps
        known += [key for method in METHODS.values() for key in method.keys]
        known += [key for rule in own.values() for key in rule.get("keys") or ()]
    _known(source, path, node, known)
    composed = node.get("compose")
    if composed is not None and composed not in COMPOSITIONS:
        raise BadScheme(
            source.place((*path, "compose")),
            _("没有合成方式“{name}”", name=composed),
            nearest(str(composed), COMPOSITIONS),
        )


def offered(method: str, packs: Packs | None) -> str:
    """How to take a method that a pack at hand offers."""
    offers = packs.offers(method) if packs is not None else ()
    if not offers:
        return ""
    pack, line = offers[0].partition(":")[0], f'{method} = {{ from = "{offers[0]}" }}'
    return _("指标包 {pack} 有这个方法,请在 [methods] 里写 {line}", pack=pack, line=line)


def _result(source: Source, path: Path, result: Mapping[str, Any]) -> None:
    for band in result.get("bands") or []:
        _known(source, (*path, "bands"), band, BAND)
    if "edge" in result:
        _known(source, (*path, "edge"), result["edge"], EDGE)


def _known(source: Source, path: Path, table: Any, keys: Iterable[str]) -> None:
    if not isinstance(table, Mapping):
        raise BadScheme(source.place(path), _("“{name}”应是一张表", name=".".join(path)))
    for key in table:
        if key not in keys:
            raise BadScheme(source.place((*path, key)), _("不认识“{key}”", key=key), nearest(key, keys))


def _coded(source: Source, path: Path, code: str) -> None:
    plain = code.replace("_", "a")
    if (
        not (plain.isascii() and plain.isalnum() and plain == plain.lower() and plain[:1].isalpha())
        or code[0] == "_"
    ):
        raise BadScheme(
            source.place(path),
            _("代码“{code}”不合写法", code=code),
            _("代码用小写字母开头,只含小写字母、数字和下划线"),
        )
