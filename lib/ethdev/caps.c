/* SPDX-License-Identifier: BSD-3-Clause */
/* Which drivers there are, and what each can do. */
#include <string.h>

#include "ethdev_private.h"

static struct plx_eth_caps *first_caps;

void
plx_eth_caps_register(struct plx_eth_caps *caps)
{
	struct plx_eth_caps **at = &first_caps;

	while (*at != NULL && strcmp((*at)->info.driver_name, caps->info.driver_name) < 0)
		at = &(*at)->next;
	caps->next = *at;
	*at = caps;
}

const struct plx_eth_caps *
plx_eth_caps_first(void)
{
	return first_caps;
}
