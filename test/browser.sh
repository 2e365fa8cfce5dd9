# For scripts that look at pages: leaves the browser in $browser, or fails without one. Wants a function `fail`.
# shellcheck shell=bash
browser=${CHROMIUM:-}
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    [ -n "$browser" ] || browser=$(command -v $name || true)
done
[ -n "$browser" ] || fail "no Chromium and no Chrome here; install one, or name one in the environment's CHROMIUM"
