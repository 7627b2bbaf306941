"""How a request is answered when it is not with a page: a redirect with a sentence, a file."""

import re
from typing import Any, TypeAlias
from urllib.parse import quote

from litestar import Response
from litestar.datastructures import Cookie

from kaocheng.pages.visit import SAID, Ask, here

Page: TypeAlias = Response[Any]
LONGEST_SAID = 600  # characters; a cookie holds 4 kB


def go(request: Ask, path: str, said: str = "") -> Page:
    """On to *path* after a form; *said* is shown there once."""
    cookies = []
    visit = here()
    if said and visit.token:
        # Path-wide and for two minutes: long enough to arrive, too short to be read tomorrow.
        cookies.append(
            Cookie(
                SAID,
                value=visit.sealed(said[:LONGEST_SAID]),
                path="/",
                max_age=120,
                httponly=True,
                samesite="lax",
                secure=request.url.scheme == "https",
            )
        )
    return Response(b"", status_code=303, headers={"Location": path}, cookies=cookies)


def answer(content: bytes, name: str, media_type: str) -> Page:
    """*content* as a file to keep, under *name* in the reader's own writing."""
    ascii_name = re.sub(r'[^ -~]|["\\?]', "_", name)
    return Response(
        content,
        media_type=media_type,
        headers={
            "Content-Disposition": f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name)}",
        },
    )
