# shellcheck shell=bash
# shellcheck disable=SC2154 # tools/lab sets the options that are read here
# qemu.sh - the lab's machine as QEMU's options.
#
# Sourced by tools/lab, which has checked the options. describe_machine sets the array machine, and
# cmdline, the guest kernel's command line.

describe_machine()
{
	# no_timer_check: on a busy host the kernel counts too few ticks at boot and takes the timer for broken.
	cmdline="console=ttyS0 quiet panic=-1 no_timer_check iommu=pt"
	machine=(-no-user-config -nodefaults -display none -no-reboot
		-machine "q35,vmport=off,usb=off" -accel "tcg,thread=multi" -cpu max
		-kernel "$image" -initrd "$tmp/initrd.cpio")
	describe_memory
	describe_iommu
	describe_nics
	share host / ,readonly=on,multidevs=remap
	share ctl "$tmp/ctl" ''
	share out "$out" ''
	channel console "$out/console.log"
	machine+=(-serial chardev:console -device "virtio-serial-pci,id=ports")
	port_to out "$tmp/stdout"
	port_to err "$tmp/stderr"
	describe_monitor
	[[ -z $mmio_log ]] || machine+=(-D "$out/mmio.log")
	cmdline+=$append
	machine+=(-append "$cmdline")
}

# Processors and memory, both shared out evenly over the NUMA nodes, and the hugepages.
describe_memory()
{
	local node each=$((cpus / nodes))
	machine+=(-m "$mem" -smp "$cpus,sockets=$nodes")
	if ((nodes > 1)); then
		for ((node = 0; node < nodes; node++)); do
			machine+=(-object "memory-backend-ram,id=mem$node,size=$((mem / nodes))M"
				-numa "node,nodeid=$node,memdev=mem$node,cpus=$((node * each))-$((node * each + each - 1))")
		done
	fi
	cmdline+=" hugepagesz=2M hugepages=$(pages_of_nodes "$hugepages")"
	[[ $gigapages == 0 ]] || cmdline+=" hugepagesz=1G hugepages=$(pages_of_nodes "$gigapages")"
}

# pages_of_nodes N[,N...] - as the kernel's command line wants it: 3,4 is 0:3,1:4.
pages_of_nodes()
{
	local counts node words=
	IFS=, read -ra counts <<<"$1"
	((${#counts[@]} > 1)) || { printf '%s' "$1" && return; }
	for node in "${!counts[@]}"; do
		words+=,$node:${counts[node]}
	done
	printf '%s' "${words#,}"
}

# Without interrupt remapping vfio wants to be told that this is fine.
readonly UNSAFE_INTERRUPTS=" iommufd.allow_unsafe_interrupts=1 vfio_iommu_type1.allow_unsafe_interrupts=1"

describe_iommu()
{
	case $iommu in
	intel)
		machine+=(-device
			"intel-iommu,intremap=$intremap,caching-mode=on${aw_bits:+,aw-bits=$aw_bits}")
		cmdline+=" intel_iommu=on"
		;;
	amd)
		# Without noapic the kernel does not find its timer in QEMU's model; with it there
		# is no interrupt remapping.
		machine+=(-device amd-iommu)
		cmdline+=" noapic$UNSAFE_INTERRUPTS"
		;;
	virtio)
		machine+=(-device "virtio-iommu-pci${aw_bits:+,aw-bits=$aw_bits}")
		cmdline+=$UNSAFE_INTERRUPTS
		;;
	none) cmdline+=" vfio.enable_unsafe_noiommu_mode=1" ;;
	esac
}

# Each NIC alone behind a root port, where it may come and go; "+MODEL" is the next function of the slot
# before it. $tmp/monitor/nics gets what they are, and in_taps what QEMU is to run in.
describe_nics()
{
	local nic slot=$FIRST_NIC_SLOT n=0 first=0 function=0 port device net wire properties
	mkdir "$tmp/monitor"
	: >"$tmp/monitor/nics"
	[[ $hotplug == acpi ]] ||
		machine+=(-global ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off)
	for nic in "${nics[@]}"; do
		n=$((n + 1))
		function=$((function + 1))
		[[ $nic == +* ]] || { first=$n && function=0; }
		net=$(printf 'netdev=net%d,mac=52:54:00:00:00:%02x,romfile=' $n $n)
		nic=${nic#+}
		properties=${nic#"${nic%%,*}"}
		nic=${nic%%,*}
		wire=0
		[[ $nic != *@* ]] || wire=${nic#*@}
		nic=${nic%@*}
		case ${nic%:kernel} in
		virtio)
			device=virtio-net-pci,disable-legacy=on,$net
			# Else QEMU takes it for an event that another thread serves, and shows no access.
			[[ -z $mmio_log ]] || device+=,ioeventfd=off
			((taps == 0)) || device+=,mq=on,rss=on,hash=on,vectors=$((2 * taps + 2))
			# Without an IOMMU it is offered without the bit, as clouds do.
			[[ $iommu == none ]] || device+=,iommu_platform=on
			;;
		edu) device=edu,dma_mask=0xffffffffffff net= ;;
		*) device=${nic%:kernel},$net ;;
		esac
		device+=$properties,id=nic$n,bus=port$first
		if ((function > 0)); then
			device+=,addr=0.$function
		else
			port=$(printf 'pcie-root-port,id=port%d,bus=pcie.0,addr=0x%x' $n "$slot")
			machine+=(-device "$port,chassis=$n,slot=$n")
			[[ ${nics[n]:-} != +* ]] || device+=,multifunction=on
			slot=$((slot + 1))
		fi
		if [[ -n $net ]] && ((taps > 0)); then
			machine+=(-netdev "tap,id=net$n,ifname=tap$n,queues=$taps,script=no,downscript=no,vhost=off")
			in_taps+=("tap$n@$wire")
		elif [[ -n $net ]]; then
			machine+=(-netdev "hubport,id=net$n,hubid=$wire")
		fi
		machine+=(-device "$device")
		echo "nic$n $device" >>"$tmp/monitor/nics"
	done
	((taps == 0)) || in_taps=("$root/test/lab/taps" "$taps" "${in_taps[@]}" --)
}

# QEMU's monitor and the guest's port of that name: test/lab/monitor is between them.
describe_monitor()
{
	local pipe
	for pipe in qmp guest; do
		mkfifo "$tmp/monitor/$pipe.in" "$tmp/monitor/$pipe.out"
		machine+=(-chardev "pipe,id=$pipe,path=${tmp//,/,,}/monitor/$pipe")
	done
	machine+=(-mon "chardev=qmp,mode=control"
		-device "virtserialport,bus=ports.0,chardev=guest,name=monitor")
}

# share TAG DIR OPTIONS - add a 9p share. A comma in a path is written twice in a QEMU option.
share()
{
	machine+=(-fsdev "local,id=$1,path=${2//,/,,},security_model=none$3"
		-device "virtio-9p-pci,fsdev=$1,mount_tag=$1")
}

# channel NAME FILE - add a character device that writes to FILE.
channel()
{
	machine+=(-chardev "file,id=$1,path=${2//,/,,}")
}

# port_to NAME FILE - add a port of the guest, and what is written to it goes to FILE.
port_to()
{
	channel "$1" "$2"
	machine+=(-device "virtserialport,bus=ports.0,chardev=$1,name=$1")
}
