/* SPDX-License-Identifier: BSD-3-Clause */
/* lcores, logging, cycles and device arguments. */
#include <atomic>
#include <cerrno>
#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <plx_cycles.h>
#include <plx_dev.h>
#include <plx_eal.h>
#include <plx_errno.h>
#include <plx_lcore.h>
#include <plx_log.h>

namespace {

struct plx_logtype logtype = { "test.unit", "UNIT", PLX_LOG_NOTICE, nullptr };

/* Five lcores on CPU 0: any machine has that. */
class Lcores : public testing::Test {
protected:
	static void SetUpTestSuite()
	{
		char args[][16] = { "test", "--no-huge", "--no-pci", "-l", "1-5@0", "--main-lcore", "3" };
		char *argv[] = { args[0], args[1], args[2], args[3], args[4], args[5], args[6], nullptr };

		ASSERT_EQ(plx_eal_init(7, argv), 6);
		EXPECT_EQ(plx_eal_init(7, argv), -EALREADY);
	}

	static void TearDownTestSuite()
	{
		EXPECT_EQ(plx_eal_cleanup(), 0);
		EXPECT_EQ(plx_eal_cleanup(), -EALREADY);
	}
};

TEST_F(Lcores, Ids)
{
	std::vector<unsigned int> all, workers;
	unsigned int id;

	PLX_LCORE_FOREACH(id)
		all.push_back(id);
	PLX_LCORE_FOREACH_WORKER(id)
		workers.push_back(id);
	EXPECT_EQ(all, (std::vector<unsigned int>{ 1, 2, 3, 4, 5 }));
	EXPECT_EQ(workers, (std::vector<unsigned int>{ 1, 2, 4, 5 }));
	EXPECT_EQ(plx_lcore_id(), 3u);
	EXPECT_EQ(plx_get_main_lcore(), 3u);
	EXPECT_EQ(plx_lcore_count(), 5u);
	EXPECT_EQ(plx_lcore_index(5), 4);
	EXPECT_EQ(plx_lcore_index(-1), 2);
	EXPECT_EQ(plx_lcore_index(6), -1);
	EXPECT_EQ(plx_get_next_lcore(5, 0, 1), 1u);
	EXPECT_EQ(plx_get_next_lcore(5, 0, 0), static_cast<unsigned int>(PLX_MAX_LCORE));
	EXPECT_FALSE(plx_lcore_is_enabled(0));
	EXPECT_FALSE(plx_lcore_is_enabled(100000));
	EXPECT_EQ(plx_eal_iova_mode(), PLX_IOVA_VA);
}

int
own_id(void *)
{
	return static_cast<int>(plx_lcore_id());
}

TEST_F(Lcores, LaunchAndWait)
{
	unsigned int id;

	ASSERT_EQ(plx_eal_mp_remote_launch(own_id, nullptr, CALL_MAIN), 0);
	PLX_LCORE_FOREACH_WORKER(id)
		EXPECT_EQ(plx_eal_wait_lcore(id), static_cast<int>(id));
	EXPECT_EQ(plx_eal_wait_lcore(1), 0);
	EXPECT_EQ(plx_eal_remote_launch(own_id, nullptr, 3), -EINVAL);
	EXPECT_EQ(plx_eal_remote_launch(own_id, nullptr, 9), -EINVAL);
	EXPECT_EQ(plx_eal_wait_lcore(9), -EINVAL);
}

int
until(void *arg)
{
	auto *go = static_cast<std::atomic<bool> *>(arg);

	while (!go->load())
		plx_pause();
	/* a worker is not the main lcore */
	return plx_eal_remote_launch(own_id, nullptr, 1) == -EPERM &&
		plx_eal_mp_remote_launch(own_id, nullptr, SKIP_MAIN) == -EPERM &&
		plx_eal_cleanup() == -EPERM ? 5 : 6;
}

TEST_F(Lcores, BusyLcoreIsRefused)
{
	std::atomic<bool> go = { false };

	ASSERT_EQ(plx_eal_remote_launch(until, &go, 2), 0);
	EXPECT_EQ(plx_eal_get_lcore_state(2), RUNNING);
	EXPECT_EQ(plx_eal_remote_launch(own_id, nullptr, 2), -EBUSY);
	EXPECT_EQ(plx_eal_mp_remote_launch(own_id, nullptr, SKIP_MAIN), -EBUSY);
	EXPECT_EQ(plx_eal_get_lcore_state(1), WAIT);
	EXPECT_EQ(plx_eal_cleanup(), -EBUSY);
	go = true;
	EXPECT_EQ(plx_eal_wait_lcore(2), 5);
	EXPECT_EQ(plx_eal_get_lcore_state(2), WAIT);
}

TEST(Cycles, TscRunsAtItsFrequency)
{
	using clock = std::chrono::steady_clock;
	auto t0 = clock::now();
	uint64_t c0 = plx_rdtsc();

	plx_delay_us(20000);
	uint64_t cycles = plx_rdtsc() - c0;
	double seconds = std::chrono::duration<double>(clock::now() - t0).count();

	EXPECT_GE(cycles, plx_get_tsc_hz() / 50);
	/* half or double would mean a wrong unit; machines under load are off by less */
	EXPECT_GT(static_cast<double>(cycles), 0.5 * seconds * static_cast<double>(plx_get_tsc_hz()));
	EXPECT_LT(static_cast<double>(cycles), 2.0 * seconds * static_cast<double>(plx_get_tsc_hz()));
}

TEST(Log, LevelsByComponent)
{
	plx_log_register(&logtype);
	testing::internal::CaptureStderr();
	PLX_LOG(INFO, &logtype, "not seen");
	PLX_LOG(NOTICE, &logtype, "seen %d", 1);
	EXPECT_EQ(plx_log_parse("test.*:debug"), 0);
	errno = EXDEV;
	PLX_LOG(DEBUG, &logtype, "seen %d", 2);
	EXPECT_EQ(errno, EXDEV);
	EXPECT_EQ(plx_log_parse("test.unit:4"), 0);
	PLX_LOG(NOTICE, &logtype, "not seen");
	PLX_LOG(ERR, &logtype, "%s", std::string(5000, 'x').c_str());
	EXPECT_EQ(testing::internal::GetCapturedStderr(),
		"UNIT: seen 1\nUNIT: seen 2\nUNIT: " + std::string(1023 - 6, 'x') + "\n");
	EXPECT_EQ(plx_log_parse("nobody:4"), -ENOENT);
	EXPECT_EQ(plx_log_parse("0"), -EINVAL);
	EXPECT_EQ(plx_log_parse(""), -EINVAL);
	EXPECT_EQ(plx_log_set_level_pattern("*", 9), -EINVAL);
	EXPECT_EQ(plx_log_set_level_pattern("test.unit", 6), 1);
}

TEST(Errno, NameAndMeaning)
{
	EXPECT_STREQ(plx_strerror(-EBUSY), "EBUSY, Device or resource busy");
	EXPECT_STREQ(plx_strerror(EBUSY), "EBUSY, Device or resource busy");
	EXPECT_STREQ(plx_strerror(99999), "errno 99999");
}

struct Values { uint32_t size = 0; std::string name; };

const struct plx_kvarg keys[] = {
	{ "size", [](const char *v, void *arg) {
		return plx_kvarg_u32(v, &static_cast<Values *>(arg)->size); }, nullptr },
	{ "name", [](const char *v, void *arg) {
		static_cast<Values *>(arg)->name = v; return 0; }, "a name" },
	{ nullptr, nullptr, nullptr },
};

TEST(Kvargs, Parsed)
{
	Values v;

	EXPECT_EQ(plx_kvargs_parse("d", "size=0x40,name=a=b", keys, &v), 0);
	EXPECT_EQ(v.size, 64u);
	EXPECT_EQ(v.name, "a=b");
	EXPECT_EQ(plx_kvargs_parse("d", "", keys, &v), 0);
	EXPECT_EQ(plx_kvargs_parse("d", "name", keys, &v), 0);
	EXPECT_EQ(v.name, "");
}

TEST(Kvargs, Refused)
{
	Values v;

	for (const char *bad : { "size=", "size=-1", "size= 1", "size=4294967296", "size=1x", "sise=1" }) {
		testing::internal::CaptureStderr();
		EXPECT_EQ(plx_kvargs_parse("dev7", bad, keys, &v), -EINVAL) << bad;
		std::string err = testing::internal::GetCapturedStderr();
		EXPECT_NE(err.find("dev7"), std::string::npos) << err;
		EXPECT_NE(err.find("EINVAL"), std::string::npos) << err;
	}
}

} // namespace
