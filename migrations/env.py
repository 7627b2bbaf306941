"""Runs the migrations: one transaction for all that are due, under a lock time-out, as the owning role.

The connection comes from ``kaocheng.db.migrate``; a migration imports no application code, so that it
means in ten years what it means today.
"""

from alembic import context
from sqlalchemy import text

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=None)

with context.begin_transaction():
    # Two starts at once: the second waits here and then finds nothing left to do.
    connection.execute(text("select pg_advisory_xact_lock(hashtext('kaocheng migrations'))"))
    # A migration that would wait behind a long read fails instead of stopping everybody behind it.
    connection.execute(text("set local lock_timeout = '10s'"))
    # Tables belong to the role that the policies name, whichever login of its runs this.
    connection.execute(text("set local role kaocheng_owner"))
    context.run_migrations()
