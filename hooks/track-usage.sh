#!/bin/sh
# Reports one tool call of an agent to dcm. Needs only sh and curl. See docs/hooks.md.
#
# Claude Code and its kin give the call as JSON on stdin; it goes to the server as it is. The hooks of the older system
# give it in environment variables (TOOL_NAME ...) with the exit code as the first argument; these go as form fields.
# Whatever happens, the exit code is 0 and the agent waits only until stdin is read.
#
#   CONTEXT_MANAGER_URL   where the server is, http://127.0.0.1:3847 if unset
#   DCM_TOKEN             a token or the secret of a server that listens beyond loopback
#   DEBUG_ROUTING=1       stays in the foreground and says on stderr what it does

umask 077
url=${CONTEXT_MANAGER_URL:-http://127.0.0.1:3847}
url=${url%/}

debug() {
    if [ "${DEBUG_ROUTING:-}" = 1 ]; then printf 'track-usage: %s\n' "$*" >&2; fi
}

# Options for curl's standard input: its arguments can be read by everybody on the machine.
authorization() {
    [ -n "${DCM_TOKEN:-}" ] || return 0
    printf 'header = "Authorization: Bearer %s"\n' "$(printf '%s' "$DCM_TOKEN" | sed 's/[\\"]/\\&/g')"
}

# -q: a ~/.curlrc or a proxy for the wide world has no say here. Expect is left out because it can cost a second.
post() {
    path=$1
    shift
    authorization |
        curl -q --config - --silent --show-error --noproxy '127.0.0.1,localhost,::1' --connect-timeout 1 --max-time 2 \
        --header 'Expect:' --output /dev/null --write-out 'track-usage: the server answered %{http_code}\n' \
        "$@" "$url$path"
}

send() {
    if [ -s "$body" ]; then
        debug "posting $(wc -c <"$body") bytes of stdin to $url/hooks/claude"
        post /hooks/claude --header 'Content-Type: application/json' --data-binary "@$body"
        return
    fi
    if [ -z "${TOOL_NAME:-}" ]; then
        debug "nothing to send: stdin is empty and TOOL_NAME is not set"
        return
    fi
    debug "posting the call of $TOOL_NAME from the environment to $url/hooks/env"
    code=${TOOL_EXIT_CODE:-$first_argument}
    project=${PROJECT_DIR:-$PWD}
    set -- --data-urlencode "tool_name=$TOOL_NAME" --data-urlencode "project_path=$project"
    [ -z "${TOOL_INPUT:-}" ] || set -- "$@" --data-urlencode "tool_input=$TOOL_INPUT"
    [ -z "${TOOL_OUTPUT:-}" ] || set -- "$@" --data-urlencode "tool_output=$TOOL_OUTPUT"
    [ -z "$code" ] || set -- "$@" --data-urlencode "exit_code=$code"
    [ -z "${TOOL_DURATION_MS:-}" ] || set -- "$@" --data-urlencode "duration_ms=$TOOL_DURATION_MS"
    [ -z "${TOOL_FILE_PATHS:-}" ] || set -- "$@" --data-urlencode "file_paths=$TOOL_FILE_PATHS"
    [ -z "${SESSION_ID:-}" ] || set -- "$@" --data-urlencode "session_id=$SESSION_ID"
    post /hooks/env "$@"
}

# Copies stdin into the file. A pipe that its other end forgot to close may hold the agent for 2 s, not for ever.
read_stdin() {
    exec 3<&0
    cat <&3 >"$body" 3<&- &
    reader=$!
    exec 3<&-
    { sleep 2 && kill "$reader"; } </dev/null >/dev/null 2>&1 &
    watchdog=$!
    # An input that was cut is no JSON any more.
    wait "$reader" || : >"$body"
    # Not TERM: a watchdog that has just been forked still has this shell's traps, and would remove the file.
    kill -KILL "$watchdog" && wait "$watchdog"
}

first_argument=${1:-}
body=$(mktemp "${TMPDIR:-/tmp}/dcm-hook.XXXXXX" 2>/dev/null) || {
    debug "can't create a temporary file in ${TMPDIR:-/tmp}"
    exit 0
}
# A file, because a shell variable can't hold NUL bytes and is slow with megabytes.
trap 'rm -f "$body"' EXIT
trap 'exit 0' HUP INT TERM

[ -t 0 ] || read_stdin 2>/dev/null

if [ "${DEBUG_ROUTING:-}" = 1 ]; then
    send >&2
    exit 0
fi
# The caller waits for whoever holds its pipes, so the background part holds none of them.
(
    trap 'rm -f "$body"' EXIT
    trap '' HUP
    trap 'exit 0' INT TERM
    send
    exit 0
) </dev/null >/dev/null 2>&1 &
# The file belongs to the background part now.
trap - EXIT
exit 0
