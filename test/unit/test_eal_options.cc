/* SPDX-License-Identifier: BSD-3-Clause */
/* EAL options, by argument vectors that are accepted or refused. */
#include <gtest/gtest.h>

#include <plx_config.h>

#include "run_program.h"

using Args = std::vector<std::string>;

static Outcome
eal(Args args)
{
	args.insert(args.begin(), built("test/unit/eal_args"));
	return run_program(args);
}

/* --no-huge --no-pci and more. */
static Outcome
eal_plain(Args args)
{
	args.insert(args.begin(), { "--no-huge", "--no-pci" });
	return eal(args);
}

struct Refused {
	Args args;
	std::vector<std::string> words;	/* what the line must name */
};

class EalRefuses : public testing::TestWithParam<Refused> {};

TEST_P(EalRefuses, WithOneLine)
{
	Outcome o = eal_plain(GetParam().args);

	EXPECT_EQ(o.status, 1);
	EXPECT_EQ(o.out, "");
	EXPECT_EQ(count_lines(o.err), 1u) << o.err;
	for (const auto &word : GetParam().words)
		EXPECT_NE(o.err.find(word), std::string::npos) << word << " is not in: " << o.err;
}

INSTANTIATE_TEST_SUITE_P(Options, EalRefuses, testing::Values(
	Refused{ { "--nonsense" }, { "--nonsense", "EINVAL", "--help" } },
	Refused{ { "-Z" }, { "-Z", "EINVAL", "--help" } },
	Refused{ { "--no-huge=yes" }, { "--no-huge=yes", "EINVAL" } },
	Refused{ { "-m" }, { "-m", "EINVAL" } },
	Refused{ { "word" }, { "word", "EINVAL", "--" } },
	Refused{ { "-l", "99" }, { "99", "EINVAL", "online" } },
	Refused{ { "-l", "0@99" }, { "99", "EINVAL", "online" } },
	Refused{ { "-l", "" }, { "--lcores", "EINVAL" } },
	Refused{ { "-l", "0," }, { "--lcores", "EINVAL" } },
	Refused{ { "-l", "1-0" }, { "--lcores", "EINVAL" } },
	Refused{ { "-l", "0@" }, { "--lcores", "EINVAL" } },
	Refused{ { "-l", "(0" }, { "--lcores", "EINVAL" } },
	Refused{ { "-l", "0;1" }, { "--lcores", "';1'", "EINVAL" } },
	Refused{ { "-l", "0,0" }, { "twice", "EINVAL" } },
	Refused{ { "-l", "5000" }, { "5000", "too large", "EINVAL" } },
	Refused{ { "-l", "-1" }, { "--lcores", "EINVAL" } },
	Refused{ { "-l", "0", "--lcores", "0" }, { "once", "EINVAL" } },
	Refused{ { "-l", "0", "--main-lcore", "1" }, { "--main-lcore 1", "EINVAL" } },
	Refused{ { "--main-lcore", "x" }, { "--main-lcore x", "EINVAL" } },
	Refused{ { "--main-lcore", "100000" }, { "--main-lcore 100000", "EINVAL" } },
	Refused{ { "-m", "0" }, { "-m", "'0'", "EINVAL" } },
	Refused{ { "-m", "12q" }, { "12q", "EINVAL" } },
	Refused{ { "-m", "-5" }, { "-5", "EINVAL" } },
	Refused{ { "-m", "99999999999999999999" }, { "EINVAL" } },
	Refused{ { "-m", "100000000" }, { "100000000", "ENOMEM", "lower -m" } },
	Refused{ { "--socket-mem", "64" }, { "--no-huge", "--socket-mem", "EINVAL", "-m" } },
	Refused{ { "-m4", "--socket-mem", "64" }, { "-m", "--socket-mem", "EINVAL", "one" } },
	Refused{ { "--socket-mem", "" }, { "--socket-mem", "EINVAL" } },
	Refused{ { "--socket-mem", "0,0" }, { "--socket-mem", "'0,0'", "EINVAL" } },
	Refused{ { "--socket-mem", "1,,2" }, { "--socket-mem", "'1,,2'", "EINVAL" } },
	Refused{ { "--socket-mem", "1,x" }, { "--socket-mem", "'1,x'", "EINVAL" } },
	Refused{ { "--socket-limit", "x" }, { "--socket-limit", "'x'", "EINVAL" } },
	Refused{ { "--socket-limit", "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,"
		"0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0" },
		{ "--socket-limit", "EINVAL" } },
	Refused{ { "-m8", "--socket-limit", "4" }, { "-m 8", "--socket-limit", "4 MiB", "ENOMEM" } },
	Refused{ { "--huge-dir", "/tmp" }, { "--no-huge", "--huge-dir", "EINVAL" } },
	Refused{ { "--huge-unlink" }, { "--no-huge", "--huge-unlink", "EINVAL" } },
	Refused{ { "--huge-unlink=maybe" }, { "--huge-unlink", "'maybe'", "EINVAL", "never" } },
	Refused{ { "--file-prefix", "a/b" }, { "--file-prefix", "'a/b'", "EINVAL" } },
	Refused{ { "--file-prefix", "" }, { "--file-prefix", "EINVAL" } },
	Refused{ { "--base-virtaddr", "zero" }, { "zero", "EINVAL" } },
	Refused{ { "--base-virtaddr", "0x800000000000" }, { "0x800000000000", "EINVAL" } },
	Refused{ { "--iova-mode", "pa" }, { "--iova-mode=pa", "EINVAL", "noiommu" } },
	Refused{ { "--iova-mode", "xx" }, { "xx", "EINVAL" } },
	Refused{ { "--log-level", "9" }, { "'9'", "EINVAL" } },
	Refused{ { "--log-level", "lib.eal:loud" }, { "loud", "EINVAL" } },
	Refused{ { "--log-level", "nobody:debug" }, { "nobody", "EINVAL", "help" } },
	Refused{ { "--vfio-backend", "magic" }, { "magic", "EINVAL", "iommufd" } },
	Refused{ { "-a", "nic0" }, { "-a nic0", "EINVAL" } },
	Refused{ { "-a", "00:01" }, { "-a 00:01", "EINVAL" } },
	Refused{ { "-a", "0000:00:20.0" }, { "0000:00:20.0", "EINVAL" } },
	Refused{ { "-a", "0000:00:1f.8" }, { "0000:00:1f.8", "EINVAL" } },
	Refused{ { "-b", "x" }, { "-b x", "EINVAL" } },
	Refused{ { "-a", "01:00.0", "-b", "02:00.0" }, { "-a", "-b", "EINVAL" } },
	Refused{ { "-a", "01:00.0" }, { "--no-pci", "01:00.0", "EINVAL" } }));

struct Accepted {
	Args args;
	std::string out;
};

class EalAccepts : public testing::TestWithParam<Accepted> {};

TEST_P(EalAccepts, AndTells)
{
	Outcome o = eal_plain(GetParam().args);

	EXPECT_EQ(o.status, 0);
	EXPECT_EQ(o.out.rfind(GetParam().out, 0), 0u) << o.out;
	EXPECT_EQ(o.err, "");
}

/* CPU 0 is the only one that every machine has. The two arguments in front are eal_plain()'s. */
INSTANTIATE_TEST_SUITE_P(Options, EalAccepts, testing::Values(
	Accepted{ { "-l", "0" }, "consumed 4 main 0 lcores 0\n" },
	Accepted{ { "-l", "0", "--" }, "consumed 5 main 0 lcores 0\n" },
	Accepted{ { "-l", "0", "--", "-x", "y" }, "consumed 5 main 0 lcores 0\nargument -x\nargument y\n" },
	Accepted{ { "--lcores=3@0" }, "consumed 3 main 3 lcores 3\n" },
	Accepted{ { "--lcores", "1@0,5@0,9@0", "--main-lcore", "5" }, "consumed 6 main 5 lcores 1 5 9\n" },
	Accepted{ { "-l", "2-4@0" }, "consumed 4 main 2 lcores 2 3 4\n" },
	Accepted{ { "-l", "(7,5-6)@(0)" }, "consumed 4 main 5 lcores 5 6 7\n" },
	Accepted{ { "-l", "(0)" }, "consumed 4 main 0 lcores 0\n" },
	Accepted{ { "-l0", "-m4" }, "consumed 4 main 0 lcores 0\nregion node 0 page 4096 len 4194304 " },
	Accepted{ { "-l0", "--in-memory", "--file-prefix=x" }, "consumed 5 main 0 lcores 0\n" },
	Accepted{ { "-l0", "--socket-limit=100", "--", "alloc=60", "free", "alloc=80", "alloc=30" },
		"consumed 5 main 0 lcores 0\nargument alloc=60\nok\nargument free\n"
		"argument alloc=80\nok\nargument alloc=30\nENOMEM" },
	Accepted{ { "-l0", "--iova-mode=va", "--log-level=lib.*:debug", "--log-level=notice",
		"--vfio-backend=auto" }, "consumed 7 main 0 lcores 0\n" }));

TEST(EalOptions, HelpListsEveryOption)
{
	Outcome o = eal({ "--help" });

	EXPECT_EQ(o.status, 0);
	EXPECT_EQ(o.err, "");
	for (const char *option : { "--lcores", "-l", "--main-lcore", "-a", "--allow", "-b", "--block",
		"--vdev", "-m", "--socket-mem", "--socket-limit", "--no-huge", "--in-memory",
		"--huge-dir", "--file-prefix", "--huge-unlink", "--match-allocations", "--no-pci", "--dma-check", "--base-virtaddr", "--vfio-backend",
		"--iova-mode", "--log-level", "-v", "-h" })
		EXPECT_NE(o.out.find(option), std::string::npos) << option;
}

TEST(EalOptions, VersionIsPrinted)
{
	Outcome o = eal({ "-v" });

	EXPECT_EQ(o.status, 0);
	EXPECT_EQ(o.out, "Pollux " PLX_VERSION "\n");
}

TEST(EalOptions, LogLevelHelpListsComponents)
{
	Outcome o = eal({ "--log-level=help" });

	EXPECT_EQ(o.status, 0);
	EXPECT_NE(o.out.find("lib.eal "), std::string::npos);
	EXPECT_NE(o.out.find("bus.vfio "), std::string::npos);
}

/* At the address, or above it where something else is: AddressSanitizer's shadow, for one. */
TEST(EalOptions, BaseVirtaddrIsWhereTheSearchStarts)
{
	Outcome o = eal_plain({ "-l0", "-m4", "--base-virtaddr=0x200000000" });
	size_t at = o.out.find("addr 0x");

	EXPECT_EQ(o.status, 0);
	ASSERT_NE(at, std::string::npos) << o.out;
	EXPECT_GE(std::stoull(o.out.substr(at + 5), nullptr, 16), 0x200000000u);
}

/* A region of just the object's size and header, which goes with the object. */
TEST(EalOptions, MatchAllocations)
{
	Outcome o = eal_plain({ "-l0", "--match-allocations", "--", "alloc=1", "regions", "free", "wait" });

	EXPECT_EQ(o.status, 0);
	EXPECT_NE(o.out.find("region node 0 page 4096 len 1052672 addr 0x"), std::string::npos) << o.out;
	EXPECT_NE(o.out.find("argument wait\ngone\n"), std::string::npos) << o.out;
}

/* Without --no-huge: the options that go with hugepages, refused before any page is looked for. */
TEST(EalOptions, HugepageConflicts)
{
	for (const Refused &r : {
		Refused{ { "-m4", "--socket-mem", "4" }, { "-m", "--socket-mem", "EINVAL" } },
		Refused{ { "--in-memory", "--huge-dir", "/tmp" }, { "--in-memory", "--huge-dir", "EINVAL" } },
		Refused{ { "--huge-unlink=never" }, { "--huge-unlink", "--huge-dir", "EINVAL" } },
		Refused{ { "--huge-unlink=existing" }, { "--huge-unlink", "--huge-dir", "EINVAL" } },
		Refused{ { "--no-pci", "--huge-dir", "/nonexistent" }, { "/nonexistent", "ENOENT" } },
		Refused{ { "--no-pci", "--huge-dir", "/proc" }, { "/proc", "ENODEV", "mount" } } }) {
		Outcome o = eal(r.args);

		EXPECT_EQ(o.status, 1);
		EXPECT_EQ(count_lines(o.err), 1u) << o.err;
		for (const auto &word : r.words)
			EXPECT_NE(o.err.find(word), std::string::npos) << word << " is not in: " << o.err;
	}
}

/* Address space that does not exist is refused, not replaced by another place. */
TEST(EalOptions, BaseVirtaddrWithoutRoomAboveIsRefused)
{
	Outcome o = eal_plain({ "-l0", "-m4", "--base-virtaddr=0x7fffffff0000" });

	EXPECT_EQ(o.status, 1);
	EXPECT_NE(o.err.find("EADDRNOTAVAIL"), std::string::npos) << o.err;
	EXPECT_EQ(count_lines(o.err), 1u) << o.err;
}
