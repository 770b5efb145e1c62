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

# monitor REQUEST... - have QEMU do something to the machine, such as device_del nic1: see
# test/lab/monitor. Prints the answer, and fails if it is an error. nic1 is the first --nic.
monitor()
{
	local name answer
	name=$(grep -lx monitor /sys/class/virtio-ports/*/name) || fail "the lab has no monitor"
	name=${name%/name}
	exec {name}<>"/dev/${name##*/}"
	printf '%s\n' "$*" >&"$name"
	IFS= read -rt 100 answer <&"$name" || answer='error the monitor does not answer'
	exec {name}>&-
	printf '%s\n' "$answer"
	[[ $answer == ok* ]]
}

# plug_out N BDF - take out the N-th NIC, and wait until the kernel has let it go.
plug_out()
{
	local answer
	answer=$(monitor device_del "nic$1") || fail "nic$1 cannot be taken out: $answer"
	await 60 "$2 goes" [ ! -e "/sys/bus/pci/devices/$2" ]
}

# plug_in N BDF [DRIVER] - put the N-th NIC in again, and wait until the kernel, or DRIVER, has it.
plug_in()
{
	local device=/sys/bus/pci/devices/$2 answer
	answer=$(monitor device_add "nic$1") || fail "nic$1 cannot be put in: $answer"
	await 60 "$2 comes" [ -e "$device/driver_override" ]
	[[ -z ${3:-} ]] || bind_driver "$2" "$3"
}

# bind_driver BDF DRIVER - instead of the one that the kernel has chosen, or is about to.
bind_driver()
{
	echo "$2" >"/sys/bus/pci/devices/$1/driver_override"
	await 60 "$1 is bound to $2" driver_bound "$1" "$2"
}

driver_bound()
{
	local device=/sys/bus/pci/devices/$1
	[[ $(readlink "$device/driver") != */"$2" ]] || return 0
	[[ ! -e $device/driver ]] || echo "$1" >"$device/driver/unbind"
	echo "$1" >/sys/bus/pci/drivers_probe
	[[ $(readlink "$device/driver") == */"$2" ]]
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

# received N - has a port received so many packets, by the periodic statistics?
received()
{
	local now
	now=$(sed -n 's/.*RX-packets: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
	((${now:-0} >= $1))
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

# start_prompt ARG... - in the background, with -i; its commands are what is written to $commands.
start_prompt()
{
	rm -f /tmp/commands
	mkfifo /tmp/commands
	exec {commands}<>/tmp/commands
	"$testpmd" "$@" </tmp/commands >"$log" 2>"$log.err" &
	pid=$!
}

quit_prompt()
{
	echo quit >&"$commands"
	await 60 "quit" ended
	exec {commands}>&-
	wait "$pid" || fail "plx-testpmd -i ended with status $?"
}

ended()
{
	! kill -0 "$pid" 2>/dev/null
}

# resources - what a device may leave behind: open files, mappings, hugepages in use.
resources()
{
	local files maps free
	files=$(find "/proc/$pid/fd" -mindepth 1 | wc -l)
	maps=$(wc -l <"/proc/$pid/maps")
	free=$(cat /sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages)
	echo "$files files, $maps mappings, $free free hugepages"
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
