/* SPDX-License-Identifier: BSD-3-Clause */
/* The options about memory, and which of them exclude each other. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "eal_private.h"

int
eal_set_memory(struct eal_options *o, const char *value)
{
	uint64_t mb;

	if (eal_parse_u64(value, UINT32_MAX, &mb) < 0 || mb == 0)
		return eal_bad_value("-m", value, "give MiB, 1 or more");
	o->memory = mb << 20;
	return 0;
}

int
eal_set_no_huge(struct eal_options *o, const char *value)
{
	o->no_huge = true;
	return 0;
}

int
eal_set_base_virtaddr(struct eal_options *o, const char *value)
{
	/* Addresses of user space: below 2^47 without asking for more (x86-64 ABI). */
	if (eal_parse_u64(value, (1ull << 47) - 1, &o->base_virtaddr) < 0 || o->base_virtaddr == 0)
		return eal_bad_value("--base-virtaddr", value, "give an address below 0x800000000000");
	return 0;
}

/* "A,B,...": MiB of node 0, 1, ... into @bytes; what is not given is 0. */
static int
parse_nodes(const char *text, uint64_t *bytes)
{
	char *copy = strdup(text), *rest = copy, *item;
	unsigned int node = 0;
	int ret = copy != NULL ? 0 : -ENOMEM;

	memset(bytes, 0, PLX_MAX_NUMA_NODES * sizeof(*bytes));
	while (ret == 0 && (item = strsep(&rest, ",")) != NULL) {
		uint64_t mb;

		if (node == PLX_MAX_NUMA_NODES || eal_parse_u64(item, UINT32_MAX, &mb) < 0)
			ret = -EINVAL;
		else
			bytes[node++] = mb << 20;
	}
	free(copy);
	return ret;
}

int
eal_set_socket_mem(struct eal_options *o, const char *value)
{
	uint64_t sum = 0;
	int ret = parse_nodes(value, o->node_memory);

	for (unsigned int node = 0; node < PLX_MAX_NUMA_NODES; node++)
		sum |= o->node_memory[node];
	if (ret == -ENOMEM)
		return ret;
	if (ret < 0 || sum == 0)
		return eal_bad_value("--socket-mem", value, "give MiB of each node, as 1024,1024");
	o->socket_mem = value;
	return 0;
}

int
eal_set_socket_limit(struct eal_options *o, const char *value)
{
	int ret = parse_nodes(value, o->node_limit);

	if (ret == -EINVAL)
		return eal_bad_value("--socket-limit", value,
			"give MiB of each node, 0 for no limit, as 1024,0");
	return ret;
}

int
eal_set_in_memory(struct eal_options *o, const char *value)
{
	o->in_memory = true;
	return 0;
}

int
eal_set_huge_dir(struct eal_options *o, const char *value)
{
	o->huge_dir = value;
	return 0;
}

int
eal_set_file_prefix(struct eal_options *o, const char *value)
{
	/* A file's name has 255 bytes, and a number comes behind this. */
	if (value[0] == '\0' || strlen(value) > 200 || strpbrk(value, "/%") != NULL)
		return eal_bad_value("--file-prefix", value, "give 1 to 200 bytes without / and %");
	o->file_prefix = value;
	return 0;
}

int
eal_set_huge_unlink(struct eal_options *o, const char *value)
{
	static const char *const names[] = {
		[HUGE_UNLINK_ALWAYS] = "always",
		[HUGE_UNLINK_EXISTING] = "existing",
		[HUGE_UNLINK_NEVER] = "never",
	};

	if (value == NULL)
		value = "always";
	for (unsigned int i = HUGE_UNLINK_ALWAYS; i < PLX_DIM(names); i++) {
		if (strcmp(value, names[i]) == 0) {
			o->huge_unlink = (enum eal_huge_unlink)i;
			return 0;
		}
	}
	return eal_bad_value("--huge-unlink", value, "give existing, always or never");
}

int
eal_set_match_allocations(struct eal_options *o, const char *value)
{
	o->match_allocations = true;
	return 0;
}

int
eal_check_memory_options(const struct eal_options *o)
{
	const bool keeps_files = o->huge_unlink == HUGE_UNLINK_EXISTING ||
		o->huge_unlink == HUGE_UNLINK_NEVER;
	const struct {
		bool given;
		const char *what;
		const char *cure;
	} conflicts[] = {
		{ o->memory > 0 && o->socket_mem != NULL, "-m and --socket-mem exclude each other",
			"give one" },
		{ o->no_huge && o->socket_mem != NULL, "--no-huge and --socket-mem exclude each other",
			"use -m" },
		{ o->no_huge && o->huge_dir != NULL, "--no-huge and --huge-dir exclude each other",
			"give one" },
		{ o->no_huge && o->huge_unlink != HUGE_UNLINK_DEFAULT,
			"--no-huge and --huge-unlink exclude each other", "give one" },
		{ o->in_memory && o->huge_dir != NULL, "--in-memory and --huge-dir exclude each other",
			"give one" },
		{ keeps_files && o->huge_dir == NULL,
			"--huge-unlink=existing and =never need files", "add --huge-dir" },
	};

	for (size_t i = 0; i < PLX_DIM(conflicts); i++) {
		if (!conflicts[i].given)
			continue;
		PLX_LOG(ERR, &eal_logtype, "%s (EINVAL): %s", conflicts[i].what, conflicts[i].cure);
		return -EINVAL;
	}
	return 0;
}
