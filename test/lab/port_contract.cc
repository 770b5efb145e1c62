/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The port contract: what an application may expect of every port, whatever its driver. A port is
 * asked what it can, and what it can't is skipped, with the reason.
 *
 *	port_contract [GTEST-OPTION...] EAL-OPTION... [-- OPTION...]
 *
 *	--wire=pair|self|none	two ports on one wire (the default); one that receives what it
 *				sends; one that nobody hears
 *	--buffered-wire		frames wait on it for a port that is stopped
 *	--unfiltered		the ports take all that comes, whatever the address
 *	--lacks=WORD		the port, or the model of its device, does not do what others do:
 *				rx-checksums, rss, tso-last-flags, oversize-count,
 *				empty-vlan-filter, all-multicast, own-vlans,
 *				link-interrupts, uneven-queues, byte-counts
 *	--kernel-nic=NAME	an interface of the kernel on the same wire, which judges what the
 *				ports send
 *	--restarts=N		how often to start and stop (1000)
 *
 * One driver in the lab, and only what has to do with RSS, in a build in build/:
 *
 *	tools/lab --nic igb --nic igb -- sh -c 'set -- $LAB_NICS
 *		build/test/lab/port_contract -l 0 -a $1 -a $2 --gtest_filter="Rss.*"'
 *
 * all of it, as tools/check does, and on a software port without any lab:
 *
 *	PLX_BUILD=build test/lab/run port-contract
 *	build/test/lab/port_contract --no-huge --no-pci -m 128 -l 0 --vdev net_null0 -- --wire=none
 */
#include "port_contract.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>

#include <plx_eal.h>

namespace contract {

Options options;
std::vector<Port> ports;

namespace {

/* What --lacks may name. */
const std::map<std::string, bool Options::*> abilities = {
	{ "all-multicast", &Options::all_multicast },
	{ "byte-counts", &Options::byte_counts },
	{ "empty-vlan-filter", &Options::empty_vlan_filter },
	{ "link-interrupts", &Options::link_interrupts },
	{ "oversize-count", &Options::oversize_count },
	{ "own-vlans", &Options::own_vlans },
	{ "rss", &Options::rss },
	{ "rx-checksums", &Options::rx_checksums },
	{ "tso-last-flags", &Options::tso_last_flags },
	{ "uneven-queues", &Options::uneven_queues },
};

/* Behind the EAL's "--". Return: is it known? */
bool
parse_option(const std::string &word)
{
	const std::string name = word.substr(0, word.find('='));
	const std::string value = name == word ? "" : word.substr(name.size() + 1);

	if (word == "--wire=pair")
		options.wire = Wire::PAIR;
	else if (word == "--wire=self")
		options.wire = Wire::SELF;
	else if (word == "--wire=none")
		options.wire = Wire::NONE;
	else if (word == "--unfiltered")
		options.filters = false;
	else if (word == "--buffered-wire")
		options.buffered_wire = true;
	else if (name == "--lacks" && abilities.count(value) > 0)
		options.*abilities.at(value) = false;
	else if (name == "--kernel-nic" && !value.empty())
		options.kernel_nic = value;
	else if (name == "--restarts" && atoi(value.c_str()) > 0)
		options.restarts = unsigned(atoi(value.c_str()));
	else
		return false;
	return true;
}

/* Return: what main() is to end with, or 0. */
int
set_up(int argc, char **argv)
{
	const int parsed = plx_eal_init(argc, argv);
	const size_t wanted = options.wire == Wire::PAIR ? 2 : 1;
	uint16_t id;

	if (parsed < 0)
		return EXIT_FAILURE;
	PLX_ETH_FOREACH_DEV(id)
		ports.emplace_back(id);
	if (ports.size() == wanted)
		return 0;
	fprintf(stderr, "port_contract: %zu ports, but this wire has %zu\n", ports.size(), wanted);
	return EXIT_FAILURE;
}

int
run(int argc, char **argv)
{
	testing::InitGoogleTest(&argc, argv);

	char **const end = argv + argc;
	char **const separator = std::find_if(argv, end, [](const char *word) {
		return strcmp(word, "--") == 0;
	});

	for (char **word = separator; word < end && ++word < end;)
		if (!parse_option(*word)) {
			fprintf(stderr,
				"port_contract: %s is no option; they are in port_contract.cc\n",
				*word);
			return 2;
		}
	*separator = nullptr;

	int ret = set_up(int(separator - argv), argv);

	if (ret == 0)
		ret = RUN_ALL_TESTS();
	ports.clear();
	if (plx_eal_cleanup() != 0) {
		fprintf(stderr, "port_contract: clean-up of the EAL failed\n");
		ret = EXIT_FAILURE;
	}
	return ret;
}

} // namespace
} // namespace contract

int
main(int argc, char **argv)
{
	return contract::run(argc, argv);
}
