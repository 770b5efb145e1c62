# shellcheck shell=bash
# shellcheck disable=SC2154,SC2317 # sourced by selftest, which runs the lab and sets what is read here
# shellcheck disable=SC2016 # most '$' are for the guest's shell
# selftest-machine.sh - what the lab's machine can have: NUMA nodes, NICs that come and go, VFs, kinds
# of IOMMU, kernels.

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
	printf -v want '%s\n' gone 52:54:00:00:00:01 2 gone 52:54:00:00:00:02 2
	PLX_BUILD='' run --nic virtio --nic e1000e -- bash -c "$OUT_AND_IN"
	same 'by the firmware' "${want%$'\n'}" "$out" || return 1
	PLX_BUILD='' run --hotplug pcie --nic virtio --nic e1000e -- bash -c "$OUT_AND_IN"
	same 'by the slot' "${want%$'\n'}" "$out"
}

test_monitor()
{
	PLX_BUILD='' run --nic e1000e --nic igb:kernel -- bash -c '. test/lab/tests/lib.sh
		for request in "device_del nic3" "device_del nic1 nic2" "device_add nic1,x=y" "quit" \
			"migrate exec:true" "set_link nic1 maybe" "pcie_aer_inject_error port2 \"" $'\''\n'\''; do
			monitor $request || echo refused
		done
		monitor device_add nic1 || echo refused by QEMU
		carrier() { [[ $(cat "/sys/class/net/$LAB_KERNEL_NICS/carrier") == $1 ]]; }
		ip link set $LAB_KERNEL_NICS up
		await 60 "the link is up" carrier 1
		monitor set_link nic2 off
		await 60 "the link is down" carrier 0
		monitor pcie_aer_inject_error port2 BAD_TLP
		monitor pcie_aer_inject_error port2 COMP_TIME
		port=/sys/bus/pci/devices/0000:00:11.0
		await 60 "BAD_TLP is counted" grep -qx "BadTLP 1" $port/aer_dev_correctable
		await 60 "COMP_TIME is counted" grep -qx "CmpltTO 1" $port/aer_dev_nonfatal
		recovered() { dmesg | grep "00:11.0: AER: device recovery"; }
		await 60 "the driver is told" recovered'
	contains answer "refused by QEMU" "$out" && contains answer 'Duplicate device ID' "$out" &&
		same refused 8 "$(grep -cx refused <<<"$out")" && same status 0 "$status"
}

# Virtual functions of the guest kernel's igb and of one under vfio-pci, each in a group of its own.
test_sriov()
{
	run --nic igb:kernel --nic igb -- sh -c 'echo 1 >/sys/module/vfio_pci/parameters/enable_sriov
		for pf in 0000:01:00.0 0000:02:00.0; do
			cd /sys/bus/pci/devices/$pf
			echo 2 >sriov_numvfs || exit
			for vf in virtfn*; do
				echo $(basename $(readlink $vf)) $(ls $vf/iommu_group/devices)
			done
		done'
	same VFs '0000:01:10.0 0000:01:10.0
0000:01:10.2 0000:01:10.2
0000:02:10.0 0000:02:10.0
0000:02:10.2 0000:02:10.2' "$out"
}

# Debian's own kernel has groups and containers, and neither iommufd nor noiommu.
test_stock_kernel()
{
	run --kernel stock --nic virtio --nic e1000e --nic igb --nic vmxnet3 -- sh -c '
		for nic in $LAB_NICS; do
			dev=/sys/bus/pci/devices/$nic
			test -c /dev/vfio/$(basename $(readlink $dev/iommu_group)) || echo no group
			echo $nic $(cat $dev/vendor $dev/device) $(basename $(readlink $dev/driver))
		done
		ls /dev/iommu
		cat /sys/module/vfio_iommu_type1/parameters/dma_entry_limit'
	same NICs "$FOUR_NICS
65535" "$out" && contains error /dev/iommu "$err" || return 1
	run --kernel stock --nic virtio:kernel --append vfio_iommu_type1.dma_entry_limit=64 -- sh -c '
		cat /sys/module/vfio_iommu_type1/parameters/dma_entry_limit
		test -d /sys/class/net/$LAB_KERNEL_NICS && echo an interface'
	same 'parameter and NIC' $'64\nan interface' "$out"
}

# The legacy container is there, and iommufd is what it is.
test_compat_kernel()
{
	run --kernel compat -- sh -c 'zcat /proc/config.gz | grep VFIO_CONTAINER
		echo $LAB_NICS; ls -d /dev/vfio/vfio /sys/module/vfio_iommu_type1'
	contains config CONFIG_IOMMUFD_VFIO_CONTAINER=y "$out" &&
		contains NICs '0000:01:00.0 0000:02:00.0' "$out" && contains container /dev/vfio/vfio "$out" &&
		contains 'no type1' /sys/module/vfio_iommu_type1 "$err"
}

test_amd_iommu()
{
	run --iommu amd --nic virtio --nic e1000e --nic igb --nic vmxnet3 -- \
		sh -c "$SHOW_NICS; ls /sys/class/iommu | grep ivhd"
	same NICs "$FOUR_NICS
ivhd0" "$out"
}

# Without interrupt remapping the groups do not promise that interrupts are safe.
test_no_interrupt_remapping()
{
	run --intremap off -- sh -c 'grep -c IR-PCI /proc/interrupts
		python3 - $(basename $(readlink /sys/bus/pci/devices/0000:01:00.0/iommu_group)) <<-END
			import errno, fcntl, struct, sys
			container = open("/dev/vfio/vfio")
			group = open("/dev/vfio/" + sys.argv[1])
			fcntl.ioctl(group, 0x3b68, struct.pack("i", container.fileno()))  # SET_CONTAINER
			try:
			    fcntl.ioctl(container, 0x3b66, 3)  # SET_IOMMU to TYPE1v2
			except OSError as error:
			    print(errno.errorcode[error.errno])
		END'
	same interrupts $'0\nEPERM' "$out"
}
