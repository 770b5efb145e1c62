/* SPDX-License-Identifier: BSD-3-Clause */
/* What --vdev may say of a net_ring. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "net_ring.h"

/* "NAME:NODE:CREATE" or "NAME:NODE:ATTACH"; DPDK's words. */
static int
set_nodeaction(const char *value, void *arg)
{
	struct ring_args *args = arg;
	char *copy = strdup(value), *rest = copy;
	const char *name, *node, *action;
	int ret = -EINVAL;

	if (copy == NULL)
		return -ENOMEM;
	name = strsep(&rest, ":");
	node = strsep(&rest, ":");
	action = rest;
	if (args->name == NULL && node != NULL && action != NULL &&
	    (strcmp(action, "CREATE") == 0 || strcmp(action, "ATTACH") == 0) &&
	    vport_arg_u32(node, 0, PLX_MAX_NUMA_NODES - 1, &args->numa_node) == 0)
		ret = vport_arg_text(name, &args->name);
	if (ret == 0) {
		args->kind = RING_SHARED;
		args->create = strcmp(action, "CREATE") == 0;
	}
	free(copy);
	return ret;
}

static int
set_wire(const char *value, void *arg)
{
	struct ring_args *args = arg;

	args->kind = RING_WIRE;
	return args->name == NULL ? vport_arg_text(value, &args->name) : -EINVAL;
}

static const struct plx_kvarg known_args[] = {
	{ "nodeaction", set_nodeaction, "NAME:NODE:CREATE or NAME:NODE:ATTACH, once, and no wire" },
	{ "wire", set_wire, "a name, once, and no nodeaction" },
	{ NULL, NULL, NULL },
};

int
ring_args_parse(const struct plx_device *device, struct ring_args *args)
{
	*args = (struct ring_args){ .kind = RING_OWN, .numa_node = (uint32_t)SOCKET_ID_ANY };
	return plx_kvargs_parse(device->name, device->args, known_args, args);
}

void
ring_args_free(struct ring_args *args)
{
	free(args->name);
	args->name = NULL;
}
