"""The complete list of tables, so that a reader sees the whole schema in one place.

The tables themselves stand in each stage's ``tables.py``, on this metadata.  A test compares the three:
this list, the stages' tables, and a migrated database.
"""

from sqlalchemy import MetaData

__all__ = ["SHAPE", "SHARED", "TENANTS_OWN", "metadata"]

metadata = MetaData()

# No tenant_id: what the installation itself knows.  Nothing here may say what a tenant is doing.
SHARED = (
    "tenant",
    "reports_to",
)

# tenant_id first in every key, row security forced.
TENANTS_OWN = (
    # ground
    "counter",
    "job",
    "record_entry",
    "record_head",
    "unit",
    "person",
    "person_role",
    "sign_in",
    "form",
    "past_result",
    # schemes
    "scheme",
    "indicator",
    # figures
    "workbook",
    "filing",
    "figure",
    "vouching",
    # verification
    "scored_period",
    # scoring
    "score_sheet",
    # standings
    "publication",
    "reader",
    "outbox",
    # rollup
    "inbox",
    "inbox_result",
)

# The digest of the columns that the migrations make of these tables (a test says what it has become), by
# which a database that another version made is known before a page stumbles over it.
SHAPE = "74236852923bba7c8ea8dccccf2d9a2f73665d5071d05e6f1aacd75cfb11611a"
