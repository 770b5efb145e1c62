/* SPDX-License-Identifier: BSD-3-Clause */
/* Which packets are received: addresses, multicast hash, VLANs. 82574: 10.2.5. */
#include <string.h>

#include "e1000_hw.h"

/* Filters from this one on are elsewhere: RAL and RAH of the 82576. */
#define RAR_LOW 16
#define RAR_HIGH_BASE 0x54e0
/* With RCTL.MO 0 the hash is the 12 highest bits of the address. */
#define MTA_HASH_SHIFT 4

uint32_t
e1000_rar_offset(uint32_t index)
{
	return index < RAR_LOW ? E1000_RAL(index) : RAR_HIGH_BASE + 8 * (index - RAR_LOW);
}

void
e1000_mac_get(const struct e1000_hw *hw, struct plx_ether_addr *mac)
{
	const uint32_t low = e1000_read(hw, E1000_RAL(0));
	const uint32_t high = e1000_read(hw, E1000_RAH(0));

	memcpy(&mac->addr_bytes[0], &low, 4);
	memcpy(&mac->addr_bytes[4], &high, 2);
}

void
e1000_rar_set(const struct e1000_hw *hw, uint32_t index, const struct plx_ether_addr *mac)
{
	const uint32_t reg = e1000_rar_offset(index);
	uint32_t low = 0, high = 0;

	memcpy(&low, &mac->addr_bytes[0], 4);
	memcpy(&high, &mac->addr_bytes[4], 2);
	/* Not valid while only one half is there. */
	e1000_write(hw, reg + 4, 0);
	e1000_write(hw, reg, low);
	e1000_write(hw, reg + 4, high | E1000_RAH_AV);
}

void
e1000_rar_clear(const struct e1000_hw *hw, uint32_t index)
{
	const uint32_t reg = e1000_rar_offset(index);

	e1000_write(hw, reg + 4, 0);
	e1000_write(hw, reg, 0);
}

/* The whole table is written: packets for the addresses that stay pass all the time. */
void
e1000_mta_set(const struct e1000_hw *hw, const struct plx_ether_addr *addrs, uint32_t n)
{
	uint32_t mta[E1000_MTA_SIZE] = { 0 };

	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *b = addrs[i].addr_bytes;
		uint32_t hash = (uint32_t)(b[5] << 8 | b[4]) >> MTA_HASH_SHIFT;

		mta[hash >> 5] |= 1u << (hash & 31);
	}
	for (uint32_t i = 0; i < E1000_MTA_SIZE; i++)
		e1000_write(hw, E1000_MTA(i), mta[i]);
}

void
e1000_vfta_set(const struct e1000_hw *hw, uint16_t id, bool on)
{
	e1000_assign(hw, E1000_VFTA(id >> 5), 1u << (id & 31), on);
}

void
e1000_filters_clear(const struct e1000_hw *hw)
{
	for (uint32_t i = 0; i < hw->family->nb_rar; i++)
		e1000_rar_clear(hw, i);
	for (uint32_t i = 0; i < E1000_MTA_SIZE; i++)
		e1000_write(hw, E1000_MTA(i), 0);
	for (uint32_t i = 0; i < E1000_VFTA_SIZE; i++)
		e1000_write(hw, E1000_VFTA(i), 0);
}
