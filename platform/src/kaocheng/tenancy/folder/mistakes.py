"""What is wrong with a tenant's folder: every mistake with its file and line, all of them at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from kaocheng.engine.periods import NoSuchPeriod, span
from kaocheng.errors import Invalid, Missing, Place
from kaocheng.i18n import _

__all__ = ["BadFolder", "Mistake", "Mistakes", "NoTenantFolder", "nearest"]


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing to put right, and where."""

    place: Place
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


@dataclass(eq=False)
class BadFolder(Invalid):
    """A folder that cannot be applied; nothing of it was kept."""

    mistakes: tuple[Mistake, ...]

    code = "bad_folder"

    def __str__(self) -> str:
        head = _("有 {count} 处需要改正,什么都没有改动:", count=len(self.mistakes))
        return "\n".join((head, *(f"  {mistake}" for mistake in self.mistakes)))


@dataclass(eq=False)
class NoTenantFolder(Missing):
    """A path that is no tenant's folder and holds none."""

    path: Path

    code = "no_tenant_folder"

    def __str__(self) -> str:
        return _("“{path}”里没有 tenant.toml,它的下一级文件夹里也没有;请给出一个地区的文件夹", path=self.path)


@dataclass(slots=True)
class Mistakes:
    """Collects them, so that a person mends everything in one go."""

    found: list[Mistake] = field(default_factory=list)

    def add(self, place: Place, reason: str) -> None:
        """Note one."""
        self.found.append(Mistake(place, reason))

    def period(self, place: Place, written: str) -> str:
        """*written*, noted if it is no period."""
        try:
            if written:
                span(written)
        except NoSuchPeriod as problem:
            self.add(place, str(problem))
        return written

    def unknown(self, place: Place, what: str, name: str, known: Iterable[str]) -> None:
        """Note a name that nobody declared, with the one that was probably meant."""
        near = nearest(name, list(known))
        if near:
            self.add(place, _("没有{what}“{name}”;是不是想写“{near}”?", what=what, name=name, near=near))
        else:
            self.add(place, _("没有{what}“{name}”", what=what, name=name))


def nearest(name: str, known: Sequence[str]) -> str | None:
    """The known name closest to *name*, if one is close."""
    found = get_close_matches(name, known, n=1, cutoff=0.5)
    return found[0] if found else None
