/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How far start-up's population has come, once it has taken a second: on a terminal one line that
 * is written again and again, else a log line every few seconds.
 */
#include <string.h>
#include <unistd.h>

#include "eal_private.h"

#define NS_PER_S 1000000000ull
#define FIRST_NS NS_PER_S
#define TERMINAL_NS (NS_PER_S / 4)
#define LOG_NS (5 * NS_PER_S)

void
eal_progress_begin(struct eal_progress *p, uint64_t total, uint64_t now)
{
	memset(p, 0, sizeof(*p));
	p->total = total;
	p->next = now + FIRST_NS;
	p->terminal = isatty(STDERR_FILENO) == 1;
}

void
eal_progress_add(struct eal_progress *p, uint64_t bytes, uint64_t now)
{
	unsigned long long done, total = p->total >> 20;

	p->done += bytes;
	if (now < p->next || (p->done >= p->total && !p->open_line))
		return;
	done = p->done >> 20;
	if (p->terminal) {
		fprintf(stderr, "\rMEM: %llu of %llu MiB populated", done, total);
		fflush(stderr);
		p->open_line = true;
		p->next = now + TERMINAL_NS;
	} else {
		PLX_LOG(NOTICE, &mem_logtype, "%llu of %llu MiB populated", done, total);
		p->next = now + LOG_NS;
	}
}

/* What comes next on a terminal starts on a line of its own. */
void
eal_progress_end(struct eal_progress *p)
{
	if (p->open_line)
		fputc('\n', stderr);
	p->open_line = false;
}
