"""The packs a tenant has enabled, asked about its figures; installed packs are looked for once."""

from functools import cache

from kaocheng.db.session import TenantSession
from kaocheng.packs.shelf import Shelf, TenantShelf, open_shelf
from kaocheng.tenancy import queries as tenancy


async def tenants_shelf(session: TenantSession, allowed: frozenset[str]) -> TenantShelf:
    """What this session's tenant sees; *allowed* are the digests the operator lets run."""
    return _shelf(allowed).for_tenant((await tenancy.tenant(session)).packs)


@cache
def _shelf(allowed: frozenset[str]) -> Shelf:
    return open_shelf(allowed)
