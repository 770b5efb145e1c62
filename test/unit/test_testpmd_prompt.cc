/* SPDX-License-Identifier: BSD-3-Clause */
/* plx-testpmd -i: commands from a script. */
#include "test_testpmd_prompt.h"

namespace {

TEST_F(Prompt, StartAndStop)
{
	run(2, "stop\nstart\nstart\nshow port stats all\nshow port info 1\nport stop 0\nport close 1\n"
		"port detach 1\nstop\nquit\nstart\n");
	expect_in_order({ "Interactive-mode selected\n", "testpmd> stop\nPacket forwarding not started\n",
		"testpmd> start\nio packet forwarding - ports=2", "Packet forwarding already started\n",
		"NIC statistics for port 0 ", "NIC statistics for port 1 ",
		"\n********************* Infos for port 1  *********************\nMAC address: ",
		"Device name: net_null1\nDriver name: net_null\n",
		"Please remove port 0 from forwarding configuration.\n",
		"Please remove port 1 from forwarding configuration.\n", "Port 1 not stopped\n",
		"testpmd> stop\nTelling cores to stop...", "Accumulated forward statistics", "testpmd> quit\n",
		"\nStopping port 0...\nStopping ports...\nDone\n", "\nBye...\n" });
	EXPECT_EQ(o.out.find("testpmd> start", o.out.find("quit")), o.out.npos) << "that was the end";
}

TEST_F(Prompt, DevicesComeAndGo)
{
	run(0, "start\nport attach net_null5,size=128\nport attach net_null5\nport attach nobody0\n"
		"port attach net_null6,colour=red\nstart\nport start all\nport start 0\nstart\nstop\n"
		"port detach 0\nport stop all\nport detach all\nport detach 0\n"
		"port attach net_null5\nport close 0\ndevice detach net_null5\ndevice detach net_null5\n");
	expect_in_order({ "testpmd> port attach net_null5,size=128\nAttaching a new port...\n"
		"Port 0 is attached. Now total ports is 1\nDone\n",
		"testpmd> start\nNot all ports were started\n",
		"testpmd> port start all\nConfiguring Port 0 (socket 0)\nPort 0: ", "Checking link statuses...\n",
		"Port 0 is already started\n", "testpmd> start\nio packet forwarding - ports=1", "\nDone.\n",
		"Port 0 not stopped\n", "testpmd> port stop all\nStopping ports...\nDone\n",
		"testpmd> port detach all\nRemoving a device...\nDevice is detached\nNow total ports is 0\nDone\n",
		"Invalid port 0\n", "Port 0 is attached", "Port 0 is closed\n",
		"testpmd> device detach net_null5\nRemoving a device...\n",
		"Device net_null5 is not attached\n", "\nBye...\n" });
	for (const char *why : { "net_null5 is there already (EEXIST", "nobody0: no driver", "colour",
		"Failed to attach port net_null5", "Failed to attach port nobody0" })
		EXPECT_NE(o.err.find(why), o.err.npos) << why << " is not in " << o.err;
}

/* Two ports forward meanwhile. */
TEST_F(Prompt, PortsComeAndGoUnderTraffic)
{
	run(2, "start\nport attach net_ring0,wire=w\nport attach net_ring1,wire=w\nport start all\n"
		"show port info 3\nport stop 0\nport stop 2\nport detach 2\nshow port info 3\nport detach 3\n"
		"port stop 3\nport detach 3\nport attach net_ring7\nport start 2\nstop\nstart tx_first\nstop\nquit\n");
	expect_in_order({ "testpmd> start\nio packet forwarding - ports=2", "Port 2 is attached. Now total ports is 3",
		"Port 3 is attached. Now total ports is 4", "Configuring Port 2", "Configuring Port 3", "Port 3 Link up",
		"Driver name: net_ring\nFirmware-version: not available\nConnect to socket: 0\nmemory allocation on the socket: 0\nLink status: up\n",
		"Please remove port 0 from forwarding", "testpmd> port stop 2\nStopping ports...\nDone\n",
		"Port 3: link state change event\n", "Device is detached\nNow total ports is 3", "Link status: down\n", "Port 3 not stopped",
		"Device is detached\nNow total ports is 2", "Port 2 is attached",
		"testpmd> stop\nTelling cores to stop...", "Forward statistics for port 1 ", "Accumulated",
		"io packet forwarding - ports=3", "Forward statistics for port 2 ", "Accumulated", "Bye" });
	EXPECT_EQ(o.err.find("EBUSY"), o.err.npos) << o.err;
}

TEST_F(Prompt, WhatItDoesNotKnow)
{
	run(1, "fly\nport\nport start\nport start x y\nport start 7\nport start -1\n\n  \t \n# a comment\n"
		"help\nstart tx_first\nshow port stats 0");
	expect_in_order({ "testpmd> fly\nCommand not found\n", "testpmd> port\nBad arguments\n",
		"Bad arguments\n", "Bad arguments\n", "Invalid port 7\n", "Invalid port -1\n",
		"port attach DEVARGS", "testpmd> start tx_first\n",
		"testpmd> show port stats 0\n", "NIC statistics", "Bye" });
	run(1, std::string(10000, 'x') + "\nhelp\n" + std::string(1, '\0') + "\nquit");
	expect_in_order({ "Command not found", "port attach DEVARGS" });
}

TEST_F(Prompt, StartsByItselfIfAsked)
{
	run(1, "start\n", { "-a" });
	expect_in_order({ "Start automatic packet forwarding\n", "packet forwarding - ports=1",
		"Packet forwarding already started\n", "Telling cores to stop..." });
}

} // namespace
