/* SPDX-License-Identifier: BSD-3-Clause */
/* "key=value,key=value": arguments of a device. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eal_private.h"

static void
log_unknown(const char *dev, const char *key, const struct plx_kvarg *keys)
{
	char known[256] = "";
	size_t used = 0;

	for (; keys->key != NULL && used < sizeof(known); keys++)
		used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s",
			used ? ", " : "", keys->key);
	PLX_LOG(ERR, &eal_logtype, "%s: unknown argument '%s' (EINVAL): it knows %s", dev, key,
		used ? known : "no arguments");
}

static int
set_one(const char *dev, char *pair, const struct plx_kvarg *keys, void *arg)
{
	char *value = strchr(pair, '=');
	int ret;

	if (value != NULL)
		*value++ = '\0';
	for (const struct plx_kvarg *k = keys; k->key != NULL; k++) {
		if (strcmp(k->key, pair) != 0)
			continue;
		ret = k->set(value != NULL ? value : "", arg);
		if (ret < 0)
			PLX_LOG(ERR, &eal_logtype, "%s: bad value in '%s=%s' (%s)%s%s", dev, pair,
				value != NULL ? value : "", plx_strerror(ret),
				k->expects != NULL ? ": give " : "",
				k->expects != NULL ? k->expects : "");
		return ret;
	}
	log_unknown(dev, pair, keys);
	return -EINVAL;
}

int
plx_kvargs_parse(const char *dev, const char *args, const struct plx_kvarg *keys, void *arg)
{
	char *copy = strdup(args);
	char *rest = copy, *pair;
	int ret = 0;

	if (copy == NULL)
		return -ENOMEM;
	while (ret == 0 && (pair = strsep(&rest, ",")) != NULL)
		if (*pair != '\0')
			ret = set_one(dev, pair, keys, arg);
	free(copy);
	return ret;
}

int
plx_kvarg_u32(const char *value, uint32_t *out)
{
	uint64_t number;
	int ret = eal_parse_u64(value, UINT32_MAX, &number);

	if (ret == 0)
		*out = (uint32_t)number;
	return ret;
}
