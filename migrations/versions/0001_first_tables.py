"""First tables."""

# ruff: noqa: E501, PLR0915 - as long as the tables are

import sqlalchemy as sa
from alembic import op

from volunteer.revisions import ROW_ID, guard, keep_counted, one_of

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "daily_chore",
        sa.Column("name", sa.String(length=24), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_daily_chore")),
    )
    op.create_table(
        "kept_period",
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint("from_on < to_on", name=op.f("ck_kept_period_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_period")),
        sa.UniqueConstraint("from_on", "to_on", name=op.f("uq_kept_period_from_on_to_on")),
    )
    op.create_table(
        "term",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_before", sa.Date(), nullable=False),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint("starts_on < ends_before", name=op.f("ck_term_ends_after_start")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term")),
        sa.UniqueConstraint("code", name=op.f("uq_term_code")),
    )
    op.create_table(
        "unit",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column(
            "kind",
            one_of("unitkind", "university", "college", "general_branch", "branch", "group"),
            nullable=False,
        ),
        sa.Column("branch_kind", one_of("branchkind", "student", "staff"), nullable=True),
        sa.Column("parent_id", ROW_ID, nullable=True),
        sa.Column("path", sa.String(length=120), nullable=False),
        sa.Column("live_from", sa.Date(), nullable=True),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint(
            "(kind = 'branch') = (branch_kind IS NOT NULL)", name=op.f("ck_unit_branches_have_a_kind")
        ),
        sa.CheckConstraint("live_from IS NULL OR kind = 'college'", name=op.f("ck_unit_a_college_begins")),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_unit_is_not_its_own_parent")),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_code")),
        sa.UniqueConstraint("path", name=op.f("uq_unit_path")),
    )
    op.create_index(op.f("ix_unit_parent_id"), "unit", ["parent_id"], unique=False)
    op.create_table(
        "workday",
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("is_workday", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("on", name=op.f("pk_workday")),
    )
    op.create_table(
        "wrong_try",
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("id", ROW_ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wrong_try")),
    )
    op.create_index("ix_wrong_try_what_subject_at", "wrong_try", ["what", "subject", "at"], unique=False)
    op.create_table(
        "base",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=True),
        sa.Column("unit_id", ROW_ID, nullable=True),
        sa.Column("host", sa.String(length=60), nullable=True),
        sa.Column("contact", sa.String(length=60), nullable=True),
        sa.Column("address", sa.String(length=120), nullable=True),
        sa.Column("agreement_from", sa.Date(), nullable=True),
        sa.Column("agreement_to", sa.Date(), nullable=True),
        sa.Column("plaque_on", sa.Date(), nullable=True),
        sa.Column(
            "status",
            one_of("basestatus", "applied", "agreed", "plaqued", "suspended", "withdrawn"),
            nullable=False,
        ),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint(
            "agreement_to IS NULL OR agreement_from IS NULL OR agreement_from <= agreement_to",
            name=op.f("ck_base_agreement"),
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_base_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_base")),
        sa.UniqueConstraint("code", name=op.f("uq_base_code")),
    )
    op.create_index(op.f("ix_base_unit_id"), "base", ["unit_id"], unique=False)
    op.create_table(
        "kept_sum",
        sa.Column("period_id", ROW_ID, nullable=False),
        sa.Column("kind", one_of("rollupkind", "all", "post", "base", "month", "slot"), nullable=False),
        sa.Column("unit_id", ROW_ID, nullable=False),
        sa.Column("key", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=False),
        sa.Column("person_times", sa.Integer(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("net", sa.Integer(), nullable=False),
        sa.Column("credited", sa.Integer(), nullable=False),
        sa.Column("net_a", sa.Integer(), nullable=False),
        sa.Column("net_b", sa.Integer(), nullable=False),
        sa.Column("net_c", sa.Integer(), nullable=False),
        sa.Column("net_e", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["period_id"], ["kept_period.id"], name=op.f("fk_kept_sum_period_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_kept_sum_unit_id")),
        sa.PrimaryKeyConstraint("period_id", "kind", "unit_id", "key", name=op.f("pk_kept_sum")),
    )
    op.create_table(
        "ledger_head",
        sa.Column("unit_id", ROW_ID, nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=86), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_ledger_head_number")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_ledger_head_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_head")),
        sa.UniqueConstraint("unit_id", "on", name=op.f("uq_ledger_head_unit_id_on")),
    )
    op.create_table(
        "member",
        sa.Column("student_no", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("sort_key", sa.String(length=200), nullable=False),
        sa.Column("initials", sa.String(length=60), nullable=False),
        sa.Column("unit_id", ROW_ID, nullable=True),
        sa.Column("stage", one_of("stage", "activist", "candidate", "probationary", "full"), nullable=False),
        sa.Column("anonymised_at", sa.BigInteger(), nullable=True),
        sa.Column("id", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_member_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
        sa.UniqueConstraint("student_no", name=op.f("uq_member_student_no")),
    )
    op.create_index("ix_member_unit_id_sort_key", "member", ["unit_id", "sort_key"], unique=False)
    op.create_table(
        "account",
        sa.Column("login", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("member_id", ROW_ID, nullable=True),
        sa.Column("unit_id", ROW_ID, nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("password_set_at", sa.BigInteger(), nullable=True),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint("member_id IS NULL OR unit_id IS NULL", name=op.f("ck_account_one_home")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_account_member_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_account_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("login", name=op.f("uq_account_login")),
        sa.UniqueConstraint("member_id", name=op.f("uq_account_member_id")),
    )
    op.create_index(op.f("ix_account_unit_id"), "account", ["unit_id"], unique=False)
    op.create_table(
        "device",
        sa.Column("handle", sa.String(length=8), nullable=False),
        sa.Column("member_id", ROW_ID, nullable=False),
        sa.Column("public_key", sa.String(length=87), nullable=False),
        sa.Column("registered_at", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("last_digest", sa.String(length=43), nullable=False),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint(
            "(last_seq = 0) = (last_digest = '')", name=op.f("ck_device_an_entry_has_a_digest")
        ),
        sa.CheckConstraint("last_seq >= 0", name=op.f("ck_device_last_seq")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_device_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("handle", name=op.f("uq_device_handle")),
        sa.UniqueConstraint("member_id", "public_key", name=op.f("uq_device_member_id_public_key")),
    )
    op.create_index(
        "ux_device_active",
        "device",
        ["member_id"],
        unique=True,
        sqlite_where=sa.text("retired_at IS NULL"),
        postgresql_where=sa.text("retired_at IS NULL"),
    )
    op.create_table(
        "former_name",
        sa.Column("member_id", ROW_ID, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=True),
        sa.Column("student_no", sa.String(length=40), nullable=True),
        sa.Column("until_at", sa.BigInteger(), nullable=False),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint(
            "(name IS NULL) <> (student_no IS NULL)", name=op.f("ck_former_name_a_name_or_a_number")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_former_name_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_name")),
    )
    op.create_index(op.f("ix_former_name_member_id"), "former_name", ["member_id"], unique=False)
    op.create_table(
        "membership",
        sa.Column("member_id", ROW_ID, nullable=False),
        sa.Column("unit_id", ROW_ID, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("before_on", sa.Date(), nullable=True),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint(
            "before_on IS NULL OR from_on <= before_on", name=op.f("ck_membership_ends_after_start")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_membership_member_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_membership_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
    )
    op.create_index("ix_membership_member_id_from_on", "membership", ["member_id", "from_on"], unique=False)
    op.create_index(op.f("ix_membership_unit_id"), "membership", ["unit_id"], unique=False)
    op.create_index(
        "ux_membership_present",
        "membership",
        ["member_id"],
        unique=True,
        sqlite_where=sa.text("before_on IS NULL"),
        postgresql_where=sa.text("before_on IS NULL"),
    )
    op.create_table(
        "post",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("base_id", ROW_ID, nullable=True),
        sa.Column("unit_id", ROW_ID, nullable=False),
        sa.Column(
            "category",
            one_of("category", "service", "training", "meeting", "practice", "duty"),
            nullable=False,
        ),
        sa.Column("compensation", one_of("compensation", "none", "expenses", "paid"), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=True),
        sa.Column("content", sa.String(length=400), nullable=True),
        sa.Column("insurance_note", sa.String(length=200), nullable=True),
        sa.Column("sign_up_for", one_of("signupfor", "college", "unit", "nobody"), nullable=False),
        sa.Column("takes_walk_ins", sa.Boolean(), nullable=False),
        sa.Column("id", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(["base_id"], ["base.id"], name=op.f("fk_post_base_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_post_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
        sa.UniqueConstraint("code", name=op.f("uq_post_code")),
    )
    op.create_index(op.f("ix_post_base_id"), "post", ["base_id"], unique=False)
    op.create_index(op.f("ix_post_unit_id"), "post", ["unit_id"], unique=False)
    op.create_table(
        "probation",
        sa.Column("member_id", ROW_ID, nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_before", sa.Date(), nullable=False),
        sa.Column("extension_months", sa.Integer(), nullable=True),
        sa.Column("counted_min", sa.Integer(), nullable=False),
        sa.Column("outcome", one_of("outcome", "converted", "cancelled"), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(outcome IS NULL) = (decided_on IS NULL)", name=op.f("ck_probation_outcome_has_a_day")
        ),
        sa.CheckConstraint(
            "extension_months IS NULL OR extension_months BETWEEN 1 AND 24",
            name=op.f("ck_probation_extension"),
        ),
        sa.CheckConstraint("starts_on < ends_before", name=op.f("ck_probation_ends_after_start")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_probation_member_id")),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_probation")),
    )
    op.create_index(op.f("ix_probation_ends_before"), "probation", ["ends_before"], unique=False)
    op.create_table(
        "api_token",
        sa.Column("account_id", ROW_ID, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("id", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_api_token_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_token_digest")),
    )
    op.create_index(op.f("ix_api_token_account_id"), "api_token", ["account_id"], unique=False)
    op.create_table(
        "audit",
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", ROW_ID, nullable=True),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=24), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("facts", sa.String(length=400), nullable=True),
        sa.Column("id", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_audit_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_subject_subject_id", "audit", ["subject", "subject_id"], unique=False)
    op.create_table(
        "calendar_link",
        sa.Column("account_id", ROW_ID, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_calendar_link_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_calendar_link")),
        sa.UniqueConstraint("digest", name=op.f("uq_calendar_link_digest")),
    )
    op.create_table(
        "decision",
        sa.Column("member_id", ROW_ID, nullable=False),
        sa.Column("outcome", one_of("outcome", "converted", "cancelled"), nullable=True),
        sa.Column("extension_months", sa.Integer(), nullable=True),
        sa.Column("meeting_on", sa.Date(), nullable=False),
        sa.Column("proposed_by_id", ROW_ID, nullable=False),
        sa.Column("approved_by_id", ROW_ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint(
            "(outcome IS NULL) <> (extension_months IS NULL)", name=op.f("ck_decision_extension_or_outcome")
        ),
        sa.CheckConstraint("proposed_by_id <> approved_by_id", name=op.f("ck_decision_two_people")),
        sa.ForeignKeyConstraint(["approved_by_id"], ["account.id"], name=op.f("fk_decision_approved_by_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_decision_member_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["account.id"], name=op.f("fk_decision_proposed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    op.create_index(op.f("ix_decision_member_id"), "decision", ["member_id"], unique=False)
    op.create_table(
        "decision_proposal",
        sa.Column(
            "what",
            one_of("decisionkind", "extension", "conversion", "cancellation", "over_cap"),
            nullable=False,
        ),
        sa.Column("member_id", ROW_ID, nullable=False),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("proposed_by_id", ROW_ID, nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            one_of("proposalstate", "waiting", "approved", "declined", "withdrawn", "overtaken"),
            nullable=False,
        ),
        sa.Column("decided_by_id", ROW_ID, nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.String(length=200), nullable=True),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint(
            "(state = 'waiting') = (decided_at IS NULL)",
            name=op.f("ck_decision_proposal_decided_at_some_time"),
        ),
        sa.CheckConstraint(
            "(what = 'extension') = (months IS NOT NULL)",
            name=op.f("ck_decision_proposal_extensions_have_months"),
        ),
        sa.CheckConstraint(
            "state <> 'declined' OR answer IS NOT NULL",
            name=op.f("ck_decision_proposal_declined_with_a_reason"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'overtaken') OR decided_by_id IS NOT NULL",
            name=op.f("ck_decision_proposal_decided_by_somebody"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'declined') OR proposed_by_id <> decided_by_id",
            name=op.f("ck_decision_proposal_two_people"),
        ),
        sa.CheckConstraint(
            "months IS NULL OR months BETWEEN 1 AND 24", name=op.f("ck_decision_proposal_months")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["account.id"], name=op.f("fk_decision_proposal_decided_by_id")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_decision_proposal_member_id")),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["account.id"], name=op.f("fk_decision_proposal_proposed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_proposal")),
    )
    op.create_index("ix_decision_proposal_member_id", "decision_proposal", ["member_id"], unique=False)
    op.create_index(
        "ux_decision_proposal_day",
        "decision_proposal",
        ["member_id", "on"],
        unique=True,
        sqlite_where=sa.text("state = 'waiting' AND what = 'over_cap'"),
        postgresql_where=sa.text("state = 'waiting' AND what = 'over_cap'"),
    )
    op.create_index(
        "ux_decision_proposal_waiting",
        "decision_proposal",
        ["member_id"],
        unique=True,
        sqlite_where=sa.text("state = 'waiting' AND what <> 'over_cap'"),
        postgresql_where=sa.text("state = 'waiting' AND what <> 'over_cap'"),
    )
    op.create_table(
        "erasure",
        sa.Column("member_id", ROW_ID, nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by_id", ROW_ID, nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("is_granted", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.String(length=200), nullable=True),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (is_granted IS NULL) AND (decided_at IS NULL) = (decided_by_id IS NULL) AND (decided_at IS NULL) = (answer IS NULL)",
            name=op.f("ck_erasure_answered_by_somebody"),
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["account.id"], name=op.f("fk_erasure_decided_by_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_erasure_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    op.create_index("ix_erasure_member_id", "erasure", ["member_id"], unique=False)
    op.create_index(
        "ux_erasure_open",
        "erasure",
        ["member_id"],
        unique=True,
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.create_table(
        "look",
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("account_id", ROW_ID, nullable=False),
        sa.Column(
            "what",
            one_of(
                "sight",
                "records",
                "records_file",
                "hours_sheet",
                "hand_over",
                "roster_entry",
                "members",
                "members_file",
                "due_file",
                "report_file",
                "trail_file",
                "cases_file",
            ),
            nullable=False,
        ),
        sa.Column("member_id", ROW_ID, nullable=True),
        sa.Column("unit_id", ROW_ID, nullable=True),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint(
            "member_id IS NULL OR unit_id IS NULL", name=op.f("ck_look_at_a_member_or_a_unit")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_look_account_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_look_member_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_look_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look")),
    )
    op.create_index("ix_look_member_id", "look", ["member_id"], unique=False)
    op.create_table(
        "mail_address",
        sa.Column("account_id", ROW_ID, nullable=False),
        sa.Column("address", sa.String(length=120), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_mail_address_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_mail_address")),
    )
    op.create_table(
        "outside_source",
        sa.Column("unit_id", ROW_ID, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("mapping", sa.String(length=1000), nullable=False),
        sa.Column("changed_by_id", ROW_ID, nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("id", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["account.id"], name=op.f("fk_outside_source_changed_by_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_outside_source_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_source")),
        sa.UniqueConstraint("unit_id", "name", name=op.f("uq_outside_source_unit_id_name")),
    )
    op.create_table(
        "over_cap",
        sa.Column("member_id", ROW_ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("proposed_by_id", ROW_ID, nullable=False),
        sa.Column("approved_by_id", ROW_ID, nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("proposed_by_id <> approved_by_id", name=op.f("ck_over_cap_two_people")),
        sa.ForeignKeyConstraint(["approved_by_id"], ["account.id"], name=op.f("fk_over_cap_approved_by_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_over_cap_member_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["account.id"], name=op.f("fk_over_cap_proposed_by_id")),
        sa.PrimaryKeyConstraint("member_id", "day", name=op.f("pk_over_cap")),
    )
    op.create_table(
        "policy_version",
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("threshold_min", sa.Integer(), nullable=False),
        sa.Column("stages", sa.String(length=80), nullable=False),
        sa.Column("rounding_unit_min", sa.Integer(), nullable=False),
        sa.Column("day_cap_min", sa.Integer(), nullable=False),
        sa.Column("day_cap_max_min", sa.Integer(), nullable=False),
        sa.Column("checkin_early_min", sa.Integer(), nullable=False),
        sa.Column("checkout_grace_min", sa.Integer(), nullable=False),
        sa.Column("confirmation", one_of("confirmation", "auto", "committee"), nullable=False),
        sa.Column("min_record_min", sa.Integer(), nullable=False),
        sa.Column("record_deadline_workdays", sa.Integer(), nullable=False),
        sa.Column("makeup_budget_pct", sa.Integer(), nullable=False),
        sa.Column("notice_workdays", sa.Integer(), nullable=False),
        sa.Column("certificate_notice_days", sa.Integer(), nullable=False),
        sa.Column("extension_months_min", sa.Integer(), nullable=False),
        sa.Column("extension_months_max", sa.Integer(), nullable=False),
        sa.Column("offline_max_age_h", sa.Integer(), nullable=False),
        sa.Column("opening_max_min", sa.Integer(), nullable=False),
        sa.Column("outside_max_min", sa.Integer(), nullable=False),
        sa.Column("near_pct", sa.Integer(), nullable=False),
        sa.Column("at_risk_week_min", sa.Integer(), nullable=False),
        sa.Column("behind_min", sa.Integer(), nullable=False),
        sa.Column("behind_after_days", sa.Integer(), nullable=False),
        sa.Column("sign_up_ahead_days", sa.Integer(), nullable=False),
        sa.Column("sign_ups_at_once", sa.Integer(), nullable=False),
        sa.Column("withdraw_before_h", sa.Integer(), nullable=False),
        sa.Column("entered_by_id", ROW_ID, nullable=True),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint(
            "checkin_early_min >= 0 AND checkout_grace_min >= 0", name=op.f("ck_policy_version_scan_windows")
        ),
        sa.CheckConstraint(
            "day_cap_min BETWEEN 1 AND day_cap_max_min AND day_cap_max_min <= 1440",
            name=op.f("ck_policy_version_day_caps"),
        ),
        sa.CheckConstraint(
            "extension_months_min BETWEEN 1 AND extension_months_max",
            name=op.f("ck_policy_version_extension"),
        ),
        sa.CheckConstraint(
            "makeup_budget_pct BETWEEN 0 AND 100", name=op.f("ck_policy_version_makeup_budget")
        ),
        sa.CheckConstraint(
            "min_record_min >= 0 AND record_deadline_workdays >= 0 AND notice_workdays >= 0 AND certificate_notice_days >= 0 AND offline_max_age_h >= 0 AND opening_max_min >= 0 AND outside_max_min >= 0 AND at_risk_week_min >= 0 AND behind_min >= 0 AND behind_after_days >= 0 AND sign_up_ahead_days >= 0 AND sign_ups_at_once >= 0 AND withdraw_before_h >= 0",
            name=op.f("ck_policy_version_not_negative"),
        ),
        sa.CheckConstraint("near_pct BETWEEN 0 AND 100", name=op.f("ck_policy_version_near")),
        sa.CheckConstraint(
            "rounding_unit_min BETWEEN 1 AND 60", name=op.f("ck_policy_version_rounding_unit")
        ),
        sa.CheckConstraint("threshold_min > 0", name=op.f("ck_policy_version_threshold")),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["account.id"], name=op.f("fk_policy_version_entered_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_version")),
        sa.UniqueConstraint("effective_on", name=op.f("uq_policy_version_effective_on")),
    )
    op.create_table(
        "role_grant",
        sa.Column("account_id", ROW_ID, nullable=False),
        sa.Column(
            "role",
            one_of("role", "leader", "committee", "group_leader", "college", "admin", "auditor"),
            nullable=False,
        ),
        sa.Column("unit_id", ROW_ID, nullable=True),
        sa.Column("post_id", ROW_ID, nullable=True),
        sa.Column("title", sa.String(length=20), nullable=True),
        sa.Column("given_by_id", ROW_ID, nullable=True),
        sa.Column("approved_by_id", ROW_ID, nullable=True),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_by_id", ROW_ID, nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint(
            "(role = 'leader') = (post_id IS NOT NULL)", name=op.f("ck_role_grant_leaders_have_a_post")
        ),
        sa.CheckConstraint(
            "role NOT IN ('committee', 'college', 'group_leader') OR unit_id IS NOT NULL",
            name=op.f("ck_role_grant_offices_have_a_unit"),
        ),
        sa.CheckConstraint("given_by_id <> approved_by_id", name=op.f("ck_role_grant_two_people")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_role_grant_account_id")),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["account.id"], name=op.f("fk_role_grant_approved_by_id")
        ),
        sa.ForeignKeyConstraint(["ended_by_id"], ["account.id"], name=op.f("fk_role_grant_ended_by_id")),
        sa.ForeignKeyConstraint(["given_by_id"], ["account.id"], name=op.f("fk_role_grant_given_by_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_role_grant_post_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_role_grant_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    op.create_index("ix_role_grant_account_id", "role_grant", ["account_id"], unique=False)
    op.create_index(
        "ux_role_grant_post",
        "role_grant",
        ["post_id", "account_id"],
        unique=True,
        sqlite_where=sa.text("post_id IS NOT NULL AND ended_at IS NULL"),
        postgresql_where=sa.text("post_id IS NOT NULL AND ended_at IS NULL"),
    )
    op.create_index(
        "ux_role_grant_unit",
        "role_grant",
        ["account_id", "role", "unit_id"],
        unique=True,
        sqlite_where=sa.text("unit_id IS NOT NULL AND ended_at IS NULL"),
        postgresql_where=sa.text("unit_id IS NOT NULL AND ended_at IS NULL"),
    )
    op.create_table(
        "shift",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("post_id", ROW_ID, nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("first_ends_at", sa.BigInteger(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("is_opened_on_spot", sa.Boolean(), nullable=False),
        sa.Column("is_for_make_ups", sa.Boolean(), nullable=False),
        sa.Column("published_by_id", ROW_ID, nullable=True),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("cancelled_at", sa.BigInteger(), nullable=True),
        sa.Column("cancel_reason", sa.String(length=200), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint("capacity IS NULL OR capacity > 0", name=op.f("ck_shift_capacity")),
        sa.CheckConstraint("ends_at - starts_at <= 86400", name=op.f("ck_shift_at_most_a_day")),
        sa.CheckConstraint(
            "ends_at BETWEEN first_ends_at AND first_ends_at + 7200",
            name=op.f("ck_shift_prolonged_by_two_hours"),
        ),
        sa.CheckConstraint("starts_at % 60 = 0 AND ends_at % 60 = 0", name=op.f("ck_shift_whole_minutes")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_shift_ends_after_start")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_shift_post_id")),
        sa.ForeignKeyConstraint(["published_by_id"], ["account.id"], name=op.f("fk_shift_published_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
        sa.UniqueConstraint("code", name=op.f("uq_shift_code")),
    )
    op.create_index("ix_shift_ends_at", "shift", ["ends_at"], unique=False)
    op.create_index("ix_shift_post_id_ends_at", "shift", ["post_id", "ends_at"], unique=False)
    op.create_table(
        "site",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("post_id", ROW_ID, nullable=True),
        sa.Column("base_id", ROW_ID, nullable=True),
        sa.Column("is_offline", sa.Boolean(), nullable=False),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint(
            "(post_id IS NULL) <> (base_id IS NULL)", name=op.f("ck_site_of_a_post_or_a_base")
        ),
        sa.ForeignKeyConstraint(["base_id"], ["base.id"], name=op.f("fk_site_base_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_site_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("code", name=op.f("uq_site_code")),
    )
    op.create_index(op.f("ix_site_base_id"), "site", ["base_id"], unique=False)
    op.create_index(op.f("ix_site_post_id"), "site", ["post_id"], unique=False)
    op.create_table(
        "slip",
        sa.Column("account_id", ROW_ID, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("print_ref", sa.String(length=36), nullable=False),
        sa.Column("proposed_by_id", ROW_ID, nullable=True),
        sa.Column("printed_by_id", ROW_ID, nullable=True),
        sa.Column("printed_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.Column("replaced_at", sa.BigInteger(), nullable=True),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint("printed_at < expires_at", name=op.f("ck_slip_expires_later")),
        sa.CheckConstraint("proposed_by_id <> printed_by_id", name=op.f("ck_slip_two_people")),
        sa.CheckConstraint("used_at IS NULL OR replaced_at IS NULL", name=op.f("ck_slip_one_end")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_slip_account_id")),
        sa.ForeignKeyConstraint(["printed_by_id"], ["account.id"], name=op.f("fk_slip_printed_by_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["account.id"], name=op.f("fk_slip_proposed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slip")),
        sa.UniqueConstraint("account_id", "print_ref", name=op.f("uq_slip_account_id_print_ref")),
        sa.UniqueConstraint("digest", name=op.f("uq_slip_digest")),
    )
    op.create_index(
        "ux_slip_open",
        "slip",
        ["account_id"],
        unique=True,
        sqlite_where=sa.text("used_at IS NULL AND replaced_at IS NULL"),
        postgresql_where=sa.text("used_at IS NULL AND replaced_at IS NULL"),
    )
    op.create_table(
        "snapshot",
        sa.Column("ref", sa.String(length=36), nullable=False),
        sa.Column("unit_id", ROW_ID, nullable=False),
        sa.Column(
            "kind",
            one_of("reportkind", "month", "quarter", "half_year", "year", "term", "academic_year", "days"),
            nullable=False,
        ),
        sa.Column("period", sa.String(length=40), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("frozen_by_id", ROW_ID, nullable=False),
        sa.Column("frozen_at", sa.BigInteger(), nullable=False),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint("from_on < to_on", name=op.f("ck_snapshot_ends_after_start")),
        sa.ForeignKeyConstraint(["frozen_by_id"], ["account.id"], name=op.f("fk_snapshot_frozen_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_snapshot_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot")),
        sa.UniqueConstraint("digest", name=op.f("uq_snapshot_digest")),
        sa.UniqueConstraint("ref", name=op.f("uq_snapshot_ref")),
    )
    op.create_index("ix_snapshot_unit_id_from_on", "snapshot", ["unit_id", "from_on"], unique=False)
    op.create_table(
        "spot_draw",
        sa.Column("unit_id", ROW_ID, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("seed", sa.String(length=32), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("drawn_by_id", ROW_ID, nullable=False),
        sa.Column("drawn_at", sa.BigInteger(), nullable=False),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint("population > 0", name=op.f("ck_spot_draw_population")),
        sa.ForeignKeyConstraint(["drawn_by_id"], ["account.id"], name=op.f("fk_spot_draw_drawn_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_spot_draw_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spot_draw")),
        sa.UniqueConstraint("unit_id", "month", name=op.f("uq_spot_draw_unit_id_month")),
    )
    op.create_table(
        "upload",
        sa.Column("account_id", ROW_ID, nullable=False),
        sa.Column("kind", one_of("uploadkind", "members", "shifts", "outside"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sheet", sa.String(length=60), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=True),
        sa.Column("unit_id", ROW_ID, nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("applied_at", sa.BigInteger(), nullable=True),
        sa.Column("added", sa.Integer(), nullable=True),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint(
            "(kind = 'outside') = (source IS NOT NULL) AND (kind = 'outside') = (unit_id IS NOT NULL)",
            name=op.f("ck_upload_sheets_have_a_source"),
        ),
        sa.CheckConstraint(
            "(added IS NULL) = (applied_at IS NULL)", name=op.f("ck_upload_applied_with_a_count")
        ),
        sa.CheckConstraint(
            "(content IS NULL) = (applied_at IS NOT NULL)", name=op.f("ck_upload_kept_until_applied")
        ),
        sa.CheckConstraint("added >= 0", name=op.f("ck_upload_added")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_upload_account_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_upload_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    op.create_index(
        "ux_upload_waiting",
        "upload",
        ["account_id", "kind"],
        unique=True,
        sqlite_where=sa.text("applied_at IS NULL"),
        postgresql_where=sa.text("applied_at IS NULL"),
    )
    op.create_table(
        "display",
        sa.Column("handle", sa.String(length=8), nullable=False),
        sa.Column("site_id", ROW_ID, nullable=False),
        sa.Column("is_poster", sa.Boolean(), nullable=False),
        sa.Column("opened_by_id", ROW_ID, nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=True),
        sa.Column("key_digest", sa.String(length=64), nullable=True),
        sa.Column("host_shift_id", ROW_ID, nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint(
            "host_shift_id IS NULL OR key_digest IS NOT NULL", name=op.f("ck_display_hosts_have_a_key")
        ),
        sa.CheckConstraint(
            "key_digest IS NULL OR NOT is_poster", name=op.f("ck_display_posters_have_no_key")
        ),
        sa.ForeignKeyConstraint(["host_shift_id"], ["shift.id"], name=op.f("fk_display_host_shift_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["account.id"], name=op.f("fk_display_opened_by_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_display_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_display")),
        sa.UniqueConstraint("handle", name=op.f("uq_display_handle")),
        sa.UniqueConstraint("key_digest", name=op.f("uq_display_key_digest")),
    )
    op.create_index(op.f("ix_display_site_id"), "display", ["site_id"], unique=False)
    op.create_index(
        "ux_display_poster",
        "display",
        ["site_id"],
        unique=True,
        sqlite_where=sa.text("is_poster AND revoked_at IS NULL"),
        postgresql_where=sa.text("is_poster AND revoked_at IS NULL"),
    )
    op.create_table(
        "notice",
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("unit_id", ROW_ID, nullable=False),
        sa.Column("kind", one_of("noticekind", "hours", "certificates"), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("is_provisional", sa.Boolean(), nullable=False),
        sa.Column("policy_id", ROW_ID, nullable=False),
        sa.Column("threshold_min", sa.Integer(), nullable=False),
        sa.Column("checksum", sa.String(length=64), nullable=False),
        sa.Column("opened_by_id", ROW_ID, nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint("starts_on <= last_on", name=op.f("ck_notice_ends_after_start")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["account.id"], name=op.f("fk_notice_opened_by_id")),
        sa.ForeignKeyConstraint(["policy_id"], ["policy_version.id"], name=op.f("fk_notice_policy_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_notice_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("ref", "unit_id", name=op.f("uq_notice_ref_unit_id")),
    )
    op.create_index("ix_notice_unit_id_last_on", "notice", ["unit_id", "last_on"], unique=False)
    op.create_table(
        "outside_batch",
        sa.Column("source_id", ROW_ID, nullable=False),
        sa.Column("unit_id", ROW_ID, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("sent_by_id", ROW_ID, nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint("rows > 0", name=op.f("ck_outside_batch_rows")),
        sa.ForeignKeyConstraint(["sent_by_id"], ["account.id"], name=op.f("fk_outside_batch_sent_by_id")),
        sa.ForeignKeyConstraint(
            ["source_id"], ["outside_source.id"], name=op.f("fk_outside_batch_source_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_outside_batch_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_batch")),
    )
    op.create_index(op.f("ix_outside_batch_source_id"), "outside_batch", ["source_id"], unique=False)
    op.create_index(op.f("ix_outside_batch_unit_id"), "outside_batch", ["unit_id"], unique=False)
    op.create_table(
        "proposal",
        sa.Column("what", one_of("proposalkind", "give_role", "end_role", "slip"), nullable=False),
        sa.Column("account_id", ROW_ID, nullable=False),
        sa.Column(
            "role",
            one_of("role", "leader", "committee", "group_leader", "college", "admin", "auditor"),
            nullable=True,
        ),
        sa.Column("unit_id", ROW_ID, nullable=True),
        sa.Column("grant_id", ROW_ID, nullable=True),
        sa.Column("proposed_by_id", ROW_ID, nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by_id", ROW_ID, nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("is_approved", sa.Boolean(), nullable=True),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint(
            "(what = 'end_role') = (grant_id IS NOT NULL)", name=op.f("ck_proposal_ends_a_grant")
        ),
        sa.CheckConstraint(
            "what <> 'give_role' OR (role IS NOT NULL AND unit_id IS NOT NULL)",
            name=op.f("ck_proposal_gives_a_role"),
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (is_approved IS NULL) AND (decided_at IS NULL) = (decided_by_id IS NULL)",
            name=op.f("ck_proposal_decided_by_somebody"),
        ),
        sa.CheckConstraint(
            "NOT is_approved OR proposed_by_id <> decided_by_id", name=op.f("ck_proposal_two_people")
        ),
        sa.CheckConstraint(
            "account_id <> proposed_by_id AND account_id <> decided_by_id",
            name=op.f("ck_proposal_never_about_oneself"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_proposal_account_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["account.id"], name=op.f("fk_proposal_decided_by_id")),
        sa.ForeignKeyConstraint(["grant_id"], ["role_grant.id"], name=op.f("fk_proposal_grant_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["account.id"], name=op.f("fk_proposal_proposed_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_proposal_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    op.create_index("ix_proposal_account_id", "proposal", ["account_id"], unique=False)
    op.create_table(
        "recount_order",
        sa.Column("unit_id", ROW_ID, nullable=False),
        sa.Column("policy_id", ROW_ID, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("before_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("proposed_by_id", ROW_ID, nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by_id", ROW_ID, nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("is_approved", sa.Boolean(), nullable=True),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by_id IS NULL) AND (decided_at IS NULL) = (is_approved IS NULL)",
            name=op.f("ck_recount_order_decided_by_somebody"),
        ),
        sa.CheckConstraint(
            "done_at IS NULL OR is_approved IS TRUE", name=op.f("ck_recount_order_done_after_approval")
        ),
        sa.CheckConstraint("from_on < before_on", name=op.f("ck_recount_order_ends_after_start")),
        sa.CheckConstraint(
            "is_approved IS NOT TRUE OR proposed_by_id <> decided_by_id",
            name=op.f("ck_recount_order_two_people"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["account.id"], name=op.f("fk_recount_order_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["policy_version.id"], name=op.f("fk_recount_order_policy_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["account.id"], name=op.f("fk_recount_order_proposed_by_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_recount_order_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recount_order")),
    )
    op.create_index(
        "ux_recount_order_waiting",
        "recount_order",
        ["unit_id"],
        unique=True,
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.create_table(
        "shift_break",
        sa.Column("shift_id", ROW_ID, nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint(
            "starts_at % 60 = 0 AND ends_at % 60 = 0", name=op.f("ck_shift_break_whole_minutes")
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_shift_break_ends_after_start")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_shift_break_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_break")),
    )
    op.create_index(op.f("ix_shift_break_shift_id"), "shift_break", ["shift_id"], unique=False)
    op.create_table(
        "sign_up",
        sa.Column("shift_id", ROW_ID, nullable=False),
        sa.Column("member_id", ROW_ID, nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=True),
        sa.Column("seated_at", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint("seat IS NULL OR seat > 0", name=op.f("ck_sign_up_seat")),
        sa.CheckConstraint(
            "seat IS NULL OR seated_at IS NOT NULL", name=op.f("ck_sign_up_seated_at_some_time")
        ),
        sa.CheckConstraint(
            "seat IS NULL OR withdrawn_at IS NULL", name=op.f("ck_sign_up_withdrawing_frees_the_seat")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_sign_up_member_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_sign_up_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_up")),
    )
    op.create_index("ix_sign_up_shift_id_member_id", "sign_up", ["shift_id", "member_id"], unique=False)
    op.create_index(
        "ux_sign_up_live",
        "sign_up",
        ["member_id", "shift_id"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_index("ux_sign_up_seat", "sign_up", ["shift_id", "seat"], unique=True)
    op.create_table(
        "visit",
        sa.Column("member_id", ROW_ID, nullable=False),
        sa.Column("shift_id", ROW_ID, nullable=False),
        sa.Column("post_id", ROW_ID, nullable=False),
        sa.Column("unit_id", ROW_ID, nullable=False),
        sa.Column("policy_id", ROW_ID, nullable=False),
        sa.Column("served_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            one_of("visitstate", "open", "unclosed", "pending", "confirmed", "disputed", "rejected", "void"),
            nullable=False,
        ),
        sa.Column(
            "state_before",
            one_of(
                "state_before", "open", "unclosed", "pending", "confirmed", "disputed", "rejected", "void"
            ),
            nullable=True,
        ),
        sa.Column("grade", one_of("grade", "A", "B", "C", "D", "E", "X"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_keepers_own", sa.Boolean(), nullable=False),
        sa.Column("is_display_silent", sa.Boolean(), nullable=False),
        sa.Column("is_taken_confirmed", sa.Boolean(), nullable=False),
        sa.Column("waits_for_committee", sa.Boolean(), nullable=False),
        sa.Column("confirmed_by_id", ROW_ID, nullable=True),
        sa.Column("net_min", sa.Integer(), nullable=False),
        sa.Column("credited_min", sa.Integer(), nullable=False),
        sa.Column("pending_min", sa.Integer(), nullable=False),
        sa.Column("lost_outside_shift", sa.Integer(), nullable=False),
        sa.Column("lost_away", sa.Integer(), nullable=False),
        sa.Column("lost_break", sa.Integer(), nullable=False),
        sa.Column("lost_overlap", sa.Integer(), nullable=False),
        sa.Column("lost_too_short", sa.Integer(), nullable=False),
        sa.Column("lost_rounding", sa.Integer(), nullable=False),
        sa.Column("lost_day_cap", sa.Integer(), nullable=False),
        sa.Column("kept_net", sa.Integer(), nullable=False),
        sa.Column("kept_credited", sa.Integer(), nullable=False),
        sa.Column("kept_grade", one_of("kept_grade", "A", "B", "C", "D", "E", "X"), nullable=True),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint(
            "grade NOT IN ('D', 'X') OR net_min = 0", name=op.f("ck_visit_d_and_x_count_nothing")
        ),
        sa.CheckConstraint(
            "state = 'confirmed' OR net_min = 0", name=op.f("ck_visit_only_confirmed_ones_count")
        ),
        sa.CheckConstraint(
            "lost_outside_shift >= 0 AND lost_away >= 0 AND lost_break >= 0 AND lost_overlap >= 0 AND lost_too_short >= 0 AND lost_rounding >= 0 AND lost_day_cap >= 0",
            name=op.f("ck_visit_lost"),
        ),
        sa.CheckConstraint(
            "net_min >= 0 AND credited_min BETWEEN 0 AND net_min AND pending_min >= 0",
            name=op.f("ck_visit_minutes"),
        ),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["account.id"], name=op.f("fk_visit_confirmed_by_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_visit_member_id")),
        sa.ForeignKeyConstraint(["policy_id"], ["policy_version.id"], name=op.f("fk_visit_policy_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_visit_post_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_visit_shift_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_visit_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    op.create_index("ix_visit_member_id_served_on", "visit", ["member_id", "served_on"], unique=False)
    op.create_index(
        "ix_visit_not_kept",
        "visit",
        ["member_id"],
        unique=False,
        sqlite_where=sa.text(
            "net_min <> kept_net OR credited_min <> kept_credited OR net_min > 0 AND grade <> kept_grade"
        ),
        postgresql_where=sa.text(
            "net_min <> kept_net OR credited_min <> kept_credited OR net_min > 0 AND grade <> kept_grade"
        ),
    )
    op.create_index(
        "ix_visit_pending",
        "visit",
        ["unit_id"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_visit_post_id_served_on", "visit", ["post_id", "served_on", "net_min", "unit_id"], unique=False
    )
    op.create_index("ix_visit_shift_id_state", "visit", ["shift_id", "state"], unique=False)
    op.create_index("ix_visit_unit_id_served_on", "visit", ["unit_id", "served_on"], unique=False)
    op.create_index(
        "ux_visit_member_shift",
        "visit",
        ["member_id", "shift_id"],
        unique=True,
        sqlite_where=sa.text("state NOT IN ('void', 'rejected')"),
        postgresql_where=sa.text("state NOT IN ('void', 'rejected')"),
    )
    op.create_index(
        "ux_visit_open",
        "visit",
        ["member_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "certificate_request",
        sa.Column("member_id", ROW_ID, nullable=False),
        sa.Column("unit_id", ROW_ID, nullable=False),
        sa.Column("asked_by_id", ROW_ID, nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            one_of("certificatestate", "asked", "noticed", "issued", "declined", "withdrawn"),
            nullable=False,
        ),
        sa.Column("notice_id", ROW_ID, nullable=True),
        sa.Column("settled_by_id", ROW_ID, nullable=True),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.String(length=200), nullable=True),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint(
            "(state IN ('asked', 'noticed')) = (settled_at IS NULL)",
            name=op.f("ck_certificate_request_settled_at_some_time"),
        ),
        sa.CheckConstraint(
            "state <> 'declined' OR answer IS NOT NULL",
            name=op.f("ck_certificate_request_declined_with_a_reason"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('noticed', 'issued') OR notice_id IS NOT NULL",
            name=op.f("ck_certificate_request_noticed_first"),
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["account.id"], name=op.f("fk_certificate_request_asked_by_id")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_certificate_request_member_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_certificate_request_notice_id")),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["account.id"], name=op.f("fk_certificate_request_settled_by_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_certificate_request_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_request")),
    )
    op.create_index(
        op.f("ix_certificate_request_notice_id"), "certificate_request", ["notice_id"], unique=False
    )
    op.create_index(
        "ix_certificate_request_unit_id_state", "certificate_request", ["unit_id", "state"], unique=False
    )
    op.create_index(
        "ux_certificate_request_open",
        "certificate_request",
        ["member_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('asked', 'noticed')"),
        postgresql_where=sa.text("state IN ('asked', 'noticed')"),
    )
    op.create_table(
        "display_link",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("site_id", ROW_ID, nullable=False),
        sa.Column("shift_id", ROW_ID, nullable=True),
        sa.Column("made_by_id", ROW_ID, nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=True),
        sa.Column("display_id", ROW_ID, nullable=True),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint(
            "(opened_at IS NULL) = (display_id IS NULL)", name=op.f("ck_display_link_opens_a_display")
        ),
        sa.CheckConstraint("made_at < expires_at", name=op.f("ck_display_link_expires_later")),
        sa.CheckConstraint("opened_at IS NULL OR withdrawn_at IS NULL", name=op.f("ck_display_link_one_end")),
        sa.ForeignKeyConstraint(["display_id"], ["display.id"], name=op.f("fk_display_link_display_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["account.id"], name=op.f("fk_display_link_made_by_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_display_link_shift_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_display_link_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_display_link")),
        sa.UniqueConstraint("digest", name=op.f("uq_display_link_digest")),
    )
    op.create_index(op.f("ix_display_link_site_id"), "display_link", ["site_id"], unique=False)
    op.create_table(
        "headcount",
        sa.Column("shift_id", ROW_ID, nullable=False),
        sa.Column("by_account_id", ROW_ID, nullable=True),
        sa.Column("display_id", ROW_ID, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("checked_in", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=16), nullable=True),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint(
            "(by_account_id IS NULL) <> (display_id IS NULL)", name=op.f("ck_headcount_of_a_keeper_or_a_host")
        ),
        sa.CheckConstraint("counted >= 0 AND checked_in >= 0", name=op.f("ck_headcount_not_negative")),
        sa.ForeignKeyConstraint(["by_account_id"], ["account.id"], name=op.f("fk_headcount_by_account_id")),
        sa.ForeignKeyConstraint(["display_id"], ["display.id"], name=op.f("fk_headcount_display_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_headcount_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_headcount")),
    )
    op.create_index("ix_headcount_shift_id_at", "headcount", ["shift_id", "at"], unique=False)
    op.create_table(
        "host_statement",
        sa.Column("display_id", ROW_ID, nullable=False),
        sa.Column("shift_id", ROW_ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["display_id"], ["display.id"], name=op.f("fk_host_statement_display_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_host_statement_shift_id")),
        sa.PrimaryKeyConstraint("display_id", "shift_id", name=op.f("pk_host_statement")),
    )
    op.create_table(
        "message",
        sa.Column("account_id", ROW_ID, nullable=False),
        sa.Column(
            "kind",
            one_of(
                "messagekind",
                "unclosed",
                "request_approved",
                "request_rejected",
                "record_returned",
                "objection_accepted",
                "objection_upheld",
                "objection_not_upheld",
                "near",
                "met",
                "out_of_reach",
                "review_waiting",
                "reminder",
                "place_free",
                "shift_changed",
                "shift_cancelled",
                "role_given",
                "role_ended",
                "slip_printed",
                "notice_opened",
                "certificate_issued",
                "certificate_declined",
                "certificate_revoked",
            ),
            nullable=False,
        ),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=True),
        sa.Column("shift_id", ROW_ID, nullable=True),
        sa.Column("visit_id", ROW_ID, nullable=True),
        sa.Column("unit_id", ROW_ID, nullable=True),
        sa.Column(
            "role",
            one_of("role", "leader", "committee", "group_leader", "college", "admin", "auditor"),
            nullable=True,
        ),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(length=200), nullable=True),
        sa.Column("id", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_message_account_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_message_shift_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_message_unit_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_message_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    op.create_index("ix_message_at", "message", ["at"], unique=False)
    op.create_index(
        "ix_message_unread",
        "message",
        ["account_id"],
        unique=False,
        sqlite_where=sa.text("read_at IS NULL"),
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_index("ux_message_key", "message", ["account_id", "key"], unique=True)
    op.create_table(
        "notice_end",
        sa.Column("notice_id", ROW_ID, nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("by_id", ROW_ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_notice_end_by_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_notice_end_notice_id")),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_notice_end")),
    )
    op.create_table(
        "notice_line",
        sa.Column("notice_id", ROW_ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("member_id", ROW_ID, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("marks", sa.String(length=120), nullable=False),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_notice_line_minutes")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_notice_line_member_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_notice_line_notice_id")),
        sa.PrimaryKeyConstraint("notice_id", "number", name=op.f("pk_notice_line")),
        sa.UniqueConstraint("notice_id", "member_id", name=op.f("uq_notice_line_notice_id_member_id")),
    )
    op.create_index("ix_notice_line_member_id", "notice_line", ["member_id"], unique=False)
    op.create_table(
        "objection",
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("visit_id", ROW_ID, nullable=False),
        sa.Column("by_account_id", ROW_ID, nullable=True),
        sa.Column("is_own", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("filed_at", sa.BigInteger(), nullable=False),
        sa.Column("accept_by_on", sa.Date(), nullable=False),
        sa.Column("accepted_by_id", ROW_ID, nullable=True),
        sa.Column("accepted_at", sa.BigInteger(), nullable=True),
        sa.Column(
            "state_before",
            one_of("visitstate", "open", "unclosed", "pending", "confirmed", "disputed", "rejected", "void"),
            nullable=True,
        ),
        sa.Column("resolved_by_id", ROW_ID, nullable=True),
        sa.Column("resolved_at", sa.BigInteger(), nullable=True),
        sa.Column("is_upheld", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.String(length=200), nullable=True),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint(
            "(resolved_at IS NULL) = (is_upheld IS NULL)", name=op.f("ck_objection_resolved_one_way")
        ),
        sa.ForeignKeyConstraint(["accepted_by_id"], ["account.id"], name=op.f("fk_objection_accepted_by_id")),
        sa.ForeignKeyConstraint(["by_account_id"], ["account.id"], name=op.f("fk_objection_by_account_id")),
        sa.ForeignKeyConstraint(["resolved_by_id"], ["account.id"], name=op.f("fk_objection_resolved_by_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_objection_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
        sa.UniqueConstraint("ref", name=op.f("uq_objection_ref")),
    )
    op.create_index(op.f("ix_objection_visit_id"), "objection", ["visit_id"], unique=False)
    op.create_index(
        "ux_objection_in_force",
        "objection",
        ["visit_id"],
        unique=True,
        sqlite_where=sa.text("accepted_at IS NOT NULL AND resolved_at IS NULL"),
        postgresql_where=sa.text("accepted_at IS NOT NULL AND resolved_at IS NULL"),
    )
    op.create_table(
        "pass_scan",
        sa.Column("client_ref", sa.String(length=36), nullable=False),
        sa.Column("shift_id", ROW_ID, nullable=False),
        sa.Column("by_account_id", ROW_ID, nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("is_queued", sa.Boolean(), nullable=False),
        sa.Column("device_id", ROW_ID, nullable=True),
        sa.Column("step", sa.BigInteger(), nullable=True),
        sa.Column("visit_id", ROW_ID, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("verdict", one_of("verdict", "accepted", "unchanged", "refused"), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint(
            "(verdict = 'refused') = (reason IS NOT NULL)", name=op.f("ck_pass_scan_refusals_have_a_reason")
        ),
        sa.CheckConstraint(
            "verdict = 'refused' OR (device_id IS NOT NULL AND visit_id IS NOT NULL)",
            name=op.f("ck_pass_scan_accepted_for"),
        ),
        sa.CheckConstraint("step >= 0", name=op.f("ck_pass_scan_step")),
        sa.ForeignKeyConstraint(["by_account_id"], ["account.id"], name=op.f("fk_pass_scan_by_account_id")),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_pass_scan_device_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_pass_scan_shift_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_pass_scan_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pass_scan")),
        sa.UniqueConstraint("client_ref", name=op.f("uq_pass_scan_client_ref")),
    )
    op.create_index("ix_pass_scan_shift_id", "pass_scan", ["shift_id"], unique=False)
    op.create_index(
        "ux_pass_scan_once",
        "pass_scan",
        ["device_id", "step"],
        unique=True,
        sqlite_where=sa.text("verdict = 'accepted'"),
        postgresql_where=sa.text("verdict = 'accepted'"),
    )
    op.create_table(
        "question",
        sa.Column("visit_id", ROW_ID, nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("asked_by_id", ROW_ID, nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.String(length=200), nullable=True),
        sa.Column("answered_by_id", ROW_ID, nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answer IS NULL) AND (answered_at IS NULL) = (answered_by_id IS NULL)",
            name=op.f("ck_question_answered_by_somebody"),
        ),
        sa.CheckConstraint("asked_by_id <> answered_by_id", name=op.f("ck_question_two_people")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["account.id"], name=op.f("fk_question_answered_by_id")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["account.id"], name=op.f("fk_question_asked_by_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_question_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    op.create_index("ix_question_visit_id", "question", ["visit_id"], unique=False)
    op.create_index(
        "ux_question_open",
        "question",
        ["visit_id"],
        unique=True,
        sqlite_where=sa.text("answered_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_table(
        "request",
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("batch_id", ROW_ID, nullable=True),
        sa.Column(
            "kind", one_of("requestkind", "correction", "make_up", "opening", "outside"), nullable=False
        ),
        sa.Column("member_id", ROW_ID, nullable=False),
        sa.Column("visit_id", ROW_ID, nullable=True),
        sa.Column("unit_id", ROW_ID, nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=True),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("what", sa.String(length=120), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("deadline_on", sa.Date(), nullable=False),
        sa.Column("is_deadline_provisional", sa.Boolean(), nullable=False),
        sa.Column("asked_by_id", ROW_ID, nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("state", one_of("requeststate", "asked", "approved", "rejected", "moot"), nullable=False),
        sa.Column("rejected_by_id", ROW_ID, nullable=True),
        sa.Column("answer", sa.String(length=200), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint(
            "(kind IN ('opening', 'outside')) = (minutes IS NOT NULL)",
            name=op.f("ck_request_records_have_minutes"),
        ),
        sa.CheckConstraint(
            "(kind IN ('opening', 'outside')) = (visit_id IS NULL)",
            name=op.f("ck_request_claims_have_a_visit"),
        ),
        sa.CheckConstraint(
            "batch_id IS NULL OR kind = 'outside'", name=op.f("ck_request_files_hold_outside_records")
        ),
        sa.CheckConstraint("minutes IS NULL OR minutes > 0", name=op.f("ck_request_minutes")),
        sa.CheckConstraint(
            "starts_at IS NULL OR ends_at IS NOT NULL AND starts_at < ends_at",
            name=op.f("ck_request_ends_after_start"),
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["account.id"], name=op.f("fk_request_asked_by_id")),
        sa.ForeignKeyConstraint(["batch_id"], ["outside_batch.id"], name=op.f("fk_request_batch_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_request_member_id")),
        sa.ForeignKeyConstraint(["rejected_by_id"], ["account.id"], name=op.f("fk_request_rejected_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_request_unit_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_request_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
        sa.UniqueConstraint("ref", name=op.f("uq_request_ref")),
    )
    op.create_index(op.f("ix_request_batch_id"), "request", ["batch_id"], unique=False)
    op.create_index("ix_request_member_id_state", "request", ["member_id", "state"], unique=False)
    op.create_index(
        "ux_request_undecided",
        "request",
        ["visit_id"],
        unique=True,
        sqlite_where=sa.text("state = 'asked' AND visit_id IS NOT NULL"),
        postgresql_where=sa.text("state = 'asked' AND visit_id IS NOT NULL"),
    )
    op.create_table(
        "spot_check",
        sa.Column("draw_id", ROW_ID, nullable=False),
        sa.Column("visit_id", ROW_ID, nullable=False),
        sa.Column("is_right", sa.Boolean(), nullable=True),
        sa.Column("finding", sa.String(length=200), nullable=True),
        sa.Column("checked_by_id", ROW_ID, nullable=True),
        sa.Column("checked_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(checked_at IS NULL) = (is_right IS NULL) AND (checked_at IS NULL) = (finding IS NULL) AND (checked_at IS NULL) = (checked_by_id IS NULL)",
            name=op.f("ck_spot_check_found_by_somebody"),
        ),
        sa.ForeignKeyConstraint(["checked_by_id"], ["account.id"], name=op.f("fk_spot_check_checked_by_id")),
        sa.ForeignKeyConstraint(["draw_id"], ["spot_draw.id"], name=op.f("fk_spot_check_draw_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_spot_check_visit_id")),
        sa.PrimaryKeyConstraint("draw_id", "visit_id", name=op.f("pk_spot_check")),
    )
    op.create_index("ix_spot_check_visit_id", "spot_check", ["visit_id"], unique=False)
    op.create_table(
        "visit_flag",
        sa.Column("visit_id", ROW_ID, nullable=False),
        sa.Column(
            "flag",
            one_of(
                "flag",
                "shared_device",
                "several_devices",
                "claim_contradicts_scan",
                "opened_on_the_spot",
                "prolonged",
                "display_silent",
                "slow_ticket",
                "headcount_differs",
                "absent_at_roll_call",
                "same_pair",
                "new_device",
                "broken_queue",
                "unsigned_queue",
                "old_code",
                "made_up_share",
                "late_rush",
                "hasty_approval",
                "round_times",
                "reciprocal",
                "never_refuses",
            ),
            nullable=False,
        ),
        sa.Column("facts", sa.String(length=200), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_flag_visit_id")),
        sa.PrimaryKeyConstraint("visit_id", "flag", name=op.f("pk_visit_flag")),
    )
    op.create_table(
        "witness",
        sa.Column("visit_id", ROW_ID, nullable=False),
        sa.Column("account_id", ROW_ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_witness_account_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_witness_visit_id")),
        sa.PrimaryKeyConstraint("visit_id", "account_id", name=op.f("pk_witness")),
    )
    op.create_table(
        "approval",
        sa.Column("request_id", ROW_ID, nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("account_id", ROW_ID, nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("step IN (1, 2)", name=op.f("ck_approval_two_steps")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_approval_account_id")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_approval_request_id")),
        sa.PrimaryKeyConstraint("request_id", "step", name=op.f("pk_approval")),
    )
    op.create_index("ux_approval_person", "approval", ["request_id", "account_id"], unique=True)
    op.create_table(
        "certificate",
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("request_id", ROW_ID, nullable=False),
        sa.Column("member_id", ROW_ID, nullable=False),
        sa.Column("unit_id", ROW_ID, nullable=False),
        sa.Column("college_id", ROW_ID, nullable=False),
        sa.Column("notice_id", ROW_ID, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("marks", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("handler_id", ROW_ID, nullable=False),
        sa.Column("approver_id", ROW_ID, nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint("from_on <= last_on", name=op.f("ck_certificate_ends_after_start")),
        sa.CheckConstraint("handler_id <> approver_id", name=op.f("ck_certificate_two_people")),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_certificate_minutes")),
        sa.ForeignKeyConstraint(["approver_id"], ["account.id"], name=op.f("fk_certificate_approver_id")),
        sa.ForeignKeyConstraint(["college_id"], ["unit.id"], name=op.f("fk_certificate_college_id")),
        sa.ForeignKeyConstraint(["handler_id"], ["account.id"], name=op.f("fk_certificate_handler_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_certificate_member_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_certificate_notice_id")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["certificate_request.id"], name=op.f("fk_certificate_request_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_certificate_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("digest", name=op.f("uq_certificate_digest")),
        sa.UniqueConstraint("number", name=op.f("uq_certificate_number")),
        sa.UniqueConstraint("request_id", name=op.f("uq_certificate_request_id")),
    )
    op.create_index("ix_certificate_member_id", "certificate", ["member_id"], unique=False)
    op.create_index("ix_certificate_unit_id_issued_on", "certificate", ["unit_id", "issued_on"], unique=False)
    op.create_table(
        "credit",
        sa.Column("member_id", ROW_ID, nullable=False),
        sa.Column("member_seq", sa.Integer(), nullable=False),
        sa.Column("visit_id", ROW_ID, nullable=True),
        sa.Column("request_id", ROW_ID, nullable=True),
        sa.Column(
            "record_kind", one_of("requestkind", "correction", "make_up", "opening", "outside"), nullable=True
        ),
        sa.Column("unit_id", ROW_ID, nullable=False),
        sa.Column("post_id", ROW_ID, nullable=True),
        sa.Column("base_id", ROW_ID, nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("net_min", sa.Integer(), nullable=False),
        sa.Column("credited_min", sa.Integer(), nullable=False),
        sa.Column("is_reversal", sa.Boolean(), nullable=False),
        sa.Column("grade", one_of("grade", "A", "B", "C", "D", "E", "X"), nullable=False),
        sa.Column("cause", sa.String(length=24), nullable=False),
        sa.Column("actor_id", ROW_ID, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint(
            "(visit_id IS NULL) <> (request_id IS NULL)", name=op.f("ck_credit_of_a_visit_or_a_record")
        ),
        sa.CheckConstraint(
            "(visit_id IS NULL) = (post_id IS NULL)", name=op.f("ck_credit_visits_have_a_post")
        ),
        sa.CheckConstraint(
            "(visit_id IS NULL) = (record_kind IS NOT NULL)", name=op.f("ck_credit_records_have_a_kind")
        ),
        sa.CheckConstraint(
            "is_reversal AND net_min <= 0 AND credited_min <= 0 AND credited_min >= net_min OR NOT is_reversal AND net_min >= 0 AND credited_min >= 0 AND credited_min <= net_min",
            name=op.f("ck_credit_signs"),
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_credit_actor_id")),
        sa.ForeignKeyConstraint(["base_id"], ["base.id"], name=op.f("fk_credit_base_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_credit_member_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_credit_post_id")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_credit_request_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_credit_unit_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_credit_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit")),
        sa.UniqueConstraint("member_id", "member_seq", name=op.f("uq_credit_member_id_member_seq")),
    )
    op.create_index(
        "ix_credit_member_id_day", "credit", ["member_id", "day", "credited_min", "net_min"], unique=False
    )
    op.create_index(
        "ix_credit_records",
        "credit",
        ["day"],
        unique=False,
        sqlite_where=sa.text("request_id IS NOT NULL"),
        postgresql_where=sa.text("request_id IS NOT NULL"),
    )
    op.create_index("ix_credit_unit_id_day", "credit", ["unit_id", "day"], unique=False)
    op.create_index("ix_credit_visit_id_day", "credit", ["visit_id", "day"], unique=False)
    op.create_table(
        "evidence",
        sa.Column("member_id", ROW_ID, nullable=False),
        sa.Column("visit_id", ROW_ID, nullable=True),
        sa.Column("stay", sa.Integer(), nullable=True),
        sa.Column("side", one_of("side", "in", "out"), nullable=False),
        sa.Column(
            "source",
            one_of("source", "live", "typed", "printed", "offline", "taken", "attested", "claimed"),
            nullable=False,
        ),
        sa.Column("is_claim", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("by_account_id", ROW_ID, nullable=True),
        sa.Column("request_id", ROW_ID, nullable=True),
        sa.Column("display_id", ROW_ID, nullable=True),
        sa.Column("step", sa.Integer(), nullable=True),
        sa.Column("code_age_s", sa.Integer(), nullable=True),
        sa.Column("device", sa.String(length=80), nullable=True),
        sa.Column("client_ref", sa.String(length=36), nullable=True),
        sa.Column("content", sa.String(length=64), nullable=True),
        sa.Column("verdict", one_of("verdict", "accepted", "unchanged", "refused"), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("reason_facts", sa.String(length=200), nullable=True),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint(
            "(verdict = 'refused') = (reason IS NOT NULL)", name=op.f("ck_evidence_refusals_have_a_reason")
        ),
        sa.CheckConstraint(
            "verdict <> 'accepted' OR (visit_id IS NOT NULL AND stay IS NOT NULL)",
            name=op.f("ck_evidence_accepted_for"),
        ),
        sa.CheckConstraint("stay IS NULL OR stay BETWEEN 1 AND 3", name=op.f("ck_evidence_three_stays")),
        sa.CheckConstraint("step IS NULL OR step >= 0", name=op.f("ck_evidence_step")),
        sa.ForeignKeyConstraint(["by_account_id"], ["account.id"], name=op.f("fk_evidence_by_account_id")),
        sa.ForeignKeyConstraint(["display_id"], ["display.id"], name=op.f("fk_evidence_display_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_evidence_member_id")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_evidence_request_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_evidence_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_index("ix_evidence_visit_id", "evidence", ["visit_id"], unique=False)
    op.create_index("ux_evidence_client_ref", "evidence", ["client_ref"], unique=True)
    op.create_index(
        "ux_evidence_code_once",
        "evidence",
        ["member_id", "display_id", "step", "side"],
        unique=True,
        sqlite_where=sa.text("verdict = 'accepted' AND step > 0"),
        postgresql_where=sa.text("verdict = 'accepted' AND step > 0"),
    )
    op.create_index(
        "ux_evidence_stay_end",
        "evidence",
        ["visit_id", "stay", "side", "is_claim"],
        unique=True,
        sqlite_where=sa.text("verdict = 'accepted'"),
        postgresql_where=sa.text("verdict = 'accepted'"),
    )
    op.create_table(
        "letter",
        sa.Column("message_id", ROW_ID, nullable=True),
        sa.Column("digest_on", sa.Date(), nullable=True),
        sa.Column("waiting", sa.Integer(), nullable=True),
        sa.Column("gaps", sa.Integer(), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("given_up_at", sa.BigInteger(), nullable=True),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint(
            "(message_id IS NULL) <> (digest_on IS NULL)", name=op.f("ck_letter_a_message_or_a_day")
        ),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_letter_tries")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_letter_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("digest_on", name=op.f("uq_letter_digest_on")),
        sa.UniqueConstraint("message_id", name=op.f("uq_letter_message_id")),
    )
    op.create_index(
        "ix_letter_due",
        "letter",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("sent_at IS NULL AND given_up_at IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL AND given_up_at IS NULL"),
    )
    op.create_table(
        "photo",
        sa.Column("request_id", ROW_ID, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("id", ROW_ID, nullable=False),
        sa.CheckConstraint("width > 0 AND height > 0", name=op.f("ck_photo_size")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_photo_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
        sa.UniqueConstraint("request_id", "digest", name=op.f("uq_photo_request_id_digest")),
    )
    op.create_table(
        "roll_call",
        sa.Column("headcount_id", ROW_ID, nullable=False),
        sa.Column("visit_id", ROW_ID, nullable=False),
        sa.Column("is_present", sa.Boolean(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(is_present IS NULL) = (answered_at IS NULL)", name=op.f("ck_roll_call_answered_once")
        ),
        sa.ForeignKeyConstraint(["headcount_id"], ["headcount.id"], name=op.f("fk_roll_call_headcount_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_roll_call_visit_id")),
        sa.PrimaryKeyConstraint("headcount_id", "visit_id", name=op.f("pk_roll_call")),
    )
    op.create_index("ix_roll_call_visit_id", "roll_call", ["visit_id"], unique=False)
    op.create_table(
        "certificate_end",
        sa.Column("certificate_id", ROW_ID, nullable=False),
        sa.Column("kind", one_of("certificateendkind", "superseded", "revoked"), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("replaced_by_id", ROW_ID, nullable=True),
        sa.Column("by_id", ROW_ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'revoked') = (reason IS NOT NULL)", name=op.f("ck_certificate_end_revoked_with_a_reason")
        ),
        sa.CheckConstraint(
            "(kind = 'superseded') = (replaced_by_id IS NOT NULL)",
            name=op.f("ck_certificate_end_superseded_by_another"),
        ),
        sa.CheckConstraint(
            "replaced_by_id IS NULL OR replaced_by_id > certificate_id",
            name=op.f("ck_certificate_end_by_a_later_one"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_certificate_end_by_id")),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_certificate_end_certificate_id")
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by_id"], ["certificate.id"], name=op.f("fk_certificate_end_replaced_by_id")
        ),
        sa.PrimaryKeyConstraint("certificate_id", name=op.f("pk_certificate_end")),
    )
    op.create_table(
        "certificate_paper",
        sa.Column("certificate_id", ROW_ID, nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_certificate_paper_certificate_id")
        ),
        sa.PrimaryKeyConstraint("certificate_id", name=op.f("pk_certificate_paper")),
    )
    op.create_table(
        "queued_scan",
        sa.Column("evidence_id", ROW_ID, nullable=False),
        sa.Column("device_id", ROW_ID, nullable=True),
        sa.Column("member", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("previous", sa.String(length=43), nullable=False),
        sa.Column("phone_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("monotonic_ms", sa.BigInteger(), nullable=False),
        sa.Column("signature", sa.String(length=86), nullable=True),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_queued_scan_seq")),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_queued_scan_device_id")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_queued_scan_evidence_id")),
        sa.PrimaryKeyConstraint("evidence_id", name=op.f("pk_queued_scan")),
    )
    op.create_table(
        "seal",
        sa.Column("credit_id", ROW_ID, nullable=False),
        sa.Column("unit_id", ROW_ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_seal_number")),
        sa.ForeignKeyConstraint(["credit_id"], ["credit.id"], name=op.f("fk_seal_credit_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_seal_unit_id")),
        sa.PrimaryKeyConstraint("credit_id", name=op.f("pk_seal")),
        sa.UniqueConstraint("unit_id", "number", name=op.f("uq_seal_unit_id_number")),
    )
    guard(
        "approval",
        "audit",
        "certificate",
        "certificate_end",
        "credit",
        "decision",
        "evidence",
        "ledger_head",
        "look",
        "notice",
        "notice_end",
        "notice_line",
        "over_cap",
        "policy_version",
        "seal",
        "snapshot",
        "witness",
    )
    keep_counted()
