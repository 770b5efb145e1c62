/* SPDX-License-Identifier: BSD-3-Clause */
/* Arguments of net_tap. */
#include <errno.h>
#include <string.h>

#include "net_tap.h"

static int
set_name(const char *value, char **name)
{
	return strlen(value) < IFNAMSIZ ? vport_arg_text(value, name) : -EINVAL;
}

static int
set_iface(const char *value, void *arg)
{
	return set_name(value, &((struct tap_args *)arg)->iface);
}

static int
set_remote(const char *value, void *arg)
{
	struct tap_args *args = arg;

	return args->remote == NULL ? set_name(value, &args->remote) : -EEXIST;
}

/* "fixed" is DPDK's word for an address that begins with "dtap". */
static int
set_mac(const char *value, void *arg)
{
	static const struct plx_ether_addr fixed = { { 0x02, 0x64, 0x74, 0x61, 0x70, 0x00 } };
	struct tap_args *args = arg;

	if (strcmp(value, "fixed") == 0) {
		args->mac = fixed;
		return 0;
	}
	return plx_ether_unformat_addr(value, &args->mac) == 0 &&
		plx_is_valid_assigned_ether_addr(&args->mac) ? 0 : -EINVAL;
}

static int
set_persist(const char *value, void *arg)
{
	uint32_t *persist = &((struct tap_args *)arg)->persist;

	*persist = 1;
	return value[0] != '\0' ? vport_arg_u32(value, 0, 1, persist) : 0;
}

static const struct plx_kvarg known_args[] = {
	{ "iface", set_iface, "a name of up to 15 bytes, as mine or mine%d" },
	{ "mac", set_mac, "fixed, or a unicast address as 02:00:00:00:00:01" },
	{ "persist", set_persist, "0 or 1" },
	{ "remote", set_remote, "one name of an interface, of up to 15 bytes" },
	{ NULL, NULL, NULL },
};

int
tap_args_parse(const struct plx_device *device, struct tap_args *args)
{
	return plx_kvargs_parse(device->name, device->args, known_args, args);
}
