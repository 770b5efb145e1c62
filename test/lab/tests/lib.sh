# shellcheck shell=bash
# lib.sh - what the lab's tests share; sourced in the guest.
set -euo pipefail

testpmd=$PLX_BUILD/app/testpmd/plx-testpmd
log=/tmp/testpmd.log
pid=

fail()
{
	printf '%s\n' "$*"
	[[ ! -s $log ]] || { echo "--- testpmd:" && tail -n 40 "$log"; }
	[[ ! -s $log.err ]] || { echo "--- its errors:" && cat "$log.err"; }
	exit 1
}

# await SECONDS WHAT COMMAND [ARG...] - until COMMAND succeeds.
await()
{
	local deadline=$((SECONDS + $1)) what=$2
	shift 2
	until "$@"; do
		((SECONDS < deadline)) || fail "timeout: $what"
		read -rt 0.05 <> <(:) || true
	done
}

# start_testpmd ARG... - in the background, until it forwards. Its output goes to $log and $log.err.
start_testpmd()
{
	"$testpmd" "$@" >"$log" 2>"$log.err" </dev/null &
	pid=$!
	await 60 "plx-testpmd $* forwards" testpmd_forwards
}

testpmd_forwards()
{
	kill -0 "$pid" 2>/dev/null || fail "plx-testpmd ended"
	grep -q 'packet forwarding packets/burst' "$log"
}

# stop_testpmd [SIGNAL] - and see that it ends well and prints the statistics.
stop_testpmd()
{
	local status=0
	kill -s "${1:-INT}" "$pid"
	wait "$pid" || status=$?
	((status == 0)) || fail "plx-testpmd ended with status $status"
	grep -q 'Accumulated forward statistics for all ports' "$log" || fail "no forward statistics"
	grep -q '^Bye\.\.\.$' "$log" || fail "plx-testpmd did not end cleanly"
}

# count PORT RX|TX - packets that the forward statistics of $log have.
count()
{
	sed -n "/Forward statistics for port $1 /,/----\$/s/.*$2-packets: \([0-9]*\).*/\1/p" "$log" | tail -n 1
}

# Hugepages are free again, nobody holds a device, and nothing is mounted that was not before.
mounts_before=$(sort /proc/mounts)
check_clean()
{
	local file total free
	total=$(cat /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages)
	free=$(cat /sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages)
	((total == free)) || fail "$((total - free)) hugepages are left in use"
	[[ -z $(ls -A /dev/hugepages) ]] || fail "files are left in /dev/hugepages"
	for file in /proc/[0-9]*/fd/*; do
		case $(readlink "$file" || true) in
		/dev/vfio/* | /dev/iommu | *memfd:pollux*) fail "$file is left open" ;;
		esac
	done
	[[ $(sort /proc/mounts) == "$mounts_before" ]] || fail "mounts have changed"
}

# refused WORDS ARG... - plx-testpmd ARG... fails and says all of the comma-separated WORDS in its one line of error.
refused()
{
	local words word status=0
	IFS=, read -ra words <<<"$1"
	shift
	timeout 60 "$testpmd" "$@" >/tmp/out 2>/tmp/err </dev/null || status=$?
	((status != 0 && status < 124)) || fail "status $status: plx-testpmd $*: $(cat /tmp/err)"
	grep -v ': backend ' /tmp/err >/tmp/line || fail "no line of error: plx-testpmd $*"
	(($(wc -l </tmp/line) == 1)) || fail "not one line: plx-testpmd $*: $(cat /tmp/err)"
	for word in "${words[@]}"; do
		grep -qF -- "$word" /tmp/line || fail "\"$word\" is not in: $(cat /tmp/line)"
	done
	cat /tmp/line
}

# The label of the boot says which backend: the one that plx-testpmd must take.
backend()
{
	case $1 in
	*legacy*) echo legacy ;;
	*) echo iommufd ;;
	esac
}

check_backend()
{
	grep -q "VFIO: .*: backend $1" "$log.err" || fail "the log does not name backend $1"
}
