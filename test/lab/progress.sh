# shellcheck shell=bash
# progress.sh - run long steps so that the user sees that they live, and so that a signal ends them
# at once.
#
# Sourced by bash scripts, which set progress_name (what their lines start with) and progress_log (a
# file). The descriptors 8 and 9 are theirs alone, for locks and such; a step does not get them.

progress_name=${0##*/}
progress_log=/dev/null

# How often a line is printed where the output is no terminal.
readonly PROGRESS_SECONDS=20

# The step that runs, empty when there is none, and what to send the signal to: its process, or its
# process group.
step_job=
step_target=

say()
{
	printf '%s: %s\n' "$progress_name" "$*" >&2
}

die()
{
	say "$*"
	exit 1
}

# What a step may add to its progress line; for the caller to redefine.
progress_state()
{
	:
}

# End the running step: for the caller's exit trap.
step_kill()
{
	[[ -n $step_job ]] || return 0
	kill -TERM -- "$step_target" 2>/dev/null || true
	wait "$step_job" 2>/dev/null || true
	step_job=
}

# step_run COMMAND [ARG...] - run COMMAND, but let a trap act at once: bash keeps it waiting for a
# command in the foreground.
step_run()
{
	local status=0
	setpriv --pdeathsig TERM "$@" 8>&- 9>&- &
	step_job=$!
	step_target=$step_job
	wait "$step_job" || status=$?
	step_job=
	return "$status"
}

# progress_run STEP COMMAND [ARG...] - run COMMAND in a process group of its own and show how long
# it has been at it: on a terminal in one line that is rewritten, else in a line every
# PROGRESS_SECONDS. On failure show the end of the log and return 1.
progress_run()
{
	local step=$1 start=$SECONDS shown=$SECONDS status=0 line
	shift
	printf '=== %s\n' "$step" >>"$progress_log"
	setsid setpriv --pdeathsig TERM "$@" >>"$progress_log" 2>&1 8>&- 9>&- </dev/null &
	step_job=$!
	step_target=-$step_job
	[[ -t 2 ]] || say "$step ..."
	while kill -0 "$step_job" 2>/dev/null; do
		line="$step: $((SECONDS - start)) s$(progress_state "$step")"
		if [[ -t 2 ]]; then
			printf '\r%s: %s ' "$progress_name" "$line" >&2
		elif ((SECONDS - shown >= PROGRESS_SECONDS)); then
			say "$line"
			shown=$SECONDS
		fi
		# Until the step ends, but no longer than until the next look.
		timeout 1 tail --pid="$step_job" -s 0.1 -f /dev/null || true
	done
	wait "$step_job" || status=$?
	step_job=
	[[ ! -t 2 ]] ||
		printf '\r%s: %s: %d s\033[K\n' "$progress_name" "$step" $((SECONDS - start)) >&2
	((status != 0)) || return 0
	say "$step failed (status $status); the end of its log:"
	tail -n 25 "$progress_log" >&2
	return 1
}
