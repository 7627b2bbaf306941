"""The packs installed here, for the commands that work on files: looked for only when one is needed."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from kaocheng import settings
from kaocheng.packs.shelf import Shelf, TenantShelf, open_shelf


def installed() -> Shelf:
    """The packs installed here that the operator lets run; their methods can be computed from then on."""
    return open_shelf(settings.read().allowed_packs)


class ShelfAtHand:
    """Every installed pack, as a scheme asks for it."""

    @cached_property
    def _shelf(self) -> TenantShelf:
        return installed().everything()

    def template(self, reference: str) -> Mapping[str, Any]:
        """The tables of ``pack:template@edition``."""
        return self._shelf.template(reference)

    def method(self, reference: str) -> Mapping[str, Any]:
        """The table of the method ``pack:method@edition``."""
        return self._shelf.method(reference)

    def offers(self, method: str) -> Sequence[str]:
        """References of the methods of this name."""
        return self._shelf.offers(method)
