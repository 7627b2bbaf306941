"""Reads a scheme: TOML, templates of packs, papers like other papers, and what is inherited down the tree."""

from collections.abc import Mapping
from typing import Any

from kaocheng.engine import compose
from kaocheng.engine.methods import METHODS
from kaocheng.engine.recipe import PaperRule
from kaocheng.errors import Place
from kaocheng.i18n import _
from kaocheng.rulebook.findings import fraction
from kaocheng.rulebook.grammar import check_keys
from kaocheng.rulebook.scheme import Packs, Scheme
from kaocheng.rulebook.shapes import check_shapes, check_whole
from kaocheng.rulebook.source import BadScheme, Source, merged

INHERITED = ("clause", "collector", "group", "missing")
ORDER = (
    "code",
    "name",
    "year",
    "language",
    "round",
    "periods",
    "clauses",
    "figures",
    "lists",
    "methods",
    "papers",
    "checks",
)


def read_scheme(text: str, *, file: str = "scheme.toml", packs: Packs | None = None) -> Scheme:
    """Read a scheme file.

    Args:
        text: the TOML.
        file: its name, for the places of mistakes.
        packs: gives templates and methods by their references; none: a scheme that takes one is refused.

    Raises:
        BadScheme: with the first mistake's line and remedy.
    """
    source = Source(text, file)
    data = source.data
    head = data.get("scheme")
    if not isinstance(head, dict):
        raise BadScheme(Place(file, 1), _("没有 [scheme] 一节"), _("请写 code、name、year"))
    check_shapes(source, data)
    reference = head.get("from") or data.get("from")
    if reference is not None:
        data = _over_template(source, data, str(reference), packs)
    own = _methods(source, data.get("methods") or {}, packs)
    check_keys(source, data, own, packs)
    head = data["scheme"]
    for key in ("code", "year"):
        if key not in head:
            raise BadScheme(source.place(("scheme",)), _("[scheme] 里没有 {key}", key=key), _("请补上"))
    keys = {
        **{k: v for k, v in head.items() if k != "from"},
        **{k: v for k, v in data.items() if k != "scheme"},
        **({"methods": own} if own else {}),
    }
    keys["papers"] = {
        code: _inherited(paper) for code, paper in _papers(source, data.get("papers") or {}).items()
    }
    check_whole(source, keys["papers"])
    for paper in keys["papers"].values():
        _own_methods(own, paper)
    return Scheme(source, {key: keys[key] for key in ORDER if key in keys}, packs)


def _over_template(
    source: Source, data: Mapping[str, Any], reference: str, packs: Packs | None
) -> dict[str, Any]:
    place = source.place(("scheme", "from"))
    if packs is None:
        raise BadScheme(place, _("用到包模板“{reference}”,但这里没有装包", reference=reference))
    try:
        template = packs.template(reference)
    except KeyError:
        raise BadScheme(
            place, _("没有包模板“{reference}”", reference=reference), _("请核对包名、模板名和版本,并启用该包")
        ) from None
    source.template = (reference, template)
    papers = {
        code: _laid(paper, (data.get("papers") or {}).get(code, {}))
        for code, paper in (template.get("papers") or {}).items()
    }
    own = {code: paper for code, paper in (data.get("papers") or {}).items() if code not in papers}
    result = merged(template, {k: v for k, v in data.items() if k != "papers"})
    result["papers"] = {**papers, **own}
    for code in result["scheme"].pop("drop", []):
        result["papers"].pop(code, None)
    return result


def _methods(source: Source, written: Mapping[str, Any], packs: Packs | None) -> dict[str, Any]:
    """The scheme's own methods, those it takes from packs by value."""
    found = {}
    for code, rule in written.items():
        taken = rule.get("from") if isinstance(rule, Mapping) else None
        found[code] = rule if taken is None else _taken(source, code, rule, packs)
    return found


def _taken(source: Source, code: str, rule: Mapping[str, Any], packs: Packs | None) -> dict[str, Any]:
    reference, path = str(rule["from"]), ("methods", code, "from")
    for key in ("formula", "keys"):
        if key in rule:
            reason = _("“{code}”取自指标包,不能再写 {key}", code=code, key=key)
            raise BadScheme(source.place(("methods", code, key)), reason, _("请删去,或不写 from"))
    try:
        table = packs.method(reference) if packs is not None else None
    except KeyError:
        table = None
    if table is None:
        reason = _("没有指标包的方法“{reference}”", reference=reference)
        raise BadScheme(source.place(path), reason, _("请写 包:方法@版本,核对后启用该包"))
    return merged(table, {key: value for key, value in rule.items() if key != "from"})


def _papers(source: Source, papers: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    done: dict[str, dict[str, Any]] = {}

    def whole(code: str, chain: tuple[str, ...]) -> dict[str, Any]:
        if code in done:
            return done[code]
        if code in chain:
            raise BadScheme(
                source.place(("papers", code, "like")), _("like 绕成了环:{chain}", chain=" → ".join(chain))
            )
        paper = papers[code]
        like = paper.get("like")
        if like is None:
            done[code] = {**paper, "nodes": dict(paper.get("nodes") or {})}
            return done[code]
        if like not in papers:
            raise BadScheme(source.place(("papers", code, "like")), _("没有卷“{like}”", like=like))
        base = whole(str(like), (*chain, code))
        there = {n for table in ("nodes", "adjustments", "vetoes", "results") for n in base.get(table) or ()}
        for name in paper.get("drop") or ():
            if name not in there:
                raise BadScheme(
                    source.place(("papers", code, "drop")),
                    _("卷“{like}”里没有“{name}”,没有可去掉的", like=like, name=name),
                    _("请核对代码,或删去"),
                )
        done[code] = _laid(base, {k: v for k, v in paper.items() if k != "like"})
        return done[code]

    for code in papers:
        whole(code, ())
    return {code: done[code] for code in papers}


def _laid(base: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """One paper over another: key by key, by code; a new method or formula drops the old one's keys."""
    dropped = set(above.get("drop") or ())
    result = merged(
        {k: v for k, v in base.items() if k not in ("nodes", "drop")},
        {k: v for k, v in above.items() if k not in ("nodes", "drop")},
    )
    nodes: dict[str, Any] = {}
    for code, node in (base.get("nodes") or {}).items():
        if code not in dropped:
            nodes[code] = _over_node(node, (above.get("nodes") or {}).get(code, {}))
    for code, node in (above.get("nodes") or {}).items():
        nodes.setdefault(code, node)
    for node in nodes.values():
        of = node.get("of")
        if isinstance(of, Mapping) and "of" in node:
            node["of"] = {ref: w for ref, w in of.items() if ref.partition("@")[0] not in dropped}
        elif isinstance(of, list):
            node["of"] = [ref for ref in of if str(ref).partition("@")[0] not in dropped]
    if isinstance(total := result.get("total"), Mapping):
        result["total"] = {period: node for period, node in total.items() if node not in dropped}
    for kind in ("adjustments", "vetoes", "results"):
        if kind in result:
            result[kind] = {code: rule for code, rule in result[kind].items() if code not in dropped}
    return {**result, "nodes": nodes}


def _over_node(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    kept = dict(below)
    if {"method", "formula", "compose"} & above.keys():
        old = METHODS.get(str(below.get("method", "")))
        gone = {"method", "formula", "compose", *(old.keys if old else ())}
        kept = {key: value for key, value in kept.items() if key not in gone}
    if _closes(above.get("of")):  # weights said anew are the whole, not some of them
        kept.pop("of", None)
    return merged(kept, above)


def _closes(weights: Any) -> bool:
    """Whether weights make up the whole by themselves."""
    if not isinstance(weights, Mapping):
        return False
    known = [fraction(weight) for weight in weights.values()]
    return None not in known and sum(weight or 0 for weight in known) == 1


def _inherited(paper: Mapping[str, Any]) -> dict[str, Any]:
    """The paper with what a node takes from the nodes above it written out."""
    rule = PaperRule("", paper)
    above: dict[str, str] = {}
    for node in rule.nodes.values():
        if node.get("in"):
            above[node.code] = str(node["in"])
        if node.composed:
            for reference, _weight in compose.references(rule, node):
                above.setdefault(reference.partition("@")[0], node.code)
    nodes = {}
    for code, node in rule.nodes.items():
        taken = {}
        for key in INHERITED:
            at: str | None = code
            seen: set[str] = set()
            while at is not None and at not in seen and at in rule.nodes:
                seen.add(at)
                if key in rule.nodes[at].keys:
                    taken[key] = rule.nodes[at][key]
                    break
                at = above.get(at)
        nodes[code] = {**node.keys, **taken}
    return {**paper, "nodes": nodes}


def _own_methods(methods: Mapping[str, Any], paper: Mapping[str, Any]) -> None:
    """Nodes that use a method of the scheme's own keep its defaults by value."""
    for node in paper["nodes"].values():
        own = methods.get(str(node.get("method", "")))
        if own:
            for key, value in (own.get("defaults") or {}).items():
                node.setdefault(key, value)
