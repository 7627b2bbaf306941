"""A bundle is believed only whole: signed by the pinned key, digest by digest, and recomputed."""

import json
import random
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kaocheng.engine.inputs import Inputs
from kaocheng.engine.recipe import Recipe
from kaocheng.engine.score import score
from kaocheng.errors import Problem
from kaocheng.standings import bundle, keys
from kaocheng.standings.bundle import DoesNotRecompute, Manifest, NotABundle, PartChanged, WrongSignature
from tests.scoring import county

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def a_bundle(
    recipe: Recipe | None = None,
    inputs: Inputs | None = None,
    *,
    sheet: bytes | None = None,
    key: Ed25519PrivateKey = KEY,
) -> bytes:
    recipe, inputs = recipe or county.recipe(), inputs or county.inputs()
    made = score(recipe, inputs, "2026")
    manifest = Manifest(
        sender="county",
        sender_name="云岭县",
        period="2026",
        scheme=recipe.code,
        scheme_name=recipe.keys["name"],
        number=1,
        sheet=made.digest,
        recipe=recipe.digest,
        inputs=inputs.digest,
        engine=made.engine,
        packs={},
        published_at="2027-01-10T12:00:00+00:00",
    )
    return bundle.make(
        manifest,
        recipe=recipe.to_bytes(),
        inputs=inputs.canonical(),
        sheet=made.to_bytes() if sheet is None else sheet,
        key=key,
    )


def test_a_bundle_verifies_and_gives_the_sheet() -> None:
    read = bundle.read(a_bundle())
    sheet = bundle.verify(read, keys.public(KEY))
    assert sheet.paper("乡镇").shown("east", "total") == "97.40"
    assert read.manifest.sender_name == "云岭县"


def test_the_same_things_make_the_same_bytes() -> None:
    assert a_bundle() == a_bundle()


def test_another_key_does_not_verify() -> None:
    other = keys.public(Ed25519PrivateKey.generate())
    with pytest.raises(WrongSignature, match="签名与公钥"):
        bundle.verify(bundle.read(a_bundle()), other)


def test_any_one_byte_changed_is_refused() -> None:
    whole = a_bundle()
    chance = random.Random(20261120)
    places = {*chance.sample(range(len(whole)), 400), 0, len(whole) - 1, *range(len(whole) - 120, len(whole))}
    for place in sorted(places):
        changed = bytearray(whole)
        changed[place] ^= 1 << chance.randrange(8)
        with pytest.raises(Problem):
            bundle.verify(bundle.read(bytes(changed)), keys.public(KEY))


@pytest.mark.parametrize(
    "whole", [b"", b"{}", b"[1]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"format":NaN}']
)
def test_what_is_no_bundle_is_said_to_be_none(whole: bytes) -> None:
    with pytest.raises(NotABundle, match="不是完整的考成结果包"):
        bundle.read(whole)


def test_the_spare_bits_of_the_signatures_last_letter_are_guarded_too() -> None:
    whole = a_bundle()
    place = whole.rindex(b'=="}}') - 1
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    same = letters[letters.index(whole[place]) ^ 1]  # decodes to the very same signature
    with pytest.raises(NotABundle):
        bundle.read(whole[:place] + bytes([same]) + whole[place + 1 :])


def test_a_file_written_differently_is_refused_though_it_says_the_same() -> None:
    spaced = json.dumps(json.loads(a_bundle()), ensure_ascii=False, sort_keys=True).encode()
    with pytest.raises(NotABundle, match="写法被改动"):
        bundle.read(spaced)


def test_a_cut_or_lengthened_file_is_refused() -> None:
    for changed in (a_bundle()[:-1], a_bundle() + b"\n", a_bundle() + a_bundle()):
        with pytest.raises(NotABundle):
            bundle.read(changed)


def test_a_part_changed_without_the_key_is_named() -> None:
    written = json.loads(a_bundle())
    written["parts"]["inputs"] = written["parts"]["inputs"].replace('"90"', '"91"', 1)
    changed = json.dumps(written, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    with pytest.raises(PartChanged, match="数据"):
        bundle.verify(bundle.read(changed), keys.public(KEY))


def test_a_sheet_its_own_inputs_do_not_give_is_refused_even_when_signed() -> None:
    sheet = score(county.recipe(), county.inputs(), "2026").to_bytes().replace(b'"97.4"', b'"97.9"')
    with pytest.raises(DoesNotRecompute, match=r"东镇 年度总分:重算 97\.40,所报 97\.90"):
        bundle.verify(bundle.read(a_bundle(sheet=sheet)), keys.public(KEY))


def test_a_bundle_names_no_persons() -> None:
    assert "某" not in a_bundle().decode()


def test_a_key_is_made_once_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    first = keys.public(keys.own(tmp_path, "county"))
    assert keys.public(keys.own(tmp_path, "county")) == first
    file = tmp_path / "keys" / "county.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert first != keys.public(keys.own(tmp_path, "other"))
    assert [path.name for path in (tmp_path / "keys").iterdir() if path.name.startswith(".")] == []


def test_a_public_key_is_read_from_its_line_its_file_or_pem(tmp_path: Path) -> None:
    key = keys.public(KEY)
    file = tmp_path / "county.pub"
    file.write_text(f"{key.line}  # county\n")
    assert keys.read_public(key.line) == keys.read_public(str(file)) == key


@pytest.mark.parametrize("source", ["", "ed25519", "ed25519 abc", "ssh-rsa AAAA", "/no/such/file", "\x00"])
def test_what_holds_no_key_is_refused_with_a_sentence(source: str) -> None:
    with pytest.raises(keys.NotAKey, match="没有公钥"):
        keys.read_public(source)


def test_a_file_of_several_keys_is_refused_rather_than_guessed(tmp_path: Path) -> None:
    keys.pin(tmp_path, "city", "county", keys.public(KEY))
    keys.pin(tmp_path, "city", "district", keys.public(keys.own(tmp_path, "district")))
    with pytest.raises(keys.NotAKey, match="2 个公钥"):
        keys.read_public(str(tmp_path / "keys" / "city.trusted"))


def test_pins_are_kept_per_reader_and_never_replaced_by_an_introduction(tmp_path: Path) -> None:
    stranger = keys.public(KEY)
    assert keys.pin(tmp_path, "city", "county", stranger)
    assert not keys.pin(tmp_path, "city", "county", stranger)
    keys.introduce(tmp_path, "city", "county")  # its own key is another one, and one is pinned
    assert keys.trusted(tmp_path, "city") == (("county", stranger),)
    assert keys.trusted(tmp_path, "province") == ()


@pytest.mark.parametrize("code", ["../county", "a/b", "", ".hidden", "a b"])
def test_a_tenants_code_cannot_leave_the_folder_of_keys(tmp_path: Path, code: str) -> None:
    with pytest.raises(keys.NotAKey):
        keys.own(tmp_path, code)
