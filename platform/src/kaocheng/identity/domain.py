"""Who is asking, and what each role may do: the one matrix everybody reads."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol

from kaocheng.db.session import TenantId
from kaocheng.errors import Invalid, Missing, Refused
from kaocheng.i18n import _

__all__ = [
    "OF_A_UNIT",
    "AccountTaken",
    "Caller",
    "Directory",
    "NoSuchAccount",
    "NoSuchRole",
    "NobodyNamed",
    "NotAllowed",
    "NotSignedIn",
    "Permission",
    "Person",
    "PersonId",
    "Role",
    "SignIn",
    "TenantId",
    "UnitId",
    "UnitNeeded",
    "UnreadableAccount",
    "WeakPassword",
    "WrongPassword",
    "allows",
    "is_code",
    "require",
    "split_account",
]

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")

PersonId = NewType("PersonId", int)
UnitId = NewType("UnitId", int)


class Role(StrEnum):
    """What somebody is to a tenant; a person may be several."""

    OFFICE = "office"
    LIAISON = "liaison"
    COLLECTOR = "collector"
    VERIFIER = "verifier"
    LEADER = "leader"
    ANALYST = "analyst"
    OPERATOR = "operator"

    @property
    def label(self) -> str:
        """The role's name in the reader's language."""
        return {
            Role.OFFICE: _("考核办"),
            Role.LIAISON: _("填报联络员"),
            Role.COLLECTOR: _("数据采集单位"),
            Role.VERIFIER: _("核验人"),
            Role.LEADER: _("领导"),
            Role.ANALYST: _("上级分析员"),
            Role.OPERATOR: _("系统管理员"),
        }[self]


class Permission(StrEnum):
    """Something that takes a role; pages guard with it and services require it."""

    READ_RULES = "read_rules"
    WRITE_RULES = "write_rules"
    READ_FIGURES = "read_figures"
    READ_OWN_FIGURES = "read_own_figures"
    FILE_FIGURES = "file_figures"
    IMPORT_FIGURES = "import_figures"
    VERIFY = "verify"
    SCORE = "score"
    READ_UNPUBLISHED = "read_unpublished"
    READ_PUBLISHED = "read_published"
    PUBLISH = "publish"
    READ_INBOX = "read_inbox"
    READ_RECORD = "read_record"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_TENANT = "manage_tenant"

    @property
    def label(self) -> str:
        """What it allows, as the object of a refusal."""
        return {
            Permission.READ_RULES: _("查看考核办法"),
            Permission.WRITE_RULES: _("制定和修改考核办法"),
            Permission.READ_FIGURES: _("查看各单位的数据"),
            Permission.READ_OWN_FIGURES: _("查看本单位的数据"),
            Permission.FILE_FIGURES: _("填报数据"),
            Permission.IMPORT_FIGURES: _("导入表格"),
            Permission.VERIFY: _("核验数据"),
            Permission.SCORE: _("计分"),
            Permission.READ_UNPUBLISHED: _("查看公布前的得分和名次"),
            Permission.READ_PUBLISHED: _("查看已公布的结果"),
            Permission.PUBLISH: _("公布结果"),
            Permission.READ_INBOX: _("查看下级报送的结果"),
            Permission.READ_RECORD: _("查看操作记录"),
            Permission.MANAGE_PEOPLE: _("管理账号"),
            Permission.MANAGE_TENANT: _("管理本地配置"),
        }[self]


OF_A_UNIT = frozenset({Role.LIAISON, Role.COLLECTOR})  # they act for their unit, so they must have one

_EVERYBODY = frozenset({Permission.READ_RULES, Permission.READ_PUBLISHED})

MATRIX: Mapping[Role, frozenset[Permission]] = {
    Role.OFFICE: _EVERYBODY
    | {
        Permission.WRITE_RULES,
        Permission.READ_FIGURES,
        Permission.FILE_FIGURES,
        Permission.IMPORT_FIGURES,
        Permission.SCORE,
        Permission.READ_UNPUBLISHED,
        Permission.PUBLISH,
        Permission.READ_INBOX,
        Permission.READ_RECORD,
    },
    Role.LIAISON: _EVERYBODY | {Permission.READ_OWN_FIGURES, Permission.FILE_FIGURES},
    Role.COLLECTOR: _EVERYBODY
    | {
        Permission.READ_FIGURES,
        Permission.FILE_FIGURES,
        Permission.IMPORT_FIGURES,
        Permission.VERIFY,
    },
    Role.VERIFIER: _EVERYBODY | {Permission.READ_FIGURES, Permission.VERIFY},
    Role.LEADER: _EVERYBODY,
    Role.ANALYST: _EVERYBODY | {Permission.READ_INBOX},
    # Keeps the system running and sees none of what it is for.
    Role.OPERATOR: frozenset({Permission.READ_RECORD, Permission.MANAGE_PEOPLE, Permission.MANAGE_TENANT}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with an account in one tenant."""

    id: PersonId
    code: str
    label: str
    unit_id: UnitId | None = None
    unit_label: str = ""
    roles: frozenset[Role] = frozenset()
    language: str = "zh"
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A person, and the tenant they are asking for."""

    tenant: TenantId
    tenant_code: str
    tenant_name: str
    person: Person
    has_subordinates: bool = False  # whether anybody reports to the tenant

    @property
    def account(self) -> str:
        """What they sign in with."""
        return f"{self.person.code}@{self.tenant_code}"


@dataclass(frozen=True, slots=True)
class SignIn:
    """A door opened for one person until a time; only its holder knows the token."""

    token: str
    caller: Caller
    expires_at: datetime


class Directory(Protocol):
    """Who the people are: our own accounts, or an identity provider's."""

    async def sign_in(self, account: str, password: str, at: datetime) -> SignIn:
        """Open a door for whoever knows the password."""

    async def caller_of(self, token: str, at: datetime) -> Caller | None:
        """Who holds *token*, if it still opens anything."""

    async def sign_out(self, token: str) -> None:
        """Close that door."""


def allows(person: Person, permission: Permission) -> bool:
    """Whether one of *person*'s roles carries *permission*."""
    return person.active and any(permission in MATRIX[role] for role in person.roles)


def require(person: Person, permission: Permission) -> None:
    """Go on only if *person* may.

    Raises:
        NotAllowed: none of their roles carries it.
    """
    if not allows(person, permission):
        raise NotAllowed(permission, person.roles)


def is_code(written: str) -> bool:
    """Whether this can be typed as a code: ASCII letters, digits, ``_ . -``, at most 64."""
    return _CODE.fullmatch(written) is not None


def split_account(account: str) -> tuple[str, str]:
    """``name@tenant`` as its two codes.

    Raises:
        UnreadableAccount: it is not written so.
    """
    name, _at, tenant = account.strip().partition("@")
    if not (is_code(name) and is_code(tenant)):
        raise UnreadableAccount(account)
    return name, tenant


@dataclass(eq=False)
class NotAllowed(Refused):
    """A person without a role that may do this."""

    permission: Permission
    roles: frozenset[Role]

    code = "not_allowed"

    def __str__(self) -> str:
        may = _("、").join(role.label for role in Role if self.permission in MATRIX[role])
        own = _("、").join(role.label for role in Role if role in self.roles) or _("无")
        return _(
            "{what}由{may}办理,您的角色是{own};请联系他们,或请系统管理员调整您的角色",
            what=self.permission.label,
            may=may,
            own=own,
        )


@dataclass(eq=False)
class NoSuchAccount(Missing):
    """No such person, no such tenant, or an account that is closed: they read alike."""

    account: str

    code = "no_such_account"

    def __str__(self) -> str:
        return _("没有账号“{account}”;账号写作 姓名代码@地区代码", account=self.account)


@dataclass(eq=False)
class UnreadableAccount(Invalid):
    """An account that is not written ``name@tenant``."""

    account: str

    code = "unreadable_account"

    def __str__(self) -> str:
        return _("“{account}”不是账号;账号写作 姓名代码@地区代码,例如 wang@yunling", account=self.account)


@dataclass(eq=False)
class WrongPassword(Refused):
    """The account and password do not belong together; which of the two is wrong is not said."""

    code = "wrong_password"

    def __str__(self) -> str:
        return _("账号或密码不对;账号写作 姓名代码@地区代码,忘记密码请联系系统管理员")


@dataclass(eq=False)
class NotSignedIn(Refused):
    """Nothing says who is asking."""

    code = "not_signed_in"

    def __str__(self) -> str:
        return _("请先登录")


@dataclass(eq=False)
class NobodyNamed(Refused):
    """A command was not told who acts, and no one or more than one could."""

    role: Role
    accounts: tuple[str, ...]

    code = "nobody_named"

    def __str__(self) -> str:
        told = _("请说明以谁的身份办理:--as 姓名代码@地区代码,或设置环境变量 KAOCHENG_AS")
        if not self.accounts:
            return told + _(";这里没有“{role}”角色的账号", role=self.role.label)
        return told + _(";“{role}”有 {accounts}", role=self.role.label, accounts="、".join(self.accounts))


@dataclass(eq=False)
class WeakPassword(Invalid):
    """A password too short to withstand guessing."""

    shortest: int

    code = "weak_password"

    def __str__(self) -> str:
        return _("密码太短;请至少用 {shortest} 个字符", shortest=self.shortest)


@dataclass(eq=False)
class AccountTaken(Refused):
    """There is such an account already."""

    account: str

    code = "account_taken"

    def __str__(self) -> str:
        return _("账号“{account}”已经有了;请换一个代码,或用 people reset 重设密码", account=self.account)


@dataclass(eq=False)
class NoSuchRole(Invalid):
    """A word that is no role."""

    written: str

    code = "no_such_role"

    def __str__(self) -> str:
        return _("没有角色“{role}”;角色有 {known}", role=self.written, known=_("、").join(Role))


@dataclass(eq=False)
class UnitNeeded(Invalid):
    """A role that acts for a unit, given to somebody of none."""

    role: Role

    code = "unit_needed"

    def __str__(self) -> str:
        return _("{role}须写明所在单位", role=self.role.label)
