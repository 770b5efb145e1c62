/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_TESTPMD_PROMPT_H
#define TEST_TESTPMD_PROMPT_H
/* Runs of plx-testpmd -i with commands from a script. */
#include <cstdlib>

#include <gtest/gtest.h>
#include <unistd.h>

#include "run_program.h"

class Prompt : public testing::Test {
protected:
	/* Run the commands in @lines on @nb_ports ports of net_null. */
	void run(unsigned int nb_ports, const std::string &lines,
		const std::vector<std::string> &options = {})
	{
		char path[] = "/tmp/plx-prompt.XXXXXX";
		const int fd = mkstemp(path);
		std::vector<std::string> argv { built("app/testpmd/plx-testpmd"), "--no-huge", "--no-pci", "-m", "64",
			"--lcores=(0-1)@0" };

		ASSERT_GE(fd, 0);
		ASSERT_EQ(write(fd, lines.data(), lines.size()), ssize_t(lines.size()));
		close(fd);
		for (unsigned int i = 0; i < nb_ports; i++)
			argv.push_back("--vdev=net_null" + std::to_string(i));
		argv.insert(argv.end(), { "--", "-i" });
		argv.insert(argv.end(), options.begin(), options.end());
		o = run_program(argv, "", 0, 60, path);
		unlink(path);
		EXPECT_FALSE(o.timed_out);
		EXPECT_EQ(o.status, 0) << o.out << o.err;
	}

	/* Are these in the output, in this order? */
	void expect_in_order(const std::vector<std::string> &words)
	{
		size_t at = 0;

		for (const auto &w : words) {
			const size_t found = o.out.find(w, at);

			ASSERT_NE(found, o.out.npos) << w << " is not in what follows:\n" << o.out.substr(at);
			at = found + w.size();
		}
	}

	Outcome o;
};

#endif
