"""The digest of a pack: what the operator's allow-list names and a score sheet remembers."""

import hashlib
from pathlib import Path

# The packs of this repository, as reviewed with this release: a changed pack must be named here anew.
SHIPPED = frozenset({"sha256:0a5d21e32243c6f0141131b0a160ab8ebeca7153839b497ad08858ac6a3e1330"})

COMPILED = {".pyc", ".pyo"}


def folder_digest(folder: Path) -> str:
    """SHA-256 over the names and bytes of the files below *folder*, the same on every machine.

    Bytecode is left out: it differs by interpreter and is made from what is counted.
    """
    whole = hashlib.sha256()
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix not in COMPILED]
    for path in sorted(files, key=lambda path: path.relative_to(folder).as_posix()):
        name, content = path.relative_to(folder).as_posix().encode(), path.read_bytes()
        whole.update(b"%d:%b%d:" % (len(name), name, len(content)))
        whole.update(content)
    return f"sha256:{whole.hexdigest()}"
