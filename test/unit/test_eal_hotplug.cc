/* SPDX-License-Identifier: BSD-3-Clause */
/* Devices that come and go, on a bus made up for the purpose; the kernel's messages about them. */
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include <linux/netlink.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <plx_bus_vdev.h>
#include <plx_dev_hotplug.h>
#include <plx_ethdev.h>
#include <plx_interrupts.h>

#include "eal_env.h"

extern "C" {
#include "../../lib/eal/eal_private.h"
}

namespace {

/* Names of one bus begin with "toy:"; its one device is in use or not. */
struct ToyBus {
	plx_bus bus = {};
	plx_device dev = {};
	std::string name, args;
	bool used = false;
	int plug_ret = 0, unplug_ret = 0;
	std::vector<std::string> calls;

	static ToyBus *of(plx_bus *bus) { return reinterpret_cast<ToyBus *>(bus); }

	ToyBus()
	{
		bus.name = "toy";
		bus.scan = bus.probe = bus.cleanup = [](plx_bus *) { return 0; };
		bus.parse = [](const char *n) { return int(strncmp(n, "toy:", 4) == 0); };
		bus.dma_map = [](plx_bus *b, plx_device *, void *, uint64_t, size_t, int, uint64_t) {
			of(b)->calls.push_back("map");
			return 0;
		};
		bus.dma_unmap = [](plx_bus *b, plx_device *, void *, uint64_t, size_t) {
			of(b)->calls.push_back("unmap");
			return 0;
		};
		bus.plug = [](plx_bus *b, const char *n, const char *a) { return of(b)->plug(n, a); };
		bus.unplug = [](plx_bus *b, plx_device *d) { return of(b)->unplug(d); };
		bus.find = [](plx_bus *b, const char *n) {
			return of(b)->used && of(b)->name == n ? &of(b)->dev : nullptr;
		};
		bus.is_wanted = [](plx_bus *, const char *n) { return int(strcmp(n, "toy:yes") == 0); };
		bus.uevent = [](plx_bus *, const plx_uevent *e, char *n) {
			if (strcmp(e->subsystem, "toys") != 0)
				return 0;
			strcpy(n, strrchr(e->devpath, '/') + 1);
			return strcmp(e->action, "remove") == 0 ? -1 : 1;
		};
		plx_bus_register(&bus);
	}

	int plug(const char *n, const char *a)
	{
		calls.push_back(std::string("plug ") + n + " " + a);
		if (plug_ret < 0)
			return plug_ret;
		name = n;
		args = a;
		dev = {};
		dev.name = name.c_str();
		dev.args = args.c_str();
		dev.bus = &bus;
		used = true;
		return 0;
	}

	int unplug(plx_device *d)
	{
		calls.push_back("unplug");
		EXPECT_EQ(d, &dev);
		used = false;
		EXPECT_EQ(plx_dev_dma_unmap_all(d), 0);
		return unplug_ret;
	}
};

ToyBus toy;

class Hotplug : public testing::Test {
protected:
	void SetUp() override { toy.calls.clear(); }

	void TearDown() override
	{
		toy.plug_ret = toy.unplug_ret = 0;
		if (toy.used) {
			EXPECT_EQ(plx_dev_remove(&toy.dev), 0);
		}
	}

	template <typename Fn> int logged(Fn fn)
	{
		testing::internal::CaptureStderr();

		const int ret = fn();

		log = testing::internal::GetCapturedStderr();
		return ret;
	}

	std::string log;
};

TEST_F(Hotplug, ProbeFindRemove)
{
	EXPECT_EQ(plx_dev_find("toy:1"), nullptr);
	ASSERT_EQ(plx_dev_probe("toy:1,a=b,c"), 0);
	EXPECT_EQ(toy.calls, std::vector<std::string>{ "plug toy:1 a=b,c" });
	EXPECT_EQ(plx_dev_find("toy:1"), &toy.dev);
	EXPECT_EQ(plx_dev_find("toy:2"), nullptr);
	toy.unplug_ret = -EIO;
	EXPECT_EQ(plx_dev_remove(&toy.dev), -EIO) << "told, and done";
	EXPECT_EQ(plx_dev_find("toy:1"), nullptr);
}

TEST_F(Hotplug, Refuses)
{
	plx_device stranger {};

	toy.plug_ret = -EBUSY;
	EXPECT_EQ(plx_dev_probe("toy:1"), -EBUSY);
	EXPECT_EQ(plx_dev_find("toy:1"), nullptr);
	EXPECT_EQ(logged([] { return plx_dev_probe(",x=1"); }), -EINVAL);
	EXPECT_NE(log.find("EINVAL"), log.npos) << log;
	EXPECT_EQ(logged([] { return plx_dev_probe("nobody_takes_this"); }), -ENODEV);
	EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
	EXPECT_EQ(plx_dev_remove(nullptr), -EINVAL);
	EXPECT_EQ(plx_dev_remove(&stranger), -ENOTSUP) << "of no bus";
	EXPECT_EQ(plx_dev_is_wanted("toy:yes"), 1);
	EXPECT_EQ(plx_dev_is_wanted("toy:no"), 0);
	EXPECT_EQ(plx_dev_is_wanted("net_null0"), 0) << "its bus has no rules";
}

TEST_F(Hotplug, ADevicesMappingsGoWithIt)
{
	constexpr size_t LEN = 4096;
	void *mem = mmap(nullptr, 2 * LEN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	auto at = [&](size_t i) { return static_cast<char *>(mem) + i * LEN; };
	auto iova = [&](size_t i) { return reinterpret_cast<uintptr_t>(at(i)); };

	ASSERT_EQ(plx_dev_probe("toy:1"), 0);
	ASSERT_EQ(plx_extmem_register(mem, 2 * LEN, LEN, -1, 0), 0);
	ASSERT_EQ(plx_dev_dma_map(&toy.dev, at(0), iova(0), LEN), 0);
	ASSERT_EQ(plx_dev_dma_map(nullptr, at(1), iova(1), LEN), 0);
	toy.calls.clear();
	ASSERT_EQ(plx_dev_remove(&toy.dev), 0);
	EXPECT_EQ(toy.calls, (std::vector<std::string>{ "unplug", "unmap" })) << "its own, once";
	EXPECT_EQ(plx_extmem_unregister(mem, 2 * LEN), -EBUSY) << "the other is for all";

	/* A space that comes later hears of what is for all, and of where it is. */
	static std::vector<std::pair<void *, size_t>> walked;
	static int walk_ret;
	auto walk = [](void *addr, size_t len, int fd, uint64_t, void *arg) {
		EXPECT_EQ(fd, -1);
		EXPECT_EQ(arg, &toy);
		walked.push_back({ addr, len });
		return walk_ret;
	};

	EXPECT_EQ(plx_dev_dma_walk(nullptr, walk, &toy), 0);
	ASSERT_EQ(walked.size(), 1u);
	EXPECT_EQ(walked[0], (std::pair<void *, size_t>(at(1), LEN)));
	walk_ret = -ENOMEM;
	EXPECT_EQ(plx_dev_dma_walk(nullptr, walk, &toy), -ENOMEM);
	ASSERT_EQ(plx_dev_dma_unmap(nullptr, at(1), iova(1), LEN), 0);
	EXPECT_EQ(plx_extmem_unregister(mem, 2 * LEN), 0);
	munmap(mem, 2 * LEN);
}

TEST_F(Hotplug, OneCallAtATime)
{
	std::atomic<int> done { 0 };

	run_threads(4, [&](unsigned int n) {
		const std::string name = "net_null" + std::to_string(n);

		for (int i = 0; i < 20; i++) {
			EXPECT_EQ(plx_vdev_init(name.c_str(), "size=64"), 0);
			EXPECT_NE(plx_dev_find(name.c_str()), nullptr);
			EXPECT_EQ(plx_vdev_uninit(name.c_str()), 0);
		}
		done++;
	});
	EXPECT_EQ(done, 4);
	EXPECT_EQ(plx_eth_dev_count_avail(), 0);
}

TEST_F(Hotplug, NotOnTheInterruptThread)
{
	static std::atomic<int> probe_ret, remove_ret, found, done;
	plx_intr_handle handle { "test", PLX_INTR_HANDLE_EVENTFD, eventfd(0, EFD_NONBLOCK) };
	auto cb = [](void *) {
		probe_ret = plx_dev_probe("toy:2");
		remove_ret = plx_dev_remove(&toy.dev);
		found = plx_dev_find("toy:1") != nullptr;
		done = 1;
		return 0;
	};

	ASSERT_EQ(plx_dev_probe("toy:1"), 0);
	ASSERT_EQ(plx_intr_callback_register(&handle, cb, nullptr), 0);
	ASSERT_EQ(eventfd_write(handle.fd, 1), 0);
	while (done == 0)
		usleep(1000);
	EXPECT_EQ(probe_ret, -EDEADLK);
	EXPECT_EQ(remove_ret, -EDEADLK);
	EXPECT_EQ(found, 0);
	EXPECT_EQ(plx_intr_callback_unregister(&handle, cb, nullptr), 0);
	close(handle.fd);
}

TEST_F(Hotplug, VirtualDevices)
{
	ASSERT_EQ(plx_dev_probe("net_null0,size=100"), 0);

	plx_device *dev = plx_dev_find("net_null0");
	uint16_t port;

	ASSERT_NE(dev, nullptr);
	EXPECT_STREQ(dev->args, "size=100");
	EXPECT_EQ(plx_eth_dev_get_port_by_name("net_null0", &port), 0);
	EXPECT_EQ(logged([] { return plx_dev_probe("net_null0"); }), -EEXIST);
	EXPECT_NE(log.find("net_null0"), log.npos);
	EXPECT_EQ(logged([] { return plx_dev_probe("net_null1,size=bad"); }), -EINVAL);
	EXPECT_EQ(plx_dev_find("net_null1"), nullptr) << "nothing is left of it";
	EXPECT_EQ(plx_eth_dev_count_avail(), 1);
	EXPECT_EQ(plx_dev_remove(dev), 0);
	EXPECT_EQ(plx_eth_dev_count_avail(), 0) << "its port went with it";
	EXPECT_EQ(plx_vdev_uninit("net_null0"), -ENOENT);
	EXPECT_EQ(plx_vdev_uninit("toy:1"), -ENOENT);
}

/* A message: texts, each with its zero. */
std::string
message(const std::vector<std::string> &texts)
{
	std::string all;

	for (const auto &t : texts)
		all += t + '\0';
	return all;
}

const std::vector<std::string> GOOD { "bind@/devices/a/toy7", "ACTION=bind", "DEVPATH=/devices/a/toy7",
	"SUBSYSTEM=toys", "DRIVER=lego", "SEQNUM=1" };

int
parse(const std::string &text, plx_uevent *event)
{
	/* In memory of its own size, so that a sanitizer sees what is read behind it. */
	std::vector<char> copy(text.begin(), text.end());

	return eal_uevent_parse(copy.data(), copy.size(), event);
}

TEST(Uevent, IsRead)
{
	const std::string text = message(GOOD);
	plx_uevent e;

	ASSERT_EQ(eal_uevent_parse(text.data(), text.size(), &e), 0);
	EXPECT_STREQ(e.action, "bind");
	EXPECT_STREQ(e.devpath, "/devices/a/toy7");
	EXPECT_STREQ(e.subsystem, "toys");
	EXPECT_STREQ(e.driver, "lego");

	const std::string few = message({ "add@/x", "ACTION=add", "DEVPATH=/x" });

	ASSERT_EQ(eal_uevent_parse(few.data(), few.size(), &e), 0);
	EXPECT_STREQ(e.subsystem, "") << "not NULL";
}

TEST(Uevent, WhatIsNoneIsRefused)
{
	plx_uevent e;
	std::string text = message(GOOD);

	/* Cut anywhere: only between texts can it be one still, and only with what it must have. */
	for (size_t len = 0; len < text.size(); len++)
		EXPECT_TRUE(parse(text.substr(0, len), &e) == -EINVAL || text[len - 1] == '\0') << len;
	EXPECT_EQ(parse("", &e), -EINVAL);
	EXPECT_EQ(parse(std::string(1, '\0'), &e), -EINVAL);
	EXPECT_EQ(parse(message({ "libudev" }), &e), -EINVAL);
	EXPECT_EQ(parse(message({ "@" }), &e), -EINVAL);
	EXPECT_EQ(parse(message({ "bind@/a" }), &e), -EINVAL) << "no pairs";
	EXPECT_EQ(parse(message({ "bind@/a", "ACTION=add", "DEVPATH=/a" }), &e), -EINVAL);
	EXPECT_EQ(parse(message({ "bind@/a", "ACTION=bindx", "DEVPATH=/a" }), &e), -EINVAL);
	EXPECT_EQ(parse(message({ "bind@/a", "ACTION=bind", "DEVPATH=/b" }), &e), -EINVAL);
	EXPECT_EQ(parse(message({ "bind@/a", "ACTIONbind", "DEVPATH" }), &e), -EINVAL);
}

TEST(Uevent, OnlyFromTheKernel)
{
	char text[256];
	const std::string good = message(GOOD);
	int pair[2];
	plx_uevent e;

	/* A socket that is no netlink: the sender has no address. */
	ASSERT_EQ(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
	ASSERT_EQ(write(pair[1], good.data(), good.size()), ssize_t(good.size()));
	EXPECT_EQ(eal_uevent_receive(pair[0], text, sizeof(text), &e), -EPROTO);
	EXPECT_EQ(eal_uevent_receive(pair[0], text, sizeof(text), &e), -EAGAIN);
	close(pair[0]);
	close(pair[1]);

	/* Another process, that is not the kernel. */
	int receiver = socket(AF_NETLINK, SOCK_DGRAM, NETLINK_KOBJECT_UEVENT);
	int forger = socket(AF_NETLINK, SOCK_DGRAM, NETLINK_KOBJECT_UEVENT);
	sockaddr_nl to {};
	socklen_t len = sizeof(to);

	to.nl_family = AF_NETLINK;
	ASSERT_EQ(bind(receiver, reinterpret_cast<sockaddr *>(&to), sizeof(to)), 0);
	ASSERT_EQ(getsockname(receiver, reinterpret_cast<sockaddr *>(&to), &len), 0);
	if (sendto(forger, good.data(), good.size(), 0, reinterpret_cast<sockaddr *>(&to),
		    sizeof(to)) < 0)
		GTEST_LOG_(INFO) << "not allowed here: " << strerror(errno);
	else
		EXPECT_EQ(eal_uevent_receive(receiver, text, sizeof(text), &e), -EPROTO);
	close(receiver);
	close(forger);
}

struct Event {
	std::string name;
	int type;

	bool operator==(const Event &other) const { return name == other.name && type == other.type; }
};

TEST(Uevent, NamesReachTheCallbacks)
{
	static std::vector<Event> events;
	auto cb = [](const char *name, plx_dev_event_type type, void *) {
		events.push_back({ name, type });
		return 0;
	};
	plx_uevent came { "bind", "/devices/a/toy7", "toys", "lego" };
	plx_uevent went { "remove", "/devices/a/toy7", "toys", "" };
	plx_uevent other { "remove", "/devices/a/toy8", "dolls", "" };

	ASSERT_EQ(plx_dev_event_callback_register(nullptr, cb, nullptr), 0);
	eal_uevent_deliver(&came);
	eal_uevent_deliver(&other);
	eal_uevent_deliver(&went);
	EXPECT_EQ(events, (std::vector<Event>{ { "toy7", PLX_DEV_EVENT_ADD },
		{ "toy7", PLX_DEV_EVENT_REMOVE } }));
	EXPECT_EQ(plx_dev_event_callback_unregister(nullptr, cb, nullptr), 0);
}

TEST(Uevent, TheMonitorStartsAndStops)
{
	EXPECT_EQ(plx_dev_event_monitor_stop(), -ENOENT);
	ASSERT_EQ(plx_dev_event_monitor_start(), 0);
	EXPECT_EQ(plx_dev_event_monitor_start(), 0);
	EXPECT_EQ(plx_dev_event_monitor_stop(), 0);
	EXPECT_EQ(plx_dev_event_monitor_stop(), -ENOENT);
	ASSERT_EQ(plx_dev_event_monitor_start(), 0) << "clean-up stops it";
}

} // namespace
