"""Columns that the audit need not watch, each with the reason: a change of them cannot touch money.

Who may write to the database may sign in as anybody, by a password or a token of their own; the
audit log then names them as the actor. These columns move no money by themselves.
"""

ENTRY = "Opens an account, and moves no money: a deed with it is in the audit log."
MAIL = "A mail that is sent or was sent; its links open an account, and move no money."
TOLD = "A message to people; what it says is read from rows that are watched."
HOOK = "What is sent to another program about rows that are watched."
SHOWN = "Words or counts for people, that no sum and no rule reads."
TIMING = "When work is done next, and by which process; what it does is the same."
KEPT_ANSWER = (
    "An answer that is kept for a repeated request; the deed behind it is guarded by its own key."
)
AUDITS = "The report of an earlier audit; the next one looks at the rows again."


def _all(columns: str, why: str) -> dict[str, str]:
    return dict.fromkeys(columns.split(), why)


HARMLESS: dict[str, dict[str, str]] = {
    "api_tokens": _all(
        (
            "id user_id name scope token_hash created_at expires_at last_used_at revoked_at "
            "session_hash made_with"
        ),
        ENTRY,
    ),
    "audits": _all(
        "id trigger run_id started_at duration_ms checks transfers found results findings", AUDITS
    ),
    "authenticators": _all("id user_id key last_step created_at", ENTRY),
    "campaigns": _all("brand description requirements content_url cover_url", SHOWN)
    | _all("end_retry_at", TIMING)
    | {"last_tracked_at": "Tells when a campaign was last settled; settlements do not read it."},
    "clip_submissions": _all("author coauthors baseline_problem", SHOWN)
    | _all("baseline_attempts next_baseline_at refused_since", TIMING),
    "clips": {
        "flag": "Tells admins what looked odd; the reading itself is sealed.",
        "last_tracked_at": "Tells when the clip was last read; settlements do not read it.",
    },
    "half_sign_ins": _all("id user_id token_hash expires_at", ENTRY),
    "idempotent_answers": _all("id request status body under_way_until kept_until", KEPT_ANSWER),
    "leases": _all("name holder expires_at", TIMING),
    "mails": _all(
        "id user_id kind created_at next_attempt_at attempts claim claimed_until sent_at error "
        "token_hash"
        " password_then expires_at used_at",
        MAIL,
    ),
    "notifications": _all("id user_id kind title body link subject_id created_at read_at", TOLD),
    "pending_authenticators": _all("id user_id key expires_at", ENTRY),
    "rate_limits": _all("id until", TIMING),
    "recovery_codes": _all("id user_id code_hash used_at", ENTRY),
    "scraper_runs": _all(
        (
            "id run_id share platform attempt external_ids apify_run_id status started_at "
            "cost_micro_usd problem"
        ),
        "Where a reading was collected from, and its cost; the reading that pays is sealed.",
    ),
    "seal_checks": _all(
        "id seal_id digest at rotated_to whole_seal_id whole_at",
        "How far the seals were checked; a whole audit checks all of them, whatever it says.",
    ),
    "sessions": _all(
        "id user_id token_hash created_at expires_at user_agent last_seen_at proven_at", ENTRY
    ),
    "social_accounts": _all(
        "id user_id platform handle created_at",
        "The name that a clipper gives; approval is by an admin.",
    ),
    "thinned_days": _all("day deleted failed is_done", TIMING),
    "tracking_run_campaigns": _all("share", TIMING)
    | {"id": "Nothing refers to it: a run and a campaign say which row it is."},
    "tracking_run_shares": _all("id run_id number status problem", TIMING),
    "tracking_runs": _all(
        "trigger status started_at finished_at clips_read clips_failed campaigns_completed "
        "cost_micro_usd problem failures failed_readings",
        SHOWN,
    ),
    "users": _all("name", SHOWN)
    | _all("password_hash verified_at pending_since ways_in_ended_at", ENTRY),
    "webhook_attempts": _all("id delivery_id at status_code error duration_ms", HOOK),
    "webhook_deliveries": _all(
        "id webhook_id event_id status attempts next_attempt_at claim claimed_until status_code "
        "error created_at delivered_at",
        HOOK,
    ),
    "webhook_events": _all("id message_id kind body created_at", HOOK),
    "webhooks": _all(
        (
            "id url description events secret previous_secret previous_until active "
            "disabled_reason created_by created_at"
        ),
        HOOK,
    ),
}
