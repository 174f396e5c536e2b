#!/bin/sh
# The programs the tests start: a browser, Redis and PostgreSQL. What is missing is installed where we may.
set -eu

has_browser() {
    command -v chromium-headless-shell || command -v chromium || command -v chromium-browser || command -v google-chrome ||
        .venv/bin/python -c 'from playwright.sync_api import sync_playwright as start
with start() as playwright: playwright.chromium.launch(args=["--no-sandbox"]).close()'
}
has_redis() { command -v redis-server; }
has_postgres() { command -v initdb || ls /usr/lib/postgresql/*/bin/initdb || ls "$(pg_config --bindir)/initdb"; }

missing() {
    for tool in browser redis postgres; do
        "has_$tool" >/dev/null 2>&1 || echo "$tool"
    done
}

# The first of these that there is; older systems have no Chromium without windows.
packages_of() {
    case $1 in browser) echo chromium-headless-shell chromium ;; redis) echo redis-server ;; postgres) echo postgresql ;; esac
}

wanted=$(missing)
[ -n "$wanted" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq || true
    for tool in $wanted; do
        for package in $(packages_of "$tool"); do
            DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" && break
        done
    done
fi
case $(missing) in *browser*) .venv/bin/playwright install chromium || true ;; esac

wanted=$(missing)
[ -z "$wanted" ] && exit 0
echo "make test: please install what is missing:" $(for tool in $wanted; do packages_of "$tool" | sed "s/.* //"; done) >&2
exit 1
