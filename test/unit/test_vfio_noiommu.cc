/* SPDX-License-Identifier: BSD-3-Clause */
/* bus/vfio: a process has devices behind an IOMMU, or devices without one, and never both. */
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <initializer_list>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

extern "C" {
#include "../../drivers/bus/vfio/vfio_private.h"
#include "../../lib/eal/eal_private.h"
}

namespace {

/* A device whose directory in sysfs is the test's: its name has ".." and so leads there. */
class VfioNoiommu : public testing::Test {
protected:
	void SetUp() override
	{
		ASSERT_NE(mkdtemp(dir), nullptr);
		name = "../../../.." + std::string(dir);
		group = dir + std::string("/iommu_group");
		eal.has_hugepages = true;
		if (access(PCI_SYSFS, F_OK) < 0)
			GTEST_SKIP() << "no " PCI_SYSFS;
	}

	void TearDown() override
	{
		eal.has_hugepages = false;
		eal.iova_mode = PLX_IOVA_DC;
		if (group.empty())
			return;
		unlink((group + "/name").c_str());
		rmdir(group.c_str());
		rmdir(dir);
	}

	void make_group() { ASSERT_EQ(mkdir(group.c_str(), 0700), 0); }

	/* As vfio-pci does for a device that has none. */
	void make_noiommu_group()
	{
		make_group();
		std::ofstream(group + "/name") << "vfio-noiommu\n";
	}

	int check(bool noiommu)
	{
		plx_vfio_device dev {};

		dev.name = name.c_str();
		dev.noiommu = noiommu;
		return logged([&] { return vfio_noiommu_check(&bus, &dev); });
	}

	template <typename Fn> int logged(Fn fn)
	{
		testing::internal::CaptureStderr();

		const int ret = fn();

		log = testing::internal::GetCapturedStderr();
		return ret;
	}

	/* It is one line, which names the device and has all of @words. */
	void expect_line(std::initializer_list<const char *> words)
	{
		EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
		EXPECT_NE(log.find(name + ": "), log.npos) << log;
		for (const char *word : words)
			EXPECT_NE(log.find(word), log.npos) << word << ": " << log;
	}

	/* A space with so many devices in it, last on the list. */
	void add(vfio_space &space, bool noiommu, unsigned int users)
	{
		vfio_space **at = &bus.spaces;

		while (*at != nullptr)
			at = &(*at)->next;
		space.noiommu = noiommu;
		space.users = users;
		*at = &space;
	}

	char dir[32] = "/tmp/plx-noiommu-XXXXXX";
	std::string name, group, log;
	struct vfio_bus bus {};
	vfio_space first {}, second {};
};

TEST_F(VfioNoiommu, OnlyAskedForItWithoutIommu)
{
	EXPECT_EQ(check(true), 0);
	EXPECT_EQ(log, "");
	EXPECT_EQ(check(false), -ENODEV);
	expect_line({ "has no IOMMU", "(ENODEV)", "--vfio-backend=noiommu" });
	make_noiommu_group();
	EXPECT_EQ(check(true), 0);
	EXPECT_EQ(log, "");
	EXPECT_EQ(check(false), -ENODEV);
	expect_line({ "has no IOMMU", "(ENODEV)", "--vfio-backend=noiommu" });
}

TEST_F(VfioNoiommu, NotPastAnIommu)
{
	make_group();
	EXPECT_EQ(check(false), 0);
	EXPECT_EQ(log, "");
	EXPECT_EQ(check(true), -EINVAL);
	expect_line({ "has an IOMMU", "(EINVAL)", "another backend" });
}

TEST_F(VfioNoiommu, NotWithoutHugepages)
{
	eal.has_hugepages = false;
	EXPECT_EQ(check(true), -EINVAL);
	expect_line({ "--no-huge", "(EINVAL)", "leave out" });
	make_group();
	EXPECT_EQ(check(false), 0);
	EXPECT_EQ(log, "");
}

TEST_F(VfioNoiommu, ModeOfTheBus)
{
	EXPECT_EQ(vfio_iova_mode(&bus.bus), PLX_IOVA_DC);
	add(first, true, 0);
	EXPECT_EQ(vfio_iova_mode(&bus.bus), PLX_IOVA_DC) << "no device is in it";
	add(second, false, 1);
	EXPECT_EQ(vfio_iova_mode(&bus.bus), PLX_IOVA_VA);
	first.users = 1;
	EXPECT_EQ(vfio_iova_mode(&bus.bus), PLX_IOVA_PA);
}

/* A device that only others stand in the way of; the parameter says if it is without an IOMMU. */
class VfioMixed : public VfioNoiommu, public testing::WithParamInterface<bool> {
protected:
	void SetUp() override
	{
		VfioNoiommu::SetUp();
		if (!HasFatalFailure() && !noiommu)
			make_group();
	}

	void expect_taken()
	{
		EXPECT_EQ(check(noiommu), 0);
		EXPECT_EQ(log, "");
	}

	void expect_refused()
	{
		EXPECT_EQ(check(noiommu), -EINVAL);
		expect_mixed();
	}

	void expect_mixed()
	{
		if (noiommu)
			expect_line({ "is without an IOMMU", "are behind one", "(EINVAL)", "by -a" });
		else
			expect_line({ "is behind an IOMMU", "are without one", "(EINVAL)", "by -a" });
	}

	const bool noiommu = GetParam();
};

TEST_P(VfioMixed, NoOtherDevice)
{
	expect_taken();
}

TEST_P(VfioMixed, DeviceOfTheSameKindIsOpen)
{
	add(first, noiommu, 1);
	expect_taken();
}

TEST_P(VfioMixed, DeviceOfTheOtherKindIsOpen)
{
	add(first, !noiommu, 1);
	expect_refused();
}

/* Spaces that outlive their devices say nothing. */
TEST_P(VfioMixed, OnlySpacesWithDevicesCount)
{
	add(first, !noiommu, 0);
	expect_taken();
	add(second, !noiommu, 2);
	expect_refused();
}

/* Memory was laid out for the devices that there were at start; so it stays when they are gone. */
TEST_P(VfioMixed, KindOfTheStart)
{
	eal.iova_mode = noiommu ? PLX_IOVA_PA : PLX_IOVA_VA;
	expect_taken();
	eal.iova_mode = noiommu ? PLX_IOVA_VA : PLX_IOVA_PA;
	expect_refused();
}

/* The whole way that a device takes: it stays closed. */
TEST_P(VfioMixed, IsNotOpened)
{
	struct vfio_pci vp {};

	add(first, !noiommu, 1);
	vp.pci.device.name = name.c_str();
	vp.args.fd = -1;
	vp.args.backend = noiommu ? VFIO_BACKEND_NOIOMMU : VFIO_BACKEND_AUTO;
	EXPECT_EQ(logged([&] { return pci_open(&bus, &vp.pci); }), -EINVAL);
	expect_mixed();
	EXPECT_EQ(vp.pci.vfio, nullptr);
	EXPECT_EQ(bus.spaces, &first);
	EXPECT_EQ(first.users, 1u);
}

INSTANTIATE_TEST_SUITE_P(Kinds, VfioMixed, testing::Bool(),
	[](const auto &kind) { return kind.param ? "WithoutIommu" : "BehindIommu"; });

} // namespace
