"""The database: one door (session), the list of tables (schema), roles, migrations, jobs."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kaocheng.db.session import (
        SharedSession,
        TenantId,
        TenantSession,
        connect,
        next_number,
        shared_session,
        tenant_session,
    )

__all__ = [
    "SharedSession",
    "TenantId",
    "TenantSession",
    "connect",
    "next_number",
    "shared_session",
    "tenant_session",
]


def __getattr__(name: str) -> Any:
    # The door brings the drivers along, which take half a second: who only starts or stops a server has
    # no use for them.
    if name not in __all__:
        raise AttributeError(name)
    from kaocheng.db import session

    return getattr(session, name)
