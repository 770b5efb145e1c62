/* SPDX-License-Identifier: BSD-3-Clause */
/* -a BDF,KEY=VALUE...: the keys of the bus; all others are the driver's. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vfio_private.h"

/* What the keys fill in. */
struct parse {
	struct vfio_bus *bus;
	struct vfio_args args;
};

static int
set_backend(const char *value, void *arg)
{
	return vfio_backend_parse(value, &((struct parse *)arg)->args.backend);
}

static int
set_iommufd(const char *value, void *arg)
{
	struct parse *p = arg;

	p->args.iommufd = vfio_iommufd_find(p->bus, value);
	return p->args.iommufd != NULL ? 0 : -ENOENT;
}

static int
set_fd(const char *value, void *arg)
{
	uint32_t fd;
	int ret = plx_kvarg_u32(value, &fd);

	if (ret < 0 || fd > INT32_MAX)
		return -EINVAL;
	((struct parse *)arg)->args.fd = (int)fd;
	return 0;
}

static int
set_ioas(const char *value, void *arg)
{
	struct vfio_args *args = &((struct parse *)arg)->args;

	args->private_space = strcmp(value, "private") == 0;
	return args->private_space || strcmp(value, "shared") == 0 ? 0 : -EINVAL;
}

static int
set_hwpt(const char *value, void *arg)
{
	struct vfio_args *args = &((struct parse *)arg)->args;

	args->keep_tables = strcmp(value, "keep") == 0;
	return args->keep_tables || strcmp(value, "auto") == 0 ? 0 : -EINVAL;
}

static int
set_token(const char *value, void *arg)
{
	return vfio_token_parse(value, &((struct parse *)arg)->args.token);
}

static const struct plx_kvarg bus_keys[] = {
	{ "backend", set_backend },
	{ "iommufd", set_iommufd },
	{ "fd", set_fd },
	{ "ioas", set_ioas },
	{ "hwpt", set_hwpt },
	{ "vf_token", set_token },
	{ NULL, NULL },
};

static const char *
value_hint(const char *key)
{
	return strcmp(key, "iommufd") == 0 ? "no --iommufd has that id" :
		strcmp(key, "backend") == 0 ? "give auto, iommufd, legacy or noiommu" :
		strcmp(key, "ioas") == 0 ? "give shared or private" :
		strcmp(key, "hwpt") == 0 ? "give auto or keep" :
		strcmp(key, "vf_token") == 0 ? "give a UUID, as uuidgen prints it" :
		"give the number of an open file descriptor";
}

static const struct plx_kvarg *
find_key(const char *pair)
{
	size_t len = strcspn(pair, "=");

	for (const struct plx_kvarg *k = bus_keys; k->key != NULL; k++)
		if (strlen(k->key) == len && strncmp(k->key, pair, len) == 0)
			return k;
	return NULL;
}

/* One "key=value": into *p, or to the end of @rest, which has the room. */
static int
parse_pair(struct parse *p, const char *dev, const char *pair, char *rest)
{
	const struct plx_kvarg *key = find_key(pair);
	const char *value = strchr(pair, '=');
	int ret;

	if (key == NULL) {
		if (*rest != '\0')
			strcat(rest, ",");
		strcat(rest, pair);
		return 0;
	}
	ret = key->set(value != NULL ? value + 1 : "", p);
	if (ret < 0)
		PLX_LOG(ERR, &vfio_logtype, "%s: bad value in '%s' (%s): %s", dev, pair,
			plx_strerror(ret), value_hint(key->key));
	return ret;
}

/* What goes together, and what other devices have. */
static int
check(const struct vfio_bus *bus, const struct plx_pci_device *pci, const struct vfio_args *args)
{
	const char *name = pci->device.name;
	bool legacy = vfio_backend_of(bus, args) == VFIO_BACKEND_LEGACY;

	if (vfio_backend_of(bus, args) == VFIO_BACKEND_NOIOMMU)
		return vfio_noiommu_check_args(name, args);
	if (legacy && (args->fd >= 0 || args->keep_tables)) {
		PLX_LOG(ERR, &vfio_logtype, "%s: %s is for backend=iommufd (EINVAL): leave one out",
			name, args->fd >= 0 ? "fd=" : "hwpt=keep");
		return -EINVAL;
	}
	if (legacy && args->iommufd != NULL && args->private_space) {
		PLX_LOG(ERR, &vfio_logtype, "%s: iommufd %s as a container has one address space for all "
			"(EINVAL): leave out ioas=private or iommufd=", name, args->iommufd->id);
		return -EINVAL;
	}
	for (const struct plx_pci_device *p = bus->devices; p != NULL && args->fd >= 0; p = p->next) {
		if (p == pci || vfio_pci_of(p)->args.fd != args->fd)
			continue;
		PLX_LOG(ERR, &vfio_logtype, "%s: fd %d was given to %s already (EEXIST): pass one fd for "
			"each device", name, args->fd, p->device.name);
		return -EEXIST;
	}
	return args->fd >= 0 ? vfio_cdev_check(name, args->fd) : 0;
}

int
pci_args_parse(struct vfio_bus *bus, struct plx_pci_device *pci, const char *text)
{
	struct parse p = { .bus = bus, .args = { .named = true, .fd = -1 } };
	char *copy = strdup(text), *rest = calloc(1, strlen(text) + 1);
	char *next = copy, *pair;
	int ret = copy != NULL && rest != NULL ? 0 : -ENOMEM;

	while (ret == 0 && (pair = strsep(&next, ",")) != NULL)
		if (*pair != '\0')
			ret = parse_pair(&p, pci->device.name, pair, rest);
	free(copy);
	if (ret == 0)
		ret = check(bus, pci, &p.args);
	if (ret < 0) {
		free(rest);
		return ret;
	}
	free((void *)(uintptr_t)pci->device.args);
	pci->device.args = rest;
	vfio_pci_of(pci)->args = p.args;
	return 0;
}

/* A PF whose VFs are shared out, or a VF of such a one. */
static bool
takes_token(const char *name)
{
	char path[256], driver[64], total[16] = "0";
	FILE *f;

	snprintf(path, sizeof(path), "%s/physfn", name);
	if (pci_kernel_driver(path, driver, sizeof(driver)) == 0 && strcmp(driver, "vfio-pci") == 0)
		return true;
	snprintf(path, sizeof(path), PCI_SYSFS "/%s/sriov_totalvfs", name);
	f = fopen(path, "re");
	if (f == NULL)
		return false;
	if (fgets(total, sizeof(total), f) == NULL)
		total[0] = '0';
	fclose(f);
	return strtoul(total, NULL, 10) > 0;
}

const struct vfio_args *
pci_args_complete(const struct vfio_bus *bus, struct plx_pci_device *pci)
{
	struct vfio_args *args = &vfio_pci_of(pci)->args;

	if (!args->token.given && bus->token.given && takes_token(pci->device.name))
		args->token = bus->token;
	return args;
}
