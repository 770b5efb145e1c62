/* SPDX-License-Identifier: BSD-3-Clause */
/* net_tap's remote= that can't be, by the kernel, by others, by its name: one line each, and nothing is left. */
#include <cerrno>
#include <cstdarg>
#include <cstring>

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>
#include <linux/rtnetlink.h>

#include "test_net_tap_remote.h"

namespace {

/* This thread has not that capability for a while. */
class Without {
public:
	explicit Without(int capability)
	{
		syscall(SYS_capget, &header_, had_);
		__user_cap_data_struct less[2] = { had_[0], had_[1] };

		less[0].effective &= ~(1u << capability);
		EXPECT_EQ(syscall(SYS_capset, &header_, less), 0);
	}
	Without(const Without &) = delete;
	~Without() { EXPECT_EQ(syscall(SYS_capset, &header_, had_), 0); }

private:
	__user_cap_header_struct header_ = { _LINUX_CAPABILITY_VERSION_3, 0 };
	__user_cap_data_struct had_[2] = {};
};

/*
 * The kernel is to refuse one message to it, the @nth of that type, and by itself: it gets one with a
 * @word that it does not know, or of another type, or has the rights of others to judge by.
 */
struct Refusal {
	uint16_t type = 0;
	int nth = 0;
	const char *word = nullptr;
	bool other_type = false;
	bool no_rights = false;
} refusal;

/* The ioctl of that number on the interface of that name. */
struct {
	unsigned long request = 0;
	std::string iface;
} busy;

} // namespace

/* In the place of the C library's. */
extern "C" ssize_t
send(int fd, const void *data, size_t len, int flags)
{
	std::string copy(static_cast<const char *>(data), len);
	nlmsghdr head = {};

	memcpy(&head, data, std::min(len, sizeof(head)));
	if (head.nlmsg_type == refusal.type && refusal.nth-- == 0) {
		if (refusal.word != nullptr)
			copy.at(copy.find(refusal.word)) = 'x';
		if (refusal.other_type)
			head.nlmsg_type = RTM_MAX + 1;
		memcpy(copy.data(), &head, sizeof(head));
		if (refusal.no_rights) {
			Without capability(CAP_NET_ADMIN);

			return syscall(SYS_sendto, fd, copy.data(), len, flags, nullptr, 0);
		}
	}
	return syscall(SYS_sendto, fd, copy.data(), len, flags, nullptr, 0);
}

extern "C" int
ioctl(int fd, unsigned long request, ...)
{
	va_list args;

	va_start(args, request);
	void *arg = va_arg(args, void *);
	va_end(args);
	if (busy.request == request && busy.iface == static_cast<ifreq *>(arg)->ifr_name) {
		errno = EBUSY;
		return -1;
	}
	return int(syscall(SYS_ioctl, fd, request, arg));
}

namespace {

class NetTapRefused : public NetTapRemote {
protected:
	void TearDown() override
	{
		refusal = {};
		busy = {};
		NetTapRemote::TearDown();
	}
};

TEST_F(NetTapRefused, SettingsThatAreRefused)
{
	busy = { SIOCSIFHWADDR, "wire" };
	expect_no_vdev(-EBUSY, "net_tap0", "iface=mine,mac=fixed,remote=wire", { "net_tap0", "wire", "mac=", "EBUSY" });
	expect_nothing_changed(before);
	busy = { SIOCSIFMTU, "mine" };
	expect_no_vdev(-EBUSY, "net_tap0", "iface=mine,mac=fixed,remote=wire", { "net_tap0", "wire", "MTU", "EBUSY" });
	expect_nothing_changed(before);
	busy = {};

	Vport port("net_tap0", "iface=mine,remote=wire");

	/* What one of the two refuses the other gives up. */
	for (const char *iface : { "wire", "mine" }) {
		busy = { SIOCSIFHWADDR, iface };
		EXPECT_EQ(plx_eth_dev_default_mac_addr_set(port.id, &other_mac), -EBUSY);
		busy = { SIOCSIFMTU, iface };
		EXPECT_EQ(plx_eth_dev_set_mtu(port.id, 1300), -EBUSY);
		busy = {};
		for (const char *both : { "wire", "mine" }) {
			EXPECT_FALSE(has(both, "02:00:00:00:00:77"));
			EXPECT_TRUE(has(both, "mtu 1500"));
		}
	}
}

TEST_F(NetTapRefused, TakenByOthers)
{
	Vport first("net_tap1", "iface=first,remote=wire");
	const std::string taken = state_of("wire");

	expect_no_vdev(-EBUSY, "net_tap0", "iface=mine,remote=wire", { "net_tap0", "wire", "EBUSY", "tc filter show" });
	expect_nothing_changed(taken);
	/* Any other filter that comes first: what it takes the port would miss. */
	ASSERT_EQ(output("tc qdisc add dev far clsact && tc filter add dev far ingress pref 1 protocol all "
		"u32 match u32 0 0 action mirred egress redirect dev wire"), "");
	expect_no_vdev(-EBUSY, "net_tap0", "iface=mine,remote=far", { "net_tap0", "far", "EBUSY", "tc filter show" });
	EXPECT_TRUE(has("far", "u32"));
}

TEST_F(NetTapRefused, RefusesBadRemotes)
{
	const std::string name = "net_tap0";

	expect_no_vdev(-ENODEV, name, "iface=mine,remote=nowhere", { name, "nowhere", "ENODEV", "ip link" });
	expect_no_vdev(-EINVAL, name, "iface=mine,remote=mine", { name, "mine", "port's own", "EINVAL" });
	expect_no_vdev(-EPROTONOSUPPORT, name, "iface=mine,remote=lo", { name, "lo", "Ethernet", "EPROTONOSUPPORT" });
	ASSERT_TRUE(ip("tuntap add tunnel mode tun"));
	expect_no_vdev(-EPROTONOSUPPORT, name, "remote=tunnel", { name, "tunnel", "Ethernet", "EPROTONOSUPPORT" });
	delete_link("tunnel");
	expect_no_vdev(-EINVAL, name, "remote=sixteen_bytes_xx", { name, "sixteen_bytes_xx", "15 bytes", "EINVAL" });
	expect_no_vdev(-EINVAL, name, "remote=", { name, "'remote='", "EINVAL" });
	expect_no_vdev(-EEXIST, name, "remote=wire,remote=far", { name, "'remote=far'", "EEXIST", "one name" });
	expect_nothing_changed(before);
}

/* The first message of a kind is about the tap device, the second about the remote. */
TEST_F(NetTapRefused, RefusedByTheKernel)
{
	for (int nth : { 0, 1 }) {
		for (const Refusal &r : { Refusal{ RTM_NEWQDISC, nth, "clsact" }, Refusal{ RTM_NEWTFILTER, nth, "u32" },
		     Refusal{ RTM_NEWTFILTER, nth, "mirred" } }) {
			refusal = r;
			expect_no_vdev(-ENOENT, "net_tap0", "iface=mine,remote=wire",
				{ "net_tap0", "wire", "ENOENT", "sch_ingress, cls_u32 and act_mirred" });
			expect_nothing_changed(before);
		}
		for (uint16_t type : { RTM_NEWQDISC, RTM_GETTFILTER, RTM_NEWTFILTER }) {
			refusal = { type, nth, nullptr, true };
			expect_no_vdev(-EOPNOTSUPP, "net_tap0", "iface=mine,remote=wire",
				{ "net_tap0", "wire", "sch_ingress, cls_u32 and act_mirred" });
			expect_nothing_changed(before);
			if (type == RTM_GETTFILTER)
				continue;
			refusal = { type, nth, nullptr, false, true };
			expect_no_vdev(-EPERM, "net_tap0", "iface=mine,remote=wire",
				{ "net_tap0", "wire", "EPERM", "CAP_NET_ADMIN" });
			expect_nothing_changed(before);
		}
	}

	Without capability(CAP_NET_RAW);

	expect_no_vdev(-EPERM, "net_tap0", "iface=mine,remote=wire", { "net_tap0", "wire", "EPERM", "CAP_NET_RAW" });
	expect_nothing_changed(before);
}

/* A program that gave its rights away: nobody gets the interface back unless that is said. */
TEST_F(NetTapRefused, AnUndoThatIsRefused)
{
	auto port = std::make_unique<Vport>("net_tap0", "iface=mine,remote=wire");

	refusal = { RTM_DELQDISC, 0, nullptr, false, true };
	expect_one_line(0, { "net_tap0", "wire", "EPERM", "tc qdisc del dev NAME clsact" }, [&] {
		port.reset();
		return 0;
	});
	ASSERT_EQ(output("tc qdisc del dev wire clsact"), "");
	expect_nothing_changed(before);
}

TEST_F(NetTapRefused, ADeviceThatStaysIsAloneAgain)
{
	{
		Vport port("net_tap0", "iface=mine,persist=1,remote=wire");
	}
	EXPECT_EQ(state_of("wire"), before);
	EXPECT_FALSE(has("mine", "clsact"));
	delete_link("mine");
	/* Nor is there one when the remote was refused. */
	refusal = { RTM_NEWTFILTER, 1, "mirred" };
	expect_no_vdev(-ENOENT, "net_tap0", "iface=mine,persist=1,remote=wire", { "net_tap0", "act_mirred" });
	expect_nothing_changed(before);
}

} // namespace
