/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>

#include <plx_ether.h>

void
plx_ether_format_addr(char *buf, uint16_t size, const struct plx_ether_addr *addr)
{
	(void)snprintf(buf, size, PLX_ETHER_ADDR_PRT_FMT, PLX_ETHER_ADDR_BYTES(addr));
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Read @groups numbers of at most @digits digits with ':' between them, and the end of @str. */
static int
parse_groups(const char *str, unsigned int groups, unsigned int digits, uint16_t *values)
{
	unsigned int g, d;
	int digit;

	for (g = 0; g < groups; g++) {
		values[g] = 0;
		for (d = 0; d < digits && (digit = hex_digit(*str)) >= 0; d++, str++)
			values[g] = (uint16_t)(values[g] << 4 | digit);
		if (d == 0 || *str++ != (g + 1 < groups ? ':' : '\0'))
			return -EINVAL;
	}
	return 0;
}

int
plx_ether_unformat_addr(const char *str, struct plx_ether_addr *addr)
{
	uint16_t values[PLX_ETHER_ADDR_LEN];
	unsigned int i;

	if (parse_groups(str, PLX_ETHER_ADDR_LEN, 2, values) == 0) {
		for (i = 0; i < PLX_ETHER_ADDR_LEN; i++)
			addr->addr_bytes[i] = (uint8_t)values[i];
		return 0;
	}
	if (parse_groups(str, PLX_ETHER_ADDR_LEN / 2, 4, values) == 0) {
		for (i = 0; i < PLX_ETHER_ADDR_LEN; i++)
			addr->addr_bytes[i] = (uint8_t)(values[i / 2] >> (i % 2 ? 0 : 8));
		return 0;
	}
	return -EINVAL;
}
