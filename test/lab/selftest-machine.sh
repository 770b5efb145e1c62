# shellcheck shell=bash
# shellcheck disable=SC2154,SC2317 # sourced by selftest, which runs the lab and sets what is read here
# shellcheck disable=SC2016 # most '$' are for the guest's shell
# selftest-machine.sh - what the lab's machine can have: NUMA nodes, NICs that come and go.

# Two nodes with a processor and half of the memory each, and as many pages of both sizes as asked
# for, by node.
test_numa_and_gigapages()
{
	run --nic none --mem 8192 --nodes 2 --hugepages 100,50 --gigapages 1,2 -- sh -c '
		cd /sys/devices/system/node
		for node in node[0-9]*; do
			pages=$node/hugepages/hugepages-
			echo $node cpu $(cat $node/cpulist) \
				$(awk "/MemTotal/ { print (\$4 > 3900000) }" $node/meminfo) \
				$(cat ${pages}2048kB/free_hugepages ${pages}1048576kB/free_hugepages)
		done
		grep -o "hugepages1G.*pagesize=[^ ,]*" /proc/mounts'
	same nodes 'node0 cpu 0 1 100 1
node1 cpu 1 1 50 2
hugepages1G hugetlbfs rw,relatime,pagesize=1024M' "$out"
}

test_gigapages_that_do_not_fit()
{
	run --nic none --mem 2048 --gigapages 1 --hugepages 0 -- true
	same status 125 "$status" && contains stderr 'only 0 of 1 hugepages of 1048576 kB' "$err"
}

# A virtio NIC and an e1000e leave and come back, as a lab test has them do it: taken out under
# vfio-pci, put in again, taken by the guest kernel's driver, and bound to vfio-pci.
readonly OUT_AND_IN='. test/lab/tests/lib.sh
	address_read() {
		address=$(cat /sys/bus/pci/devices/$bdf/{,virtio*/}net/*/address 2>/dev/null || true)
		[ -n "$address" ]
	}
	for nic in "1 0000:01:00.0" "2 0000:02:00.0"; do
		read -r n bdf <<<"$nic"
		plug_out $n $bdf
		ls /sys/bus/pci/devices | grep -e $bdf || echo gone
		plug_in $n $bdf
		await 60 "an interface of $bdf" address_read
		echo $address
		bind_driver $bdf vfio-pci
		ls /dev/vfio/devices | wc -l
	done'

test_hotplug()
{
	local want
	printf -v want '%s\n' gone ok 52:54:00:00:00:01 2 gone ok 52:54:00:00:00:02 2
	PLX_BUILD='' run --nic virtio --nic e1000e -- bash -c "$OUT_AND_IN"
	same 'by the firmware' "${want%$'\n'}" "$out" || return 1
	PLX_BUILD='' run --hotplug pcie --nic virtio --nic e1000e -- bash -c "$OUT_AND_IN"
	same 'by the slot' "${want%$'\n'}" "$out"
}

test_monitor()
{
	PLX_BUILD='' run --nic e1000e --nic igb:kernel -- bash -c '. test/lab/tests/lib.sh
		for request in "device_del nic3" "device_del nic1 nic2" "device_add nic1,x=y" "quit" \
			"migrate exec:true" "set_link nic1 maybe" "pcie_aer_inject_error nic2 \"" $'\''\n'\''; do
			monitor $request || echo refused
		done
		monitor device_add nic1 || echo refused by QEMU
		carrier() { [[ $(cat "/sys/class/net/$LAB_KERNEL_NICS/carrier") == $1 ]]; }
		ip link set $LAB_KERNEL_NICS up
		await 60 "the link is up" carrier 1
		monitor set_link nic2 off
		await 60 "the link is down" carrier 0
		monitor pcie_aer_inject_error nic2 BAD_TLP
		errors=/sys/bus/pci/devices/0000:02:00.0/aer_dev_correctable
		await 60 "the error is counted" grep -qx "BadTLP 1" $errors'
	contains answer "refused by QEMU" "$out" && contains answer 'Duplicate device ID' "$out" &&
		same refused 8 "$(grep -cx refused <<<"$out")" && same status 0 "$status"
}
