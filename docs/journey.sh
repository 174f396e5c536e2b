#!/bin/sh
# From sign-up to payout with curl alone: sign-up, campaign, clip, approval, tracking, balance, payout.
#
#   SWIVI_URL=http://localhost:8000 \
#   ADMIN_TOKEN=$(.venv/bin/python -m swivi token admin@demo.swivi) \
#   CRON_SECRET=... \
#   sh docs/journey.sh
#
# CLIP_URL is the video; each can be submitted once. Exit status 0 means that the money arrived.
set -eu

API="${SWIVI_URL:-http://localhost:8000}/api"
: "${ADMIN_TOKEN:?an API token of an admin: python -m swivi token EMAIL}"
: "${CRON_SECRET:?the CRON_SECRET of the server}"
CLIP_URL="${CLIP_URL:-https://www.tiktok.com/@casey.clips/video/759264143$(date +%s)}"

step() { printf '\n== %s\n' "$1" >&2; }

# call TOKEN METHOD PATH [BODY]: the answer; ends the journey if it is a refusal.
call() {
    token=$1 method=$2 path=$3 body=${4:-}
    set -- --silent --show-error --fail-with-body --request "$method" "$API$path"
    [ -z "$token" ] || set -- "$@" --header "Authorization: Bearer $token"
    [ -z "$body" ] || set -- "$@" --header 'Content-Type: application/json' --data "$body"
    if ! answer=$(curl "$@"); then
        printf '%s %s was refused: %s\n' "$method" "$path" "$answer" >&2
        exit 1
    fi
    printf '%s %s\n%s\n' "$method" "$path" "$answer" >&2
    printf '%s' "$answer"
}

# text NAME, number NAME: the first field of that name in the answer on standard input.
text() { grep -o "\"$1\":\"[^\"]*\"" | head -n 1 | cut -d '"' -f 4; }
number() { grep -o "\"$1\":[0-9.]*" | head -n 1 | cut -d : -f 2; }

step 'A clipper signs up, and gets a token'
EMAIL="journey-$(date +%s)-$$@example.com"
PASSWORD="correct horse battery $$"
call '' POST /auth/signup "{\"email\": \"$EMAIL\", \"password\": \"$PASSWORD\", \"name\": \"Journey\"}" >/dev/null
CLIPPER_TOKEN=$(call '' POST /auth/token "{\"email\": \"$EMAIL\", \"password\": \"$PASSWORD\"}" 2>/dev/null | text token)

step 'An admin opens a campaign'
CAMPAIGN=$(call "$ADMIN_TOKEN" POST /admin/campaigns \
    '{"title": "Journey", "budget": 100, "payoutRate": 100, "platforms": ["tiktok", "youtube", "instagram"], "status": "ACTIVE"}' |
    text id)

step 'The clipper finds it, and submits a clip: its views now are the baseline'
call "$CLIPPER_TOKEN" GET "/clippers/campaigns/$CAMPAIGN" >/dev/null
SUBMISSION=$(call "$CLIPPER_TOKEN" POST /clippers/submissions \
    "{\"campaignId\": \"$CAMPAIGN\", \"clipUrl\": \"$CLIP_URL\"}" | text id)

step 'The admin approves it: from now on it earns'
call "$ADMIN_TOKEN" POST "/admin/submissions/$SUBMISSION/approve" >/dev/null

step 'The scheduler has the views read again, until there is enough to pay out'
tries=0
until call "$CLIPPER_TOKEN" GET /clippers/dashboard 2>/dev/null | grep -q '"canRequestPayout":true'; do
    tries=$((tries + 1))
    [ "$tries" -le 20 ] || { echo 'The views did not grow enough.' >&2; exit 1; }
    [ "$tries" -eq 1 ] || sleep 3
    call "$CRON_SECRET" POST /cron/view-tracking >/dev/null
done
call "$CLIPPER_TOKEN" GET /clippers/dashboard | number availableBalance >&2

step 'The clipper asks for a payout'
ASK='{"amount": 20, "method": "paypal", "details": "journey@example.com"}'
PAYOUT=$(call "$CLIPPER_TOKEN" POST /clippers/payout-request "$ASK" | text id)

step 'The admin approves it, pays, and writes down the transaction'
call "$ADMIN_TOKEN" POST "/admin/payout-requests/$PAYOUT/process" '{"action": "approve"}' >/dev/null
call "$ADMIN_TOKEN" POST "/admin/payout-requests/$PAYOUT/process" \
    "{\"action\": \"complete\", \"transactionId\": \"JOURNEY-$PAYOUT-$$\"}" >/dev/null

step 'The clipper sees that it was paid; every balance agrees with the ledger'
STATUS=$(call "$CLIPPER_TOKEN" GET "/clippers/payout-requests/$PAYOUT" | text status)
call "$CRON_SECRET" GET /cron/payout-calculation 2>/dev/null | grep -q '"allAgree":true'
[ "$STATUS" = COMPLETED ]
printf '\nPaid: $20.00 to %s\n' "$EMAIL"
