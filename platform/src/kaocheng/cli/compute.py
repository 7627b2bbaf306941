"""``kaocheng compute``: standings from a scheme and files, without a database."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kaocheng import settings
from kaocheng.engine import score
from kaocheng.i18n import _
from kaocheng.packs.shelf import open_shelf
from kaocheng.rulebook import BadScheme, Scheme, lint, read_scheme
from kaocheng.rulebook.files import Tables, decoded, read_inputs, write_standings

# An analyst may try a scheme that is not fit for use yet: only what cannot be worked out stops him.
TOLERATED = frozenset(
    ["not_closed", "no_edge", "unused_adjustment", "unknown_grade", "unreachable_band", "band_order"]
)


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    verb = verbs.add_parser("compute", help=_("由方案文件和数据文件计算得分与名次(不用数据库)"))
    verb.add_argument("scheme", type=Path, help="scheme.toml")
    verb.add_argument("figures", type=Path, help="figures.csv")
    for table in ("targets", "groups", "rows", "claims"):
        verb.add_argument(f"--{table}", type=Path, metavar="F")
    verb.add_argument("--period", help=_("时段,如 2026 或 2026H1"))
    verb.add_argument("--paper", help=_("只算这一类(卷的代码或类别名)"))
    verb.add_argument("--codes", action="store_true", help=_("输出代码,并输出隐藏的节点"))
    verb.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Score and print one CSV table per paper."""
    scheme = read_scheme(decoded(options.scheme), file=options.scheme.name, packs=template)
    check(scheme)
    tables = Tables(options.figures, options.targets, options.groups, options.rows, options.claims)
    inputs = read_inputs(scheme, tables)
    sheet = score(scheme.recipe, inputs, options.period)
    papers = [p for p in sheet.papers if not options.paper or options.paper in (p.code, p.group)]
    order = [unit.code for unit in inputs.units]
    sys.stdout.write("\n".join(write_standings(paper, options.codes, order) for paper in papers))
    return 0


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


def template(reference: str) -> Mapping[str, Any]:
    """A template of any installed pack; the packs are looked at only when a scheme takes one."""
    return open_shelf(settings.read().allowed_packs).everything().template(reference)
