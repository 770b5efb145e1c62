/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <plx_errno.h>

const char *
plx_strerror(int errnum)
{
	static __thread char text[96];
	int err = abs(errnum);
	const char *name = strerrorname_np(err);

	if (name != NULL)
		snprintf(text, sizeof(text), "%s, %s", name, strerrordesc_np(err));
	else
		snprintf(text, sizeof(text), "errno %d", err);
	return text;
}
