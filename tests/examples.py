"""The examples of the pages, run: a node or a small paper, what is handed in, and what comes out.

``toml node`` holds one node and its parts, ``toml paper`` a scheme without its head; the first table below it
has a row for each unit.  Columns handed in are figures (``culture.built``, ``jobs@2025``), ``target``,
``base`` or ``full`` of the node, ``target(code)``, ``unit.attribute``, ``class`` (— for a reference unit) and
``sheet.code``, a score of another assessment out of 50.  ``points``, ``rank``, ``grade``, ``score(code)``,
``result.rank`` and ``result.grade``, with ``@period`` where it is not the year, are what must come out.

Further tables hold entries (``| unit | adjustment | points | …``), changed targets
(``| unit | target | value | from |``) and rows of a list (``| unit | list's code | field | …``).
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass

from kaocheng.engine import Claim, Figure, Inputs, PaperSheet, Row, Target, Unit, score
from kaocheng.rulebook import compile_scheme, read_scheme
from tests.engine.small import HEAD, given, leaf
from tests.reference.cases import Case

_EXAMPLE = re.compile(
    r"^```toml (?P<kind>node|paper)\n(?P<toml>.*?)^```\n(?P<tables>(?:\n(?:\|[^\n]*\n)+)*)", re.M | re.S
)
_OUT = re.compile(r"(?P<what>points|rank|grade|score\(.+\)|\w+\.rank|\w+\.grade)(?:@(?P<period>[\w-]+))?")
_PROMISED = re.compile(r'(target|base|full)(?:\((\w+)(?:, "?(\w+)"?)?\))?(?:@(\w+))?')
YEAR = "2026"
REFERENCE = "—"  # in the column of classes: a unit that is compared with and never ranked
Table = list[dict[str, str]]


@dataclass(frozen=True)
class Example:
    """A rule and the tables below it."""

    kind: str
    toml: str
    tables: tuple[Table, ...]

    @property
    def code(self) -> str:
        """The node it is about; of a paper, its first."""
        toml = self.toml.partition(".nodes]\n")[2] or self.toml
        return re.split(r"[ .]", toml.strip(), maxsplit=1)[0]

    @property
    def said(self) -> list[tuple[str, str, str]]:
        """(unit, column, value) of everything the first table says comes out."""
        return [
            (row["unit"], name, row[name])
            for row in self.tables[0]
            for name in row
            if _OUT.fullmatch(name) and row.get("class") != REFERENCE
        ]


def examples(text: str) -> list[Example]:
    """The examples of a page."""
    found = []
    for match in _EXAMPLE.finditer(text):
        tables = [_table(t) for t in match["tables"].strip().split("\n\n") if t]
        found.append(Example(match["kind"], match["toml"], tuple(tables)))
    return found


def worked(example: Example) -> list[tuple[str, str, str]]:
    """The same (unit, column, value), computed."""
    recipe = compile_scheme(read_scheme(_scheme(example)))
    inputs = _inputs(example)
    sheets: dict[str, tuple[PaperSheet, ...]] = {}
    found = []
    for unit, column, _value in example.said:
        out = _OUT.fullmatch(column)
        assert out
        period = out["period"] or YEAR
        papers = sheets.setdefault(period, score(recipe, inputs, period).papers)
        paper = next(paper for paper in papers if unit in paper.row)
        found.append((unit, column, _value_of(paper, unit, out["what"], example)))
    return found


def _value_of(paper: PaperSheet, unit: str, what: str, example: Example) -> str:
    if what == "points":
        return paper.shown(unit, example.code if example.kind == "node" else paper.total)
    if what.startswith("score("):
        return paper.shown(unit, what[6:-1])
    result, dot, kind = what.rpartition(".")
    standings = paper.results[result] if dot else paper.standings
    standing = next((s for s in standings if s.unit == unit), None)  # who is not in the result has none
    value = None if standing is None else standing.rank if kind == "rank" else standing.grade
    return "" if value is None else str(value)


def _table(written: str) -> Table:
    header, _rule, *rows = [[c.strip() for c in line.split("|")[1:-1]] for line in written.splitlines()]
    return [dict(zip(header, row, strict=True)) for row in rows]


def case(example: Example) -> Case:
    """The same as files, for the evaluators that are handed files."""
    given_in = _inputs(example)
    attributes = sorted({name for unit in given_in.units for name in unit.attributes})
    return Case(
        name=example.code,
        scheme=_scheme(example),
        figures=_csv("unit,indicator,value,period,series", given_in.figures),
        targets=_csv("unit,indicator,value,kind,period,from", given_in.targets),
        rows=_csv("unit,list,row,field,value", [row[:5] for row in given_in.rows]),
        claims=_csv("unit,adjustment,points,level,matter,category,date,period", given_in.claims),
        groups=_csv(
            ",".join(["unit", "class", *attributes]),
            [
                (unit.code, unit.group, *(unit.attributes.get(name, "") for name in attributes))
                for unit in given_in.units
                if unit.assessed
            ],
        ),
    )


def _csv(header: str, rows: Sequence[Sequence[str]]) -> str:
    return "\n".join([header, *(",".join(row) for row in rows)]) + "\n" if rows else f"{header}\n"


# -- what is handed in ---------------------------------------------------------------------------------


def _inputs(example: Example) -> Inputs:
    units: dict[str, Unit] = {}
    figures: list[Figure] = []
    targets: list[Target] = []
    first, *others = example.tables
    for row in first:
        unit = row["unit"]
        attributes = {name[5:]: value for name, value in row.items() if name.startswith("unit.") and value}
        units[unit] = Unit(unit, unit, row.get("class", ""), attributes, row.get("class") != REFERENCE)
        for name, value in row.items():
            if not value or not _is_figure(name):
                continue
            if promised := _PROMISED.fullmatch(name):
                kind, code, other, period = promised.groups()
                targets.append(Target(unit, code or example.code, value, other or kind, period or YEAR))
            else:
                code, part, period = _named(name)
                figures.append(Figure(unit, code, value, period, part))
    claims, rows = [], []
    for table in others:
        for entry in table:
            if "adjustment" in entry:
                claims.append(Claim(**{"period": YEAR} | entry))
                continue
            if "target" in entry:
                since = entry["from"]
                targets.append(Target(entry["unit"], entry["target"], entry["value"], "target", YEAR, since))
                continue
            unit, listed = list(entry)[:2]
            rows += [
                Row(entry[unit], listed, entry[listed], field, value)
                for field, value in list(entry.items())[2:]
                if value
            ]
    return Inputs(
        tuple(units.values()), tuple(figures), tuple(targets), tuple(rows), tuple(claims), _sheets(first)
    )


def _is_figure(column: str) -> bool:
    """Whether a column is handed in as figures or targets, and says nothing else of the unit."""
    return not (
        column in ("unit", "class") or column.startswith(("unit.", "sheet.")) or _OUT.fullmatch(column)
    )


def _sheets(first: Table) -> dict[str, str]:
    """Score sheets of other assessments, out of 50, by the code they are handed in under."""
    elsewhere = leaf("formula = 'x', full = 50, round = 'none'")
    return {
        name[6:]: score(elsewhere, given({"value": {row["unit"]: row[name] for row in first if row[name]}}))
        .to_bytes()
        .decode()
        for name in first[0]
        if name.startswith("sheet.")
    }


def _named(column: str) -> tuple[str, str, str]:
    path, _at, period = column.partition("@")
    code, _dot, part = path.partition(".")
    return code, part, period or YEAR


# -- the scheme ----------------------------------------------------------------------------------------


def _scheme(example: Example) -> str:
    """The rule with its head, and with the figures that the columns name and it does not declare."""
    body = example.toml if example.kind == "paper" else f"[papers.paper.nodes]\n{example.toml}"
    declared = tomllib.loads(body).get("figures", {})
    parts: dict[str, dict[str, None]] = {}
    for row in example.tables[0]:
        for name in row:
            if promised := _PROMISED.fullmatch(name):
                parts.setdefault(promised[2] or example.code, {})
            elif _is_figure(name):
                code, part, _period = _named(name)
                parts.setdefault(code, {}).update({part: None} if part else {})
    figures = "".join(
        f"{code} = {{ parts = {{ {', '.join(f'{p} = {chr(34)}{p}{chr(34)}' for p in held)} }} }}\n"
        for code, held in parts.items()
        if code not in declared
    )
    figures = f"[figures]\n{figures}" if figures and "[figures]\n" not in body else figures
    if "[figures]\n" in body:
        body = body.replace("[figures]\n", f"[figures]\n{figures}")
        figures = ""
    return f"{HEAD}{figures}{body}"
