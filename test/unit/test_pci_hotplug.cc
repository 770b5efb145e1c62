/* SPDX-License-Identifier: BSD-3-Clause */
/* bus/vfio: which messages of the kernel are about devices of ours, and which devices are wanted. */
#include <cerrno>
#include <cstring>
#include <string>

#include <gtest/gtest.h>

extern "C" {
#include "../../drivers/bus/vfio/vfio_private.h"
#include "../../lib/eal/eal_private.h"
}

namespace {

struct Said {
	const char *action, *devpath, *subsystem, *driver;
	int change;
	const char *name;
};

class PciUevent : public testing::TestWithParam<Said> {};

TEST_P(PciUevent, SaysWhatItMeans)
{
	const Said &said = GetParam();
	const plx_uevent event { said.action, said.devpath, said.subsystem, said.driver };
	struct vfio_bus bus {};
	char name[PLX_DEV_NAME_MAX] = "";

	EXPECT_EQ(pci_uevent(&bus.bus, &event, name), said.change);
	EXPECT_STREQ(name, said.name);
	bus.disabled = true;
	EXPECT_EQ(pci_uevent(&bus.bus, &event, name), 0) << "--no-pci";
}

const std::string LONG = "/devices/" + std::string(PLX_DEV_NAME_MAX, '0') + ":01:00.0";

INSTANTIATE_TEST_SUITE_P(Uevents, PciUevent, testing::Values(
	Said{ "bind", "/devices/pci0000:00/0000:00:10.0/0000:01:00.0", "pci", "vfio-pci", 1, "0000:01:00.0" },
	Said{ "add", "/devices/0000:01:00.0", "pci", "vfio-pci", 1, "0000:01:00.0" },
	Said{ "add", "/devices/0000:01:00.0", "pci", "", 0, "" },
	Said{ "bind", "/devices/0000:01:00.0", "pci", "e1000e", 0, "" },
	Said{ "unbind", "/devices/0000:01:00.0", "pci", "vfio-pci", 0, "" },
	Said{ "remove", "/devices/0000:01:00.0", "pci", "", -1, "0000:01:00.0" },
	Said{ "remove", "/devices/0000:01:00.0", "net", "", 0, "" },
	Said{ "remove", "/devices/0000:01:00.0/net/eth0", "pci", "", 0, "" },
	Said{ "remove", "/devices/../0000:01:00.0x", "pci", "", 0, "" },
	Said{ "remove", "0000:01:00.0", "pci", "", 0, "" },
	Said{ "remove", "/devices/", "pci", "", 0, "" },
	Said{ "remove", LONG.c_str(), "pci", "", 0, "" },
	Said{ "", "", "", "", 0, "" }));

class PciWanted : public testing::Test {
protected:
	void TearDown() override { eal_devargs_free(&eal.opts.devargs); }

	void option(plx_devarg_kind kind, const char *text)
	{
		ASSERT_EQ(eal_devarg_add(&eal.opts.devargs, kind, text), 0);
	}

	static int wanted(const char *name)
	{
		static struct vfio_bus bus;

		return pci_is_name_wanted(&bus.bus, name);
	}
};

TEST_F(PciWanted, AllUnlessSaid)
{
	EXPECT_EQ(wanted("0000:01:00.0"), 1);
	EXPECT_EQ(wanted("net_null0"), 0);
	option(PLX_DEVARG_VDEV, "net_null0");
	EXPECT_EQ(wanted("0000:01:00.0"), 1);
}

TEST_F(PciWanted, NotWhatIsBlocked)
{
	option(PLX_DEVARG_BLOCK, "01:00.0");
	EXPECT_EQ(wanted("0000:01:00.0"), 0);
	EXPECT_EQ(wanted("sysfsdev=/sys/bus/pci/devices/0000:01:00.0"), 0);
	EXPECT_EQ(wanted("0000:01:00.1"), 1);
}

TEST_F(PciWanted, OnlyWhatIsAllowed)
{
	option(PLX_DEVARG_ALLOW, "01:00.0,ioas=private");
	option(PLX_DEVARG_ALLOW, "0001:02:00.0");
	EXPECT_EQ(wanted("0000:01:00.0"), 1);
	EXPECT_EQ(wanted("0001:02:00.0"), 1);
	EXPECT_EQ(wanted("0000:02:00.0"), 0);
}

/* The failures that come before a device is opened; and that nothing is left of them. */
TEST(PciPlug, Refuses)
{
	struct vfio_bus bus {};

	testing::internal::CaptureStderr();
	EXPECT_EQ(pci_plug(&bus.bus, "fffe:ff:1f.7", ""), -ENODEV);

	std::string log = testing::internal::GetCapturedStderr();

	EXPECT_NE(log.find("fffe:ff:1f.7: can't find it (ENODEV"), log.npos) << log;
	EXPECT_EQ(bus.devices, nullptr);
	bus.disabled = true;
	testing::internal::CaptureStderr();
	EXPECT_EQ(pci_plug(&bus.bus, "0000:00:00.0", ""), -ENODEV);
	log = testing::internal::GetCapturedStderr();
	EXPECT_NE(log.find("--no-pci"), log.npos) << log;
	EXPECT_EQ(bus.devices, nullptr);

	/* One that is open. */
	struct vfio_pci vp {};
	plx_vfio_device open {};

	bus.disabled = false;
	vp.pci.device.name = "0000:01:00.0";
	vp.pci.addr.bus = 1;
	vp.pci.vfio = &open;
	bus.devices = &vp.pci;
	testing::internal::CaptureStderr();
	EXPECT_EQ(pci_plug(&bus.bus, "01:00.0", ""), -EEXIST);
	log = testing::internal::GetCapturedStderr();
	EXPECT_NE(log.find("EEXIST"), log.npos) << log;
	EXPECT_EQ(pci_find_used(&bus.bus, "01:00.0"), nullptr) << "not driven yet";
}

} // namespace
