#!/bin/sh
# Install the programs that the tests start, where they are missing and we may: a browser, Redis and PostgreSQL.
# The tests start them on ports of their own, so no service is left that starts with the machine.
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

# The services that a package sets up. Debian starts them at once and with the machine.
services_of() {
    case $1 in redis) echo redis-server ;; postgres) echo postgresql ;; esac
}

leave_no_service() {
    for service in $(services_of "$1"); do
        if command -v systemctl >/dev/null; then
            systemctl disable --now "$service" >/dev/null 2>&1 || systemctl disable "$service" >/dev/null 2>&1 || true
        fi
        if [ -x "/etc/init.d/$service" ]; then
            "/etc/init.d/$service" stop >/dev/null 2>&1 || true
            update-rc.d "$service" disable >/dev/null 2>&1 || true
        fi
    done
}

wanted=$(missing)
[ -n "$wanted" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq || true
    for tool in $wanted; do
        for package in $(packages_of "$tool"); do
            DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" && break
        done
        leave_no_service "$tool"
    done
fi
case $(missing) in *browser*) .venv/bin/playwright install chromium || true ;; esac

wanted=$(missing)
[ -z "$wanted" ] && exit 0
echo "make test: please install what is missing:" $(for tool in $wanted; do packages_of "$tool" | sed "s/.* //"; done) >&2
exit 1
