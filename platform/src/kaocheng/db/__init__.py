"""The database: one door (session), the list of tables (schema), roles, migrations, jobs."""

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
