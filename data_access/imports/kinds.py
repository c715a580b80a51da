"""The kinds of file as a table: per column its header, Chinese label, form, and whether it is required."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from data_access.imports import checks
from data_access.imports.checks import Chunk
from domain.file_values import (
    Parser,
    parse_amount,
    parse_count,
    parse_day,
    parse_identifier,
    parse_metric_key,
    parse_moment,
    parse_month_cell,
    parse_name,
    parse_note,
    parse_period,
    parse_score,
    parse_share,
    parse_truth,
    word_parser,
)
from domain.words import (
    AccountEventKind,
    AccountKind,
    ClientKind,
    ContactChannel,
    ContactResult,
    DocumentKind,
    Gender,
    InstitutionGroup,
    LossReason,
    Origin,
    RelationshipType,
    RiskLevel,
    Role,
    StaffCategory,
    UnitKind,
)

Check = Callable[[Chunk], None]


@dataclass(frozen=True)
class Form:
    """How cells of a column are read: the parser, the SQLite type staged, and which spreadsheet cells fit."""

    parse: Parser
    stored: str = "TEXT"
    # what a typed spreadsheet cell may be: "number", "date", "truth" or nothing (text only)
    typed: str = ""
    parts: tuple[str, ...] = ()


IDENTIFIER = Form(parse_identifier)
NAME = Form(parse_name)
NOTE = Form(parse_note)
AMOUNT = Form(parse_amount, "INTEGER", "number")
COUNT = Form(parse_count, "INTEGER", "number")
SHARE = Form(parse_share, "INTEGER", "number")
SCORE = Form(parse_score, "INTEGER", "number")
DAY = Form(parse_day, "TEXT", "date")
MOMENT = Form(parse_moment, "TEXT", "date", ("_on", "_has_time"))
MONTH = Form(parse_month_cell, "INTEGER")
TRUTH = Form(parse_truth, "INTEGER", "truth")
PERIOD = Form(parse_period)
METRIC = Form(parse_metric_key)


def _words(words: type, *more: str) -> Form:
    return Form(word_parser(words, *more))


@dataclass(frozen=True)
class Column:
    """One column of a kind. ``not_future``: the day may not lie after the day of loading."""

    name: str
    label: str
    form: Form
    required: bool = False
    not_future: bool = False
    example: str = ""
    # the header must have it although a cell may be blank
    in_header: bool = False


@dataclass(frozen=True)
class Kind:
    """One kind of file. ``key`` names the business key; ``derived`` are columns made by the checks."""

    name: str
    label: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    checks: tuple[Check, ...] = ()
    # staged columns that the checks add: (name, SQLite type)
    derived: tuple[tuple[str, str], ...] = ()
    # personal columns whose text is never staged: their hash, mask and cipher are
    sealed: tuple[str, ...] = ()

    def column(self, name: str) -> Column | None:
        """Return the column of that name."""
        return next((column for column in self.columns if column.name == name), None)

    def staged(self) -> list[tuple[str, str]]:
        """Return name and SQLite type of every staged column, in order."""
        out: list[tuple[str, str]] = []
        for column in self.columns:
            if column.name in self.sealed:
                continue
            out.append((column.name, column.form.stored))
            out.extend((column.name + part, "TEXT" if part == "_on" else "INTEGER") for part in column.form.parts)
        return out + list(self.derived)


def _required(name: str, label: str, form: Form, example: str = "", *, not_future: bool = False) -> Column:
    return Column(name, label, form, required=True, not_future=not_future, example=example)


def _optional(name: str, label: str, form: Form, example: str = "", *, not_future: bool = False) -> Column:
    return Column(name, label, form, not_future=not_future, example=example)


_SEALED_DOCUMENT = (("document_hash", "TEXT"), ("document_masked", "TEXT"), ("document_cipher", "BLOB"))
_SEALED_PHONE = (("phone_hash", "TEXT"), ("phone_masked", "TEXT"), ("phone_cipher", "BLOB"))

_KINDS = (
    Kind("calendar", "Calendar", (
        _required("day", "日期", DAY, "2026-01-05"),
        _required("is_working_day", "是否工作日", TRUTH, "true"),
        _required("is_trading_day", "是否交易日", TRUTH, "true"),
        _optional("source", "来源", NAME, "SSE"),
    ), ("day",)),
    Kind("org_unit", "Org units", (
        _required("unit_code", "机构代码", IDENTIFIER, "O011"),
        _required("name", "机构名称", NAME, "南京中山路营业部"),
        _required("kind", "机构类型", _words(UnitKind), "office"),
        _optional("parent_code", "上级机构代码", IDENTIFIER, "B01"),
        _optional("city", "城市", NAME, "南京"),
        _optional("region", "地区", NAME, "江苏"),
        _optional("valid_from", "生效日期", DAY, "2015-01-01"),
        _optional("valid_to", "失效日期", DAY),
    ), ("unit_code",), (checks.days_in_order("valid_from", "valid_to"),)),
    Kind("staff", "Staff", (
        _required("staff_no", "员工编号", IDENTIFIER, "S0001"),
        _required("name", "姓名", NAME, "王芳"),
        _required("category", "人员类别", _words(StaffCategory), "adviser"),
        _required("unit_code", "所属机构代码", IDENTIFIER, "O011"),
        _optional("joined_on", "入职日期", DAY, "2018-03-01"),
        _optional("left_on", "离职日期", DAY),
        _optional("manager_no", "上级编号", IDENTIFIER),
        _optional("licence_no", "执业证号", IDENTIFIER, "S0000118030001"),
        _optional("licence_on", "执业起始日期", DAY, "2018-04-01"),
        _optional("licence_to", "执业截止日期", DAY),
        _optional("advisory_on", "投顾资格日期", DAY, "2020-01-01"),
        _optional("futures_on", "期货资格日期", DAY),
        _optional("agency_contract_no", "委托合同编号", IDENTIFIER),
        _optional("effective_on", "变更生效日期", DAY),
    ), ("staff_no", "effective_on"),
        (checks.days_in_order("joined_on", "left_on"), checks.days_in_order("licence_on", "licence_to"),
         checks.licence_needs_start)),
    Kind("staff_absence", "Staff absences", (
        _required("staff_no", "员工编号", IDENTIFIER, "S0001"),
        _required("from_on", "开始日期", DAY, "2026-02-02"),
        _required("to_on", "结束日期", DAY, "2026-02-13"),
        _optional("reason", "原因", NAME, "年假"),
    ), ("staff_no", "from_on"), (checks.days_in_order("from_on", "to_on"),)),
    Kind("client", "Clients", (
        _required("client_no", "客户号", IDENTIFIER, "000123456789"),
        _required("name", "客户姓名", NAME, "张三"),
        _required("kind", "客户类型", _words(ClientKind), "individual"),
        _required("office_code", "营业部代码", IDENTIFIER, "O011"),
        _required("opened_on", "开户日期", DAY, "2016-05-09", not_future=True),
        _optional("closed_on", "销户日期", DAY, not_future=True),
        _optional("document_kind", "证件类型", _words(DocumentKind), "id_card"),
        _optional("document_no", "证件号码", NAME, "11010519491231002X"),
        _optional("phone", "手机号码", NAME, "13800138000"),
        _optional("birth_on", "出生日期", DAY, "1949-12-31", not_future=True),
        _optional("gender", "性别", _words(Gender), "female"),
        _optional("education", "学历", NAME, "本科"),
        _optional("occupation", "职业", NAME, "教师"),
        _optional("institution_group", "机构客户分组", _words(InstitutionGroup)),
        _optional("segment", "客户细分", NAME, "Mass"),
        _optional("risk_level", "风险等级", _words(RiskLevel), "C3"),
        _optional("risk_on", "风险测评日期", DAY, "2025-05-20", not_future=True),
        _optional("origin", "客户来源", _words(Origin), "natural"),
        _optional("archived_on", "休眠日期", DAY, not_future=True),
        _optional("designation_withdrawn_on", "撤指定日期", DAY, not_future=True),
        _optional("loss_reason", "流失原因", _words(LossReason)),
        _optional("marketing_opt_out", "拒绝营销", TRUTH, "false"),
        _optional("household", "家庭编号", IDENTIFIER),
        _optional("controller", "实际控制人编号", IDENTIFIER),
        _optional("effective_on", "变更生效日期", DAY),
    ), ("client_no", "effective_on"),
        (checks.seal_client, checks.not_before_opening("closed_on", "archived_on", "designation_withdrawn_on")),
        _SEALED_DOCUMENT + _SEALED_PHONE, ("document_no", "phone")),
    Kind("account_event", "Account events", (
        _required("client_no", "客户号", IDENTIFIER, "000123456789"),
        _required("account_no", "账户号", IDENTIFIER, "A100200300"),
        _required("account_kind", "账户类型", _words(AccountKind), "cash"),
        _required("event", "事件", _words(AccountEventKind), "opened"),
        _required("at", "发生时间", MOMENT, "2016-05-09T10:15:00", not_future=True),
        _optional("office_code", "营业部代码", IDENTIFIER, "O011"),
        _optional("amount", "金额", AMOUNT),
        _optional("note", "备注", NOTE),
    ), ("client_no", "account_no", "event", "at")),
    Kind("client_month", "Client months", (
        _required("client_no", "客户号", IDENTIFIER, "000123456789"),
        _required("month", "月份", MONTH, "2026-01", not_future=True),
        # a blank cell is unknown, not 0 (a gap for R-24)
        Column("end_assets", "月末资产", AMOUNT, example="125000.00", in_header=True),
        _optional("cash", "现金", AMOUNT, "5000.00"),
        _optional("inflow", "流入", AMOUNT, "10000.00"),
        _optional("outflow", "流出", AMOUNT, "0.00"),
        _optional("turnover", "成交额", AMOUNT, "48000.00"),
        _optional("trades", "成交笔数", COUNT, "6"),
        _optional("commission", "佣金", AMOUNT, "24.00"),
        _optional("fees", "规费", AMOUNT, "4.00"),
        _optional("net_income", "净收入", AMOUNT, "20.00"),
        _optional("product_assets", "产品资产", AMOUNT, "30000.00"),
        _optional("margin_balance", "两融余额", AMOUNT, "0.00"),
        _optional("office_code", "营业部代码", IDENTIFIER),
    ), ("month", "client_no"), (checks.net_income_from_parts,)),
    Kind("relationship", "Relationships", (
        _required("relationship_no", "关系编号", IDENTIFIER, "R000001"),
        _required("client_no", "客户号", IDENTIFIER, "000123456789"),
        _required("type", "关系类型", _words(RelationshipType), "core_service"),
        _required("valid_from", "生效日期", DAY, "2025-01-15"),
        _optional("valid_to", "失效日期", DAY),
        _required("staff_no", "员工编号", IDENTIFIER, "S0001"),
        _required("share", "分配比例", SHARE, "1"),
    ), ("relationship_no", "staff_no"), (checks.days_in_order("valid_from", "valid_to"),)),
    Kind("preregistration", "Pre-registrations", (
        _required("prereg_no", "预约编号", IDENTIFIER, "P000001"),
        _required("type", "关系类型", _words(RelationshipType, "special_new"), "redevelopment"),
        _required("client_name", "客户姓名", NAME, "李四"),
        _required("document_no", "证件号码", NAME, "11010519491231002X"),
        _required("contact", "联系方式", NAME, "13800138001"),
        _required("registered_at", "预约时间", MOMENT, "2025-12-01T09:30:00", not_future=True),
        _required("staff_no", "员工编号", IDENTIFIER, "S0001"),
        _required("share", "分配比例", SHARE, "1"),
    ), ("prereg_no", "staff_no"), (checks.seal_preregistration,),
        (("document_hash", "TEXT"), ("document_masked", "TEXT"), ("contact_masked", "TEXT")),
        ("document_no", "contact")),
    Kind("contact", "Contacts", (
        _required("client_no", "客户号", IDENTIFIER, "000123456789"),
        _required("staff_no", "员工编号", IDENTIFIER, "S0001"),
        _required("at", "联系时间", MOMENT, "2026-01-12T14:00:00", not_future=True),
        _required("channel", "联系渠道", _words(ContactChannel), "phone"),
        _optional("counterpart_level", "对方级别", NAME),
        _optional("topic", "主题", NOTE, "风险测评到期提醒"),
        _optional("result", "结果", _words(ContactResult), "reached"),
        _optional("satisfaction", "满意度", SCORE, "5"),
    ), ("client_no", "staff_no", "at", "channel", "counterpart_level", "topic", "result", "satisfaction")),
    Kind("complaint", "Complaints", (
        _required("complaint_no", "投诉编号", IDENTIFIER, "T000001"),
        _required("client_no", "客户号", IDENTIFIER, "000123456789"),
        _required("at", "投诉时间", MOMENT, "2026-01-12T14:00:00", not_future=True),
        _optional("category", "投诉类别", NAME, "服务"),
        _optional("staff_no", "员工编号", IDENTIFIER, "S0001"),
        _optional("closed_at", "办结时间", MOMENT, "2026-01-15T16:00:00", not_future=True),
    ), ("complaint_no",), (checks.days_in_order("at", "closed_at"),)),
    Kind("target", "Targets", (
        _required("scope_code", "机构或员工代码", IDENTIFIER, "O011"),
        _required("period", "期间", PERIOD, "2026-Q1"),
        _required("metric", "指标", METRIC, "net_income"),
        _required("value", "目标值", AMOUNT, "1200000.00"),
    ), ("scope_code", "period", "metric")),
    Kind("user", "Users", (
        _required("username", "用户名", IDENTIFIER, "wangfang"),
        _required("display_name", "显示名", NAME, "王芳"),
        _required("role", "角色", _words(Role), "staff"),
        _required("unit_code", "机构代码", IDENTIFIER, "O011"),
        _optional("staff_no", "员工编号", IDENTIFIER, "S0001"),
    ), ("username",)),
)  # fmt: skip

KINDS: dict[str, Kind] = {kind.name: kind for kind in _KINDS}
"""Every kind by name, in the order in which a folder is loaded."""


def as_staged(value: object) -> object:
    """Return a parsed value in the form in which it is staged: days as ISO text, truth as 0 or 1."""
    if isinstance(value, date):
        return value.isoformat()
    return int(value) if isinstance(value, bool) else value
