/* SPDX-License-Identifier: BSD-3-Clause */
/* -a, -b and --vdev: the list that the buses read. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "eal_private.h"

const struct plx_devarg *
plx_devargs(void)
{
	return eal.opts.devargs;
}

static void
devarg_free(struct plx_devarg *d)
{
	free(d->name);
	free(d->args);
	free(d);
}

int
eal_devarg_add(struct plx_devarg **list, enum plx_devarg_kind kind, const char *text)
{
	struct plx_devarg *d = calloc(1, sizeof(*d));
	size_t name_len = strcspn(text, ",");

	if (d == NULL)
		return -ENOMEM;
	d->kind = kind;
	d->name = strndup(text, name_len);
	d->args = strdup(text[name_len] == ',' ? text + name_len + 1 : "");
	if (d->name == NULL || d->args == NULL) {
		devarg_free(d);
		return -ENOMEM;
	}
	while (*list != NULL)
		list = &(*list)->next;
	*list = d;
	return 0;
}

void
eal_devargs_free(struct plx_devarg **list)
{
	while (*list != NULL) {
		struct plx_devarg *d = *list;

		*list = d->next;
		devarg_free(d);
	}
}
