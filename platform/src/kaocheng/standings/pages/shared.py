"""What the pages of standings share: the working of a cell, and what follows from the results."""

from collections.abc import Sequence

from markupsafe import Markup, escape

from kaocheng.db.session import TenantSession
from kaocheng.engine.sheet import PaperSheet
from kaocheng.packs.shelf import TenantShelf
from kaocheng.scoring import service as sheets
from kaocheng.scoring.domain import Explained
from kaocheng.standings import service
from kaocheng.standings.domain import Consequences, Seen


async def explained_for(session: TenantSession, seen: Seen, unit: str, column: str) -> Explained | None:
    """The working of the chosen cell, where one is chosen."""
    return await sheets.explain(session, seen.row, unit, column) if unit else None


async def follows(session: TenantSession, shelf: TenantShelf, seen: Seen, paper: PaperSheet) -> Consequences:
    """What follows from a class's results, for whoever may see its ranks."""
    if not seen.ranked:
        return Consequences()
    return await service.consequences(session, shelf, paper, seen.row.period)


def cells(
    page: str, working: str, keys: Sequence[str], texts: Sequence[str], names: Sequence[str] = ()
) -> Markup:
    """One row's numbers, each a link to its working: as the macro ``cell``, in a tenth of its time.

    A register may have ten thousand of them, and somebody waits for it.

    Args:
        page, working: addresses that lack only the column.
        keys: each column's key as it stands in an address, percent-encoded.
        texts: each column's number as it is printed; empty for none.
        names: what a cell stands for, where its column's heading cannot say it; empty for the others.

    >>> print(cells("/a?b", "/c?d", ["i"], ["<1>"]))
    <td class="n"><a class="cell" href="/a?b&amp;column=i" hx-get="/c?d&amp;column=i">&lt;1&gt;</a></td>
    >>> print(cells("/a?b", "/c?d", ["i"], [""]))
    <td class="n"><span class="quiet">–</span></td>
    >>> print(cells("/a?b", "/c?d", ["i"], ["1"], ["修路"]))
    <td class="n"><a class="cell" href="/a?b&amp;column=i" hx-get="/c?d&amp;column=i" title="修路">1</a></td>
    """
    page, working = str(escape(page)), str(escape(working))
    printed = str(escape("\0".join(texts))).split("\0")  # at one stroke; nothing that is kept holds a NUL
    titles = [f' title="{escape(name)}"' if name else "" for name in names] or [""] * len(keys)
    return Markup(
        "".join(
            f'<td class="n"><a class="cell" href="{page}&amp;column={key}"'
            f' hx-get="{working}&amp;column={key}"{title}>{text}</a></td>'
            if text
            else '<td class="n"><span class="quiet">–</span></td>'
            for key, text, title in zip(keys, printed, titles, strict=True)
        )
    )
