"""What a vendor, or an operator before he allows a pack, wants to know about its folder.

The imports are judged from the text, before a line of it has run; a pack that would reach further than
the kit is not loaded at all.
"""

import ast
import importlib
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pluggy

from kaocheng.errors import Place
from kaocheng.i18n import _
from kaocheng.packs import data_pack, hookspecs
from kaocheng.packs.data_pack import NotAPack
from kaocheng.packs.digest import folder_digest
from kaocheng.packs.shelf import CODE_PACKS, DATA_PACKS, Installed, Shelf
from kaocheng.packs.trying import tried
from kaocheng.packs.values import ArrayMethod, Edition, Pack

KIT = ("kaocheng.packs", "kaocheng.engine")
# Standard library through which a program reaches files, the network or other programs. A pack needs
# none of it; that it is not used is a promise to the reader, not a sandbox.
OUTSIDE = frozenset(
    {
        "asyncio",
        "ctypes",
        "ftplib",
        "glob",
        "http",
        "io",
        "multiprocessing",
        "os",
        "pickle",
        "shutil",
        "signal",
        "site",
        "smtplib",
        "socket",
        "sqlite3",
        "ssl",
        "subprocess",
        "sys",
        "tempfile",
        "threading",
        "urllib",
        "webbrowser",
    }
)
OUTWARD = frozenset({"open", "exec", "eval", "compile", "__import__", "input"})
_CODE = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Source:
    """A pack's folder as its author has it, not yet installed."""

    code: str
    package: str
    folder: Path  # of the package
    runs_code: bool
    digest: str


def source(folder: Path) -> Source:
    """Find the pack in *folder*, by the entry point its pyproject.toml declares.

    Raises:
        NotAPack: it declares none, or several.
    """
    project = folder / "pyproject.toml"
    points = data_pack.toml(project).get("project", {}).get("entry-points", {})
    found = [
        (code, str(value).partition(":")[0], group == CODE_PACKS)
        for group in (CODE_PACKS, DATA_PACKS)
        for code, value in points.get(group, {}).items()
    ]
    if len(found) != 1:
        raise NotAPack(
            Place(str(project)), _("应在 {a} 或 {b} 中声明恰好一个入口点", a=CODE_PACKS, b=DATA_PACKS)
        )
    code, package, runs_code = found[0]
    places = [base / package.partition(".")[0] for base in (folder / "src", folder)]
    inside = next((place for place in places if place.is_dir()), None)
    if inside is None:
        raise NotAPack(Place(str(folder)), _("找不到包“{package}”的文件夹", package=package))
    return Source(code, package, inside, runs_code, folder_digest(inside))


def load(source: Source) -> Pack:
    """Read the pack; one that runs code is imported, so look at ``reaches_out`` first.

    Raises:
        NotAPack: what it answers is no pack, or it answers a question nobody asks.
    """
    if not source.runs_code:
        return data_pack.read(source.folder)
    sys.path.insert(0, str(source.folder.parent))
    try:
        manager = pluggy.PluginManager("kaocheng")
        manager.add_hookspecs(hookspecs)
        manager.register(importlib.import_module(source.package), name=source.code)
        manager.check_pending()
        answers = manager.hook.indicator_pack()
    except Exception as problem:  # whatever it raises, the author wants to read it
        raise NotAPack(Place(str(source.folder)), f"{type(problem).__name__}: {problem}") from problem
    finally:
        sys.path.remove(str(source.folder.parent))
    if len(answers) != 1 or not isinstance(answers[0], Pack):
        raise NotAPack(Place(str(source.folder)), _("indicator_pack() 没有给出 Pack"))
    pack: Pack = answers[0]
    return pack


def alone(pack: Pack) -> Shelf:
    """A shelf with this one pack on it, to try its templates with."""
    return Shelf([Installed(pack.code, pack.code, "", "", True, pack)], pluggy.PluginManager("kaocheng"))


def reaches_out(source: Source) -> Iterator[str]:
    """Each import or call with which a pack would reach beyond the kit, with file and line."""
    own = source.package.partition(".")[0]
    for path in sorted(source.folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path))):
            for name in _reached(node, own):
                yield _(
                    "{file}:{line}:用到了 {name};指标包只用 {kit}、自己和不接触外界的标准库",
                    file=path.relative_to(source.folder.parent),
                    line=getattr(node, "lineno", 0),
                    name=name,
                    kit=_("、").join(KIT),
                )


def _reached(node: ast.AST, own: str) -> list[str]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in OUTWARD:
        return [f"{node.func.id}()"]
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and node.level == 0:
        names = [f"{node.module}.{alias.name}" for alias in node.names]
    else:
        names = []
    return [name for name in names if not _harmless(name, own)]


def _harmless(name: str, own: str) -> bool:
    root = name.partition(".")[0]
    if root == own or any(f"{name}.".startswith(f"{package}.") for package in KIT):
        return True
    return root in sys.stdlib_module_names and root not in OUTSIDE


def mistakes(pack: Pack) -> Iterator[str]:
    """What is wrong with the declarations themselves, each with its place."""
    if not _CODE.fullmatch(pack.code):
        yield _("包代码“{code}”应为小写英文字母、数字和下划线", code=pack.code)
    if not pack.editions:
        yield _("“{pack}”没有任何版本", pack=pack.code)
    years = [edition.year for edition in pack.editions]
    if years != sorted(set(years)):
        yield _("“{pack}”的版本应按年份从早到晚、各不相同:{years}", pack=pack.code, years=_("、").join(years))
    for edition in pack.editions:
        yield from _edition(pack, edition)


def _edition(pack: Pack, edition: Edition) -> Iterator[str]:
    at = f"{pack.code}@{edition.year}"
    for kind in (edition.indicators, edition.methods, edition.templates):
        codes = [one.code for one in kind]
        for code in dict.fromkeys(codes):
            if not _CODE.fullmatch(code):
                yield _("{at}:代码“{code}”应为小写英文字母、数字和下划线", at=at, code=code)
            if codes.count(code) > 1:
                yield _("{at}:代码“{code}”用了不止一次", at=at, code=code)
    for indicator in edition.indicators:
        if indicator.clause not in edition.clauses:
            yield _(
                "{at}:指标“{label}”引用的条款“{clause}”不在本版条款中",
                at=at,
                label=indicator.label,
                clause=indicator.clause,
            )
    for method in edition.methods:
        if isinstance(method, ArrayMethod):
            for wrong in tried(method):
                yield _(
                    "{at}:方法“{label}”({code}):{wrong}",
                    at=at,
                    label=method.label,
                    code=method.code,
                    wrong=wrong,
                )
    for template in edition.templates:
        try:
            data_pack.tables(template.text)
        except ValueError as problem:
            yield _("{at}:模板“{code}”读不出:{problem}", at=at, code=template.code, problem=problem)


def taking(reference: str, year: str) -> str:
    """The smallest scheme that takes a template and differs from it in nothing."""
    return (
        f'[scheme]\ncode = "taken"\nname = "{reference}"\nyear = {year}\nlanguage = 2\nfrom = "{reference}"\n'
    )
