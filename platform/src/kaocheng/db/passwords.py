"""The one secret an installation keeps for its database, and the passwords that follow from it."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

__all__ = ["of_role", "secret"]


def secret(data: Path) -> str:
    """The superuser's password: made once, kept in a file only its owner can read."""
    place = data / "database-password"
    if not place.exists() or not place.read_text("utf-8"):
        making = place.with_suffix(".new")
        making.unlink(missing_ok=True)
        handle = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(30))
            file.flush()
            os.fsync(file.fileno())
        making.rename(place)
    return place.read_text("utf-8")


def of_role(kept: str, role: str) -> str:
    """The password of one of our own roles; derived, so that only one secret has to be kept."""
    return hmac.new(kept.encode(), role.encode(), hashlib.sha256).hexdigest()[:40]
