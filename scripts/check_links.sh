#!/usr/bin/env bash
# Fails where a document links to a file that is not there.
set -euo pipefail
cd "$(dirname "$0")/.."

status=0
while IFS=: read -r file link; do
    if [ ! -e "$(dirname "$file")/$link" ]; then
        echo "$file: there is no $link" >&2
        status=1
    fi
done < <(grep -roP '\]\((?!https?:)[^)# ]+' --include='*.md' --include='*.markdown' README.md doc modules python | sed 's/](//')
exit $status
