/* SPDX-License-Identifier: BSD-3-Clause */
/* The arguments of net_af_packet, by the names that DPDK's driver has. */
#include <errno.h>

#include <plx_log.h>

#include "net_af_packet.h"

#define PAGE 4096

static int
set_iface(const char *value, void *arg)
{
	return vport_arg_text(value, &((struct af_packet_args *)arg)->iface);
}

static int
set_qpairs(const char *value, void *arg)
{
	return vport_arg_u32(value, 1, PLX_MAX_QUEUES_PER_PORT, &((struct af_packet_args *)arg)->qpairs);
}

static int
set_blocksz(const char *value, void *arg)
{
	struct af_packet_args *args = arg;
	int ret = vport_arg_u32(value, PAGE, 1 << 26, &args->blocksz);

	return ret == 0 && args->blocksz % PAGE != 0 ? -EINVAL : ret;
}

static int
set_framesz(const char *value, void *arg)
{
	struct af_packet_args *args = arg;
	int ret = vport_arg_u32(value, 256, 1 << 17, &args->framesz);

	return ret == 0 && args->framesz % TPACKET_ALIGNMENT != 0 ? -EINVAL : ret;
}

static int
set_framecnt(const char *value, void *arg)
{
	return vport_arg_u32(value, 1, 1 << 20, &((struct af_packet_args *)arg)->framecnt);
}

static int
set_qdisc_bypass(const char *value, void *arg)
{
	return vport_arg_u32(value, 0, 1, &((struct af_packet_args *)arg)->qdisc_bypass);
}

static const struct plx_kvarg known_args[] = {
	{ "iface", set_iface, "an interface" },
	{ "qpairs", set_qpairs, "1 to 64 queues" },
	{ "blocksz", set_blocksz, "a multiple of 4096, up to 64 MiB" },
	{ "framesz", set_framesz, "a multiple of 16, from 256 to 131072" },
	{ "framecnt", set_framecnt, "1 to 1048576 frames" },
	{ "qdisc_bypass", set_qdisc_bypass, "0 or 1" },
	{ NULL, NULL, NULL },
};

int
af_packet_args_parse(const struct plx_device *device, struct af_packet_args *args)
{
	int ret;

	*args = (struct af_packet_args){
		.qpairs = 1, .blocksz = PAGE, .framesz = 2048, .framecnt = 512, .qdisc_bypass = 1,
	};
	ret = plx_kvargs_parse(device->name, device->args, known_args, args);
	if (ret < 0)
		return ret;
	if (args->iface == NULL) {
		PLX_LOG(ERR, &af_packet_logtype, "%s: no interface (EINVAL): give one by iface=",
			device->name);
		return -EINVAL;
	}
	if (args->framesz > args->blocksz || args->framecnt % (args->blocksz / args->framesz) != 0) {
		PLX_LOG(ERR, &af_packet_logtype, "%s: %u frames of %u bytes do not fill blocks of %u bytes "
			"(EINVAL): give a larger blocksz, or a framecnt that does", device->name,
			args->framecnt, args->framesz, args->blocksz);
		return -EINVAL;
	}
	return 0;
}
