"""What is handed up: one signed file that anybody can check and recompute, offline, years later.

A bundle is one canonical JSON document: a *manifest* that names the sender and the digest of every
part, the *parts* (recipe, inputs, sheet), and the sender's signature of the manifest. Canonical
means that the file equals its own re-writing byte for byte, so there is no byte that nothing guards.
It holds no persons: who filed and who vouched stay with the sender.
"""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kaocheng.engine.inputs import Inputs
from kaocheng.engine.plugged import PackNeeded
from kaocheng.engine.recipe import Recipe
from kaocheng.engine.score import score
from kaocheng.engine.sheet import Sheet
from kaocheng.errors import Invalid, Refused
from kaocheng.i18n import _
from kaocheng.standings.keys import PublicKey, public

__all__ = [
    "Bundle",
    "DoesNotRecompute",
    "Manifest",
    "NotABundle",
    "PartChanged",
    "WrongSignature",
    "make",
    "read",
    "verify",
]

FORMAT = "kaocheng-bundle/1"
LONGEST = 128 * 1024 * 1024
PARTS = ("inputs", "recipe", "sheet")
MOST_RUNS = 1_000_000  # of one period; far more than anybody makes


@dataclass(eq=False)
class NotABundle(Invalid):
    """A file that is no bundle, or no longer exactly the one that was written."""

    reason: str

    code = "not_a_bundle"

    def __str__(self) -> str:
        return _("这不是完整的考成结果包:{reason};请向报送方重新索取", reason=self.reason)


@dataclass(eq=False)
class WrongSignature(Refused):
    """The signature is not that of the given key over this manifest."""

    sender: str
    key: str

    code = "wrong_signature"

    def __str__(self) -> str:
        return _(
            "{sender}的结果包签名与公钥 {key} 不符,内容可能被改动;请向报送方重新索取并核对公钥",
            sender=self.sender,
            key=self.key,
        )


@dataclass(eq=False)
class PartChanged(Refused):
    """A part is not what the signed manifest says it is."""

    sender: str
    part: str

    code = "part_changed"

    def __str__(self) -> str:
        names = {"inputs": _("数据"), "recipe": _("计分规则"), "sheet": _("得分表")}
        return _(
            "{sender}的结果包中“{part}”部分与签名的摘要不符,内容被改动;请向报送方重新索取",
            sender=self.sender,
            part=names.get(self.part, self.part),
        )


@dataclass(eq=False)
class DoesNotRecompute(Refused):
    """Its own recipe and inputs give another result than the sheet it claims."""

    sender: str
    detail: str

    code = "does_not_recompute"

    def __str__(self) -> str:
        return _(
            "{sender}的结果包按其规则和数据重算,结果与所报不一致({detail});请报送方重新计算后再报",
            sender=self.sender,
            detail=self.detail,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What the signature covers."""

    sender: str  # code of the tenant
    sender_name: str
    period: str
    scheme: str
    scheme_name: str
    number: int  # which run of the period it was
    sheet: str  # digests
    recipe: str
    inputs: str
    engine: str
    packs: Mapping[str, str]
    published_at: str
    parts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that was read: well formed, its parts not yet believed."""

    manifest: Manifest
    parts: Mapping[str, str]
    key: str  # id of the key it says it was signed with
    signature: bytes
    digest: str

    @property
    def sheet(self) -> Sheet:
        return Sheet.from_bytes(self.parts["sheet"].encode())

    @property
    def recipe(self) -> Recipe:
        return Recipe.from_bytes(self.parts["recipe"].encode())

    @property
    def inputs(self) -> Inputs:
        return Inputs.from_bytes(self.parts["inputs"].encode())


def make(manifest: Manifest, *, recipe: bytes, inputs: bytes, sheet: bytes, key: Ed25519PrivateKey) -> bytes:
    """The signed file; the same bytes whenever it is made from the same things by the same key."""
    parts = {"inputs": inputs.decode(), "recipe": recipe.decode(), "sheet": sheet.decode()}
    whole = asdict(replace(manifest, parts={name: _digest(text) for name, text in parts.items()}))
    return _canonical(
        {
            "format": FORMAT,
            "manifest": whole,
            "parts": parts,
            "signature": {
                "algorithm": "Ed25519",
                "key": public(key).id,
                "value": base64.b64encode(key.sign(_message(whole))).decode(),
            },
        }
    )


def read(content: bytes) -> Bundle:
    """Read a file as a bundle, refusing whatever is not exactly one.

    Raises:
        NotABundle: it is something else, or was re-written on the way.
    """
    if len(content) > LONGEST:
        raise NotABundle(_("文件超过 {size} MB", size=LONGEST // 1024 // 1024))
    try:
        written = json.loads(content)
        whole = _canonical(written) == content
    except (ValueError, RecursionError):
        raise NotABundle(_("文件损坏或不是结果包")) from None
    if not isinstance(written, dict) or written.get("format") != FORMAT:
        raise NotABundle(_("不是“{format}”格式", format=FORMAT))
    if not whole:
        raise NotABundle(_("文件的写法被改动"))
    try:
        return _bundle(written, content)
    except (KeyError, TypeError, ValueError):
        raise NotABundle(_("缺少必要的部分")) from None


def verify(bundle: Bundle, key: PublicKey) -> Sheet:
    """Check the signature, every part, and the result by computing it again.

    Raises:
        WrongSignature: *key* did not sign this.
        PartChanged: a part is not the one that was signed.
        DoesNotRecompute: the recipe and inputs give another sheet.
        PackNeeded: a method of it is a function of a pack that is not here as it was there.
    """
    manifest = bundle.manifest
    if bundle.key != key.id or not key.signed(bundle.signature, _message(asdict(manifest))):
        raise WrongSignature(manifest.sender_name, key.id)
    for part in PARTS:
        if _digest(bundle.parts[part]) != manifest.parts[part]:
            raise PartChanged(manifest.sender_name, part)
    return _recomputed(bundle)


def _recomputed(bundle: Bundle) -> Sheet:
    sender = bundle.manifest.sender_name
    try:
        claimed = bundle.sheet
        again = score(bundle.recipe, bundle.inputs, bundle.manifest.period)
    except PackNeeded:
        raise  # nothing is wrong with the bundle: it cannot be judged here
    except Exception as failure:  # whatever goes wrong in there, it does not give the claimed sheet
        raise DoesNotRecompute(sender, f"{failure.__class__.__name__}: {failure}") from failure
    # Another engine version may name itself; it may not compute otherwise.
    if replace(again, engine=claimed.engine).to_bytes() != bundle.parts["sheet"].encode():
        raise DoesNotRecompute(sender, _first_difference(again, claimed))
    named = (bundle.manifest.sheet, bundle.manifest.recipe, bundle.manifest.inputs)
    if named != (claimed.digest, claimed.recipe, claimed.inputs):
        raise DoesNotRecompute(sender, _("清单所列摘要与得分表不符"))
    return claimed


def _first_difference(again: Sheet, claimed: Sheet) -> str:
    for mine, theirs in zip(again.papers, claimed.papers, strict=False):
        for key in mine.columns:
            for unit in mine.units:
                if unit in theirs.row and key.key in theirs.column:
                    got, said = mine.shown(unit, key.key), theirs.shown(unit, key.key)
                    if got != said:
                        return _(
                            "{unit} {column}:重算 {got},所报 {said}",
                            unit=mine.labels.get(unit, unit),
                            column=key.label,
                            got=got or "—",
                            said=said or "—",
                        )
    if again.engine != claimed.engine:
        return _("引擎版本 {mine} 与 {theirs}", mine=again.engine, theirs=claimed.engine)
    return _("名次或等次")


def _bundle(written: dict[str, Any], content: bytes) -> Bundle:
    parts, signature = written["parts"], written["signature"]
    manifest = Manifest(**written["manifest"])
    exact = (
        set(written) == {"format", "manifest", "parts", "signature"}
        and set(parts) == set(PARTS) == set(manifest.parts)
        and set(signature) == {"algorithm", "key", "value"}
        and signature["algorithm"] == "Ed25519"
    )
    texts = (*parts.values(), *signature.values())
    if not exact or not _well_typed(manifest) or not all(isinstance(text, str) for text in texts):
        raise ValueError("form")
    raw = base64.b64decode(signature["value"], validate=True)
    if base64.b64encode(raw).decode() != signature["value"]:  # base64 has spare bits in its last letter
        raise ValueError("signature")
    return Bundle(
        manifest=manifest,
        parts=parts,
        key=signature["key"],
        signature=raw,
        digest=sha256(content).hexdigest(),
    )


def _well_typed(manifest: Manifest) -> bool:
    """Whether every field is what a reader's tables can hold: a manifest is read before it is believed."""
    facts = asdict(manifest)
    number, packs, parts = facts.pop("number"), facts.pop("packs"), facts.pop("parts")
    if type(number) is not int or not 1 <= number <= MOST_RUNS:
        return False
    if not isinstance(packs, dict) or not isinstance(parts, dict):
        return False
    texts = [*facts.values(), *packs.values(), *parts.values()]
    plain = all(isinstance(text, str) and len(text) <= 500 and text.isprintable() for text in texts)
    return plain and bool(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", manifest.sender))


def _message(manifest: Mapping[str, Any]) -> bytes:
    return FORMAT.encode() + b"\n" + _canonical(manifest)


def _canonical(value: Any) -> bytes:
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
