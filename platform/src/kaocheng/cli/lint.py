"""``kaocheng lint``: what is wrong with a scheme file, each finding with its line and remedy."""

import argparse
from pathlib import Path

from kaocheng.cli.compute import TOLERATED
from kaocheng.cli.shelf import ShelfAtHand
from kaocheng.i18n import _
from kaocheng.rulebook import lint, read_scheme
from kaocheng.rulebook.files import Tables
from kaocheng.rulebook.lint_files import lint_files
from kaocheng.rulebook.tables import decoded


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    verb = verbs.add_parser("lint", help=_("检查方案文件(不用数据库)"))
    verb.add_argument("scheme", type=Path, help="scheme.toml")
    for table in ("groups", "targets", "rows"):
        verb.add_argument(f"--{table}", type=Path, metavar="F", help=_("一并核对这张表"))
    verb.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the findings; exit code 1 where one of them is an error."""
    scheme = read_scheme(decoded(options.scheme), file=options.scheme.name, packs=ShelfAtHand())
    findings = list(lint(scheme))
    tables = Tables(groups=options.groups, targets=options.targets, rows=options.rows)
    if any((options.groups, options.targets, options.rows)):
        sound = all(finding.severity != "error" or finding.code in TOLERATED for finding in findings)
        if options.groups and sound:  # the number of units is known, so nothing need be feared of it
            findings = [finding for finding in findings if finding.code != "tables_meet"]
        findings += lint_files(scheme, tables, sound=sound)
    for finding in findings:
        print(_("错误") if finding.severity == "error" else _("提醒"), finding)
    if not findings:
        print(_("没有发现问题"))
    return int(any(finding.severity == "error" for finding in findings))
