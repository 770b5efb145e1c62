/* SPDX-License-Identifier: BSD-3-Clause */
/* The prompt of -i: lines from a terminal or a script. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include <histedit.h>
#include <plx_errno.h>

#include "commands.h"

#define PROMPT "testpmd> "
#define HISTORY_LINES 100

/* What may wait for input also serves devices that come and go. 1; 0 at the end; -1. */
static int
next_char(struct testpmd *tp, char *c)
{
	ssize_t n;
	int came;

	fflush(stdout);
	do {
		came = wait_and_serve(tp, -1, true);
		if (came != CAME_INPUT)
			return came < 0 ? -1 : 0;
		n = read(STDIN_FILENO, c, 1);
	} while (n < 0 && errno == EINTR);
	return (int)n;
}

/* For libedit. Commands are ASCII. */
static int
next_wide(EditLine *el, wchar_t *wide)
{
	struct testpmd *tp;
	char c;
	int n;

	el_get(el, EL_CLIENTDATA, &tp);
	n = next_char(tp, &c);
	*wide = n == 1 && (c & 0x80) == 0 ? (wchar_t)c : L'?';
	return n;
}

static char *
prompt_text(EditLine *el)
{
	static char text[] = PROMPT;

	return text;
}

/* A user at a terminal. Return: 0, or an errno that ends the program. */
static int
serve_terminal(struct testpmd *tp)
{
	EditLine *el = el_init("plx-testpmd", stdin, stdout, stderr);
	History *past = history_init();
	char line[MAX_LINE];
	const char *typed;
	HistEvent ev;
	int ret = el != NULL && past != NULL ? 0 : -ENOMEM, n;

	if (ret == 0) {
		history(past, &ev, H_SETSIZE, HISTORY_LINES);
		el_set(el, EL_CLIENTDATA, tp);
		el_set(el, EL_GETCFN, next_wide);
		el_set(el, EL_PROMPT, prompt_text);
		el_set(el, EL_EDITOR, "emacs");
		el_set(el, EL_HIST, history, past);
	}
	while (ret == 0 && (typed = el_gets(el, &n)) != NULL && n > 0) {
		history(past, &ev, H_ENTER, typed);
		snprintf(line, sizeof(line), "%s", typed);
		ret = commands_execute(tp, line);
	}
	if (past != NULL)
		history_end(past);
	if (el != NULL)
		el_end(el);
	return ret;
}

/* A script: each command is shown, as if it had been typed. */
static int
serve_script(struct testpmd *tp)
{
	char line[MAX_LINE], c = 0;
	size_t len = 0;
	int ret = 0, n = 1;

	while (ret == 0 && n == 1) {
		n = next_char(tp, &c);
		if (n == 1 && c != '\n') {
			if (len + 1 < sizeof(line))
				line[len++] = c;
			continue;
		}
		line[len] = '\0';
		if (n == 1 || len > 0)
			printf(PROMPT "%s\n", line);
		ret = commands_execute(tp, line);
		len = 0;
	}
	return ret < 0 ? ret : n < 0 ? -EIO : 0;
}

int
prompt(struct testpmd *tp)
{
	int ret = isatty(STDIN_FILENO) ? serve_terminal(tp) : serve_script(tp);

	if (ret < 0)
		TESTPMD_LOG(ERR, "no commands any more (%s)", plx_strerror(ret));
	return ret < 0 ? ret : 0;
}
