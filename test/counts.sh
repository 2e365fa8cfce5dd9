# What a script counts that goes on behind a failure; $work/log has what the last command said.
# shellcheck shell=bash
passed=0
failed=0

ok() {
    passed=$((passed + 1))
    echo "ok: $*"
}

fail() {
    failed=$((failed + 1))
    echo "FAILED: $*"
    tail -n 12 "$work/log"
}
