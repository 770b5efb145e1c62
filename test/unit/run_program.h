/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef RUN_PROGRAM_H
#define RUN_PROGRAM_H
/* Run a program to its end, or signal it when it has printed something, and look at what it said. */
#include <string>
#include <vector>

struct Outcome {
	int status;		/* exit status; 128 + N for signal N */
	std::string out;	/* stdout */
	std::string err;	/* stderr */
	bool timed_out;		/* it was killed */
	bool saw_trigger;	/* @trigger came */
};

/*
 * Start argv[0] with stdin from the file @input. When @trigger is not empty, send @sig once it has come on
 * stdout. Kill it after @timeout_s seconds.
 */
Outcome run_program(const std::vector<std::string> &argv, const std::string &trigger = "",
	int sig = 0, int timeout_s = 60, const std::string &input = "/dev/null");

/* A program of the build that the running test is of: "app/testpmd/plx-testpmd". */
std::string built(const std::string &path);

/* Number of lines in @text. */
size_t count_lines(const std::string &text);

#endif
