"""Reads a tenant's folder, which holds all there is to know about it before the first figure.

A folder is ``tenant.toml`` and ``units.csv``; ``people.csv``, ``history.csv`` and ``scheme.toml`` may be
there.  Reading it needs no database and changes nothing.
"""

from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from kaocheng.errors import Place
from kaocheng.i18n import _
from kaocheng.tenancy.folder.declared import DeclaredPerson, DeclaredUnit, TenantFolder
from kaocheng.tenancy.folder.files import read_text, read_toml
from kaocheng.tenancy.folder.mistakes import BadFolder, Mistake, Mistakes, NoTenantFolder
from kaocheng.tenancy.folder.settings import read_forms, read_head
from kaocheng.tenancy.folder.sheets import Names, read_history, read_people, read_units

__all__ = [
    "BadFolder",
    "DeclaredPerson",
    "DeclaredUnit",
    "Mistake",
    "NoTenantFolder",
    "TenantFolder",
    "read",
    "read_all",
]

KNOWN = ("tenant.toml", "units.csv", "people.csv", "history.csv", "scheme.toml")


def read(path: Path) -> TenantFolder:
    """The tenant that *path* describes.

    Raises:
        NoTenantFolder: there is no tenant.toml in it.
        BadFolder: something in it is wrong; every mistake is named.
    """
    mistakes = Mistakes()
    found = _read(path, mistakes, prefix="")
    if mistakes.found:
        raise BadFolder(tuple(mistakes.found))
    return found


def read_all(path: Path) -> tuple[TenantFolder, ...]:
    """The tenant that *path* describes, or those in the folders below it, superiors first.

    Raises:
        NoTenantFolder: there is none.
        BadFolder: something in one of them is wrong; every mistake in all of them is named.
    """
    if (path / "tenant.toml").is_file():
        return (read(path),)
    below = sorted(entry.parent for entry in path.glob("*/tenant.toml")) if path.is_dir() else []
    if not below:
        raise NoTenantFolder(path)
    mistakes = Mistakes()
    found = [_read(folder, mistakes, prefix=f"{folder.name}/") for folder in below]
    ordered = _superiors_first(found, mistakes)
    if mistakes.found:
        raise BadFolder(tuple(mistakes.found))
    return ordered


def _read(path: Path, mistakes: Mistakes, *, prefix: str) -> TenantFolder:
    if not (path / "tenant.toml").is_file():
        raise NoTenantFolder(path)
    own = Mistakes()
    toml = read_toml(path / "tenant.toml", own)
    head = read_head(toml, own)
    units = read_units(path / "units.csv", own) if _there(path, "units.csv", own) else ()
    names = Names(units)
    people, history = path / "people.csv", path / "history.csv"
    scheme = path / "scheme.toml"
    found = TenantFolder(
        path=path,
        code=head.code,
        name=head.name,
        kind=head.kind,
        packs=head.packs,
        reports_to=head.reports_to,
        reports_at=replace(head.reports_at, file=str(path / head.reports_at.file)),
        invented=head.invented,
        forms=read_forms(toml, names, own),
        units=units,
        people=read_people(people, names, own) if people.is_file() else (),
        history=read_history(history, names, head.invented, own) if history.is_file() else (),
        scheme=read_text(scheme, own) if scheme.is_file() else None,
    )
    _check_names(path, own)
    # Several folders hold files of the same name, so each says whose it is.
    for mistake in own.found:
        mistakes.add(replace(mistake.place, file=prefix + mistake.place.file), mistake.reason)
    return found


def _there(path: Path, name: str, mistakes: Mistakes) -> bool:
    if (path / name).is_file():
        return True
    mistakes.add(Place(name), _("缺少这个文件"))
    return False


def _check_names(path: Path, mistakes: Mistakes) -> None:
    """A misspelt people.csv would otherwise just not be there; other files may lie here."""
    for entry in sorted(path.iterdir()):
        meant = get_close_matches(entry.name, KNOWN, n=1, cutoff=0.8)
        if meant and entry.name not in KNOWN:
            mistakes.add(Place(entry.name), _("这个文件名不会被读取;是不是想写“{near}”?", near=meant[0]))


def _superiors_first(found: list[TenantFolder], mistakes: Mistakes) -> tuple[TenantFolder, ...]:
    ordered: list[TenantFolder] = []
    waiting = list(found)
    for folder in found:
        if any(other is not folder and other.code == folder.code for other in found):
            mistakes.add(
                Place(f"{folder.path.name}/tenant.toml"),
                _("代码“{code}”被不止一个地区使用", code=folder.code),
            )
    while waiting:
        codes = {folder.code for folder in waiting}
        ready = [folder for folder in waiting if not codes & (set(folder.reports_to) - {folder.code})]
        if not ready:
            for folder in waiting:
                mistakes.add(Place(f"{folder.path.name}/tenant.toml"), _("reports_to 绕了一圈又回到自己"))
            break
        ordered += ready
        waiting = [folder for folder in waiting if folder not in ready]
    return tuple(ordered)
