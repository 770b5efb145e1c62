# shellcheck shell=bash
# shellcheck disable=SC2154,SC2317 # sourced by selftest, which runs the lab and sets what is read here
# shellcheck disable=SC2016 # most '$' are for the guest's shell
# selftest-machine.sh - what the lab's machine can have: NUMA nodes.

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
