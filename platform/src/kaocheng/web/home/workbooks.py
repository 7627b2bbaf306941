"""Workbooks somebody has looked at and not yet stored: what is left to do with each."""

from kaocheng.db.session import TenantSession
from kaocheng.figures import previewing, queries
from kaocheng.formats import day
from kaocheng.i18n import _
from kaocheng.identity.domain import Person
from kaocheng.web.home.lines import Todo


async def previewed(session: TenantSession, person: Person | None = None) -> list[Todo]:
    """Those of *person*, or of everybody; one with mistakes can only be corrected and handed in again."""
    todos = []
    for book in await queries.handed_in(session, state="previewed"):
        if person is not None and book.filed_by != person.id:
            continue
        errors = len(previewing.from_json((await queries.workbook(session, book.id))[1]).errors)
        todos.append(
            Todo(
                tag=_("有错") if errors else _("导入"),
                tone="bad" if errors else "",
                text=_("{name} 有 {n} 处错误,一个数也没有存", name=book.name, n=errors)
                if errors
                else _("{name} 预览完毕,等待确认", name=book.name),
                small=f"{book.filer} · {day(book.filed_at)}",
                path=f"/figures/workbooks/{book.id}",
                label=_("看错在哪里") if errors else _("确认入库"),
                main=not errors,
            )
        )
    return todos
