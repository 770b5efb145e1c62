/* SPDX-License-Identifier: BSD-3-Clause */
/* The bus's own options of the command line. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vfio_private.h"

static const char *const backend_names[VFIO_BACKENDS] = {
	[VFIO_BACKEND_AUTO] = "auto",
	[VFIO_BACKEND_IOMMUFD] = "iommufd",
	[VFIO_BACKEND_LEGACY] = "legacy",
};

const char *
vfio_backend_name(enum vfio_backend backend)
{
	return backend_names[backend];
}

int
vfio_backend_parse(const char *value, enum vfio_backend *backend)
{
	for (unsigned int i = 0; i < VFIO_BACKENDS; i++) {
		if (strcmp(value, backend_names[i]) == 0) {
			*backend = (enum vfio_backend)i;
			return 0;
		}
	}
	return -EINVAL;
}

static int
hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c != '\0' ? strchr(digits, c | 0x20) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

/* RFC 4122 section 3: 8-4-4-4-12 hexadecimal digits. */
int
vfio_token_parse(const char *value, struct vfio_token *token)
{
	static const uint8_t dashes_after[] = { 4, 6, 8, 10 };
	struct vfio_token t = { .given = true };
	unsigned int dash = 0;

	for (unsigned int i = 0; i < sizeof(t.uuid); i++) {
		int high, low;

		if (dash < PLX_DIM(dashes_after) && i == dashes_after[dash]) {
			dash++;
			if (*value++ != '-')
				return -EINVAL;
		}
		high = hex_digit(value[0]);
		low = high >= 0 ? hex_digit(value[1]) : -1;
		if (low < 0)
			return -EINVAL;
		t.uuid[i] = (uint8_t)(high << 4 | low);
		value += 2;
	}
	if (*value != '\0')
		return -EINVAL;
	*token = t;
	return 0;
}

static int
set_backend(const char *value)
{
	if (vfio_backend_parse(value, &vfio_bus.backend) == 0)
		return 0;
	PLX_LOG(ERR, &vfio_logtype, "--vfio-backend: bad value '%s' (EINVAL): give auto, iommufd or "
		"legacy", value);
	return -EINVAL;
}

static int
set_token(const char *value)
{
	if (vfio_token_parse(value, &vfio_bus.token) == 0)
		return 0;
	PLX_LOG(ERR, &vfio_logtype, "--vfio-vf-token: bad value '%s' (EINVAL): give a UUID, as uuidgen "
		"prints it", value);
	return -EINVAL;
}

static int
set_intr(const char *value)
{
	return vfio_intr_parse(value, &vfio_bus.intr);
}

static int
set_no_pci(const char *value)
{
	vfio_bus.disabled = true;
	return 0;
}

static int
set_dma_check(const char *value)
{
	vfio_bus.dma_check.on = true;
	return 0;
}

struct iommufd_option {
	char *id;
	uint32_t fd;
	bool has_fd;
};

static int
set_iommufd_id(const char *value, void *arg)
{
	struct iommufd_option *o = arg;

	if (*value == '\0' || o->id != NULL)
		return -EINVAL;
	o->id = strdup(value);
	return o->id != NULL ? 0 : -ENOMEM;
}

static int
set_iommufd_fd(const char *value, void *arg)
{
	struct iommufd_option *o = arg;

	o->has_fd = true;
	return plx_kvarg_u32(value, &o->fd) == 0 && o->fd <= INT32_MAX ? 0 : -EINVAL;
}

static int
add_iommufd(const struct iommufd_option *o)
{
	int fd = o->has_fd ? (int)o->fd : -1;
	int ret = o->id != NULL ? 0 : -EINVAL;

	if (ret < 0) {
		PLX_LOG(ERR, &vfio_logtype, "--iommufd: no id (EINVAL): give id=NAME[,fd=N]");
		return ret;
	}
	if (fd >= 0)
		ret = vfio_iommufd_check(fd);
	if (ret < 0) {
		PLX_LOG(ERR, &vfio_logtype, "--iommufd id=%s: fd %d is %s (%s): pass an open /dev/iommu on, "
			"without close-on-exec", o->id, fd, ret == -EBADF ? "not open" : "no iommufd",
			plx_strerror(ret));
		return ret;
	}
	ret = vfio_iommufd_add(&vfio_bus, o->id, fd);
	if (ret < 0)
		PLX_LOG(ERR, &vfio_logtype, "--iommufd id=%s: can't have it (%s): give each its own id",
			o->id, plx_strerror(ret));
	return ret;
}

static int
set_iommufd(const char *value)
{
	static const struct plx_kvarg keys[] = {
		{ "id", set_iommufd_id },
		{ "fd", set_iommufd_fd },
		{ NULL, NULL },
	};
	struct iommufd_option o = { 0 };
	int ret = plx_kvargs_parse("--iommufd", value, keys, &o);

	if (ret == 0)
		ret = add_iommufd(&o);
	free(o.id);
	return ret;
}

const struct plx_bus_option vfio_options[] = {
	{ "vfio-backend", "auto|iommufd|legacy", "how PCI devices are opened", set_backend },
	{ "iommufd", "id=NAME[,fd=N]", "an iommufd for -a ...,iommufd=NAME; repeatable", set_iommufd },
	{ "vfio-vf-token", "UUID", "VF token of PFs and their VFs", set_token },
	{ "vfio-intr", "msix|msi|legacy", "only this kind of interrupts", set_intr },
	{ "no-pci", NULL, "leave PCI devices alone", set_no_pci },
	{ "dma-check", NULL, "refuse addresses that a device can't reach (debug)", set_dma_check },
	{ NULL, NULL, NULL, NULL },
};

void
vfio_options_reset(struct vfio_bus *bus)
{
	vfio_iommufds_free(bus);
	bus->token = (struct vfio_token){ 0 };
	bus->backend = VFIO_BACKEND_AUTO;
	bus->intr = PLX_PCI_INTR_NONE;
	bus->disabled = false;
	bus->dma_check = (struct vfio_dma_check){ 0 };
}
