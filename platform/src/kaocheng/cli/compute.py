"""``kaocheng compute``: standings from a scheme and files, without a database."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path

from kaocheng.cli import asked, cells
from kaocheng.cli.shelf import ShelfAtHand
from kaocheng.engine import Inputs, PaperSheet, folded, quotas, score
from kaocheng.engine.marks import OutOfRange
from kaocheng.engine.rounding import plain
from kaocheng.engine.run import Run
from kaocheng.engine.score import node_label
from kaocheng.engine.steps_below import with_steps
from kaocheng.engine.telling import as_text
from kaocheng.engine.working import work_out
from kaocheng.i18n import _
from kaocheng.rulebook import BadScheme, Scheme, lint, read_scheme
from kaocheng.rulebook.files import Tables, read_files
from kaocheng.rulebook.standings import write_standings
from kaocheng.rulebook.tables import MOST_SAID, BadTable, decoded

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
        "either_name",
        "weights",
        "unknown_clause",
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
    asked.spared(options.out, [options.scheme, *_tables(options)])
    asked.of(scheme, options.period, options.paper)
    inputs = _inputs(scheme, options)
    try:
        text = _working(scheme, inputs, options) if options.explain else _sheet(scheme, inputs, options)
    except OutOfRange as wrong:
        raise cells.of_points(scheme, inputs.units, options.figures, wrong) from None
    if options.out:
        options.out.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0


def _tables(options: argparse.Namespace) -> list[Path]:
    given = [options.figures, options.targets, options.groups, options.rows, options.claims]
    return [path for path in (*given, *dict(options.sheet).values()) if path]


def _inputs(scheme: Scheme, options: argparse.Namespace) -> Inputs:
    """What the files hold; what is doubtful is said, what is wrong is refused, all of it at once."""
    tables = Tables(
        options.figures,
        options.targets,
        options.groups,
        options.rows,
        options.claims,
        dict(options.sheet),
    )
    inputs, found = read_files(scheme, tables, options.period)
    for line in asked.sheets(scheme, tables.sheets):
        print(line, file=sys.stderr)
    doubts = [finding for finding in found if finding.severity != "error"]
    if doubts:
        print(BadTable(doubts), file=sys.stderr)
    if len(doubts) < len(found):
        raise BadTable([finding for finding in found if finding.severity == "error"])
    return inputs


def _named(text: str) -> tuple[str, Path]:
    code, sign, file = text.partition("=")
    if not (code and sign and file):
        raise argparse.ArgumentTypeError(_("请写成 代码=文件,如 province=省考核.json"))
    return code, Path(file)


def _sheet(scheme: Scheme, inputs: Inputs, options: argparse.Namespace) -> str:
    sheet = score(scheme.recipe, inputs, options.period)
    papers = tuple(p for p in sheet.papers if asked.is_named(p, options.paper))
    if not papers:
        raise asked.NobodyToScore()
    lacking = [line for paper in papers for line in _without_total(paper)]
    open_rows = _open_rows(scheme, inputs, options, lacking)
    for line in [*sheet.findings, *open_rows, *lacking, *_without_places(scheme, inputs, options)]:
        print(line, file=sys.stderr)
    if options.json:
        return replace(sheet, papers=papers).to_bytes().decode() + "\n"
    order = [unit.code for unit in inputs.units]
    return "\n".join(write_standings(paper, options.codes, order) for paper in papers)


def _without_total(paper: PaperSheet) -> Iterator[str]:
    """Who has no total and what is missing, a line each; of very many the first."""
    lacking: dict[str, list[str]] = {}
    for note in paper.notes:
        unit, node, _period = note.split("\t")
        lacking.setdefault(unit, []).append(_("“{node}”", node=_label(paper, node)))
    for unit, labels in islice(lacking.items(), MOST_SAID):
        label, nodes = paper.labels.get(unit, unit), _("、").join(labels)
        yield _("{unit} 没有总分:缺{nodes}", unit=label, nodes=nodes)
    if len(lacking) > MOST_SAID:
        yield _("另有 {n} 个单位没有总分", n=len(lacking) - MOST_SAID)


def _open_rows(
    scheme: Scheme, inputs: Inputs, options: argparse.Namespace, lacking: Sequence[str]
) -> Iterator[str]:
    """Whose rows do not make up the full marks of their node, which leaves the total without them."""
    if not lacking or not inputs.rows:
        return
    run = Run(scheme.recipe, inputs, options.period)
    for paper, period in run.paper_periods():
        for node in paper.nodes.values() if asked.is_named(paper, options.paper) else ():
            for at, found, full in folded.unclosed(run, paper, node, period) if node.get("rows") else ():
                facts = {"unit": run.units[at].label, "label": node_label(run.recipe, node)}
                sums = {"sum": plain(found), "full": plain(full)}
                yield _("“{unit}”的“{label}”各行满分合计 {sum},应为 {full}", **facts, **sums)


def _without_places(scheme: Scheme, inputs: Inputs, options: argparse.Namespace) -> Iterator[str]:
    """Circles whose places for a grade stand on something they do not have, so that there are none."""
    run: Run | None = None
    for paper in scheme.recipe.papers.values():
        for code, rule in paper.table("results").items() if asked.is_named(paper, options.paper) else ():
            bands = rule.get("bands") or []
            if not any("unit." in str(band.get("most")) for band in bands):
                continue
            run = run or Run(scheme.recipe, inputs, options.period)
            for period in [when for home, when in run.paper_periods() if home.code == paper.code]:
                for circle, _size, places in quotas.room(run, paper, code, period):
                    where = _("、").join(circle) or paper.label
                    for band in (bands[n] for n, most in places.items() if most is None):
                        facts = {"where": where, "grade": band["grade"], "written": band["most"]}
                        yield _("“{where}”没有“{grade}”的名额:{written} 缺数据", **facts)


def _label(paper: PaperSheet, node: str) -> str:
    return next((column.label for column in paper.columns if column.node == node), node)


def _working(scheme: Scheme, inputs: Inputs, options: argparse.Namespace) -> str:
    """The working of one score: clause, inputs, arithmetic, points."""
    run = Run(scheme.recipe, inputs, options.period)
    unit, paper, node = asked.about(run, options.explain, options.paper)
    try:
        it = with_steps(run, work_out(run, unit, node, paper=paper))
    except KeyError as error:  # a row the unit does not have
        raise asked.NoSuch(_("“{unit}”没有“{node}”", unit=unit, node=error.args[0]), "", ()) from None
    if options.json:
        return json.dumps(asdict(it), ensure_ascii=False) + "\n"
    return as_text(it) + "\n"


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
