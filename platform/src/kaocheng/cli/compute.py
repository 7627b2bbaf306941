"""``kaocheng compute``: standings from a scheme and files, without a database."""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from kaocheng.cli.shelf import ShelfAtHand
from kaocheng.engine import Inputs, PaperSheet, explain, score
from kaocheng.engine.telling import as_text
from kaocheng.errors import Missing
from kaocheng.i18n import _
from kaocheng.rulebook import BadScheme, Scheme, lint, read_scheme
from kaocheng.rulebook.files import Tables, decoded, read_inputs, write_standings
from kaocheng.rulebook.source import nearest

# An analyst may try a scheme that is not fit for use yet: only what cannot be worked out stops him.
TOLERATED = frozenset(
    [
        "not_closed",
        "no_edge",
        "unused_adjustment",
        "unknown_grade",
        "unreachable_band",
        "band_order",
        "undeclared",
        "divided_by_zero",
    ]
)


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    verb = verbs.add_parser("compute", help=_("由方案文件和数据文件计算得分与名次(不用数据库)"))
    verb.add_argument("scheme", type=Path, help="scheme.toml")
    verb.add_argument("figures", type=Path, help="figures.csv")
    for table in ("targets", "groups", "rows", "claims"):
        verb.add_argument(f"--{table}", type=Path, metavar="F")
    verb.add_argument(
        "--sheet",
        action="append",
        type=_named,
        default=[],
        metavar=_("代码=文件"),
        help=_("方案引用的另一张得分表(--json 写出的);可写多次"),
    )
    verb.add_argument("--period", help=_("时段,如 2026 或 2026H1"))
    verb.add_argument("--paper", help=_("只算这一类(卷的代码或类别名)"))
    verb.add_argument("--codes", action="store_true", help=_("输出代码,并输出隐藏的节点"))
    verb.add_argument("--json", action="store_true", help=_("输出整张得分表(精确值)"))
    verb.add_argument("--explain", metavar=_("单位[:节点]"), help=_("写出一个得分怎么来的"))
    verb.add_argument("--out", type=Path, metavar="F", help=_("写入文件,不打印"))
    verb.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Score, and print one CSV table per paper (or the whole sheet, or one working)."""
    scheme = read_scheme(decoded(options.scheme), file=options.scheme.name, packs=ShelfAtHand())
    check(scheme)
    tables = Tables(
        options.figures,
        options.targets,
        options.groups,
        options.rows,
        options.claims,
        dict(options.sheet),
    )
    inputs = read_inputs(scheme, tables)
    for name in sorted({figure.indicator for figure in inputs.figures} - set(scheme.figures)):
        near = nearest(name, [*scheme.figures, *(rule.label for rule in scheme.figures.values())])
        print(
            _("方案里没有指标“{name}”,这些数没有用到", name=name) + (f";{near}" if near else ""),
            file=sys.stderr,
        )
    text = _working(scheme, inputs, options) if options.explain else _sheet(scheme, inputs, options)
    if options.out:
        options.out.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0


def _named(text: str) -> tuple[str, Path]:
    code, sign, file = text.partition("=")
    if not (code and sign and file):
        raise argparse.ArgumentTypeError(_("请写成 代码=文件,如 province=省考核.json"))
    return code, Path(file)


def _sheet(scheme: Scheme, inputs: Inputs, options: argparse.Namespace) -> str:
    sheet = score(scheme.recipe, inputs, options.period)
    for found in (*sheet.struck, *sheet.failed):
        print(found, file=sys.stderr)
    if options.json:
        return sheet.to_bytes().decode() + "\n"
    papers = [p for p in sheet.papers if not options.paper or options.paper in (p.code, p.group)]
    if not papers:
        raise NothingToCompute(options.paper or "", options.period or "")
    for paper in papers:
        for note in paper.notes:
            unit, node, _period = note.split("\t")
            label = paper.labels.get(unit, unit)
            print(_("{unit} 没有总分:缺“{node}”", unit=label, node=_label(paper, node)), file=sys.stderr)
    order = [unit.code for unit in inputs.units]
    return "\n".join(write_standings(paper, options.codes, order) for paper in papers)


def _label(paper: PaperSheet, node: str) -> str:
    return next((column.label for column in paper.columns if column.node == node), node)


def _working(scheme: Scheme, inputs: Inputs, options: argparse.Namespace) -> str:
    """The working of one score: clause, inputs, arithmetic, points."""
    unit, _colon, node = options.explain.partition(":")
    try:
        it = explain(scheme.recipe, inputs, unit, node, run_period=options.period)
    except KeyError as error:
        raise NothingToExplain(str(error.args[0])) from None
    return as_text(it) + "\n"


@dataclass(eq=False)
class NothingToCompute(Missing):
    """No paper of the scheme publishes anything then, or none is called so."""

    paper: str
    period: str

    code = "nothing_to_compute"

    def __str__(self) -> str:
        if self.paper:
            return _("方案里没有“{paper}”这一类,或它在这个时段不计分;请核对类别和时段", paper=self.paper)
        return _("方案在 {period} 没有要计分的卷;请核对时段", period=self.period)


@dataclass(eq=False)
class NothingToExplain(Missing):
    """No such unit or node in the files."""

    name: str

    code = "nothing_to_explain"

    def __str__(self) -> str:
        return _("没有单位或节点“{name}”;节点请写代码", name=self.name)


def check(scheme: Scheme) -> None:
    """Say on stderr what is wrong with the scheme; stop at what cannot be worked out.

    Raises:
        BadScheme: the first error that leaves no one reading.
    """
    for finding in lint(scheme):
        if finding.severity != "error":
            continue
        if finding.code not in TOLERATED:
            raise BadScheme(finding.place, finding.reason, finding.remedy)
        print(finding, file=sys.stderr)
