"""Who signed it: each tenant's own Ed25519 key in a file outside the database, and the keys a reader trusts.

A database administrator can rewrite every row but cannot sign, because the key never enters the
database. A reader pins the keys it trusts, one line each, as an SSH client pins its hosts.
"""

import base64
import binascii
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kaocheng.errors import Invalid
from kaocheng.i18n import _
from kaocheng.identity.domain import is_code

__all__ = ["NotAKey", "PublicKey", "introduce", "own", "pin", "public", "read_public", "trusted"]


@dataclass(eq=False)
class NotAKey(Invalid):
    """A text or a file that should hold a public key and does not."""

    source: str
    found: int = 0

    code = "not_a_key"

    def __str__(self) -> str:
        if self.found > 1:
            return _(
                "“{source}”里有 {n} 个公钥,不知用哪一个;请直接写出要用的一行(ed25519 …)",
                source=self.source,
                n=self.found,
            )
        return _(
            "没有文件“{source}”,或其中没有公钥;请使用“kaocheng keys show”给出的一行(ed25519 …)或其文件",
            source=self.source,
        )


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An Ed25519 public key; its id is what bundles and pages name it by."""

    raw: bytes

    @property
    def id(self) -> str:
        return sha256(self.raw).hexdigest()[:16]

    @property
    def line(self) -> str:
        """How it is written in files and handed from one office to another."""
        return f"ed25519 {base64.b64encode(self.raw).decode()}"

    def signed(self, signature: bytes, message: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except InvalidSignature:
            return False
        return True


def own(data: Path, tenant: str) -> Ed25519PrivateKey:
    """*tenant*'s own key; made on first use, readable by the account that runs the platform only."""
    path = _folder(data) / f"{_safe(tenant)}.key"
    if not path.is_file():
        _make(path)
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise NotAKey(path.name)
    return key


def public(key: Ed25519PrivateKey) -> PublicKey:
    """The half that may be handed out."""
    return PublicKey(
        key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    )


def read_public(source: str) -> PublicKey:
    """A public key from a file (our one line, or PEM) or from the line itself.

    Raises:
        NotAKey: there is none in it.
    """
    path = Path(source)
    try:
        text = path.read_text("utf-8") if len(source) < 4096 and path.is_file() else source
        if (found := text.split().count("ed25519")) > 1:
            raise NotAKey(source[:80], found)
        return _parse(text)
    except (OSError, ValueError, binascii.Error):
        raise NotAKey(source[:80]) from None


def trusted(data: Path, reader: str) -> tuple[tuple[str, PublicKey], ...]:
    """The (sender, key) pairs *reader* has pinned."""
    path = _pins(data, reader)
    return tuple(_pinned(path.read_text("utf-8"))) if path.is_file() else ()


def pin(data: Path, reader: str, sender: str, key: PublicKey) -> bool:
    """Trust *key* as *sender*'s from now on; False where it was trusted already."""
    if (sender, key) in trusted(data, reader):
        return False
    path = _pins(data, reader)
    before = path.read_text("utf-8") if path.is_file() else ""
    _replace(path, f"{before}{_safe(sender)} {key.line}\n".encode())
    return True


def introduce(data: Path, reader: str, sender: str) -> None:
    """Pin the key of a *sender* that lives in this same installation, unless one is pinned already.

    Both folders are the operator's, who has declared the relation; across installations a person
    pins the key by hand.
    """
    if all(name != sender for name, _key in trusted(data, reader)):
        pin(data, reader, sender, public(own(data, sender)))


def _parse(text: str) -> PublicKey:
    if "BEGIN PUBLIC KEY" in text:
        loaded = serialization.load_pem_public_key(text.encode())
        if not isinstance(loaded, Ed25519PublicKey):
            raise ValueError("not Ed25519")
        return PublicKey(loaded.public_bytes_raw())
    words = text.split()
    at = words.index("ed25519")
    raw = base64.b64decode(words[at + 1] if at + 1 < len(words) else "", validate=True)
    if len(raw) != 32:
        raise ValueError("not 32 bytes")
    return PublicKey(raw)


def _pinned(text: str) -> Iterator[tuple[str, PublicKey]]:
    for line in text.splitlines():
        sender, _space, key = line.partition(" ")
        if sender and not sender.startswith("#"):
            yield sender, _parse(key)


def _folder(data: Path) -> Path:
    folder = data / "keys"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _pins(data: Path, reader: str) -> Path:
    return _folder(data) / f"{_safe(reader)}.trusted"


def _safe(code: str) -> str:
    if not is_code(code):
        raise NotAKey(code)
    return code


def _make(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    draft = _draft(path, pem)
    try:
        os.link(draft, path)  # fails if another process was first; then its key is the key
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _replace(path: Path, content: bytes) -> None:
    os.replace(_draft(path, content), path)


def _draft(path: Path, content: bytes) -> Path:
    # mkstemp opens with 0600: the key is never readable by others, not even for an instant.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)
