# shellcheck shell=bash
# intr.sh - interrupts of one NIC, whatever its driver; sourced after lib.sh. The kernel has another one on the same wire.

readonly FRAMES=400

rx_intr_forwards()
{
	kill -0 "$pid" 2>/dev/null || fail "rx-intr ended"
	grep -q '^forwarding' "$log"
}

# check_wakes BDF - a program that sleeps until a packet comes is woken by each, on both backends.
check_wakes()
{
	local backend status wakes
	# A port alone sends back what it receives. No frames but ours: IPv6 would announce itself.
	echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
	ip link set "$LAB_KERNEL_NICS" up
	for backend in iommufd legacy; do
		"$PLX_BUILD/examples/rx-intr" -l 0 -a "$1" --vfio-backend=$backend >"$log" 2>"$log.err" &
		pid=$!
		await 60 "rx-intr forwards" rx_intr_forwards
		python3 "$(dirname "$0")/wake.py" "$LAB_KERNEL_NICS" "$pid" $FRAMES || fail "wake"
		status=0
		kill -INT "$pid"
		wait "$pid" || status=$?
		((status == 0)) || fail "rx-intr ended with status $status"
		grep -q "^port 0: $FRAMES packets in, $FRAMES out$" "$log" || fail "not $FRAMES packets"
		wakes=$(sed -n 's/^slept .* woken by packets \([0-9]*\) times$/\1/p' "$log")
		# Half of them came when it was asleep for sure.
		((wakes >= FRAMES / 2)) || fail "woken $wakes times by $FRAMES frames"
		tail -n 1 "$log"
		check_backend $backend
		check_clean
	done
}

# link_changes - how often plx-testpmd told of one.
link_changes()
{
	grep -c '^Port 0: link state change event$' "$log" || true
}

# link_changed N - at least so often?
link_changed()
{
	(($(link_changes) >= $1))
}

# check_link_changes BDF NIC INTR... - the link of QEMU's NIC goes and comes, by each kind of interrupt.
check_link_changes()
{
	local bdf=$1 nic=$2 intr before
	shift 2
	for intr; do
		start_testpmd -l 0-1 -a "$bdf" "--vfio-intr=$intr" -- --port-topology=loop
		# Where the link takes its time to come (igb), that is a change too.
		before=$(link_changes)
		monitor set_link "$nic" off
		await 60 "the link goes down, $intr" link_changed $((before + 1))
		monitor set_link "$nic" on
		await 60 "the link comes up, $intr" link_changed $((before + 2))
		stop_testpmd
		check_clean
	done
}
